"""A small shop that is promoted and deployed; what its target shows to who runs it, and shorthands for tests."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from factory_git.app import deploy, deployment_steps, rollback
from factory_git.app.context import open_context
from factory_git.app.deployment_target import Target
from factory_git.app.run import run
from factory_git.app.run_session import Options as RunOptions
from factory_git.core import points
from factory_git.engine.phases import validate
from factory_git.executors.acceptance import Proven, TestResult
from factory_git.ledger.record import Record
from tests.conftest import Git
from tests.engine.fakes import Seen

SPEC = """\
factory: 1
app: {id: shop, title: Shop, version: 1.0.0, variants: [Demo]}
identity: {purpose: Orders and bills}
data_contracts:
  entities:
    - name: Customer
      fields: {id: text key, name: text, email: {type: text?, pii: contact}}
    - name: Order
      fields: {id: text key, customer: ref Customer, kg: {type: decimal, min: 0}, note: text?}
    - {name: Bill, made: true, fields: {order: ref Order, kg: decimal}}
workflows:
  pipelines:
    - name: Billing
      trigger: {args: {day: date}}
      steps:
        - {name: Make bills, each: Order, make: Bill, set: {order: it.id, kg: it.kg}}
interface:
  panels:
    - {name: Bills, shows: [Bill, Order], first: true}
    - {name: People, shows: [Customer]}
safety:
  guardrails:
    - {name: No huge order, always: "Order.all(o, o.kg <= 500)", on_break: abort}
acceptance:
  - name: Every order is billed
    given:
      Customer: [[id, name], [c1, Ana]]
      Order: [[id, customer, kg], [o1, c1, 3]]
    when: {run: billing, day: 2026-06-09}
    then: ["size(Bill) == 1"]
"""
_MAKE = "        - {name: Make bills, each: Order, make: Bill, set: {order: it.id, kg: it.kg}}\n"
_GATE = "        - {name: Weight gate, gate: Bill, keep: it.kg >= 2}\n"
# 1.1: a field less, a field more, and a gate.
GROWN = (
    ("version: 1.0.0", "version: 1.1.0"),
    ("note: text?}", "paid: {type: bool, default: false}}"),
    (_MAKE, _MAKE + _GATE),
)
CUSTOMERS = "id,name,email\nc1,Ana,ana@example.com\nc2,Bo,\n"
ORDERS = "id,customer,kg,note\no1,c1,3,by hand\no2,c1,1.50,\no3,c2,7,late\n"
_built: dict[str, Path] = {}


def passes(root: Path, package: str, tests: Sequence[str], *, timeout: float, own: bool = False) -> Proven:
    """The verdict of tests that nobody runs: they pass."""
    del root, package, timeout, own
    results = tuple(TestResult(test=t, outcome="passed", assertions=1, seconds=0) for t in tests)
    return Proven(results=results, problem="", completed=None, seconds=0.0)


class Shop:
    """A repository with the spec above (or another), and a target."""

    def __init__(self, path: Path, git: Git, package: str = "shop") -> None:
        self.path, self.target, self.package, self._git = path, path.parent / "live", package, git

    def git(self, *args: str) -> str:
        return self._git(*args, cwd=self.path).strip()

    def commit(self, message: str = "change") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def edit(self, *changes: tuple[str, str], file: str = "factory.yaml") -> None:
        place = self.path / file
        text = place.read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        place.write_text(text)

    def promote(self) -> str:
        """Commit what is there and run it."""
        self.commit()
        return self.run()

    def run(self) -> str:
        """Run what is committed."""
        ctx = open_context(self.path)
        one = run(ctx, RunOptions(), Seen()).specs[0]
        ctx.ledger.close()
        assert one.outcome in ("converged", "nothing to do"), one
        return self.git("rev-parse", "HEAD")

    def grow(self, *changes: tuple[str, str]) -> str:
        self.edit(*(changes or GROWN))
        return self.promote()

    def deploy(self, **options: Any) -> deploy.Result:
        ctx = open_context(self.path)
        try:
            return deploy.run(ctx, deploy.Options(**({"to": self.target} | options)))
        finally:
            ctx.ledger.close()

    def rollback(self, lineage: str, **options: Any) -> rollback.Result:
        ctx = open_context(self.path)
        try:
            return rollback.run(ctx, rollback.Options(lineage=lineage, **({"to": self.target} | options)))
        finally:
            ctx.ledger.close()

    def records(self, type: str = "deployment") -> list[Record]:  # noqa: A002
        ctx = open_context(self.path)
        found = [entry.record for entry in ctx.ledger.list(type=type)]
        ctx.ledger.close()
        return found

    def states(self) -> list[tuple[str, str]]:
        """Version and state of every deployment, as the ledger has them."""
        return [(str(r.payload["version"]), str(r.payload["state"])) for r in self.records()]

    def app(self, *args: str, ok: bool = True) -> str:
        """What the deployed application prints."""
        argv = [sys.executable, str(self.target / "run.py"), *args]
        done = subprocess.run(argv, cwd=self.path, capture_output=True, text=True, check=False)
        assert not ok or done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def load(self, **files: str) -> None:
        folder = self.path.parent / "csv"
        folder.mkdir(exist_ok=True)
        for name, text in (files or {"customer": CUSTOMERS, "order": ORDERS}).items():
            (folder / f"{name}.csv").write_text(text)
        self.app("load", str(folder))

    def rows(self, entity: str) -> list[dict[str, Any]]:
        """The rows of the live database, in key order, without the application's own columns."""
        with closing(sqlite3.connect(self.target / "data" / "app.db")) as db:
            db.row_factory = sqlite3.Row
            found = [dict(row) for row in db.execute(f'SELECT * FROM "{entity.lower()}"')]
        told = [{name: value for name, value in row.items() if name[0] != "_"} for row in found]
        return sorted(told, key=lambda row: str(row.get("id", "")))

    def version(self) -> str:
        """What stands there, as its own code says."""
        found = Target(self.target).current()
        assert found is not None
        assert found.payload["version"] in (found.folder / "shop" / "interface.py").read_text()
        return str(found.payload["version"])

    @property
    def here(self) -> str:
        """The release that is current."""
        found = Target(self.target).current()
        return found.name if found else ""

    @property
    def half_made(self) -> list[str]:
        """What a deployment that ended would have taken away."""
        return [p.name for folder in (self.target, self.target / "releases") for p in folder.glob(".*")]

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """What the live database holds."""
        with closing(sqlite3.connect(self.target / "data" / "app.db")) as db:
            return db.execute(query).fetchall()

    def dump(self) -> list[str]:
        """The live database as SQL, without the times of migrations."""
        with closing(sqlite3.connect(self.target / "data" / "app.db")) as db:
            return [line for line in db.iterdump() if "_gf_migration" not in line]

    def spec_files(self) -> dict[str, bytes]:
        """The application's files in the working tree."""
        names = self.git("ls-files").splitlines()
        return {name: (self.path / name).read_bytes() for name in names}


def make_shop(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, base: Path) -> Shop:
    """A shop whose 1.0 is promoted; compiled once a session, copied from then on."""
    monkeypatch.setattr(validate, "prove", passes)
    monkeypatch.setattr(deployment_steps, "prove", passes)
    if "shop" not in _built:
        place = base / "built-shop"
        place.mkdir()
        git("init", "-q", cwd=place)
        (place / "factory.yaml").write_text(SPEC)
        (place / ".gitignore").write_text("*.db\n__pycache__/\n")
        Shop(place, git).promote()
        _built["shop"] = place
    shutil.copytree(_built["shop"], tmp_path / "repo", symlinks=True)
    return Shop(tmp_path / "repo", git)


def deployed(shop: Shop, base: Path, *, twice: bool = False) -> Shop:
    """The shop with 1.0 deployed, its data loaded and billed, and 1.1 promoted (``twice``: deployed, too).

    Made once a session and copied from then on, to where it was made: records name the target in full.
    """
    name = "twice" if twice else "once"
    if name not in _built:
        if twice:
            shop = deployed(shop, base)
            shop.deploy()
        else:
            shop.deploy()
            shop.load()
            shop.app("run", "billing", "--day", "2026-06-09")
            shop.grow()
        shutil.copytree(shop.path.parent, base / f"built-{name}", symlinks=True)
        _built[name] = base / f"built-{name}"
        _built.setdefault("was", shop.path.parent)
        return shop
    place = _built["was"]
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(_built[name], place, symlinks=True)
    return Shop(place / "repo", shop._git)


def killed(work: Callable[[], object], name: str) -> bool:
    """Do the work in a child that is killed (SIGKILL) at the step of that name; whether it got there."""
    pid = os.fork()
    if not pid:
        try:

            def checkpoint(at: str) -> None:
                if at == name:
                    os.kill(os.getpid(), signal.SIGKILL)

            with points.listening(checkpoint):
                work()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])
