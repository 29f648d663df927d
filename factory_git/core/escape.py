"""Text made safe for its readers: JSON that can always be printed, XML, URIs, workflow commands of GitHub. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

_IN_URI = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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


def uri(path: str) -> str:
    """A path from the top of the repository as a relative URI."""
    return "".join(chr(b) if b in _IN_URI else f"%{b:02X}" for b in path.encode(errors="surrogateescape"))


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
