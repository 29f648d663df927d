"""The text of a type, whatever the language: the class it is about."""

from __future__ import annotations

import re

_WRAPPERS = re.compile(
    r"^(?:Optional|Option|Awaitable|Coroutine|Promise|Box|Rc|Arc|Ref|RefMut|Mutex|RwLock|Result|Type|type|Final|ClassVar|"
    r"Annotated|Iterator|Future|Task|ValueTask|Readonly|Partial|NonNullable|unique_ptr|shared_ptr|std::unique_ptr|"
    r"std::shared_ptr)\s*[\[<]\s*(.*?)\s*(?:,.*)?[\]>]$"
)
_NOTHING = re.compile(r"\s*\|\s*(?:None|null|undefined)\b|\b(?:None|null|undefined)\s*\|\s*")
_HEAD = re.compile(r"[\w.:$\\]+")
_BEFORE = ("mut ", "dyn ", "impl ", "const ")


def plain(type_: str) -> str:
    """``type_`` without what wraps it: quotes, pointers, references, optionality, ``Option``, ``Promise``, ``Box`` …"""
    text = type_
    for _ in range(6):
        before = text
        text = text.strip().strip("\"'").lstrip("&*?: ").rstrip("&*?! ").strip("()")
        for word in _BEFORE:
            text = text.removeprefix(word)
        text = _NOTHING.sub("", text)
        inner = _WRAPPERS.match(text)
        text = inner[1] if inner else text
        if text == before:
            break
    return text


def head(text: str) -> str:
    """The name that a type begins with, dots between its parts; empty when it is a union or no name."""
    found = _HEAD.match(text)
    if not found or (len(found[0]) < len(text) and text[len(found[0])] in "|&"):
        return ""
    return found[0].replace("::", ".")
