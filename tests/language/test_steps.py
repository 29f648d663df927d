"""Steps as real applications need them: rows put together by what their references lead to."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from factory_git.compiler.compile import compile_spec
from factory_git.core.errors import SpecError
from tests.compiler.support import application, run, spec_of

CLINIC = """
factory: 1
app: {id: clinic}
identity: {purpose: Beds}
terms:
  - {name: late, args: {due: date, back: date?, day: date}, is: 'int((back != null ? back : day) - due)'}
data_contracts:
  entities:
    - {name: Ward, fields: {id: text key, name: text}}
    - {name: Doctor, fields: {id: text key, ward: ref Ward, shift: text?}}
    - {name: Visit, fields: {id: text key, doctor: ref Doctor, due: date, back: date?, minutes: int}}
    - {name: Load, made: true, fields: {ward: ref Ward, shift: text?, minutes: int, late: int, of: text}}
workflows:
  pipelines:
    - name: Loads
      trigger: {args: {day: date}}
      steps:
        - name: By ward
          group: Visit
          by: [doctor.ward, doctor.shift]
          make: Load
          set:
            ward: key.ward
            shift: key.shift
            minutes: sum(rows.map(r, r.minutes))
            late: sum(rows.map(r, late(r.due, r.back, run.day)))
            of: 'rows.map(r, r.doctor).distinct().join(",") + " " + key.ward.name'
acceptance: [Later]
"""


def test_rows_are_grouped_by_what_their_references_lead_to(tmp_path: Path) -> None:
    with application(CLINIC, tmp_path) as app:
        model = app.module("model")
        world = model.World()
        world.ward += [model.Ward(id="w", name="West"), model.Ward(id="e", name="East")]
        world.doctor += [
            model.Doctor(id=i, ward=w, shift=s) for i, w, s in (("a", "w", "day"), ("b", "w", "day"), ("c", "e", None))
        ]
        day = dt.date(2026, 6, 5)
        world.visit += [
            model.Visit(id=str(n), doctor=d, due=day, back=day.replace(day=7) if n else None, minutes=n + 1)
            for n, d in enumerate("abca")
        ]
        app.run(world, "loads", day=day.replace(day=9))
        assert [(row.ward, row.shift, row.minutes, row.late, row.of) for row in world.load] == [
            ("e", None, 3, 2, "c East"),
            ("w", "day", 7, 8, "a,b West"),
        ]
    assert run("mypy", "--strict", "clinic", cwd=tmp_path).stdout.startswith("Success")


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("doctor.warp", "Doctor has no field 'warp'"),
        ("[doctor.ward, doctor.ward]", "two fields of 'by' are called 'ward'"),
        ("minutes + 1", "'minutes + 1' is no field"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(by: str, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        compile_spec(spec_of(CLINIC.replace("[doctor.ward, doctor.shift]", by)))
    assert message in str(refused.value)


STORE = """
factory: 1
app: {id: store}
identity: {purpose: Pick what expires first}
data_contracts:
  entities:
    - {name: Lot, fields: {id: text key, qty: int, expires: date?}}
    - {name: Line, fields: {id: text key, qty: int}}
    - {name: Pick, made: true, fields: {line: ref Line, lot: ref Lot, qty: decimal}}
workflows:
  pipelines:
    - name: Picking
      steps:
        - name: Pick
          allocate: {supply: Lot, demand: Line, need: it.qty, supply_order: [expires, -qty]}
          make: Pick
          set: {line: demand.id, lot: supply.id, qty: qty}
acceptance: [Later]
"""


def test_supply_is_taken_in_its_own_order(tmp_path: Path) -> None:
    with application(STORE, tmp_path) as app:
        model, day = app.module("model"), dt.date(2026, 6, 5)
        world = model.World()
        lots = (("a", 1, None), ("b", 2, day), ("c", 5, day), ("d", 1, day.replace(day=1)))
        world.lot += [model.Lot(id=i, qty=q, expires=e) for i, q, e in lots]
        world.line.append(model.Line(id="n", qty=9))
        app.run(world, "picking")
        assert [(row.lot, row.qty) for row in world.pick] == [("d", 1), ("c", 5), ("b", 2), ("a", 1)]
