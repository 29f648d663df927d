"""Who must approve a mutation, and whose approval counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factory_git.growth import approval
from factory_git.growth.approval import Approver, Given, Item, Plate, Rules
from factory_git.growth.mutation import Mutation

ANN = Approver(name="Ann", email="ann@example.com")
BOB = Approver(name="Bob", email="bob@example.com")
TWO = Rules(approvers=(ANN, BOB))
GATE = "workflows.pipelines.sell.steps.cold"


def mutation(risk: str = "major", path: str = GATE, id_: str = "gate-inserted") -> Mutation:
    return Mutation(id=id_, path=path, kind="step", risk=risk, after={"gate": "Lot"})


def given(one: Mutation, who: Approver = ANN, **what: str) -> Given:
    said = {"app": "shop", "risk": one.risk, "why": "looked at it", "source": "record 1", "unsigned": ""} | what
    return Given(fingerprint=one.fingerprint, name=who.name, email=who.email, **said)


def judged(one: Mutation, by: Rules, *approvals: Given, authors: tuple[str, ...] = (), proven: str = "") -> Item:
    (item,) = approval.judge("shop", [one], by, approvals, authors=authors, proven=proven.split())
    return item


@pytest.mark.parametrize(("risk", "needs"), [("none", 0), ("minor", 0), ("major", 1), ("breaking", 2)])
def test_risk_says_how_many_people_must_agree(risk: str, needs: int) -> None:
    one = mutation(risk)
    assert judged(one, TWO).open == needs
    both = [given(one, ANN), given(one, BOB)]
    assert judged(one, TWO, *both[:needs]).passes
    if needs:
        assert not judged(one, TWO, *both[: needs - 1]).passes


def test_forbidden_is_nobodys_to_allow() -> None:
    one = mutation("forbidden")
    item = judged(one, TWO, given(one, ANN, risk="breaking"), given(one, BOB, risk="breaking"))
    assert item.state == "forbidden"
    assert not item.passes
    assert "nobody can approve" in item.missing()


def test_all_or_some_of_those_who_may_are_told_apart() -> None:
    assert "of Ann <ann@example.com> or Bob <bob@example.com>" in judged(mutation(), TWO).missing()
    assert "of Ann <ann@example.com> and Bob <bob@example.com>" in judged(mutation("breaking"), TWO).missing()


def test_two_approvals_of_one_person_are_one() -> None:
    one = mutation("breaking")
    item = judged(one, TWO, given(one, ANN), given(one, replace(ANN, email="ANN@example.com"), source="commit 2"))
    assert item.open == 1
    assert item.may == (BOB,)
    assert "1 approval more of Bob <bob@example.com>" in item.missing()


def test_only_whom_the_base_lists_counts() -> None:
    one = mutation()
    item = judged(one, TWO, given(one, Approver(name="Mal", email="mal@example.com")))
    assert item.open == 1
    assert item.refused[0].why == "the base does not list mal@example.com as an approver"


def test_an_approver_is_bound_to_places_and_to_a_risk() -> None:
    by = Rules(approvers=(replace(ANN, at=("data_contracts.**",)), replace(BOB, max_risk="minor")))
    one = mutation()
    item = judged(one, by, given(one, ANN), given(one, BOB))
    assert [each.why for each in item.refused] == [
        "ann@example.com may approve data_contracts.** only",
        "bob@example.com may approve up to minor, and this is major",
    ]
    assert item.may == ()
    assert "nobody else whom the base lists" in item.missing()
    assert judged(
        mutation(path="data_contracts.entities.lot"), by, given(mutation(path="data_contracts.entities.lot"))
    ).passes


def test_a_place_that_names_a_node_covers_what_is_below_it() -> None:
    one = mutation()
    for at, passes in (("workflows.pipelines", True), ("**cold", True), ("workflows.pipe", False)):
        assert judged(one, Rules(approvers=(replace(ANN, at=(at,)),)), given(one)).passes is passes


def test_who_made_the_change_does_not_approve_it_where_others_can() -> None:
    one = mutation()
    item = judged(one, TWO, given(one, ANN), authors=("Ann@Example.com",))
    assert item.open == 1
    assert item.may == (BOB,)
    assert "made the change" in item.refused[0].why


def test_a_single_approver_may_approve_their_own_work() -> None:
    one = mutation()
    assert judged(one, Rules(approvers=(ANN,)), given(one, ANN), authors=("ann@example.com",)).passes
    twice = judged(mutation("breaking"), Rules(approvers=(ANN,)))
    assert "the base lists only 1 who may" in twice.missing()


def test_without_approvers_anybody_counts_and_it_says_so() -> None:
    one = mutation()
    assert judged(one, Rules()).missing() == "needs 1 approval, anybody's"
    assert judged(one, Rules(), given(one, ANN), authors=("ann@example.com",)).passes


def test_signatures_count_where_the_base_asks_for_them() -> None:
    one = mutation()
    loose = given(one, ANN, unsigned="it is not signed")
    assert judged(one, TWO, loose).passes
    item = judged(one, replace(TWO, signed=True), loose)
    assert item.refused[0].why == "the base asks for signatures, and it is not signed"
    assert judged(one, replace(TWO, signed=True), given(one, ANN)).passes


def test_another_value_or_another_application_needs_a_new_approval() -> None:
    one = mutation()
    other = replace(one, after={"gate": "Fish"})
    assert not judged(other, TWO, given(one, ANN)).passes
    assert not judged(one, TWO, given(one, ANN, app="farm")).passes
    assert not judged(one, TWO, given(one, ANN, app="farm")).refused  # it is not even about this one


def test_an_approval_for_a_lower_risk_is_void() -> None:
    one = mutation("breaking")
    item = judged(one, TWO, given(one, ANN, risk="major"), given(one, BOB))
    assert item.open == 1
    assert item.refused[0].why == "it was given for major, and this is breaking now"
    assert judged(mutation("major"), TWO, given(mutation("major"), ANN, risk="breaking")).passes


def test_a_trailer_names_no_risk_and_may_be_cut_to_six_digits() -> None:
    one = mutation("breaking")
    cut = replace(given(one, ANN, app="", risk=""), fingerprint=one.fingerprint[:6])
    assert judged(one, TWO, cut).counted
    assert not judged(one, TWO, replace(cut, fingerprint=one.fingerprint[:5])).counted


def test_what_is_void_counts_for_nothing() -> None:
    one = mutation()
    item = judged(one, TWO, given(one, ANN, void="it is spent"))
    assert item.refused[0].why == "it is spent"


def test_a_plate_can_ask_for_more_than_the_risk_does() -> None:
    plates = (
        Plate(at="workflows.pipelines", allow=("gate_inserted",), require=("simulation", "two_approvals")),
        Plate(at="workflows.pipelines", allow=("step_removed",), require=("acceptance",)),
    )
    by = replace(TWO, plates=plates)
    one = mutation()
    both = (given(one, ANN), given(one, BOB))
    assert judged(one, by).needs == 2
    assert judged(one, by, *both).state == "lacking"
    assert (
        judged(one, by, *both).missing()
        == "its plate asks for simulation, which is not proven yet (git factory simulate)"
    )
    assert judged(one, by, *both, proven="simulation").passes


def test_a_word_that_no_program_can_check_is_a_persons_to_check() -> None:
    by = replace(TWO, plates=(Plate(at="**", require=("legal_opinion",)),))
    assert judged(mutation("minor"), by).needs == 1
    assert judged(mutation("none"), by).needs == 0


def test_who_may_approve_is_never_changed_unseen() -> None:
    """Where an application is young, major is minor: not for the list of those who look."""
    one = mutation("minor", path="growth.approvers.mal", id_="approver-added")
    assert judged(one, TWO).open == 1
    assert judged(one, Rules()).passes


def test_a_plate_means_the_rows_that_its_words_mean() -> None:
    for allow, needs in ((("gate",), 2), (("gate_inserted",), 2), (("step",), 1), ((), 2)):
        by = replace(TWO, plates=(Plate(at="workflows", allow=allow, require=("two_approvals",)),))
        assert judged(mutation(), by).needs == needs, allow


def test_an_approver_is_known_by_an_email() -> None:
    by = approval.rules({"growth": {"approvers": [{"name": "Ann"}, {"name": "bob@example.com"}]}})
    one = mutation()
    assert [str(who) for who in by.approvers] == ["Ann (listed without an email)", "bob@example.com"]
    assert not by.several
    assert judged(one, by, given(one, Approver(name="Ann", email=""))).refused
    assert judged(one, by, given(one, BOB)).passes
    only = approval.rules({"growth": {"approvers": [{"name": "Ann"}]}})
    assert "nobody else whom the base lists (with an email) may" in judged(one, only).missing()


def test_rules_are_read_from_a_specs_plain_data() -> None:
    raw = {
        "growth": {
            "approvers": [
                {"name": "Ann", "id": "ann", "email": "ann@example.com", "at": ["safety.**"], "max_risk": "major"}
            ],
            "plates": [{"at": "workflows.**", "allow": ["gate-inserted"], "require": ["two approvals"]}],
            "signatures": "required",
        }
    }
    by = approval.rules(raw)
    assert by.approvers == (Approver(name="Ann", email="ann@example.com", at=("safety.**",), max_risk="major"),)
    assert by.plates == (Plate(at="workflows.**", allow=("gate_inserted",), require=("two_approvals",)),)
    assert by.signed
    assert approval.rules({}) == Rules()
