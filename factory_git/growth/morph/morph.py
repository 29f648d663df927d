"""A morph: a change of a spec that was planned, as data. Its file, read strictly and written so that a person reads it.

```yaml
desire: never ship greens that broke the cold chain
why: two returned crates in May
level: policy
base: 27757c79e1b1          # the spec's digest that it was planned on
ops:
  - {insert_gate: cold_chain_gate, after: yield_forecast, in: contract_allocation, gate: Forecast, keep: it.qty > 0}
tests: ["no delivery from lots above 6 C"]
```
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from factory_git.core import yaml
from factory_git.core.errors import Place, Problem, SpecError
from factory_git.spec import names

LEVELS = ("mechanism", "policy", "goal")
MOST_OPS, MOST_BYTES = 200, 256_000
KEYS = ("desire", "why", "level", "base", "app", "ops", "tests")
SHORT = 12  # characters of a digest in a file
_PLAIN = re.compile(r"[A-Za-z][\w ./()+-]*(?<! )")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_DIGEST = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Morph:
    """A planned change.

    ``ops`` are its operations (:mod:`factory_git.growth.morph.ops`) as plain data: the operation's name with what it is
    about, then its arguments. ``base`` is the digest of the spec's graph it was planned on, or the first characters of
    it, or empty. ``tests`` say in words what must be shown. ``app`` is the spec's id, or empty.
    """

    desire: str = ""
    why: str = ""
    level: str = ""
    base: str = ""
    app: str = ""
    ops: tuple[Mapping[str, Any], ...] = ()
    tests: tuple[str, ...] = ()


def read(content: bytes, file: str) -> Morph:
    """The morph in a file. Raises :class:`SpecError` with every problem and its place."""
    if len(content) > MOST_BYTES:
        _fail([_problem(f"{len(content):,} bytes are over the limit of {MOST_BYTES:,}", Place(file=file))])
    tree = yaml.parse(content, file)
    if not isinstance(tree, yaml.Mapping):
        _fail([_problem("a morph is a mapping with ops:", yaml.place(tree))])
        raise AssertionError
    problems = [
        _problem(f"unknown key {key!r}", yaml.place(at), names.suggest(key, KEYS))
        for key, (at, _) in tree.entries.items()
        if key not in KEYS
    ]
    said = {key: yaml.plain(node) for key, (_, node) in tree.entries.items() if key in KEYS}
    places = {key: yaml.place(node) for key, (_, node) in tree.entries.items()}
    problems += [
        _problem(f"{key}: is a text", places[key])
        for key in ("desire", "why", "level", "base", "app")
        if key in said and not isinstance(said[key], str | int)
    ]
    problems += _ops_problems(said, places, file) + _word_problems(said, places)
    _fail(problems)
    return _morph(said)


def _morph(said: Mapping[str, Any]) -> Morph:
    text = {key: str(said.get(key, "")).strip() for key in ("desire", "why", "level", "base", "app")}
    return Morph(**text, ops=tuple(said.get("ops") or ()), tests=tuple(map(str, said.get("tests") or ())))


def _ops_problems(said: Mapping[str, Any], places: Mapping[str, Place], file: str) -> list[Problem]:
    ops = said.get("ops", [])
    if "ops" not in said or not isinstance(ops or [], list):
        place = places.get("ops", Place(file=file, line=1))
        return [_problem("ops: is a list of operations", place, "for example: ops: [{add_source: gov data}]")]
    problems = [_problem(f"operation {number} is no mapping", places["ops"])
                for number, op in enumerate(ops or (), 1) if not isinstance(op, Mapping) or not op]  # fmt: skip
    if len(ops or ()) > MOST_OPS:
        problems.append(_problem(f"{len(ops)} operations are over the limit of {MOST_OPS}", places["ops"]))
    tests = said.get("tests") or []
    if not isinstance(tests, list):
        problems.append(_problem("tests: is a list of texts", places["tests"]))
    return problems


def _word_problems(said: Mapping[str, Any], places: Mapping[str, Place]) -> list[Problem]:
    out = []
    if said.get("level") and said["level"] not in LEVELS:
        out.append(_problem(f"{said['level']!r} is no level", places["level"], f"one of {', '.join(LEVELS[::-1])}"))
    if said.get("base") and not _DIGEST.fullmatch(str(said["base"])):
        hint = "at least 7 hexadecimal digits; git factory plan writes it"
        out.append(_problem(f"{said['base']!r} is no digest of a spec", places["base"], hint))
    return out


def _problem(message: str, place: Place, hint: str = "") -> Problem:
    return Problem(code="morph/invalid", message=message, place=place, hint=hint)


def _fail(problems: list[Problem]) -> None:
    if problems:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise SpecError(f"{first.place}: {first.message}{more}", problems, code=first.code, hint=first.hint)


def write(morph: Morph, remarks: tuple[str, ...] = ()) -> str:
    """The file of a morph, ``remarks`` as comments at its end. Reading it gives the same morph (its base shortened)."""
    lines = [f"{key}: {scalar(value)}" for key in ("desire", "why", "level", "app") if (value := getattr(morph, key))]
    if morph.base:
        lines.append(f'base: "{morph.base[:SHORT]}"')
    lines.append("ops:" if morph.ops else "ops: []")
    lines += [f"  - {flow(op)}" for op in morph.ops]
    if morph.tests:
        lines += ["tests:", *(f"  - {scalar(one)}" for one in morph.tests)]
    return "\n".join([*lines, *(f"# {one}" for one in remarks)]) + "\n"


def flow(value: Any) -> str:
    """A value on one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(key))}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A scalar of YAML: plain where nobody could take it for something else, else in double quotes."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
