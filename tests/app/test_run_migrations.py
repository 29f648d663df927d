"""Runs of specs whose change of stored data only a person, or an agent, can finish."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.app.judge import judge
from factory_git.gitio import trees
from factory_git.gitio.locate import locate
from tests.app.test_run_bound import ran, save
from tests.codemap.repos import write
from tests.conftest import Git

SPEC = """\
factory: 1
app: {id: shop, title: Shop}
data_contracts:
  entities:
    - {name: Item, fields: {id: text key, name: text}}
acceptance:
  - {name: one, given: {Item: [[id, name], [a, x]]}, then: ['size(Item) == 1']}
"""
NEW = SPEC.replace("name: text}", "name: text, extra: int}").replace(
    "[id, name], [a, x]", "[id, name, extra], [a, x, 1]"
)
FILE = "migrations/0002_add_item_extra/up.sql"
WHAT = "how Item.extra (int) is had"
FILL = f"sed -i -e '/-- HOLE/d' -e \"s/gf_hole('[^']*')/7/\" {FILE}"


@pytest.fixture
def shop(repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(repo, {"factory.yaml": SPEC})
    save(repo, git)
    monkeypatch.chdir(repo)
    assert ran().outcome == "converged"
    git("reset", "-q", "--hard", cwd=repo)
    write(repo, {"factory.yaml": NEW})
    save(repo, git)
    return repo


def findings(repo: Path) -> list[str]:
    (one,) = judge(trees.commit(locate(repo), "HEAD"))
    return [f"{f.code} {f.place.file} {f.message}" for f in one.findings]


def test_a_run_with_a_hole_in_a_migration_does_not_converge_and_says_why(shop: Path, git: Git) -> None:
    done = ran()
    assert (done.outcome, done.holes) == ("not converged", ("migrations.0002_add_item_extra.up",))
    assert f"{FILE}:15: GF001 nobody has said yet {WHAT}" in done.failures[0]


def test_a_hole_that_a_person_fills_stays_as_it_is(shop: Path, git: Git) -> None:
    ran()
    (candidate,) = [
        line.split()[0]
        for line in git("for-each-ref", "--sort=-creatordate", "refs/factory/candidates", cwd=shop).splitlines()
        if git("ls-tree", line.split()[0], FILE, cwd=shop)
    ]
    git("checkout", "-q", candidate, "--", "migrations", cwd=shop)
    text = (shop / FILE).read_text().replace(f"-- HOLE: {WHAT}\n", "").replace(f"gf_hole('{WHAT}')", "7")
    write(shop, {FILE: text})
    save(shop, git)
    assert ran().outcome == "converged"
    git("reset", "-q", "--hard", cwd=shop)
    assert findings(shop) == []
    write(shop, {FILE: text.replace("7,", "8,")})
    save(shop, git)
    assert findings(shop) == []
    assert ran().holes == ()


def test_an_agent_may_fill_it(shop: Path, git: Git) -> None:
    done = ran(agent=f"command: {FILL}")
    assert (done.outcome, done.holes) == ("converged", ())
    git("reset", "-q", "--hard", cwd=shop)
    assert "7," in (shop / FILE).read_text()
    assert findings(shop) == []
