"""``log``, ``list``, ``show``, ``tree``, ``verify`` as a user meets them: output, exit codes, JSON, start-up."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from factory_git.ledger.store import REF
from tests.conftest import Git
from tests.ledger.conftest import ANY, open_ledger

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
