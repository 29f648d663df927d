"""Pipelines and panels: what calls several in order, what draws a page; conservative, bound, and judged."""

from __future__ import annotations

import pytest

from tests.adopt.conftest import Judge, Make, put, run, spec_of

FLOW = """\
from farm.steps import forecast, gate, allocate


def nightly(day):
    rows = forecast(day)
    rows = gate(rows)
    allocate(rows)
    log(day)


def sometimes(day):
    rows = forecast(day)
    if day:
        gate(rows)
    allocate(rows)


def _private(day):
    forecast(day)
    gate(day)
    allocate(day)


def log(day):
    print(day)
"""
STEPS = """\
def forecast(day):
    rows = []
    for one in day:
        rows.append(one)
    return rows


def gate(rows):
    out = []
    for one in rows:
        out.append(one)
    return out


def allocate(rows):
    total = 0
    for one in rows:
        total += one
    return total
"""


def test_a_function_that_always_calls_several_becomes_a_pipeline(make: Make, judge: Judge) -> None:
    repo = make({"farm/flow.py": FLOW, "farm/steps.py": STEPS})
    run(repo)
    spec = spec_of(repo)
    assert [one.name for one in spec.pipelines] == ["nightly"]
    assert [one.id for one in spec.pipelines[0].steps] == ["forecast", "gate", "allocate"]
    at = {str(one.path): one.at for one in spec.bindings}
    assert at["workflows.pipelines.nightly"] == "farm/flow.py::nightly"
    assert at["workflows.pipelines.nightly.steps.gate"] == "farm/steps.py::gate"
    assert judge(repo) == []


def test_what_is_adopted_is_guarded_from_then_on(make: Make, judge: Judge) -> None:
    repo = make({"farm/flow.py": FLOW, "farm/steps.py": STEPS})
    run(repo)
    put(repo, {"farm/flow.py": FLOW.replace("    rows = gate(rows)\n    allocate", "    allocate", 1)})
    assert [(one.code, one.path) for one in judge(repo)] == [("GF202", "workflows.pipelines.nightly.steps.gate")]


def test_what_everybody_calls_is_a_tool_and_no_step(make: Make) -> None:
    users = {f"farm/user{n}.py": "from farm.steps import gate\n\ngate([])\n" for n in range(5)}
    repo = make({"farm/flow.py": FLOW, "farm/steps.py": STEPS, **users})
    assert run(repo).draft.pipelines == ()


def test_methods_have_their_type_before_their_name(make: Make) -> None:
    service = """\
class Orders:
    def settle(self, day):
        self.count(day)
        self.check(day)
        self.send(day)

    def count(self, day):
        total = 0
        for one in day:
            total += one
        return total

    def check(self, day):
        if not day:
            raise ValueError(day)
        print(day)
        return day

    def send(self, day):
        for one in day:
            print(one)
        print(day)
        return None
"""
    repo = make({"farm/orders.py": service})
    run(repo)
    assert [one.id for one in spec_of(repo).pipelines] == ["orders_settle"]


def test_pages_become_panels_that_show_what_they_name(make: Make, judge: Judge) -> None:
    views = """\
from django.shortcuts import render

from farm.models import Block


def blocks(request):
    return render(request, "blocks.html", {"rows": Block.objects.all()})


def draw(text):
    return render(text)


def _hidden(request):
    return render(request, "x.html")
"""
    models = "from django.db import models\n\n\nclass Block(models.Model):\n    name = models.CharField(max_length=9)\n"
    repo = make({"farm/views.py": views, "farm/models.py": models})
    run(repo)
    spec = spec_of(repo)
    assert [(one.id, one.shows) for one in spec.panels] == [("blocks", ("Block",))]
    assert judge(repo) == []


def test_components_are_pages_by_their_place(make: Make, judge: Judge) -> None:
    repo = make(
        {
            "web/pages/Triage.tsx": "function Triage() {\n  return <Row />;\n}\nexport default observer(Triage);\n",
            "web/pages/desk/index.tsx": "export default function DeskPage() {\n  return <div />;\n}\n",
            "web/pages/components/Row.tsx": "export function Row() {\n  return <div />;\n}\n",
            "web/lib/Box.tsx": "export function Box() {\n  return <div />;\n}\n",
        }
    )
    run(repo)
    assert sorted(one.id for one in spec_of(repo).panels) == ["desk", "triage"]
    assert judge(repo) == []


def test_two_pages_of_one_name_get_their_folders_before_them(make: Make) -> None:
    view = "def index(request):\n    return render(request, 'index.html')\n"
    repo = make({"farm/views.py": view, "shop/views.py": view})
    run(repo)
    assert [one.id for one in spec_of(repo).panels] == ["farm_index", "shop_index"]


@pytest.mark.parametrize(
    ("body", "steps"),
    [
        ("forecast()\n    gate()\n    allocate()", []),
        ("await forecast('day')\n    await gate('day')\n    await allocate('day')", []),
        ("rows = forecast()\n    gate(rows)\n    allocate(rows)", ["forecast", "gate", "allocate"]),
    ],
)
def test_calls_that_have_nothing_to_do_with_each_other_have_no_order(body: str, steps: list[str], make: Make) -> None:
    flow = f"from farm.steps import allocate, forecast, gate\n\n\nasync def nightly():\n    {body}\n"
    repo = make({"farm/flow.py": flow, "farm/steps.py": STEPS})
    drafted = run(repo).draft.pipelines
    assert [step.name for one in drafted for step in one.steps] == steps
