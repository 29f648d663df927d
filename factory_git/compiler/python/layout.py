"""Breaks long lines of emitted Python the way the common formatters do. Stub: replaced below."""

from __future__ import annotations

WIDTH = 88


def lay_out(source: str) -> str:
    return source
