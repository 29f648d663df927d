"""No secret is written: each kind is found and masked, what a ledger is full of is none, exceptions have reasons."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_git.core.errors import InvalidInput
from factory_git.core.ids import blob_oid
from factory_git.ledger import secret_kinds
from factory_git.ledger.record import encode, make
from factory_git.ledger.secrets import NOTHING, Allowed, Scanner, parse
from factory_git.ledger.store import Ledger
from tests.ledger.conftest import open_ledger
from tests.ledger.secret_samples import HARMLESS, SAMPLES, split

KINDS = [kind for kind, _ in SAMPLES]


@pytest.mark.parametrize(("kind", "text"), SAMPLES, ids=[f"{k}-{n}" for n, k in enumerate(KINDS)])
def test_a_secret_is_masked_and_named(kind: str, text: str) -> None:
    whole, secret = split(text)
    masked, count = Scanner().mask(whole.encode())
    assert masked.decode() == whole.replace(secret, f"[secret: {kind}]")
    assert count == 1
    assert Scanner().mask(masked) == (masked, 0)


def test_every_kind_has_a_sample() -> None:
    assert set(KINDS) == secret_kinds.NAMES


@pytest.mark.parametrize(("kind", "text"), SAMPLES, ids=[f"{k}-{n}" for n, k in enumerate(KINDS)])
def test_a_record_with_a_secret_is_refused_and_the_secret_not_told(ledger: Ledger, kind: str, text: str) -> None:
    whole, secret = split(text)
    tip = ledger.tip
    with pytest.raises(InvalidInput) as caught:
        ledger.put("note", {"title": "x", "deep": [{"text": f"before {whole} after"}]})
    error = caught.value
    assert error.code == "ledger/secret"
    assert "note/deep/0/text" in error.message
    assert kind in error.message
    assert ".factory/secrets.allow" in error.hint
    assert secret not in json.dumps(error.as_json())
    assert ledger.tip == tip


@pytest.mark.parametrize("text", HARMLESS)
def test_what_a_ledger_is_full_of_is_no_secret(text: str) -> None:
    record = make("note", {"text": text, "token": text, "lines": {text: 1}})
    Scanner().refuse([(record, encode(record))], [text.encode()], text)
    assert Scanner().mask(text.encode()) == (text.encode(), 0)


def test_a_value_is_judged_by_its_key(ledger: Ledger) -> None:
    with pytest.raises(InvalidInput, match=r"note/settings/db_password holds .*\(password\)"):
        ledger.put("note", {"settings": {"db_password": "tr0ub4dor&3"}})
    ledger.put("note", {"settings": {"title": "tr0ub4dor&3"}})


def test_contents_and_subjects_are_looked_at_too(ledger: Ledger) -> None:
    text, secret = split(SAMPLES[1][1])
    large = b"x" * 1_500_000 + text.encode() + b"\xff\x00" * 1000
    with pytest.raises(InvalidInput, match=f"content/{blob_oid(large)}"):
        ledger.put("note", {"n": 1}, blobs=[large])
    with pytest.raises(InvalidInput, match="transaction holds") as caught:
        ledger.put("note", {"n": 1}, subject=text)
    assert secret not in str(caught.value.as_json())
    assert ledger.list(type="note") == []


def test_a_large_content_keeps_all_but_its_secrets() -> None:
    text, secret = split(SAMPLES[1][1])
    data = (b"\x80line\n" * 300_000 + b" " + text.encode() + b"\n") * 2
    masked, count = Scanner().mask(data)
    assert count == 2
    assert masked == data.replace(secret.encode(), b"[secret: github-token]")


def test_a_payload_is_masked_and_counted() -> None:
    token, password = split(SAMPLES[1][1])[0], "n0t4y0u!!"
    payload = {"out": f"a {token}", "list": [1, {"password": password}], "ok": True, "commit": "a" * 40}
    masked, count = Scanner().mask_payload("done", payload)
    assert masked == {
        "out": "a git clone with [secret: github-token] please",
        "list": [1, {"password": "[secret: password]"}],
        "ok": True,
        "commit": "a" * 40,
    }
    assert count == 2
    record = make("done", masked)
    Scanner().refuse([(record, encode(record))], (), "")


def test_what_is_stored_already_is_not_refused_again(repo: Path) -> None:
    before = open_ledger(repo, scanner=NOTHING)
    before.register("note", {"type": "object"})
    stored = before.put("note", {"password": "n0t4y0u!!"})
    assert open_ledger(repo).put("note", {"password": "n0t4y0u!!"}) == stored


# -- the list of what is allowed -----------------------------------------------------------------------------------


def scanner(*lines: str) -> Scanner:
    return Scanner(lambda: parse("\n".join(lines).encode()))


def refused(one: Scanner, place: str, text: str) -> bool:
    record = make("note", {place: text})
    try:
        one.refuse([(record, encode(record))], (), "")
    except InvalidInput:
        return True
    return False


def test_a_secret_is_allowed_by_print_or_kind_at_a_place() -> None:
    text, secret = split(SAMPLES[1][1])
    digest = hashlib.sha256(secret.encode()).hexdigest()
    assert not refused(scanner(f"{digest[:12]} note/text a made-up one of the docs"), "text", text)
    assert not refused(scanner("# why", "", "github-token note/* documentation"), "text", text)
    assert refused(scanner(f"{digest[:12]} note/text because"), "other", text)
    assert refused(scanner("gitlab-token note/text because"), "text", text)
    assert refused(scanner(f"{'0' * 12} note/text because"), "text", text)


def test_the_way_out_that_a_refusal_names_works() -> None:
    record = make("note", {"text": split(SAMPLES[1][1])[0]})
    with pytest.raises(InvalidInput) as caught:
        Scanner().refuse([(record, encode(record))], (), "")
    line = caught.value.hint.split("`")[1]
    scanner(line).refuse([(record, encode(record))], (), "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("github-token note/text", "it says no reason"),
        ("github-token note/text  # later", "it says no reason"),
        ("github-token", "neither where nor why"),
        ("git-token note/* because", "'git-token' is neither"),
        ("abc note/* because", "'abc' is neither"),
    ],
)
def test_a_malformed_line_is_refused_by_its_number(line: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=r"line 2") as caught:
        parse(f"# all of them\n{line}\n".encode())
    (problem,) = caught.value.problems
    assert words in problem.message
    assert str(problem.place) == ".factory/secrets.allow:2"


def test_the_list_is_read_when_something_was_found_only() -> None:
    def unread() -> Sequence[Allowed]:
        raise AssertionError("read for nothing")

    record = make("note", {"text": "nothing here"})
    Scanner(unread).refuse([(record, encode(record))], (), "")


def test_off_finds_nothing() -> None:
    text = split(SAMPLES[1][1])[0]
    record = make("note", {"text": text})
    NOTHING.refuse([(record, encode(record))], [text.encode()], text)
    assert NOTHING.mask(text.encode()) == (text.encode(), 0)
    assert NOTHING.mask_payload("note", {"text": text}) == ({"text": text}, 0)


# -- properties ----------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [split(text)[0] for _, text in SAMPLES] + [split(text)[1] for _, text in SAMPLES] + [*HARMLESS]
)


@given(
    st.lists(PIECES | st.text(max_size=10) | st.sampled_from(['"', "=", ": ", "\n", "token", "password"]), max_size=8)
)
def test_what_was_masked_is_accepted(pieces: list[str]) -> None:
    text = "".join(pieces)
    payload, _ = Scanner().mask_payload("note", {"text": text})
    masked, _ = Scanner().mask(text.encode())
    record = make("note", payload)
    Scanner().refuse([(record, encode(record))], [masked], "")


@given(st.lists(PIECES | st.text(max_size=10), max_size=8))
def test_the_quick_look_misses_nothing_that_the_long_one_finds(pieces: list[str]) -> None:
    text = " ".join(pieces)
    found = {hit.kind for hit in secret_kinds.hits(text, secret_kinds.KINDS)}
    assert found <= {kind.name for kind in secret_kinds.suspects(text.encode())}


def test_many_secrets_in_one_text_are_all_masked_in_place() -> None:
    text, secret = split(SAMPLES[1][1])
    masked, count = Scanner().mask(f"{text}\n".encode() * 20_000)
    assert count == 20_000
    assert masked == f"{text}\n".replace(secret, "[secret: github-token]").encode() * 20_000
