"""The JSON Schema, the loader and the documentation tell one language."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory_git.core import yaml
from factory_git.core.errors import SpecError
from factory_git.core.resources import folder
from factory_git.spec import json_schema
from factory_git.spec.load import load
from factory_git.spec.model import Source
from tests.spec.helpers import FARMER, HEAD, MINIMAL
from tests.spec.strategies import specs

FILE = folder("schemas") / "spec.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json.loads(FILE.read_text()))
# What a shape can see; the rest (names that refer, types, tables) is the loader's alone.
SHAPE = {"spec/type", "spec/unknown-key", "spec/missing-key", "spec/word", "spec/skill", "spec/id", "spec/name"}


def schema_says(text: str) -> bool:
    return bool(VALIDATOR.is_valid(yaml.plain(yaml.parse(text.encode(), "f"))))


def loader_says(text: str) -> bool:
    try:
        load([Source(path="f", content=text.encode())])
    except SpecError as error:
        return not SHAPE & {p.code for p in error.problems}
    return True


def test_the_file_is_what_the_language_gives() -> None:
    made = json.dumps(json_schema.schema(), indent=2, ensure_ascii=False) + "\n"
    assert FILE.read_text() == made, "git factory spec schema > schemas/spec.schema.json"


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema.schema())


CORPUS = [
    "identity: x",
    "identity: {purpos: x}",
    "identity: {purpose: [a]}",
    "identity: {beneficiaries: [a, {name: b}, {id: c}]}",
    "identity: {beneficiaries: [{note: c}]}",
    "identity: {beneficiaries: {a: 1}}",
    "x-any: {thing: [1, ~]}",
    "any: 1",
    "data_contracts: [A, {name: B, made: true}]",
    "data_contracts: [{name: B, made: yes}]",
    "data_contracts: {entities: [{name: B, fields: [a, {name: b, type: text}]}]}",
    "data_contracts: {entities: [{name: B, fields: {a: text, b: {type: int, min: 0}, c: }}]}",
    "data_contracts: {entities: [{name: B, fields: {a: {typ: text}}}]}",
    "data_contracts: {entities: [{name: B, id: 'No Id'}]}",
    "workflows: [{name: P, steps: [S, {name: T, each: A, make: B, set: {x: 1}}]}]\ndata_contracts: [A, B]",
    "workflows: {pipelines: [{name: P, steps: [S, {name: T, each: A, make: A}]}]}\ndata_contracts: [A]",
    "workflows: {pipelines: [{name: P, steps: [{name: T, each: A}]}]}",
    "workflows: {pipelines: [{name: P, steps: [{name: T, each: A, gate: A, make: B}]}]}",
    "workflows: {pipelines: [{name: P, steps: [{name: T, keep: x}]}]}",
    "workflows: {pipelines: [{name: P, trigger: nightly}]}",
    "workflows: {pipelines: [{name: P, trigger: {args: {a b: text}}}]}",
    "safety: {guardrails: [{name: G, on_break: abort}]}",
    "safety: {guardrails: [{name: G, on_break: stop}]}",
    "terms: {t: 'true', u: {is: 'true'}}",
    "terms: {t: {args: {a: text}}}",
    "terms: [t]",
    "deployment: [web]",
    "deployment: {devices: [web], retention: {A: 90d}}\ndata_contracts: [A]",
    "acceptance: [{name: A, forall: {A: 1, runs: x}, then: [a]}]\ndata_contracts: [A]",
    "acceptance: [{name: A, given: {A: [[x], [1]]}, when: {run: p, date: 2026-01-01}, then: a}]",
    "acceptance: [{name: A, given: {A: []}}]",
    "acceptance: [{name: A, given: {A: [x]}}]",
    "done: [make test, {name: lint, run: ruff check}]",
    "code: {package: p, language: python, a.b: src/x.py, c.d: {at: y.py, mode: free}}",
    "code: {a.b: {mode: free}}",
    "code: {a.b: {at: y.py, mode: fre}}",
    "growth: {plates: [{at: interface.panels, allow: panel_added, max_risk: minor}]}",
    "growth: {plates: [{at: interface.panels, max_risk: tiny}]}",
    "depends_on: other",
    "reserved: [a.b]",
]


@pytest.mark.parametrize("body", CORPUS)
def test_schema_and_loader_agree_on_shape(body: str) -> None:
    assert schema_says(HEAD + body) == loader_says(HEAD + body)


def test_the_corpus_has_both_kinds() -> None:
    assert 10 < sum(loader_says(HEAD + body) for body in CORPUS) < len(CORPUS) - 10


@pytest.mark.parametrize("path", [FARMER, MINIMAL])
def test_real_specs_are_valid(path: Any) -> None:
    assert schema_says(path.read_text())


@settings(max_examples=60, deadline=None)
@given(specs())
def test_any_drawn_spec_is_valid_for_both(data: dict[str, Any]) -> None:
    text = json.dumps(data)
    assert loader_says(text)
    assert [e.message for e in VALIDATOR.iter_errors(data)] == []


JUNK: list[Any] = [None, 1, True, "x", [], {}, ["x"], {"name": "x"}, [[1]], {"x": 1}, [None]]


FARM = yaml.plain(yaml.parse(FARMER.read_bytes(), "f"))


@settings(max_examples=150, deadline=None)
@given(st.one_of(specs(), st.just(FARM)), st.data())
def test_junk_anywhere_is_a_spec_error_and_never_a_traceback(data: dict[str, Any], draw: st.DataObject) -> None:
    data = copy.deepcopy(data)
    for holder, key in draw.draw(st.lists(st.sampled_from(list(_places(data))), min_size=1, max_size=3)):
        if key in holder if isinstance(holder, dict) else key < len(holder):
            holder[key] = draw.draw(st.sampled_from(JUNK))
    try:
        load([Source(path="f", content=json.dumps(data, default=str).encode())])
    except SpecError as error:
        assert error.problems  # noqa: PT017 (either outcome is right)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])
