"""``log``, ``list``, ``show``, ``tree``, ``verify`` as a user meets them: output, exit codes, JSON, start-up."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from factory_git.cli import records
from factory_git.core.clock import FixedClock
from factory_git.ledger.record import make
from factory_git.ledger.store import REF
from tests.conftest import Git
from tests.ledger.conftest import ANY, NOON, open_ledger
from tests.ledger.test_read import damage

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def factory(repo: Path) -> Run:
    """Call the program as a process of its own in the repository."""

    def call(*args: str, ok: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "factory_git", *args], cwd=repo, capture_output=True, text=True, check=False
        )
        assert done.returncode == ok, done.stderr
        return done

    return call


@pytest.fixture
def ids(repo: Path) -> list[str]:
    ledger = open_ledger(repo)
    ledger.register("note", ANY)
    first = ledger.put("note", {"title": "the first", "n": Decimal("1.10")}, stream="runs/aa", subject="begin")
    second = ledger.put("note", {"title": "the second"}, [first], blobs=[b"transcript"])
    ledger.close()
    return [first, second]


def test_log_is_the_journal_newest_first(factory: Run, ids: list[str]) -> None:
    lines = factory("log").stdout.splitlines()
    assert [line.split("  ")[3] for line in lines if not line.startswith(" ")] == [
        f"note {ids[1][:10]}",
        "begin",
        "register type note",
    ]
    assert f"    {ids[0][:10]}  note  the first" in lines
    logged = json.loads(factory("log", "--json", "-n", "1", "--stream", "runs/aa").stdout)
    assert [set(entry) for entry in logged] == [{"tx", "subject", "stream", "actor", "when", "records"}]
    assert logged[0]["records"][0]["id"] == ids[0]


def test_list_filters_and_keeps_numbers(factory: Run, ids: list[str]) -> None:
    assert factory("list", "-t", "note").stdout.splitlines() == [
        f"{ids[0][:10]}  note  2026-03-01 12:00  the first",
        f"{ids[1][:10]}  note  2026-03-01 12:00  the second",
    ]
    raw = factory("list", "--text", "FIRST", "--json").stdout
    assert '"n":1.10' in raw
    (entry,) = json.loads(raw)
    assert set(entry) == {"id", "type", "v", "parents", "payload", "stream", "actor", "when", "tx", "subject"}
    assert json.loads(factory("list", "--type", "nothing", "--json").stdout) == []
    assert "no time" in factory("list", "--since", "whenever", ok=2).stderr


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("--type memo", "c"),
        ("--stream runs/aa", "a"),
        ("--run aa", "a"),
        ("--actor bob", "b"),
        ("--actor bob@x", "b"),
        ("--since 2026-03-01T12:00", "a c"),
        ("--until 2026-03-01T12:00", "b"),
        ("--parent {a}", "b"),
        ("--text ÄRGER", "c"),
        ("--text 100% --type memo", ""),
        ("--type note -r", "b a"),
        ("--type note -n 1", "a"),
    ],
)
def test_every_filter_of_list(factory: Run, repo: Path, options: str, found: str) -> None:
    clock = FixedClock(NOON)
    ledger = open_ledger(repo, clock=clock)
    ledger.register("note", ANY)
    ledger.register("memo", ANY)
    made = {"a": ledger.put("note", {"title": "a"}, stream="runs/aa", actor="Ann <ann@x>")}
    clock.at = NOON - timedelta(days=1)
    made["b"] = ledger.put("note", {"title": "b"}, [made["a"]], actor="Bob <bob@x>")
    clock.at = NOON + timedelta(days=1)
    made["c"] = ledger.put("memo", {"title": "c", "text": "ärger"}, [made["b"]], actor="Ann <ann@x>")
    ledger.close()
    listed = json.loads(factory("list", *options.format(**made).split(), "--json").stdout)
    assert [one["payload"]["title"] for one in listed if one["type"] != "type"] == found.split()


@pytest.mark.parametrize("content", [None, b'{"parents":[],"payload":{"title":"forged"},"type":"note","v":1}'])
def test_a_damaged_record_is_said_on_standard_error_and_the_rest_is_listed(
    factory: Run, repo: Path, git: Git, ids: list[str], content: bytes | None
) -> None:
    damage(repo, git, ids[0], content)
    listed = factory("list", "--type", "note", "--json")
    assert [one["id"] for one in json.loads(listed.stdout)] == [ids[1]]
    assert ids[0] in listed.stderr
    plain = factory("list", "--type", "note")
    assert (ids[0][:10] in plain.stdout, ids[1][:10] in plain.stdout, ids[0] in plain.stderr) == (False, True, True)
    assert ids[0] in factory("show", ids[0], ok=1).stderr
    assert factory("show", ids[1], "--payload").stdout == '{"title":"the second"}\n'
    assert ids[0] in factory("verify", ok=1).stdout
    assert "forged" not in listed.stdout + factory("log").stdout + factory("tree", ids[1]).stdout


def test_a_record_of_a_later_version_is_reported_and_the_exit_says_so(
    factory: Run, repo: Path, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = open_ledger(repo)
    with monkeypatch.context() as future:
        future.setattr("factory_git.ledger.types.version_of", lambda _: 2)
        newer = make("note", {"title": "from tomorrow"}, v=2)
        ledger.append([newer])
    ledger.close()
    listed = factory("list", "--json", ok=1)
    assert {ids[0], ids[1]} < {one["id"] for one in json.loads(listed.stdout)}
    assert newer.id not in listed.stdout
    assert "version 2" in listed.stderr
    assert "upgrade" in listed.stderr
    assert "upgrade" in factory("show", newer.id, ok=2).stderr + factory("verify", ok=1).stdout
    assert factory("show", ids[0]).stdout.startswith(f"note {ids[0]}")


def test_eighteen_diamonds_on_each_other_are_fifty_five_lines(factory: Run, repo: Path) -> None:
    ledger = open_ledger(repo)
    ledger.register("note", ANY)
    top = make("note", {"title": "0"})
    records = [top]
    for n in range(1, 19):
        sides = [make("note", {"title": f"{n} {side}"}, [top.id]) for side in ("left", "right")]
        top = make("note", {"title": f"{n}"}, [side.id for side in sides])
        records += [*sides, top]
    ledger.append(records)
    ledger.close()
    for arguments in ((top.id,), ("--down", records[0].id)):
        lines = factory("tree", *arguments).stdout.splitlines()
        assert len(lines) == 55
        assert sum("above" in line for line in lines) == 18, "the second time a shared record is only named"
        assert all(set(line[: re.search(r"[0-9a-f]", line).start()]) <= set("├──└│ ") for line in lines if line)  # type: ignore[union-attr]


def test_a_parent_that_is_gone_is_marked_in_the_tree(factory: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = open_ledger(repo)
    ledger.register("note", ANY)
    gone = make("note", {"never": "stored"})
    with monkeypatch.context() as careless:
        careless.setattr("factory_git.ledger.store.Ledger._refuse_absent", lambda *_: None)
        child = ledger.put("note", {"title": "orphan"}, [gone.id])
    ledger.close()
    assert factory("tree", child).stdout.splitlines()[1] == f"└── {gone.id[:10]} (missing)"


def test_show_by_prefix_payload_and_content(factory: Run, ids: list[str]) -> None:
    shown = factory("show", ids[0][:6]).stdout
    assert shown.startswith(f"note {ids[0]}\n")
    assert '  "n": 1.10,\n' in shown
    assert factory("show", ids[0], "--payload").stdout == '{"n":1.10,"title":"the first"}\n'
    assert json.loads(factory("show", ids[1], "--json").stdout)["parents"] == [ids[0]]
    from factory_git.core.ids import blob_oid

    assert factory("show", blob_oid(b"transcript")).stdout == "transcript"


def test_tree_up_and_down(factory: Run, ids: list[str]) -> None:
    up = f"{ids[1][:10]}  note  the second  2026-03-01 12:00\n└── {ids[0][:10]}  note  the first  2026-03-01 12:00\n"
    assert factory("tree", ids[1]).stdout == up
    assert factory("tree", "--down", ids[0][:5]).stdout.splitlines()[1].startswith(f"└── {ids[1][:10]}")
    assert [n["id"] for n in json.loads(factory("tree", ids[1], "--json").stdout)["nodes"]] == [ids[1], ids[0]]


def test_exits(factory: Run, ids: list[str], repo: Path, git: Git) -> None:
    for verb in ("show", "tree"):
        assert "no record" in factory(verb, "1" * 40, ok=3).stderr
        assert "hexadecimal" in factory(verb, "../x", ok=2).stderr
    factory("tree", ids[0], "--direction", "sideways", ok=2)
    assert "all well" in factory("verify").stderr
    git("update-ref", REF, f"{REF}~1", cwd=repo)
    assert "ledger/lost" in factory("verify", ok=1).stdout
    broken = json.loads(factory("verify", "--json", ok=1).stdout)
    assert (broken["ok"], broken["problems"][0]["code"]) == (False, "ledger/lost")


def test_errors_under_json_leave_standard_output_empty(factory: Run, ids: list[str]) -> None:
    done = factory("show", "ffff", "--json", ok=3)
    assert done.stdout == ""
    assert json.loads(done.stderr)["error"]["code"] == "record/not-found"


def test_an_empty_ledger_is_no_error(factory: Run) -> None:
    assert factory("log").stdout == factory("list").stdout == ""
    assert factory("log", "--json").stdout == "[]\n"
    factory("verify")
    factory("show", "abcd", ok=3)


def test_a_rebuilt_index_is_said_on_standard_error_once(factory: Run, ids: list[str], repo: Path) -> None:
    (repo / ".git/factory/index.sqlite").write_bytes(b"nonsense" * 100)
    assert factory("list", "--json").stderr.count("has been rebuilt") == 1
    assert factory("list").stderr == ""


@pytest.mark.parametrize("verb", [["show", "{id}"], ["list"], ["tree", "{id}"], ["log"]])
def test_reading_loads_nothing_heavy(ids: list[str], repo: Path, verb: list[str]) -> None:
    arguments = [word.format(id=ids[0]) for word in verb]
    program = f"import sys\nfrom factory_git.cli.main import run\ncode = run({arguments!r})\nprint(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=repo, capture_output=True, text=True, check=True)
    loaded = set(eval(done.stdout.splitlines()[-1]))
    assert not loaded & {"jsonschema", "yaml", "tree_sitter", "importlib.metadata", "asyncio", "http.client"}


def test_what_is_remembered_and_forgotten_is_named_to_programs(factory: Run) -> None:
    made = json.loads(factory("memory", "add", "the scale drifts", "--tag", "scale", "--json").stdout)
    assert [(one["id"], one["tags"]) for one in json.loads(factory("memory", "list", "--json").stdout)] == [
        (made["id"], ["scale"])
    ]
    assert json.loads(factory("memory", "forget", made["id"][:10], "--json").stdout) == made
    assert json.loads(factory("memory", "list", "--json").stdout) == []


@pytest.mark.parametrize(("zone", "moment"), [("Asia/Tokyo", LAST), ("America/New_York", FIRST)])
def test_the_ends_of_time_are_shown_in_every_zone(zone: str, moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert records.moment(moment) == f"{moment:%Y-%m-%d %H:%M}"
    finally:
        monkeypatch.undo()
        time.tzset()
