"""Digests of spec nodes and of the files that read them.

A node's digest is that of its canonical data, everything below it included; comments and formatting are not in it. A
file's digest is that of the nodes it reads, so that a change of one node changes only the files that read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from factory_git.core import canonical
from factory_git.core.ids import SpecPath, sha256
from factory_git.spec.model import Spec

LENGTH = 16
"""Digits of a digest that are kept: 64 bits, against accidents, not against an attacker (object ids do that)."""


def node_digests(spec: Spec) -> dict[SpecPath, str]:
    """The digest of every node of the spec by its path, layers and lists among them."""
    found: dict[SpecPath, str] = {}
    _walk(spec.raw, "", found)
    return found


def file_digest(nodes: Iterable[SpecPath], digests: Mapping[SpecPath, str]) -> str:
    """The digest of a file that reads these nodes; a node that is not there counts as absent, which is a value too."""
    return short(canonical.dumps({str(path): digests.get(path) for path in nodes}))


def short(data: bytes) -> str:
    """The shortened SHA-256 of ``data``."""
    return sha256(data)[:LENGTH]


def _walk(value: Any, path: str, found: dict[SpecPath, str]) -> None:
    if path:
        found[SpecPath(path)] = short(canonical.dumps(value))
    below = path and f"{path}."
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, Mapping | list | tuple) or not path.count("."):
                _walk(item, f"{below}{key}", found)
    elif isinstance(value, list | tuple):
        for item in value:
            if isinstance(item, Mapping) and "id" in item:
                _walk(item, f"{below}{item['id']}", found)
