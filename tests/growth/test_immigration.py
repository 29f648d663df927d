"""Edits of the immigration desk's specification. Each expectation was written from the rules before the program was
asked.

The base is mature; its plates let sources (minor), steps (major) and panels (minor) grow. Its safety envelope names
personal data, so that to stop marking it as such is forbidden.
"""

from __future__ import annotations

import pytest

from tests.growth.cases import base, diff, lines, replaced, told

DESK = base("immigration")
ENTITIES = "data_contracts.entities"
STEPS = "workflows.pipelines.policy_triage.steps"

EDITS: dict[str, tuple[list[tuple[str, str]], str]] = {
    "privacy leaves the envelope": (
        [('    - "Personal data stays with those who need it"\n', "")],
        "safety-envelope-removed identity.safety_envelope.personal_data_stays_with_those_who_need_it forbidden",
    ),
    "guardrails may be weakened": (
        [("forbid: [guardrail_removed, guardrail_weakened]", "forbid: [guardrail_removed]")],
        "prohibited-change-narrowed identity.prohibited_changes.weaken_the_sign_off forbidden",
    ),
    "forums count as well": (
        [("minimum_tier: reputable", "minimum_tier: unverified")],
        "minimum-tier-lowered evidence_policy.minimum_tier breaking",
    ),
    "the gazette is trusted less": (
        [("{name: official gazette, tier: official,", "{name: official gazette, tier: reputable,")],
        "source-tier-lowered evidence_policy.sources.official_gazette major",
    ),
    "circulars count no more": (
        [("{name: bar association circular, tier: reputable}", "{name: bar association circular, tier: unverified}")],
        "source-tier-lowered evidence_policy.sources.bar_association_circular breaking  # the minimum fails",
    ),
    "one grade of trust more": (
        [("trust_tiers: [official, reputable, unverified]", "trust_tiers: [official, reputable, hearsay, unverified]")],
        "tier-added evidence_policy.trust_tiers.hearsay major",
    ),
    "telephone numbers are personal no more": (
        [("phone: {type: text?, pii: contact}", "phone: text?")],
        f"pii-flag-cleared {ENTITIES}.client.fields.phone forbidden",
    ),
    "notes on a case are less sensitive": (
        [
            ("note: {type: text?, pii: sensitive}", "note: {type: text?, pii: contact}"),
            ("{name: Lawyer, sees: [identity, contact, sensitive]}", "{name: Lawyer, sees: [identity, contact]}"),
        ],
        (
            f"pii-class-lowered {ENTITIES}.case.fields.note forbidden\n"
            "role-permission-narrowed interface.roles.lawyer breaking"
        ),
    ),
    "lawyers without a team": (
        [("team: enum work family protection}", "team: enum work family protection?}")],
        f"field-became-optional {ENTITIES}.lawyer.fields.team breaking",
    ),
    "no Chinese": (
        [("language: enum en fr es de uk ar fa zh", "language: enum en fr es de uk ar fa")],
        f"enum-value-removed {ENTITIES}.client.fields.language breaking",
    ),
    "parts of a task": (
        [("updates: int, tasks: int", "updates: int, tasks: decimal")],
        f"field-type-widened {ENTITIES}.action_plan.fields.tasks major",
    ),
    "telephone numbers go": (
        [
            ("        phone: {type: text?, pii: contact}\n", ""),
            (
                "columns: [name, nationality, born, email, phone, language]",
                "columns: [name, nationality, born, email, language]",
            ),
        ],
        f"field-removed {ENTITIES}.client.fields.phone breaking\npanel-shows-less interface.panels.clients breaking",
    ),
    "a column more": (
        [("next_deadline, lawyer, note]", "next_deadline, filed_on, lawyer, note]")],
        "panel-shows-more interface.panels.cases minor  # a plate allows it",
    ),
    "the front desk sees addresses": (
        [
            (
                "{name: Front desk, id: front_desk, sees: [identity]}",
                "{name: Front desk, id: front_desk, sees: [identity, contact]}",
            )
        ],
        "role-permission-widened interface.roles.front_desk breaking",
    ),
    "paralegals approve": (
        [
            (
                "note: act.note,\n            body: it.body}\n      roles: [Lawyer]",
                "note: act.note,\n            body: it.body}\n      roles: [Lawyer, Paralegal]",
            )
        ],
        "role-permission-widened interface.actions.approve breaking",
    ),
    "letters may go out twice": (
        [
            (
                (
                    "    - name: A letter goes out once\n"
                    "      always: Dispatch.all(d, Dispatch.exists_one(e, e.draft == d.draft))\n"
                    "      on_break: abort\n"
                ),
                "",
            )
        ],
        "guardrail-removed safety.guardrails.a_letter_goes_out_once forbidden",
    ),
    "a disclaimer goes": (
        [('    - "The policy updates and people in the sample data are invented."\n', "")],
        "disclaimer-removed safety.disclaimers.the_policy_updates_and_people_in_the_sample_data_are_invented breaking",
    ),
    "one step more": (
        [
            (
                "        - name: Morning digest\n",
                (
                    "        - {name: Quiet cases, notify: ActionPlan, where: it.tasks == 0, make: Alert,\n"
                    "           set: {subject: it.case_id, reason: '\"Nothing is left to do\"'}}\n"
                    "        - name: Morning digest\n"
                ),
            )
        ],
        f"step-inserted {STEPS}.quiet_cases minor  # a plate allows it",
    ),
    "a day less": (
        [("is: day <= today + days(number)", "is: day < today + days(number)")],
        "term-changed terms.within major  # no guardrail and no gate reads it",
    ),
    "letters are kept longer": (
        [("Dispatch: 10y", "Dispatch: 15y")],
        "retention-lengthened deployment.retention.dispatch breaking  # they hold personal data",
    ),
    "no telephones": (
        [("devices: [web, mobile]", "devices: [web]")],
        "device-removed deployment.devices.mobile breaking",
    ),
    "fewer desks are tried": (
        [("PolicyUpdate: 4, runs: 60}", "PolicyUpdate: 4, runs: 30}")],
        "acceptance-fewer-runs acceptance.the_guardrails_hold_for_any_desk breaking",
    ),
    "fees from a forum": (
        [('keep: it.tier != "unverified"', 'keep: it.tier != "unverified" || it.change == "fee"')],
        f"gate-loosened {STEPS}.trusted_updates forbidden  # a guardrail relies on it",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_the_desk(edit: str) -> None:
    edits, expected = EDITS[edit]
    text = DESK
    for old, new in edits:
        text = replaced(text, old, new)
    assert told(diff(DESK, text)) == lines(expected)
