"""What was written once is read for ever: a ledger of format 1 as it was, in a bundle that is never made anew.

A later version of a record's schema, of the format or of the index comes with a bundle of its own beside this one.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from factory_git.app.context import open_context
from factory_git.ledger.record import encode
from factory_git.ledger.store import REF
from tests.conftest import Git
from tests.fork import factory

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("bundle", sorted(DATA.glob("*.bundle")), ids=lambda path: path.stem)
def test_every_historical_record_still_reads(repo: Path, git: Git, bundle: Path) -> None:
    git("fetch", "-q", str(bundle), f"{REF}:{REF}", cwd=repo)
    expected = [tuple(line.split()) for line in bundle.with_suffix(".txt").read_text().splitlines()]
    ledger = open_context(repo).ledger
    found = ledger.list()
    assert [(str(entry.record.id), entry.record.type) for entry in found] == expected, "all of them, in their order"
    for entry in found:
        assert encode(ledger.get(entry.record.id)) == git("cat-file", "blob", entry.record.id, cwd=repo).encode()
    assert ledger.notices == ()
    assert ledger.verify().problems == ()
    ledger.close()


def test_what_is_folded_of_the_first_format_is_what_it_was(repo: Path, git: Git) -> None:
    git("fetch", "-q", str(DATA / "format-1.bundle"), f"{REF}:{REF}", cwd=repo)

    def ask(*args: str) -> str:
        done = factory(*args, cwd=repo)
        assert (done.code, done.err) == (0, "")
        return done.out

    assert [one["text"] for one in json.loads(ask("memory", "list", "--json"))] == [
        "remember the milk",
        "Zahlen: 1 und 1.0 — Ärger",
    ]
    assert [one["name"] for one in json.loads(ask("artifact", "list", "--json"))] == ["a.txt", "c.txt"]
    assert ask("artifact", "cat", "papers/a.txt") == "beta\n"
    assert [one["app"] for one in json.loads(ask("state", "--json"))["applications"]] == ["tiny"]
    assert json.loads(ask("claim", "--json")) == []
