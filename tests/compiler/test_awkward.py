"""Names and texts that look like code: the application is right all the same, and nothing gets out of its quotes."""

from __future__ import annotations

import ast
import datetime as dt
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory_git.compiler.compile import compile_spec
from factory_git.compiler.python import source
from factory_git.compiler.schema import text_literal
from factory_git.core.errors import SpecError
from tests.compiler.support import application, previous, run, spec_of, write

DATA = Path(__file__).parent / "data"
AWKWARD = (DATA / "awkward.yaml").read_text(encoding="utf-8")


def test_awkward_names_compile_to_clean_typed_code_that_runs(tmp_path: Path) -> None:
    with application(AWKWARD, tmp_path) as app:
        m = app.module("model")
        world = m.World()
        world.world.append(m.World_(class_="k", self_=1, id="a", dt_=dt.date(2026, 1, 1), kit_=Decimal(1)))
        world.grosse_units.append(m.GrosseUnits(code="c"))
        bound = app.module("pipelines.run_")
        bound.print_x = lambda world, run: None
        bound.run(world, bound.Args(class_=dt.date(2026, 1, 2), taken_="x", world=0))
        assert [(r.fur, r.world) for r in world.u4e2d_u6587] == [("c", 1), ("k", 1)]
        with app.module("store").open_store(tmp_path / "awk.db") as store:
            store.migrate()
            store.change("x", {}, lambda w: add(w.world, world.world) + add(w.u4e2d_u6587, world.u4e2d_u6587))
            assert store.world().world == world.world
            assert store.world().u4e2d_u6587 == world.u4e2d_u6587
            store.down(1)
    for command in (
        ("ruff", "format", "--check", "--isolated", "--no-cache", "."),
        ("ruff", "check", "--isolated", "--no-cache", "."),
        ("mypy", "--strict", "--cache-dir", str(tmp_path / ".cache"), "awk", "tests"),
        ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"),
    ):
        done = run(*command, cwd=tmp_path)
        assert done.returncode == 0, done.stdout


def add(to: list[Any], rows: list[Any]) -> tuple[()]:
    to.extend(rows)
    return ()


EVIL = "x\"\"\"\nraise SystemExit('out')\n# '); DROP TABLE item; --\\"


def test_text_of_every_kind_stays_text(tmp_path: Path) -> None:
    quoted = EVIL.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    text = (DATA / "evil.yaml").read_text(encoding="utf-8").replace("EVIL", quoted)
    compilation = compile_spec(spec_of(text))
    for path, file in compilation.files.items():
        if not path.endswith(".py"):
            continue
        called = [ast.unparse(n.func) for n in ast.walk(ast.parse(file.content)) if isinstance(n, ast.Call)]
        assert "SystemExit" not in called, path
    with application(text, tmp_path, compilation) as app, app.module("store").open_store(tmp_path / "e.db") as store:
        store.migrate()
        m = app.module("model")
        kind = next(v for k, v in vars(m).items() if k.startswith("Item"))
        assert kind(id="a").note == EVIL
        store.change("x", {}, lambda world: add(world.item, [kind(id=EVIL)]))
        assert store.world().item[0].id == EVIL
        assert app.module("interface").APP.title == EVIL
    done = run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", cwd=tmp_path)
    assert "2 skipped" in done.stdout, done.stdout


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(st.text())
def test_a_literal_is_the_text_it_stands_for(text: str) -> None:
    written = source.quote(text)
    assert ast.literal_eval(written) == text
    assert written.isprintable()


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(st.text())
def test_a_docstring_and_a_comment_hold_any_text(text: str) -> None:
    body = "\n".join(source.docstring(text, more=[text]))
    tree = ast.parse(body)
    assert len(tree.body) == 1
    assert ast.get_docstring(tree) is not None
    assert "\n" not in source.comment(text)
    assert ast.parse(source.comment(text)).body == []


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(st.text().filter(lambda text: "\0" not in text))
def test_a_text_in_sql_is_the_text_it_stands_for(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    assert sqlite3.connect(":memory:").execute(f"SELECT {text_literal(text)}").fetchone()[0] == text


MINIMAL = """factory: 1
app: {id: mini, title: Mini}
data_contracts:
  entities: [Buyer, Contract, {name: Block, fields: [id, crop]}]
workflows:
  pipelines:
    - name: Contract allocation
      steps: ["Yield forecast", "PHI gate", Allocate, Surplus, Packlists, "Route plan", Invoices]
interface: {panels: [Triage, Brief]}
safety: {guardrails: ["No harvest from PHI locked blocks"]}
acceptance: ["All contracts reserved"]
"""


def test_a_spec_of_plain_strings_is_a_running_shell(tmp_path: Path) -> None:
    compilation = compile_spec(spec_of(MINIMAL))
    assert len(compilation.holes) == 7
    write(compilation, tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/block.csv").write_text("id,crop\nb1,herb\nb2,\n")
    for command, code, said in (
        (("load", "data"), 0, "Block"),
        (("show", "Block"), 0, "herb"),
        (("run", "contract_allocation"), 1, "contract_allocation.steps.yield_forecast is not bound"),
        (("check",), 0, "up to date"),
    ):
        done = run("python", "-m", "mini", *command, cwd=tmp_path)
        assert done.returncode == code, done.stderr
        assert said in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
    done = run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", cwd=tmp_path)
    assert "1 skipped" in done.stdout
    assert "passed" not in done.stdout


def test_a_filled_hole_is_called_and_never_overwritten(tmp_path: Path) -> None:
    compilation = compile_spec(spec_of(MINIMAL.replace('"Yield forecast", "PHI gate", Allocate, Surplus, ', "")))
    write(compilation, tmp_path)
    bound = tmp_path / "mini/bound"
    for name in ("packlists", "route_plan", "invoices"):
        (bound / f"contract_allocation_{name}.py").write_text("def run(world, run):\n    world.block.clear()\n")
    write(compilation, tmp_path)
    done = run("python", "-m", "mini", "run", "contract_allocation", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_growing_from_strings_to_types_keeps_what_was_loaded(tmp_path: Path) -> None:
    first = compile_spec(spec_of(MINIMAL))
    write(first, tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/block.csv").write_text("id,crop\nb1,herb\n")
    assert run("python", "-m", "mini", "load", "data", cwd=tmp_path).returncode == 0
    grown = MINIMAL.replace("fields: [id, crop]", "fields: {id: text, crop: text, kg: decimal?}")
    write(compile_spec(spec_of(grown), previous(first)), tmp_path)
    refused = run("python", "-m", "mini", "show", "Block", cwd=tmp_path)
    assert "migrate" in refused.stderr
    assert run("python", "-m", "mini", "migrate", cwd=tmp_path).returncode == 0
    assert "herb" in run("python", "-m", "mini", "show", "Block", cwd=tmp_path).stdout


def bound(at: str) -> str:
    code = f'code: {{workflows.pipelines.contract_allocation.steps.invoices: {{at: "{at}", mode: bound}}}}\n'
    return MINIMAL.replace('"Yield forecast", "PHI gate", Allocate, Surplus, Packlists, "Route plan", ', "") + code


@pytest.mark.parametrize("at", ["src/steps.py::make_invoices", "mini/own/steps.py::make_invoices"])
def test_code_may_stand_where_the_spec_says(tmp_path: Path, at: str) -> None:
    compilation = compile_spec(spec_of(bound(at)))
    assert not any("/bound/" in path for path in compilation.files)
    write(compilation, tmp_path)
    path = tmp_path / at.partition("::")[0]
    path.parent.mkdir(exist_ok=True)
    path.write_text("def make_invoices(world, run):\n    world.block.clear()\n")
    done = run("python", "-m", "mini", "run", "contract_allocation", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_place_that_python_cannot_import_is_refused_with_its_place() -> None:
    with pytest.raises(SpecError) as caught:
        compile_spec(spec_of(bound("src/my-steps.py::f")))
    assert "identifiers" in caught.value.problems[0].message
    assert caught.value.problems[0].place is not None


def test_a_reference_to_rows_that_have_no_key_is_refused() -> None:
    text = MINIMAL.replace("Buyer, Contract,", "Buyer, {name: Contract, fields: {buyer: ref Buyer}},")
    with pytest.raises(SpecError):
        compile_spec(spec_of(text))


def test_a_default_of_another_type_is_refused_with_its_place() -> None:
    text = MINIMAL.replace("fields: [id, crop]", "fields: {id: text, n: {type: int, default: many}}")
    with pytest.raises(SpecError) as caught:
        compile_spec(spec_of(text))
    assert caught.value.problems[0].place is not None
