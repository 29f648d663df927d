"""What several formats share: the words of a finding, JSON that can always be printed, file names as URIs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

from factory_git.drift.finding import Finding
from factory_git.drift.rules.table import RULES

Reader = Callable[[str], bytes]
_IN_URI = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Format(Protocol):
    """Findings as one text, without a newline at its end."""

    def __call__(self, findings: Sequence[Finding], read: Reader | None = None) -> str:
        """The text; ``read`` gives the judged content of a path."""


def line(one: Finding) -> str:
    """A finding in one line: ``file:line: CODE message [spec path]``."""
    word = "" if one.severity == "error" else f"{one.severity}: "
    tail = f" [{one.path}]" if one.path else ""
    return printable(f"{one.place}: {one.code} {word}{one.message}{tail}")


def words(one: Finding) -> str:
    """What is wrong, and the way out in a second line."""
    return printable(one.message + (f"\n{one.hint}" if one.hint else ""))


def dump(value: Any, *, indent: int | None = 2) -> str:
    """JSON; text that is no UTF-8 (a file's name may be any bytes) is escaped instead of breaking the output."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text


def printable(text: str) -> str:
    """``text`` with what is no UTF-8 shown as escapes."""
    return text.encode(errors="backslashreplace").decode()


def command_text(text: str) -> str:
    """The text of a workflow command of GitHub, its own characters escaped."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: str) -> str:
    """The value of a property of a workflow command."""
    return command_text(text).replace(":", "%3A").replace(",", "%2C")


def xml_text(text: str) -> str:
    """Text for XML; what XML cannot have is replaced."""
    clean = _NOT_XML.sub("\ufffd", printable(text))
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def xml_quoted(text: str) -> str:
    """An attribute's value for XML, in quotes."""
    # `xml.sax.saxutils` has this too, and brings a client for HTTP: 60 ms that every check would pay.
    value = xml_text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")
    return f'"{value}"'


def uri(path: str) -> str:
    """A path from the top of the repository as a relative URI."""
    return "".join(chr(b) if b in _IN_URI else f"%{b:02X}" for b in path.encode(errors="surrogateescape"))


def title(code: str) -> str:
    """What a rule finds, in a few words."""
    return RULES[code].title if code in RULES else code


@cache
def help_uri(code: str) -> str:
    """Where a rule's page is on the web; empty where the distribution has no URL named ``Documentation``."""
    from importlib import metadata  # noqa: PLC0415 (20 ms that only the formats for machines pay)

    try:
        named = metadata.metadata("git-factory").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    home = dict(one.split(", ", 1) for one in named).get("Documentation", "")
    return f"{home.rstrip('/')}/rules/{code}.md" if home else ""


def once(findings: Sequence[Finding]) -> list[tuple[Finding, str]]:
    """Each finding with a fingerprint that no other has: of equal ones, the second and later get a number."""
    seen: dict[str, int] = {}
    out = []
    for one in findings:
        count = seen[one.fingerprint] = seen.get(one.fingerprint, 0) + 1
        out.append((one, one.fingerprint if count == 1 else f"{one.fingerprint}-{count}"))
    return out
