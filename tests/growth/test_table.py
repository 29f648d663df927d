"""The rows of mutations: each has its way back, and words of specifications mean rows."""

from __future__ import annotations

import pytest

from factory_git.growth.table import ALIASES, RISKS, ROWS, VERSIONS, Row, matches, meant, mirrors


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_is_whole(row: Row) -> None:
    assert row.risk in RISKS
    assert row.version in VERSIONS
    assert set(row.migration) <= set("ABCHX")
    assert set(row.tests) <= set("dagmseu")
    assert mirrors(row.id, row.mirror)
    assert (row.version == "root") == (row.risk == "forbidden")


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("gate_removed", {"gate-removed", "gate-moved-later", "gate-unbound"}),
        ("gate-removed", {"gate-removed", "gate-moved-later", "gate-unbound"}),
        ("gate_condition_loosened", {"gate-loosened", "gate-incomparable"}),
        ("guardrail_weakened", {"guardrail-weakened", "guardrail-incomparable"}),
        ("source_added", {"source-added", "source-added-untiered"}),
        ("field_added", {"field-added-optional", "field-added-default", "field-added-required", "pii-field-added"}),
        ("step_swapped", {"step-swapped"}),
        ("purpose changed", {"purpose-changed"}),
        ("no such thing", set()),
        ("", set()),
    ],
)
def test_a_word_means_rows(word: str, ids: set[str]) -> None:
    assert meant(word) == ids


def test_a_general_word_means_every_row_of_its_kind() -> None:
    panels = {id_ for id_ in ROWS if id_.startswith("panel-")}
    assert meant("panel_changed") == panels == meant("panel")
    assert matches("guardrail-removed", "guardrail_changed")
    assert not matches("guardrail-removed", "gate_changed")


def test_other_names_are_of_rows() -> None:
    assert {id_ for ids in ALIASES.values() for id_ in ids} <= ROWS.keys()
