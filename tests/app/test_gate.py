"""The gate judges a change by the branch that it is for, never by what the change brings along."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from factory_git.app import approve, gate, gate_rehearsal
from factory_git.app.gate_base import base_of
from factory_git.app.gate_verdict import Verdict
from factory_git.core.errors import Forbidden, Negative, NotFound, UsageError
from factory_git.gitio.locate import locate
from tests.app.gate_support import (
    ANN,
    APPROVERS,
    BOB,
    BREAKING,
    FORBIDDEN,
    MAJOR,
    MAL,
    MINOR,
    Project,
    identity,
    risks,
    spec,
)

# A new field that what is stored has no value for.
WITH_BOAT = spec(fields=", note: text?, boat: text", version="2.0.0").replace(
    "[[id, days], [a, 1], [b, 9]]", "[[id, days, boat], [a, 1, x], [b, 9, x]]"
)
CAT = ("Cat", "cat@example.com")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The application on ``main``, with Ann and Bob as approvers."""
    made = Project(tmp_path / "shop")
    made.write(spec())
    made.commit("first")
    return made


@pytest.fixture
def say(project: Project, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Approve as somebody."""
    return Say(project, monkeypatch)


class Say:
    def __init__(self, project: Project, patch: pytest.MonkeyPatch) -> None:
        self.project, self.patch = project, patch

    def __call__(self, who: tuple[str, str], *prints: str, **options: Any) -> approve.Result:
        asked = approve.Options(fingerprints=prints, **{"why": "looked at it", "base": "main", **options})
        with self.patch.context() as patch:
            for name, value in identity(who).items():
                patch.setenv(name, value)
            return approve.run(locate(self.project.path), asked)


def open_of(verdict: Verdict) -> str:
    """The fingerprint of the one mutation that is open."""
    (one,) = verdict.open
    return one.mutation.fingerprint


# -- what risk asks for ------------------------------------------------------------------------------------------------


def test_a_minor_change_passes_by_itself(project: Project) -> None:
    project.change(**MINOR)
    verdict = project.judge()
    assert (verdict.exit_code, verdict.word) == (0, "passed")
    assert set(risks(verdict).values()) == {"automatic"}


def test_a_major_change_waits_for_one_approver(project: Project, say: Say) -> None:
    project.change(**MAJOR)
    verdict = project.judge()
    assert (verdict.exit_code, verdict.word) == (1, "approval needed")
    assert "needs 1 approval of Ann <ann@example.com> or Bob <bob@example.com>" in verdict.missing()[0]
    assert verdict.command() == f"git factory approve {open_of(verdict)} --why TEXT"
    say(ANN, open_of(verdict)[:6])
    assert project.judge().exit_code == 0


def test_a_breaking_change_waits_for_two_and_its_migration_is_rehearsed(project: Project, say: Say) -> None:
    project.change(**BREAKING)
    verdict = project.judge()
    print_ = open_of(verdict)
    assert "rehearsed up and down on" in verdict.apps[0].rehearsal.said
    say(ANN, print_)
    assert project.judge().open[0].open == 1
    assert say(ANN, print_).done[0].state == "already"
    assert project.judge().exit_code == 1
    say(BOB, print_)
    assert project.judge().exit_code == 0


def test_a_migration_with_a_hole_fails_even_when_approved_until_somebody_fills_it(project: Project, say: Say) -> None:
    project.git("switch", "-q", "-c", "change")
    project.write(WITH_BOAT)
    project.commit()
    verdict = project.judge()
    assert verdict.apps[0].rehearsal.state == "failed"
    for who in (ANN, BOB):
        say(who, open_of(verdict))
    assert project.judge().exit_code == 1
    assert any("takes none of" in line and "boat" in line for line in project.judge().missing())
    (up,) = project.path.glob("migrations/0002*/up.sql")
    up.write_text(re.sub(r"-- HOLE:.*\n\s*gf_hole\(.*\)", "'unknown'", up.read_text()))
    project.write(WITH_BOAT)
    project.commit()
    assert project.judge().exit_code == 0, project.judge().lines()


def test_that_nothing_happens_to_empty_tables_shows_nothing() -> None:
    empty = gate_rehearsal._Trial(name="empty", rows=0)
    refused = gate_rehearsal._Trial(name="full", rows=3, refused="rows are in\nthe way")
    told = gate_rehearsal._told("the migration", [empty, refused], [])
    assert told.state == "failed"
    assert told.said == "the migration takes none of 2 databases that hold rows: rows are in the way"
    full = gate_rehearsal._Trial(name="full", rows=3)
    assert (
        gate_rehearsal._told("the migration", [empty, full], []).said
        == "the migration rehearsed up and down on 1 database"
    )
    assert (
        "rehearsed up on 1 database; it cannot be taken back, and deploying asks for: delete"
        in gate_rehearsal._told("it", [full], ["delete"]).said
    )


def test_a_migration_that_loses_what_was_stored_fails_whoever_approves(project: Project, say: Say) -> None:
    project.git("switch", "-q", "-c", "change")
    project.write(WITH_BOAT)
    (up,) = project.path.glob("migrations/0002*/up.sql")
    up.write_text('DELETE FROM "fish";\n' + re.sub(r"-- HOLE:.*\n\s*gf_hole\(.*\)", "'unknown'", up.read_text()))
    project.write(WITH_BOAT)
    project.commit()
    for who in (ANN, BOB):
        say(who, next(one for one in project.judge().open).mutation.fingerprint)
    verdict = project.judge()
    assert ["loses what was stored: fish" in line for line in verdict.missing()] == [True]
    assert verdict.exit_code == 1


def test_a_forbidden_change_is_nobodys_to_allow(project: Project, say: Say) -> None:
    project.change(**FORBIDDEN)
    verdict = project.judge()
    assert (verdict.exit_code, verdict.word) == (4, "forbidden")
    (one,) = [each for each in verdict.apps[0].items if each.state == "forbidden"]
    with pytest.raises(Forbidden):
        say(ANN, one.mutation.fingerprint)


def test_removing_the_spec_is_the_end_of_a_lineage(project: Project) -> None:
    project.git("switch", "-q", "-c", "change")
    project.git("rm", "-q", "-r", "--ignore-unmatch", "factory.yaml", "shop", ".factory", "migrations")
    project.commit()
    assert project.judge().exit_code == 4


def test_another_application_in_its_folder_is_forbidden_too(project: Project) -> None:
    """A decoy with the old id elsewhere would otherwise be compared, and the weaker one called new."""
    project.git("switch", "-q", "-c", "change")
    project.write(spec(), root="decoy")
    project.write(spec(id="shop2", limit=5))
    project.commit()
    verdict = project.judge()
    assert verdict.exit_code == 4
    assert "takes the place of shop" in " ".join(verdict.missing())


def test_a_new_application_in_a_folder_of_its_own_is_free(project: Project) -> None:
    project.git("switch", "-q", "-c", "change")
    project.write(spec(id="other", limit=5), root="other")
    project.commit()
    assert project.judge().exit_code == 0


def test_a_second_application_of_the_same_id_does_not_pass(project: Project) -> None:
    project.git("switch", "-q", "-c", "change")
    project.write(spec(limit=9), root="annex")
    project.commit()
    verdict = project.judge()
    assert (verdict.exit_code, verdict.word) == (1, "failed")
    assert verdict.missing() == ["annex: the id shop is that of the spec in ."]


def test_an_application_does_not_take_the_id_of_another_one(project: Project) -> None:
    project.write(spec(id="other"), root="other")
    project.commit()
    project.git("switch", "-q", "-c", "change")
    project.write(spec(id="shop", version="2.0.0"), root="other")
    project.commit()
    assert "other: the id shop is that of the spec in ." in project.judge().missing()


def test_a_spec_that_cannot_be_read_is_part_of_the_verdict(project: Project) -> None:
    project.git("switch", "-q", "-c", "change")
    (project.path / "factory.yaml").write_text("factory: 1\nnope: 1\n")
    project.commit()
    verdict = project.judge()
    assert verdict.exit_code == 2
    assert "cannot be compared" in verdict.missing()[0]


# -- by whom it is judged ----------------------------------------------------------------------------------------------


def with_mal(version: str = "1.1.0", **what: Any) -> str:
    mal = APPROVERS + "    - {name: Mal, email: mal@example.com}\n"
    return spec(growth=mal, version=version, **what)


def test_adding_oneself_to_the_approvers_does_not_count_in_the_same_change(project: Project, say: Say) -> None:
    project.git("switch", "-q", "-c", "change")
    project.write(with_mal())
    project.commit(by=CAT)
    verdict = project.judge()
    assert risks(verdict) == {"version-changed": "automatic", "approver-added": "open"}
    with pytest.raises(Negative, match="the base does not list mal@"):
        say(MAL, open_of(verdict))


def test_removing_the_approvers_or_plates_in_the_change_does_not_count(project: Project) -> None:
    project.git("switch", "-q", "-c", "change")
    text = spec(growth="", panels="", version="2.0.0").replace(
        'growth:\n  plates:\n    - {id: all, at: "**", max_risk: breaking}\n', ""
    )
    assert "growth" not in text
    project.write(text)
    project.commit()
    verdict = project.judge()
    assert not verdict.apps[0].rules.anybody
    assert any("of Ann" in line for line in verdict.missing())
    assert verdict.exit_code == 1


@pytest.mark.parametrize(
    ("gone", "less", "what"),
    [
        ("    - {name: Bob, email: bob@example.com}\n", "", "approver-removed"),
        ("bob@example.com}", "bob@example.com, max_risk: major}", "approver-narrowed"),
        ("    - {at: interface, require: [two_approvals]}\n", "", "plate-removed"),
    ],
)
def test_nobody_takes_approvers_or_plates_away_unseen(project: Project, gone: str, less: str, what: str) -> None:
    plated = spec().replace("  plates:\n", "  plates:\n    - {at: interface, require: [two_approvals]}\n")
    project.write(plated)
    project.commit()
    project.git("switch", "-q", "-c", "change")
    assert gone in plated
    project.write(plated.replace(gone, less).replace("1.0.0", "1.1.0"))
    project.commit(by=ANN)
    verdict = project.judge()
    assert (verdict.exit_code, risks(verdict)[what]) == (1, "open")
    (item,) = verdict.open
    assert [one.email for one in item.may] == [BOB[1]]  # never who made the change


def test_the_tip_of_the_base_says_who_approves_not_an_old_commit(project: Project, say: Say) -> None:
    """Who branches off before being removed from the list has no say any more."""
    project.change(**MAJOR)
    project.git("switch", "-q", "main")
    (project.path / "factory.yaml").write_text(spec(growth="  approvers:\n    - {name: Bob, email: bob@example.com}\n"))
    project.commit("Ann left", by=BOB)
    project.git("switch", "-q", "change")
    with pytest.raises(Negative, match="does not list ann@"):
        say(ANN, project.judge().open[0].mutation.fingerprint)


def test_a_change_of_a_spec_that_the_base_changed_meanwhile_is_to_be_rebased(project: Project, say: Say) -> None:
    project.change(**MAJOR)
    project.git("switch", "-q", "main")
    project.write(spec(fields=", note: text?, size: int?", version="1.1.0"))
    project.commit("size", by=BOB)
    project.git("switch", "-q", "change")
    say(ANN, project.judge().open[0].mutation.fingerprint)
    verdict = project.judge()
    assert verdict.exit_code == 1
    assert "merge or rebase first" in " ".join(verdict.missing())


BOUND = """\
factory: 1
app: {id: shop, title: Shop, stage: mature}
code: {default: bound, language: python, paths: [src]}
data_contracts:
  entities:
    - {name: Item, fields: {id: text key, price: decimal}}
"""


@pytest.mark.parametrize("head", ["HEAD", "worktree"])
def test_own_suppressions_of_the_change_do_not_count_whatever_its_settings_say(tmp_path: Path, head: str) -> None:
    project = Project(tmp_path / "shop")
    (project.path / "src").mkdir()
    (project.path / "factory.yaml").write_text(BOUND)
    code = project.path / "src" / "item.py"
    code.write_text("# gf: data_contracts.entities.item\nclass Item:\n    id: str\n    price: Decimal\n")
    project.commit("first")
    project.git("switch", "-q", "-c", "change")
    lost = "# gf: data_contracts.entities.item\nclass Item:  # gf: ignore[GF102] nobody reads it\n    id: str\n"
    code.write_text(lost)
    (project.path / ".factory").mkdir()
    (project.path / ".factory" / "config.yaml").write_text("ownSuppressions: true\n")
    if head == "HEAD":
        project.commit()
    verdict = project.judge(head=head)
    assert verdict.exit_code == 1
    assert any("GF102" in line for line in verdict.missing()), verdict.lines()


def test_the_change_does_not_choose_the_ledger_that_is_asked(project: Project, say: Say) -> None:
    project.change(**MAJOR)
    (project.path / ".factory" / "config.yaml").write_text("ref: refs/factory/mine\n")
    project.commit()
    say(ANN, open_of(project.judge()))
    assert project.git("for-each-ref", "--format=%(refname)", "refs/factory").split() == ["refs/factory/ledger"]


def test_where_the_base_lists_nobody_anybodys_approval_counts_and_it_says_so(project: Project, say: Say) -> None:
    project.write(spec(growth=""))
    project.commit("no approvers", by=ANN)
    project.change(**MAJOR, growth="")
    verdict = project.judge()
    assert any("anybody's approval counts, the author's own included" in line for line in verdict.lines())
    say(MAL, open_of(verdict))
    assert project.judge().exit_code == 0


# -- whose approval ----------------------------------------------------------------------------------------------------


def test_the_author_of_the_change_does_not_approve_it(project: Project, say: Say) -> None:
    project.change(by=ANN, **MAJOR)
    print_ = open_of(project.judge())
    with pytest.raises(Negative, match="made the change"):
        say(ANN, print_)
    say(BOB, print_)
    assert project.judge().exit_code == 0


@pytest.mark.parametrize(
    ("adds", "may"), [(False, ["ann@example.com", "bob@example.com"]), (True, ["bob@example.com"])]
)
def test_a_merge_as_git_makes_it_makes_nobody_an_author(project: Project, adds: bool, may: list[str]) -> None:
    project.change(**MAJOR)
    project.git("switch", "-q", "main")
    (project.path / "README").write_text("x\n")
    project.commit("elsewhere", by=BOB)
    project.git("switch", "-q", "change")
    project.git("merge", "-q", "--no-ff", "--no-commit", "main", by=ANN)
    if adds:
        (project.path / "NEWS").write_text("slipped in\n")
    project.commit("update the branch", by=ANN)
    assert [who.email for who in project.judge().open[0].may] == may


def test_a_co_author_made_the_change_too(project: Project, say: Say) -> None:
    project.change(**MAJOR)
    (project.path / "README").write_text("x\n")
    project.commit("together\n\nCo-authored-by: Ann <ANN@example.com>")
    with pytest.raises(Negative, match="made the change"):
        say(ANN, open_of(project.judge()))


def test_an_author_is_known_by_the_addresses_of_the_bases_mailmap(project: Project, say: Say) -> None:
    (project.path / ".mailmap").write_text("Ann <ann@example.com> <ann@home.example>  # and so on\n")
    project.commit("who is who", by=BOB)
    project.change(by=("Ann", "Ann@Home.example"), **MAJOR)
    (project.path / ".mailmap").unlink()
    project.commit("who am I")
    assert [who.email for who in project.judge().open[0].may] == ["bob@example.com"]


def test_a_plate_that_asks_for_acceptance_waits_for_a_converged_run_of_this_version(project: Project) -> None:
    asks = APPROVERS + "    - {name: Cat, email: cat@example.com}\n"
    text = spec(growth=asks).replace("max_risk: breaking}", "max_risk: breaking, require: [acceptance]}")
    project.write(text)
    project.commit("ask for it", by=BOB)
    project.git("switch", "-q", "-c", "change")
    project.write(text.replace(", note: text?", ", note: text?, size: int?").replace("1.0.0", "1.1.0"))
    project.commit()
    verdict = project.judge()
    assert risks(verdict)["field-added-optional"] == "lacking"
    assert "which is not proven yet (git factory run)" in verdict.missing()[0]
    said = {
        "commit": None, "iterations": 1, "outcome": "converged", "promoted": False, "reason": "", "run": "0" * 40,
        "spec": "shop", "title": "x",
    }  # fmt: skip
    ledger = base_of(locate(project.path), "main", "HEAD").context.ledger
    ledger.put("verdict", said | {"spec_digest": verdict.apps[0].result.diff.base})
    assert project.judge().exit_code == 1
    ledger.put("verdict", said | {"spec_digest": verdict.apps[0].result.diff.head})
    assert project.judge().exit_code == 0


def test_uncommitted_work_is_ones_own(project: Project) -> None:
    project.git("switch", "-q", "-c", "change")
    project.write(spec(growth="  approvers:\n    - {name: A U Thor, email: author@example.com}\n" + APPROVERS[13:]))
    project.commit("author may approve", by=BOB)
    project.git("branch", "-f", "main", "change")
    project.write(
        spec(growth="  approvers:\n    - {name: A U Thor, email: author@example.com}\n" + APPROVERS[13:], **MAJOR)
    )
    (one,) = project.judge(head="worktree").open
    assert [who.email for who in one.may] == ["ann@example.com", "bob@example.com"]


def test_a_trailer_of_an_own_commit_counts(project: Project) -> None:
    project.change(**MAJOR)
    print_ = open_of(project.judge())
    project.commit(f"approve\n\nFactory-Approve: {print_[:8]} read the panel's users", by=ANN)
    verdict = project.judge()
    assert verdict.exit_code == 0, verdict.lines()
    assert verdict.apps[0].items[0].counted[0].why == "read the panel's users"


def test_an_empty_commit_that_approves_makes_nobody_an_author(project: Project) -> None:
    project.change(by=MAL, **BREAKING)
    print_ = open_of(project.judge())
    project.commit(f"approve\n\nFactory-Approve: {print_} fine", by=ANN)
    project.commit(f"approve\n\nFactory-Approve: {print_} fine", by=BOB)
    assert project.judge().exit_code == 0


@pytest.mark.parametrize(
    ("trailer", "why"),
    [
        ("{print}", "does not say why"),
        ("{print} by me", "ann@example.com wrote that commit and bob@example.com committed it"),
    ],
)
def test_a_trailer_that_counts_for_nobody_says_so(project: Project, trailer: str, why: str) -> None:
    project.change(**MAJOR)
    line = trailer.format(print=open_of(project.judge()))
    by, author = (BOB, ANN) if "by me" in line else (ANN, ANN)
    project.git("commit", "-q", "--allow-empty", "-m", f"x\n\nFactory-Approve: {line}", by=by, author=author)
    verdict = project.judge()
    assert verdict.exit_code == 1
    assert any(why in line for line in verdict.lines())


def test_a_trailer_that_names_nothing_here_is_told(project: Project) -> None:
    project.change(**MAJOR)
    project.commit("x\n\nFactory-Approve: 0123456789ab old", by=ANN)
    assert any("names no mutation of this change" in note for note in project.judge().notes)


def test_control_characters_in_names_and_messages_are_read_as_they_are(project: Project) -> None:
    project.change(**MAJOR)
    print_ = open_of(project.judge())
    odd = ("A\x01B", "a\x01\x02@example.com")
    project.commit(f"x\n\nFactory-Approve: 0123456789ab o\x01ld\nCo-authored-by: X\x01 <{odd[1]}>", by=odd)
    project.commit(f"x\n\nFactory-Approve: {print_} fi\x01ne", by=ANN)
    verdict = project.judge()
    assert any("o\x01ld' names no mutation" in note or "o\\x01ld' names no mutation" in note for note in verdict.notes)
    (one,) = [item for app in verdict.apps for item in app.items if item.mutation.fingerprint == print_]
    assert [(each.email, each.why) for each in one.counted] == [(ANN[1], "fi\x01ne")]


def test_a_record_in_somebody_elses_name_counts_for_nobody(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.change(**MAJOR)
    verdict = project.judge()
    one = verdict.open[0].mutation
    ctx = base_of(locate(project.path), "main", "HEAD").context
    payload = {
        "title": "x", "app": "shop", "fingerprint": one.fingerprint, "mutation": one.id, "path": one.path,
        "risk": "breaking", "why": "x", "approver": {"name": "Ann", "email": "ann@example.com"},
        "spec_digest": "", "head": "",
    }  # fmt: skip
    ctx.ledger.put("approval", payload)
    assert "it says ann@example.com, and committer@example.com committed it" in "\n".join(project.judge().lines())
    assert project.judge().exit_code == 1


# -- how long an approval lives ----------------------------------------------------------------------------------------


def test_an_approval_survives_a_rebase(project: Project, say: Say) -> None:
    project.change(**MAJOR)
    say(ANN, open_of(project.judge()))
    project.git("switch", "-q", "main")
    (project.path / "README").write_text("x\n")
    project.commit("elsewhere", by=BOB)
    project.git("rebase", "-q", "main", "change")
    assert project.judge().exit_code == 0


def test_an_approval_dies_when_its_mutation_changes(project: Project, say: Say) -> None:
    guard = "    - {name: Few days, always: 'Sale.all(s, s.days < %d)', on_break: abort}\nacceptance:"
    project.git("switch", "-q", "-c", "change")
    project.write(spec(version="1.1.0").replace("acceptance:", guard % 20))
    project.commit()
    say(ANN, open_of(project.judge()))
    assert project.judge().exit_code == 0
    project.write(spec(version="1.1.0").replace("acceptance:", guard % 30))
    project.commit()
    assert project.judge().exit_code == 1


def test_an_approval_is_spent_once_the_base_holds_what_it_was_given_for(project: Project, say: Say) -> None:
    project.change(**MAJOR)
    say(ANN, open_of(project.judge()))
    project.git("switch", "-q", "main")
    project.git("merge", "-q", "--no-ff", "-m", "merge", "change", by=BOB)
    project.write(spec(version="1.2.0"))
    project.commit("bring it back", by=BOB)
    project.git("branch", "-D", "change")
    project.change(**{**MAJOR, "version": "1.3.0"})
    verdict = project.judge()
    assert verdict.exit_code == 1
    assert any("it is spent" in line for line in verdict.lines())
    say(ANN, open_of(verdict))  # the very same words again, for this commit
    assert project.judge().exit_code == 0


@pytest.mark.parametrize("trailer", [False, True])
def test_an_approval_is_spent_where_the_merge_was_squashed(
    project: Project, say: Say, monkeypatch: pytest.MonkeyPatch, trailer: bool
) -> None:
    project.change(**MAJOR)
    print_ = open_of(project.judge())
    if trailer:
        project.commit(f"x\n\nFactory-Approve: {print_} fine", by=ANN)
    else:
        say(ANN, print_)
    project.git("switch", "-q", "main")
    project.git("commit", "-q", "--allow-empty", "-m", "other work", by=BOB)
    assert project.judge("main", "change").exit_code == 0
    monkeypatch.setenv("GIT_COMMITTER_DATE", "@1900000000 +0000")  # later than the approval
    project.git("merge", "-q", "--squash", "change", by=BOB)
    project.commit("squashed", by=BOB)
    project.git("revert", "-n", "HEAD")
    project.commit("bring it back", by=BOB)
    project.git("branch", "-m", "change", "old")
    project.change(**MAJOR)
    project.git("merge", "-q", "-s", "ours", "-m", "old words again", "old")
    verdict = project.judge()
    assert verdict.exit_code == 1
    assert any("it is spent: interface.panels.catch has been otherwise" in line for line in verdict.lines())
    monkeypatch.setenv("GIT_COMMITTER_DATE", "@1900000100 +0000")
    project.commit(f"x\n\nFactory-Approve: {print_} still fine", by=ANN)
    assert project.judge().exit_code == 0


def two(project: Project) -> None:
    """Two applications whose mutations are the same to the letter."""
    for name in ("one", "two"):
        project.write(spec(id=name), root=name)
    project.commit("two", by=BOB)
    project.git("switch", "-q", "-c", "change")
    for name in ("one", "two"):
        project.write(spec(id=name, **MAJOR), root=name)
    project.commit()


def test_an_approval_counts_for_one_application_only(project: Project, say: Say) -> None:
    two(project)
    first, second = project.judge().open
    assert first.mutation.fingerprint == second.mutation.fingerprint
    with pytest.raises(UsageError, match="names 2 mutations"):
        say(ANN, first.mutation.fingerprint)
    say(ANN, f"one/{first.mutation.fingerprint}")
    assert [one.app for one in project.judge().open] == ["two"]
    project.commit(f"x\n\nFactory-Approve: {first.mutation.fingerprint} both", by=BOB)
    assert [one.app for one in project.judge().open] == ["two"]
    project.commit(f"x\n\nFactory-Approve: two/{first.mutation.fingerprint} this one", by=BOB)
    assert project.judge().exit_code == 0


# -- approve -----------------------------------------------------------------------------------------------------------


def test_an_unknown_fingerprint_lists_what_is_open(project: Project, say: Say) -> None:
    project.change(**MAJOR)
    with pytest.raises(NotFound) as caught:
        say(ANN, "0123456789ab")
    assert open_of(project.judge()) in caught.value.message
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(("word", "options"), [("d1e9", {}), ("xyzxyz", {}), ("0123456789ab", {"why": "  "})])
def test_what_makes_no_sense_is_refused(project: Project, say: Say, word: str, options: dict[str, Any]) -> None:
    project.change(**MAJOR)
    with pytest.raises(UsageError):
        say(ANN, word, **options)


def test_a_dry_run_writes_nothing(project: Project, say: Say) -> None:
    project.change(**MAJOR)
    print_ = open_of(project.judge())
    done = say(ANN, print_, dry_run=True)
    assert (done.done[0].record, done.open) == ("", ())
    assert project.git("for-each-ref", "refs/factory") == ""


def test_several_are_approved_in_one_transaction_or_none(project: Project, say: Say) -> None:
    project.git("switch", "-q", "-c", "change")
    guard = "    - {name: Few days, always: 'Sale.all(s, s.days < 20)', on_break: abort}\nacceptance:"
    project.write(spec(**MAJOR).replace("acceptance:", guard))
    project.commit()
    prints = [one.mutation.fingerprint for one in project.judge().open]
    assert len(prints) == 2
    with pytest.raises(NotFound):
        say(ANN, prints[0], "0123456789ab")
    assert project.git("for-each-ref", "refs/factory") == ""
    say(ANN, *prints)
    assert project.git("rev-list", "--count", "refs/factory/ledger").strip() == "1"
    assert project.judge().exit_code == 0


def test_the_record_says_what_was_approved_and_by_whom(project: Project, say: Say) -> None:
    end = project.change(**MAJOR)
    done = say(ANN, open_of(project.judge()))
    ctx = base_of(locate(project.path), "main", "HEAD").context
    said = ctx.ledger.get(done.done[0].record).payload
    assert said["approver"] == {"name": "Ann", "email": "ann@example.com"}
    assert (said["app"], said["mutation"], said["risk"], said["head"]) == ("shop", "panel-removed", "major", end)
    assert said["spec_digest"] == project.judge().apps[0].result.diff.base


def test_listing_shows_who_may_and_what_is_there(project: Project, say: Say) -> None:
    project.change(**BREAKING)
    say(ANN, open_of(project.judge()))
    (one,) = approve.listing(locate(project.path), approve.Options(base="main")).open
    assert [each.email for each in one.counted] == ["ann@example.com"]
    assert [str(who) for who in one.may] == ["Bob <bob@example.com>"]


def test_the_verdict_as_json_says_it_all(project: Project) -> None:
    project.change(**MAJOR)
    value = json.loads(json.dumps(project.judge().as_json()))
    assert (value["ok"], value["exit"], value["verdict"], value["risk"]) == (False, 1, "approval needed", "major")
    assert value["apps"][0]["mutations"][0]["state"] in ("open", "automatic")
    assert value["drift"]["ok"] is True


def test_options_narrow_to_an_application(project: Project) -> None:
    two(project)
    verdict = project.judge(options=replace(gate.Options(), specs=("one",)))
    assert [app.id for app in verdict.apps] == ["one"]
