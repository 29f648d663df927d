"""The codes of the drift check: what each one means. One literal table; documentation and SARIF read it."""

from __future__ import annotations

RULES: dict[str, str] = {
    "GF402": "code that belongs to no node of the spec any more",
    "GF500": "the spec is invalid, so nothing can be compared with it",
    "GF501": "a compiled file is missing",
    "GF502": "a compiled file was edited by hand",
    "GF503": "a compiled file was made by another version of the compiler",
    "GF601": "the spec changed and the code that is read from it did not",
}
