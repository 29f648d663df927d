"""Agents are measured, not believed: what they break is put back, what is not theirs refused, how they end told."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.engine.phases import validate
from factory_git.ledger.record import Record
from tests.engine.fakes import BOUND_FILE, GOOD, HOLDOUT, SPEC, WRITE_GOOD, Git, Shop, make_shop
from tests.engine.test_kill import proves

WAIT = "os.mkfifo(str(Path(__file__).with_name('fifo')))\nos.open(str(Path(__file__).with_name('fifo')), os.O_RDONLY)\n"


@pytest.fixture
def shop(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return make_shop(tmp_path / "shop", git, monkeypatch)


@pytest.fixture
def quick(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The same, without the second that pytest takes: for what happens before there is anything to prove."""
    monkeypatch.setattr(validate, "prove", proves)
    return shop


def implemented(shop: Shop) -> Record:
    found = shop.records("implement")
    return max(found, key=lambda record: record.payload["step"])


def refused(record: Record) -> dict[str, str]:
    return {item["path"]: item["why"] for item in record.payload["refused"]}


def test_what_was_asked_and_answered_is_recorded(quick: Shop) -> None:
    agent = quick.agent(WRITE_GOOD + "print('all done'); print('a thought', file=sys.stderr)\n")
    quick.run(agent=agent)
    payload = implemented(quick).payload
    assert payload["agent"] == agent
    assert payload["exit"] == 0
    assert payload["changes"] == [{"status": "modified", "path": BOUND_FILE}]
    prompt, transcript = quick.blob(payload["prompt"]), quick.blob(payload["transcript"])
    assert "workflows.pipelines.main.steps.fill" in prompt
    assert BOUND_FILE in prompt
    assert "all done" in transcript
    assert "a thought" in transcript


def test_the_prompt_comes_by_file_too_and_placeholders_are_filled(quick: Shop) -> None:
    agent = quick.agent(
        "place, file, spec, run = sys.argv[2:6]\n"
        "assert Path(file).read_text() == prompt and Path(place) == Path.cwd() and spec == 'shop' and len(run) == 40\n"
        f"assert not Path(file).is_relative_to(place)\n{WRITE_GOOD}"
    )
    one = quick.run(agent=f"{agent} {{worktree}} {{prompt_file}} {{spec}} {{run}}").specs[0]
    assert one.outcome == "converged", one


CHEATS = {
    "tests": "Path('tests/test_acceptance.py').write_text('def test_value_is_right(): assert True\\n')\n",
    "compiled": "Path('shop/model.py').write_text('TITLE = 1\\n')\n",
    "renamed": "Path('tests/test_acceptance.py').rename('tests/test_other.py')\n",
    "spec": "Path('factory.yaml').write_text('factory: 1\\napp: {id: shop}\\n')\n",
    "lock": "Path('.factory/lock.json').write_text('{}')\n",
    "conftest": "Path('conftest.py').write_text('raise SystemExit(0)')\n",
    "shadow": "Path('shop/model').mkdir(); Path('shop/model/__init__.py').write_text('TITLE = 1')\n",
    "shadow-so": "Path('shop/model.abi3.so').write_text('')\n",
    "shadow-tests": "Path('shop/__pycache__').mkdir(exist_ok=True); Path('shop/__pycache__/x.pyc').write_text('')\n",
    "link": "os.symlink('/etc/passwd', 'shop/bound/link.py')\n",
    "attributes": "Path('.gitattributes').write_text('* text eol=crlf')\n",
    "nested": "os.system('git init -q inner && cd inner && git commit -q --allow-empty -m x')\n",
    "other-spec": "Path('sub').mkdir(); Path('sub/factory.yaml').write_text('factory: 1')\n",
}


def test_no_cheat_changes_what_is_proven(shop: Shop) -> None:
    """All at once, with a hole left empty: it must not converge, and none of it may be in the candidate."""
    one = shop.run(agent=shop.agent("".join(CHEATS.values())), max_iterations=1).specs[0]
    assert (one.outcome, one.promoted) == ("not converged", False)
    record = implemented(shop)
    found = refused(record)
    assert found["tests/test_acceptance.py"] == "compiled from the spec"
    assert found["factory.yaml"] == "the spec"
    assert found[".factory/lock.json"] == "compiled from the spec"
    assert found["shop/model/__init__.py"].startswith("would take the place of shop/model.py")
    assert found["shop/bound/link.py"] == "a symbolic link"
    assert found[".gitattributes"] == "decides what Git does"
    assert found["inner"] == "a submodule or a nested repository"
    assert found["sub/factory.yaml"] == "a spec"
    names = set(shop.git("ls-tree", "-r", "--name-only", record.payload["commit"]).splitlines())
    assert names & found.keys() == {"tests/test_acceptance.py", "factory.yaml", ".factory/lock.json", "shop/model.py"}
    assert shop.show("tests/test_acceptance.py", record.payload["commit"]).count("assert value == 42") == 1


@pytest.mark.parametrize("name", ["tests", "compiled", "conftest", "shadow"])
def test_a_cheat_beside_honest_work_is_refused_and_the_work_is_taken(shop: Shop, name: str) -> None:
    one = shop.run(agent=shop.agent(WRITE_GOOD + CHEATS[name])).specs[0]
    assert one.outcome == "converged", one
    assert shop.show(BOUND_FILE) == GOOD
    assert "assert value == 42" in shop.show("tests/test_acceptance.py")
    assert "'Shop'" in shop.show("shop/model.py")


def test_work_that_the_agent_committed_is_taken_as_files(quick: Shop) -> None:
    agent = quick.agent(
        WRITE_GOOD + "os.system('git add -A && git commit -q -m mine && git branch -f main && git checkout -q -b x')\n"
    )
    before = quick.git("for-each-ref", "refs/heads")
    seen: dict[str, str] = {}
    one = quick.run(lambda name: seen.update({name: quick.git("for-each-ref", "refs/heads")}), agent=agent).specs[0]
    assert one.outcome == "converged", one
    assert "mine" not in quick.git("log", "--all", "--format=%s")
    assert seen["promote:ref"] == before, "no branch moved before promotion"


def test_changes_to_the_repository_itself_are_put_back_and_fail_the_attempt(quick: Shop) -> None:
    common = quick.path / ".git"
    config = (common / "config").read_text()
    agent = quick.agent(
        f"common = Path({str(common)!r})\n{WRITE_GOOD}"
        "(common / 'hooks').mkdir(exist_ok=True)\n"
        "hook = common / 'hooks' / 'pre-commit'; hook.write_text('#!/bin/sh\\ntouch /tmp/owned'); hook.chmod(0o755)\n"
        "(common / 'config').open('a').write('[core]\\n\\tfsmonitor = /bin/evil\\n')\n"
    )
    one = quick.run(agent=agent, max_iterations=1).specs[0]
    assert (one.outcome, one.promoted) == ("not converged", False)
    assert not (common / "hooks" / "pre-commit").exists()
    assert (common / "config").read_text() == config
    payload = implemented(quick).payload
    assert (payload["failure"], payload["tampered"]) == ("tampered", ["config", "hooks/pre-commit"])


def test_a_branch_that_the_agent_moved_is_seen_and_its_spec_is_not_taken(quick: Shop) -> None:
    weak = "factory: 1\\napp: {id: shop, title: Shop}\\nworkflows: {pipelines: [{name: Main, steps: [Fill]}]}\\n"
    agent = quick.agent(
        f"os.chdir({str(quick.path)!r})\n"
        f"Path('factory.yaml').write_text('{weak}')\nos.system('git commit -qam weaker')\n"
        f"os.chdir(sys.argv[1]); {WRITE_GOOD}"
    )
    one = quick.run(agent=agent).specs[0]
    assert (one.outcome, one.promoted) == ("error", False)
    assert "while the agent was at work" in one.reason
    assert implemented(quick).payload["moved_refs"] == ["refs/heads/main"]


ENDS = {
    "exit": ("sys.exit(3)\n", "exit 3"),
    "signal": ("os.kill(os.getpid(), 9)\n", "(9)"),
    "unreadable": ("sys.stdout.buffer.write(b'\\xff\\xfe\\xff')\n", "UTF-8"),
}


@pytest.mark.parametrize("failure", list(ENDS))
def test_every_way_to_fail_is_told_apart_and_nothing_of_it_is_promoted(shop: Shop, failure: str) -> None:
    body, words = ENDS[failure]
    one = shop.run(agent=shop.agent(WRITE_GOOD + body), max_iterations=1).specs[0]
    assert (one.outcome, one.promoted) == ("not converged", False)
    assert words in one.reason
    payload = implemented(shop).payload
    assert payload["failure"] == failure
    assert words in payload["reason"]
    assert shop.clean()


def test_a_missing_program_is_told_apart(shop: Shop) -> None:
    one = shop.run(agent="command: no-such-agent-here {worktree}", max_iterations=3).specs[0]
    assert (one.outcome, one.iterations) == ("error", 1), "it would be as absent the next time"
    assert "not found" in one.reason
    assert "--agent" in one.hint
    assert implemented(shop).payload["failure"] == "missing"


def test_an_agent_that_blocks_is_ended_with_its_daemon(shop: Shop) -> None:
    pids = shop.path.parent / "pids"
    agent = shop.agent(
        "r, w = os.pipe()\n"
        "if not os.fork():\n"
        "    os.setsid()\n"
        "    if os.fork(): os._exit(0)\n"
        f"    Path({str(pids)!r}).write_text(str(os.getpid())); os.write(w, b'x')\n"
        f"    {WAIT.splitlines()[0]}\n    {WAIT.splitlines()[1]}\n"
        "os.read(r, 1)\nos.read(r, 1)\n"
    )
    one = shop.run(agent=agent, max_iterations=1, timeout=1.5).specs[0]
    assert one.outcome == "not converged"
    assert implemented(shop).payload["failure"] == "time-out"
    assert not Path(f"/proc/{pids.read_text()}/cwd").exists() or _dead(pids.read_text())
    assert shop.clean()


def _dead(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_flood_of_output_is_ended_and_recorded(shop: Shop) -> None:
    shop.git("config", "factory.agentOutput", "20000")
    one = shop.run(agent=shop.agent("while True: print('x' * 500)\n"), max_iterations=1).specs[0]
    assert one.outcome == "not converged"
    payload = implemented(shop).payload
    assert payload["failure"] == "output"
    assert "bytes cut" in shop.blob(payload["transcript"])
    assert len(shop.blob(payload["transcript"])) < 21_000


def test_exit_0_having_done_nothing_does_not_converge(quick: Shop) -> None:
    one = quick.run(agent=quick.agent("print('done, all tests pass')\n"), max_iterations=2).specs[0]
    assert (one.outcome, one.iterations) == ("not converged", 2)


COUNTING = """
count = Path(__file__).with_suffix('.count')
number = int(count.read_text()) + 1 if count.exists() else 1
count.write_text(str(number))
"""


def test_the_second_iteration_hears_of_the_first_and_builds_on_it(shop: Shop) -> None:
    agent = shop.agent(
        COUNTING
        + f"if number == 1:\n    Path('shop/bound/extra.py').write_text('X = 1\\n'); Path({BOUND_FILE!r}).write_text("
        "'def run():\\n    return 41\\n')\n"
        f"else:\n    assert Path('shop/bound/extra.py').exists(); {WRITE_GOOD}"
    )
    one = shop.run(agent=agent).specs[0]
    assert (one.outcome, one.iterations) == ("converged", 2), one
    first, second = sorted(shop.records("implement"), key=lambda record: record.payload["step"])
    one_prompt, two_prompt = shop.blob(first.payload["prompt"]), shop.blob(second.payload["prompt"])
    assert "41 == 42" in two_prompt
    assert "41 == 42" not in one_prompt
    fixed, _, _ = one_prompt.partition("# The open steps")
    assert "# The files that are yours" in fixed
    assert two_prompt.startswith(fixed), "what does not change comes first, to the byte"
    assert shop.show("shop/bound/extra.py") == "X = 1\n"


def test_changed_files_are_what_the_agent_changed(quick: Shop) -> None:
    quick.commit({"old.txt": "a long enough text to be found again\n" * 5, "gone.txt": "x\n", ".gitignore": "*.log\n"})
    (quick.path / "dirty.txt").write_text("the user's own\n")
    agent = quick.agent(
        WRITE_GOOD + "Path('old.txt').rename('new.txt'); Path('gone.txt').unlink(); Path('made.txt').write_text('y')\n"
        "Path('debug.log').write_text('z')\n"
    )
    assert quick.run(agent=agent).specs[0].outcome == "converged"
    assert implemented(quick).payload["changes"] == [
        {"status": "deleted", "path": "gone.txt"},
        {"status": "created", "path": "made.txt"},
        {"status": "renamed", "path": "new.txt", "source": "old.txt"},
        {"status": "modified", "path": BOUND_FILE},
    ]


def test_holdout_scenarios_are_nowhere_the_agent_looks_and_decide_in_the_end(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_shop(tmp_path / "held", git, monkeypatch, SPEC.replace("value == 42", "value > 0") + HOLDOUT)
    spy = tmp_path / "spy"
    agent = shop.agent(
        "import subprocess\n"
        "seen = [prompt, *(p.read_text(errors='replace') for p in Path('.').rglob('*') if p.is_file())]\n"
        "seen.append(subprocess.run('git log -p --all; git cat-file --batch-all-objects --batch', shell=True,\n"
        "    capture_output=True).stdout.decode(errors='replace'))\n"
        f"Path({str(spy)!r}).write_text(str([t for t in seen if '4242424242' in t or 'Kept from' in t]))\n"
        f"Path({BOUND_FILE!r}).write_text('def run():\\n    return 43\\n')\n"
    )
    one = shop.run(agent=agent).specs[0]
    assert spy.read_text() == "[]"
    assert (one.outcome, one.iterations, one.promoted) == ("not converged", 1, False)
    assert "holdout" in one.reason
    good = shop.run(agent=shop.agent(WRITE_GOOD, "good.py")).specs[0]
    assert (good.outcome, good.promoted) == ("converged", True), good
    assert "Kept from the agent" in shop.show("factory.yaml")
    assert "4242424242" in shop.show("tests/test_holdout.py")


def test_holdout_text_in_an_output_is_taken_out_of_the_feedback(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = "done: ['ls tests', 'cat tests/*.py factory.yaml; exit 1']\n"
    shop = make_shop(tmp_path / "held", git, monkeypatch, SPEC + HOLDOUT + done)
    shop.run(agent=shop.agent(WRITE_GOOD), max_iterations=2)
    prompts = [shop.blob(record.payload["prompt"]) for record in shop.records("implement")]
    assert len(prompts) == 2
    listed = shop.records("done")[0].payload["commands"][0]["stdout"]
    assert "test_acceptance.py" in listed
    assert "test_holdout.py" not in listed
    assert not [prompt for prompt in prompts if "4242424242" in prompt]


def test_only_named_variables_reach_the_agent(quick: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    quick.git("config", "factory.agentEnv", "MY_KEY")
    out = quick.path.parent / "env"
    with monkeypatch.context() as patch:
        patch.setenv("MY_KEY", "k")
        patch.setenv("OTHER_SECRET", "s")
        patch.setenv("GIT_PREFIX", "x")
        quick.run(agent=quick.agent(f"Path({str(out)!r}).write_text(repr(dict(os.environ)))\n"), max_iterations=1)
    text = out.read_text()
    assert "MY_KEY" in text
    assert "OTHER_SECRET" not in text
    assert "GIT_PREFIX" not in text
