"""Ids: Git object ids computed without Git, and the slugs that make spec paths."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import NewType

Oid = NewType("Oid", str)
"""A Git object id: 40 lower-case hexadecimal digits."""

RecordId = NewType("RecordId", str)
"""The id of a record: the object id of its blob."""

SpecPath = NewType("SpecPath", str)
"""The address of a spec node: slugs joined by dots, ``workflows.pipelines.p.steps.s``."""

_OID = re.compile(r"[0-9a-f]{40}")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^a-z0-9]+")


def blob_oid(data: bytes) -> Oid:
    """The id Git gives to a blob of these bytes (``git hash-object``)."""
    return Oid(hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest())


def is_oid(text: str) -> bool:
    """Whether ``text`` is a full object id in the one form that is accepted: 40 lower-case hexadecimal digits."""
    return _OID.fullmatch(text) is not None


def sha256(data: bytes) -> str:
    """The SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def slug(name: str) -> str:
    """The id of a node by its name: ``SprayEvent`` → ``spray_event``, ``PHI gate`` → ``phi_gate``.

    Letters with marks lose them (``Größe`` → ``grosse``); what has no Latin form is spelled by code point, so that
    no two different names silently share the empty slug.
    """
    text = name.replace("ß", "ss")
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = "".join(c if c.isascii() or not c.isalnum() else f" u{ord(c):x} " for c in text)
    text = _CAMEL.sub("_", text).lower()
    return _OTHER.sub("_", text).strip("_")
