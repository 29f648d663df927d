"""Validation looks at the commit it was given, and at nothing that only resembles what the compiler wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.agents.compiler import CompilerAgent
from factory_git.core.clock import SystemClock
from factory_git.core.errors import IntegrityError
from factory_git.core.ids import Oid, RecordId
from factory_git.engine import making
from factory_git.engine.decide import Validate
from factory_git.engine.phases.validate import validate
from factory_git.engine.state import Outcome, State
from factory_git.engine.workshop import Workshop
from factory_git.gitio.commits import Code, identity
from factory_git.spec.load import load
from factory_git.spec.model import Source
from tests.engine.fakes import BOUND_FILE, GOOD, SPEC, Git, Shop, make_shop


def workshop(shop: Shop) -> Workshop:
    common = shop.path / ".git"
    code = Code(common)
    spec = load([Source(path="factory.yaml", content=SPEC.encode())])
    return Workshop(
        common_dir=common, code=code, identity=identity(common), make=lambda base: making.make(code, spec, base),
        spec="shop", branch="refs/heads/main", agent=CompilerAgent(), clock=SystemClock(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text"), [("tests/test_acceptance.py", "def test_value_is_right(): assert True\n"), ("shop/model.py", "")]
)
def test_a_commit_whose_compiled_files_are_not_the_compilers_is_not_even_run(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, path: str, text: str
) -> None:
    shop = make_shop(tmp_path / "shop", git, monkeypatch)
    base = Oid(shop.commit({BOUND_FILE: GOOD}))
    good = Oid(shop.run().specs[0].commit)
    state = State(run=RecordId("a" * 40), settings={}, base=base)
    assert validate(workshop(shop), state, Validate(iteration=1, commit=good)).outcome is Outcome.PASSED
    bad = Oid(shop.commit({path: text}))
    with pytest.raises(IntegrityError, match=path):
        validate(workshop(shop), state, Validate(iteration=1, commit=bad))
