"""Generated entities: right code in every language gives no finding, and each single fault gives just its own."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from factory_git.drift.fix import apply
from factory_git.drift.hit import Hit
from factory_git.drift.kinds.names import written
from tests.drift.memory_tree import judge
from tests.drift.renderers import LANGUAGES, Field, Language

NAMES = (
    "sku", "plant_count", "kg_per_plant", "x_km", "phi_days", "delivery_day", "price_floor", "line_2", "url", "notes",
    "seen_at", "contact_email", "is_open", "weights", "batch_ids", "origin",
)  # fmt: skip
KINDS = ("text", "int", "decimal", "bool", "date", "datetime", "json", "enum", "ref", "list")
ENTITY = "data_contracts.entities.row"
SEEDS = range(6)


def entity(language: Language, seed: int) -> list[Field]:
    """A generated entity: a key, and fields of all kinds in some right form."""
    chance = random.Random(f"{language.name} {seed}")
    out = [Field(name="id", type="text", optional=False, code=language.right["text"][0])]
    for name in chance.sample(NAMES, chance.randint(3, len(NAMES))):
        type_ = chance.choice(KINDS)
        optional = chance.random() < 0.3
        code = chance.choice(language.right[type_])
        if optional and (language.strict or language.name == "java"):
            code = maybe(language, code)
        out.append(Field(name=name, type=type_, optional=optional, code=code))
    return out


def maybe(language: Language, code: str) -> str:
    """A type that can be absent; some can be without saying so."""
    if code in ("Any", "unknown", "json.RawMessage", "map[string]any") or code.startswith("*"):
        return code
    return language.maybe.format(f"({code})" if "|" in code and language.name != "python" else code)


Found = list[tuple[str, str, str]]


def findings(language: Language, spec: Iterable[Field], code: Iterable[tuple[str, str]]) -> Found:
    """Code, severity and last part of the spec path of each finding."""
    return _said(_hits(_files(language, spec, code)))


def mended(language: Language, spec: Iterable[Field], code: Iterable[tuple[str, str]]) -> Found:
    """What is left when the first repair of each finding is made."""
    files = _files(language, spec, code)
    fixes = [hit.fixes[0] for hit in _hits(files) if hit.fixes]
    assert fixes
    return _said(_hits({**files, **apply(fixes, files.__getitem__).contents}))


def _hits(files: dict[str, bytes]) -> tuple[Hit, ...]:
    (judged,) = judge(files)
    return judged.hits


def _said(hits: Iterable[Hit]) -> Found:
    return [(hit.code, hit.severity, hit.node.removeprefix(f"{ENTITY}.fields.")) for hit in hits]


def _files(language: Language, spec: Iterable[Field], code: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    fields = ", ".join(f"{one.name}: {one.spec}{' key' if one.name == 'id' else ''}" for one in spec)
    speech = "typescript" if language.name == "tsx" else language.name
    text = f"""factory: 1
app: {{id: farm}}
code: {{default: bound, language: {speech}, paths: [src]}}
data_contracts:
  entities:
    - {{name: Other, fields: {{id: text key}}}}
    - name: Row
      fields: {{{fields}}}
"""
    return {"factory.yaml": text.encode(), language.path: language.lay(ENTITY, list(code)).encode()}


def laid(language: Language, fields: Iterable[Field]) -> list[tuple[str, str]]:
    """Names and types as the code has them."""
    return [(written(one.name, language.name), one.code) for one in fields]


@pytest.fixture(params=[(one, seed) for one in LANGUAGES for seed in SEEDS], ids=lambda p: f"{p[0].name}-{p[1]}")
def case(request: pytest.FixtureRequest) -> tuple[Language, list[Field], random.Random]:
    """A language, an entity, and the chance that picks what is broken."""
    language, seed = request.param
    return language, entity(language, seed), random.Random(seed)


Case = tuple[Language, list[Field], random.Random]


def test_right_code_gives_no_finding(case: Case) -> None:
    language, fields, _ = case
    assert findings(language, fields, laid(language, fields)) == []


def test_a_field_that_is_dropped_is_missing(case: Case) -> None:
    language, fields, chance = case
    gone = chance.choice(fields)
    left = [one for one in fields if one is not gone]
    assert findings(language, fields, laid(language, left)) == [("GF102", "error", gone.name)]
    if language.wrong:
        assert mended(language, fields, laid(language, left)) == []


def test_a_field_of_another_type_is_told(case: Case) -> None:
    language, fields, chance = case
    if not language.wrong:
        pytest.skip("types cannot be seen")
    number = chance.randrange(1, len(fields))
    bad = fields[number]
    for wrong in language.wrong[bad.type]:
        code = laid(language, fields)
        code[number] = (code[number][0], maybe(language, wrong) if bad.optional else wrong)
        assert findings(language, fields, code) == [("GF103", "error", bad.name)], wrong
        assert mended(language, fields, code) == [], wrong


def test_a_field_of_another_name_is_missing_and_one_is_unknown(case: Case) -> None:
    language, fields, chance = case
    number = chance.randrange(1, len(fields))
    code = laid(language, fields)
    code[number] = (written("grower_remark", language.name), code[number][1])
    expected = [("GF102", "error", fields[number].name), ("GF104", "warning", ENTITY)]
    assert sorted(findings(language, fields, code)) == expected


def test_a_slip_of_the_pen_is_one_finding(case: Case) -> None:
    language, fields, chance = case
    number = chance.choice([n for n, one in enumerate(fields) if len(one.name) > 5])
    name = fields[number].name
    code = laid(language, fields)
    slip = name[:2] + name[3] + name[2] + name[4:] if name[2] != name[3] and "_" not in name[2:4] else name[:-1]
    code[number] = (written(slip, language.name), code[number][1])
    assert findings(language, fields, code) == [("GF104", "error", name)]
    assert mended(language, fields, code) == []


def test_a_field_that_cannot_be_absent_and_must_be_is_told(case: Case) -> None:
    language, fields, chance = case
    hard = [n for n, one in enumerate(fields) if n and one.type in ("int", "decimal", "bool", "date", "datetime")]
    if not language.strict or not hard:
        pytest.skip("absence is not said")
    number = chance.choice(hard)
    bare = Field(name="x", type="x", optional=False, code=language.right[fields[number].type][0]).code
    code = laid(language, fields)
    code[number] = (code[number][0], bare if fields[number].optional else maybe(language, bare))
    assert findings(language, fields, code) == [("GF103", "error", fields[number].name)]
