"""Forms: a field for each argument, and the token that only this page knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .. import view
from ..acting import Arg
from .cells import Lens
from .frame import Visit
from .markup import Markup, element

LONG_WORDS = ("note", "reason", "body", "text", "comment", "message", "advice")
MOST = 500
"""Rows that a choice offers."""


def form(visit: Visit, action: str, fields: Sequence[str], button: str) -> Markup:
    """A form that posts to ``action``."""
    token = element("input", type="hidden", name="token", value=visit.token)
    send = element("button", button, type="submit")
    return element("form", token, *fields, send, method="post", action=action)


def inputs(
    lens: Lens, args: Sequence[Arg], given: Mapping[str, str], prefix: str = ""
) -> list[str]:
    """A labelled field for each argument, filled with what was given."""
    return [
        _field(lens, arg, given.get(arg.name, ""), f"{prefix}{arg.name}")
        for arg in args
    ]


def _field(lens: Lens, arg: Arg, value: str, id_: str) -> Markup:
    words = [arg.title] + ([element("small", " optional")] if arg.optional else [])
    if arg.kind == "bool":
        box = element(
            "input",
            type="checkbox",
            name=arg.name,
            id=id_,
            value="true",
            checked=value == "true",
        )
        return element("label", box, " ", *words, css="check", for_=id_)
    label = element("label", *words, for_=id_)
    return element("div", label, _input(lens, arg, value, id_), css="field")


def _input(lens: Lens, arg: Arg, value: str, id_: str) -> Markup:
    need = not arg.optional
    if arg.words:
        return _select(arg, [(w, w.replace("_", " ")) for w in arg.words], value, id_)
    if arg.ref:
        return _select(arg, _rows(lens, arg), value, id_)
    if arg.kind == "text" and any(w in arg.name for w in LONG_WORDS):
        return element(
            "textarea", value, name=arg.name, id=id_, required=need, rows="5"
        )
    kinds = {"date": "date", "datetime": "datetime-local"}
    if arg.kind == "date" and not value and need:
        value = lens.today.isoformat()
    return element(
        "input",
        type=kinds.get(arg.kind, "text"),
        name=arg.name,
        id=id_,
        value=value,
        required=need,
        inputmode="decimal" if arg.kind in ("int", "decimal") else None,
        autocomplete="name" if arg.name == "actor" else "off",
    )


def _rows(lens: Lens, arg: Arg) -> list[tuple[str, str]]:
    entity = lens.app.entity(arg.ref)
    if entity is None:
        return []
    rows = getattr(lens.world, entity.attribute)[:MOST]
    return [
        (lens.handle(entity, row), view.label(entity, row, lens.role)) for row in rows
    ]


def _select(
    arg: Arg, choices: Sequence[tuple[str, str]], value: str, id_: str
) -> Markup:
    options = [
        element("option", words, value=word, selected=word == value)
        for word, words in choices
    ]
    empty = element("option", "–" if arg.optional else "Choose…", value="")
    return element(
        "select", empty, *options, name=arg.name, id=id_, required=not arg.optional
    )
