"""Records that lie about their shape, as another program may write them and sync brings them, stop nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.app.context import open_context
from factory_git.cli import main as cli
from factory_git.engine.loop import stream
from factory_git.ledger.record import Record, make
from factory_git.ledger.types import shipped, shipped_types
from tests.app.deployments import Shop, deployed, make_shop
from tests.conftest import Git

# What each exits with in this repository, where nobody lies.
VERBS = {
    "status": 0,
    "state": 0,
    "state --at 3": 0,
    "artifact list": 0,
    "collection list": 0,
    "link list": 0,
    "manifest list": 0,
    "context list": 0,
    "log": 0,
    "list": 0,
    "list --type run": 0,
    "search x": 0,
    "stats": 0,
    "branches": 0,
    "watch --once": 0,
    "claim": 0,
    "claim a --for b": 0,
    "memory list": 0,
    "metrics": 3,
    "lineage": 0,
    "attest": 0,
    "why CODE:1": 0,
    "spec status": 0,
    "run --resume": 0,
    "run": 0,
    "rollback 1.0.0 --dry-run": 0,
    "deploy --dry-run": 0,
    "diff HEAD^ HEAD": 0,
    "approve --dry-run 123456 --why x": 3,
    "desire cheap --dry-run": 0,
    "maintenance": 0,
    "doctor": 0,
    "verify": 1,
}


def lies(head: str, app: str, run: str) -> list[Record]:
    """Of every type three records: one that lacks all it should have, two in which all is of a wrong kind."""
    out = []
    for type_ in sorted(shipped_types() - {"type", "redaction"}):
        names = shipped(type_).get("properties", {})
        found = {"title": "x", "commit": head, "app": app, "spec": app, "run": run}
        out += [make(type_, found), make(type_, {name: {"no": ["such"]} for name in names} | {"title": "x"})]
        out.append(make(type_, dict.fromkeys(names, 7) | found))
    return out


@pytest.fixture
def live(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    base = tmp_path_factory.getbasetemp()
    return deployed(make_shop(tmp_path, git, monkeypatch, base), base, twice=True)


def told(shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[int, str]]:
    monkeypatch.chdir(shop.path)
    out = {}
    code_path = next(name for name in shop.git("ls-files").splitlines() if name.endswith(".py"))
    for verb in VERBS:
        code = cli.run(verb.replace("CODE", code_path).split())
        out[verb] = code, capsys.readouterr().err
    return out


def test_no_verb_falls_over_records_that_lie(
    live: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ctx = open_context(live.path)
    run = ctx.ledger.list(type="run")[-1].record.id
    monkeypatch.setattr(ctx.ledger._types, "check", lambda _: None)  # another program, which checks nothing
    for where in (stream("shop"), "growth/shop", f"runs/{run}"):
        for one in lies(live.git("rev-parse", "HEAD"), "shop", run):
            again = make(one.type, {**one.payload, "stream": where}, [run], v=one.v)
            ctx.ledger.append([again], stream=where)
    ctx.ledger.close()
    said = told(live, monkeypatch, capsys)
    assert {verb: said[verb] for verb, code in VERBS.items() if said[verb][0] != code} == {}
