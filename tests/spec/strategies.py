"""Hypothesis strategies: specs as data, and YAML text written in many styles."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = st.sampled_from(["Buyer", "Sale", "Spray event", "PHI gate", "lot", "Größe", "A", "B2", "the last one"])
SCALARS = st.sampled_from(["text", "int", "decimal", "date", "bool", "text?", "enum a b", "any"])
FIELD_NAMES = st.sampled_from(["id", "qty", "day", "note_1", "x"])
NOTES = st.sampled_from(["short", "a longer note: with a colon", "it's # not a comment", "über", "- dash", ""])


def _unique(items: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    def name(item: Any) -> str:
        return str(item["name"] if isinstance(item, dict) else item)

    return st.lists(items, max_size=4, unique_by=name)


FIELDS = st.one_of(
    st.lists(FIELD_NAMES, unique=True, max_size=4),
    st.dictionaries(
        FIELD_NAMES, st.one_of(SCALARS, st.fixed_dictionaries({"type": SCALARS, "unit": NOTES})), max_size=4
    ),
)
ENTITIES = st.one_of(
    NAMES,
    st.fixed_dictionaries(
        {"name": NAMES}, optional={"fields": FIELDS, "made": st.booleans(), "note": NOTES, "x-own": NOTES}
    ),
)
STEPS = st.one_of(NAMES, st.fixed_dictionaries({"name": NAMES, "note": NOTES}))
PIPELINES = st.one_of(
    NAMES,
    st.fixed_dictionaries(
        {"name": NAMES}, optional={"steps": _unique(STEPS), "trigger": st.just({"cron": "0 2 * * *"})}
    ),
)
PROSE = _unique(st.one_of(NAMES, st.fixed_dictionaries({"name": NAMES, "note": NOTES})))


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """A valid spec as plain data, in short and long forms."""
    layers: dict[str, Any] = {
        "identity": st.fixed_dictionaries({"purpose": NOTES.filter(bool)}, optional={"beneficiaries": PROSE}),
        "data_contracts": st.one_of(_unique(ENTITIES), st.fixed_dictionaries({"entities": _unique(ENTITIES)})),
        "workflows": st.fixed_dictionaries({"pipelines": _unique(PIPELINES)}),
        "safety": st.fixed_dictionaries({}, optional={"guardrails": PROSE, "disclaimers": PROSE}),
        "interface": st.fixed_dictionaries({"panels": PROSE}),
        "desires": PROSE,
        "x-own": NOTES,
    }
    chosen = draw(st.lists(st.sampled_from(sorted(layers)), unique=True))
    out: dict[str, Any] = {"app": {"id": "shop", "title": draw(NOTES)}}
    if draw(st.booleans()):
        out = {"factory": 1, **out}
    return out | {name: draw(layers[name]) for name in chosen}


@st.composite
def written(draw: st.DrawFn, data: Any) -> str:
    """``data`` as YAML, with indentation, quotes, brackets, comments and blank lines as a person might have them."""
    lines = [*_comments(draw, 0)]
    keys = draw(st.permutations(list(data)))
    for key in keys:
        lines += _comments(draw, 0)
        lines += _entry(draw, key, data[key], 0)
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n\n"]))


def _comments(draw: st.DrawFn, indent: int) -> list[str]:
    return draw(st.lists(st.sampled_from(["", f"{' ' * indent}# a comment", f"{' ' * indent}#: x"]), max_size=2))


def _entry(draw: st.DrawFn, key: str, value: Any, indent: int) -> list[str]:
    pad = " " * indent
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 3)) == 0:
        tail = draw(st.sampled_from(["", "   ", "  # why"]))
        return [f"{pad}{key}:{draw(st.sampled_from([' ', '   ']))}{_flow(draw, value)}{tail}"]
    loose = isinstance(value, list) and draw(st.booleans())
    inner = indent + (0 if loose else draw(st.integers(1, 4)))
    return [f"{pad}{key}:{draw(st.sampled_from(['', '  ', ' # of']))}", *_block(draw, value, inner)]


def _block(draw: st.DrawFn, value: Any, indent: int) -> list[str]:
    lines: list[str] = []
    if isinstance(value, dict):
        for key, held in value.items():
            lines += [*_comments(draw, indent), *_entry(draw, key, held, indent)]
        return lines
    for item in value:
        lines += _comments(draw, indent)
        gap = draw(st.integers(1, 3))
        if isinstance(item, dict) and item and draw(st.booleans()):
            body = _block(draw, item, indent + 1 + gap)
            first = next(n for n, line in enumerate(body) if line.strip() and not line.lstrip().startswith("#"))
            lines += body[:first]
            lines.append(f"{' ' * indent}-{' ' * gap}{body[first].lstrip()}")
            lines += body[first + 1 :]
        else:
            lines.append(f"{' ' * indent}-{' ' * gap}{_flow(draw, item)}")
    return lines


def _flow(draw: st.DrawFn, value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_flow(draw, v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(draw, v) for v in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    plain = value and all(c.isalnum() or c in " _*" for c in value) and not value[0].isdigit() and value[0] != "*"
    style = draw(st.sampled_from(["plain", "single", "double"]))
    if plain and style == "plain":
        return str(value)
    if style == "single":
        return "'" + str(value).replace("'", "''") + "'"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
