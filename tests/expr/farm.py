"""A spec for tests: every kind of field, references, optional values; and the farmer spec, whole or changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import factory_git
from factory_git.core.errors import Place, SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec.check import check
from factory_git.spec.expr.scope import Scope
from factory_git.spec.expr.typed import Typed
from factory_git.spec.expr.typing import typed
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec, Text
from factory_git.spec.types import BOOL, DATE, DECIMAL, INT, TEXT, ListOf, Row, Type

FARMER = (Path(factory_git.__file__).parent / "templates" / "farmer" / "factory.yaml").read_text()

SMALL = """\
factory: 1
app: {id: small}
terms:
  worth: {args: {plot: text}, is: 'sum(Crop.filter(c, c.plot == plot).map(c, c.kilos * c.price))'}
  late: {args: {day: date}, is: day > date("2026-06-01")}
data_contracts:
  entities:
    - name: Owner
      fields: {id: text key, name: text, phone: text?}
    - name: Plot
      fields:
        id: text key
        owner: ref Owner
        soil: enum clay sand loam
        area: decimal
        class: int?
        deputy: ref Owner?
    - name: Crop
      fields:
        plot: ref Plot
        sown: date
        reaped: date?
        kilos: int
        price: decimal
        fresh: bool
        tags: list text
        note: any
        seen: datetime
    - name: Report
      made: true
      fields: {plot: ref Plot, soil: enum clay sand, total: decimal, count: {type: int, default: 0}, remark: text?}
"""


def text(source: str, line: int = 3, column: int = 5) -> Text:
    """An expression that stands in a file."""
    return Text(text=source, place=Place(file="f.yaml", line=line, column=column), path=SpecPath("terms.t"))


def spec(source: str = SMALL) -> Spec:
    """The spec of a text."""
    return load([Source(path="factory.yaml", content=source.encode())])


def farmer(changes: Mapping[str, str] | None = None) -> Spec:
    """The farmer spec with pieces of its text replaced, each of which must be there."""
    source = FARMER
    for old, new in (changes or {}).items():
        assert old in source, f"the farmer spec has no {old!r}"
        source = source.replace(old, new, 1)
    return spec(source)


VARIABLES: Mapping[str, Type] = {
    "crop": Row("Crop"),
    "plot": Row("Plot"),
    "crops": ListOf(Row("Crop")),
    "i": INT,
    "j": INT,
    "d": DECIMAL,
    "s": TEXT,
    "b": BOOL,
    "day": DATE,
    "words": ListOf(TEXT),
}

SCOPE = Scope.for_spec(spec()).with_(**VARIABLES).with_shape("run", {"date": DATE, "limit": INT})


def of(source: str, expect: Type | None = None, scope: Scope = SCOPE) -> Typed:
    """The typed tree of an expression."""
    return typed(text(source), scope, expect)


def refusal(source: str, expect: Type | None = None, scope: Scope = SCOPE) -> str:
    """The first line of the message that refuses an expression: place and words."""
    with pytest.raises(SpecError) as caught:
        of(source, expect, scope)
    (problem,) = caught.value.problems
    assert problem.path == "terms.t"
    assert problem.place is not None
    return f"{problem.place.line}:{problem.place.column} {problem.message}"


def messages(wrong: Spec, severity: str = "error") -> list[str]:
    """What the check says about a spec."""
    return [p.message for p in check(wrong) if p.severity == severity]
