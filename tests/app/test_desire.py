"""A desire: what is understood, entered, recorded; what stays open; what an agent may add and what it may not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from factory_git.app.context import open_context
from factory_git.core.errors import AgentFailed, NotFound, UsageError
from factory_git.growth.desire.answer import MOST_BYTES
from factory_git.spec.load import load
from factory_git.spec.model import Source
from factory_git.spec.split import split
from tests.app.farm import ALLOCATE, WISH, Farm, Git

COLD = "never ship greens that broke the cold chain"


@pytest.fixture
def real(tmp_path: Path, git: Git) -> Farm:
    return Farm(tmp_path / "farm", git)


def test_a_desire_is_understood_entered_and_recorded(real: Farm) -> None:
    result = real.desire(WISH, why="they come earliest")
    assert [part.words for part in result.understood.parts] == [
        "reserve tuesday contracts first", "phi compliant", "packlists", "invoices",
    ]  # fmt: skip
    assert result.understood.open == ()
    (entry,) = load([Source(path="factory.yaml", content=real.spec.read_bytes())]).raw["desires"]
    assert entry["goal"] == "reserve tuesday contracts first"
    assert entry["constraints"] == ["phi compliant"]
    assert entry["outputs"] == ["Packlist", "Invoice"]
    assert (entry["status"], entry["note"]) == ("open", "they come earliest")
    (record,) = real.records("desire")
    assert record.id == result.record
    assert record.payload["text"] == WISH
    assert record.payload["node"] == f"desires.{entry['id']}"
    assert record.payload["by"] == "rules"
    added = [line for line in real.git("diff", "-U0").splitlines() if line.startswith("+ ")]
    removed = [line for line in real.git("diff", "-U0").splitlines() if line.startswith("-") and line[1:2] != "-"]
    assert (len(added), removed) == (6, []), "nothing else of the file has changed"


def test_nothing_is_committed(real: Farm) -> None:
    head = real.git("rev-parse", "HEAD")
    real.desire(WISH)
    assert real.git("rev-parse", "HEAD") == head
    assert real.git("status", "--porcelain") == "M factory.yaml"


def test_the_same_desire_again_is_the_same_entry(real: Farm) -> None:
    first = real.desire(WISH)
    text = real.spec.read_text()
    again = real.desire(WISH)
    assert again.node == first.node
    assert real.spec.read_text() == text


def test_a_dry_run_writes_nothing(real: Farm) -> None:
    result = real.desire(WISH, dry_run=True)
    assert result.files
    assert result.record == ""
    assert real.git("status", "--porcelain") == ""
    assert real.git("for-each-ref", "refs/factory") == ""


def test_no_edit_records_only(real: Farm) -> None:
    assert real.desire(WISH, edit=False).node == ""
    assert real.git("status", "--porcelain") == ""
    assert len(real.records("desire")) == 1


def test_what_no_rule_knows_stays_open_with_the_reason(real: Farm) -> None:
    result = real.desire(COLD)
    gaps = {one.words: one.why for one in result.understood.open}
    assert gaps["cold chain"] == "no field, source or term says 'cold chain'"
    assert result.understood.parts == ()
    assert real.records("desire")[0].payload["open"] == list(gaps)


def test_comments_and_a_spec_of_names_are_kept(tmp_path: Path, git: Git) -> None:
    minimal = Farm(tmp_path / "minimal", git, "minimal")
    comments = [line for line in minimal.spec.read_text().splitlines() if line.startswith("#")]
    result = minimal.desire("packlists", outputs=("Route list",))
    assert [dict(op) for op in result.understood.ops] == [
        {"add_entity": "Packlist", "made": True},
        {"set_step": "packlists", "in": "contract_allocation", "make": "Packlist"},
        {"add_entity": "RouteList", "made": True},
    ]
    assert comments
    assert [line for line in minimal.spec.read_text().splitlines() if line.startswith("#")] == comments


def test_a_spec_in_a_folder_gets_a_file_of_desires(tmp_path: Path, git: Git) -> None:
    apart = Farm(tmp_path / "apart", git)
    for path, content in split(apart.spec.read_bytes(), "factory.yaml").items():
        (apart.path / path).parent.mkdir(exist_ok=True)
        (apart.path / path).write_bytes(content)
    apart.spec.unlink()
    apart.commit("in parts")
    result = apart.desire(WISH)
    assert len(result.files) == 1
    assert "reserve tuesday contracts first" in "".join(p.read_text() for p in (apart.path / "spec").glob("*.yaml"))


def test_which_of_several_specs_must_be_said(real: Farm) -> None:
    (real.path / "other").mkdir()
    (real.path / "other" / "factory.yaml").write_text("factory: 1\napp: other\n")
    with pytest.raises(NotFound) as error:
        real.desire(WISH)
    assert error.value.code == "spec/several"
    assert real.desire(WISH, spec="farmer").app == "farmer"
    assert real.desire("deploy weekly", spec="other/factory.yaml").app == "other"


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001, "show \x1b[31mshortfalls"])
def test_no_desire_is_no_desire(real: Farm, text: str) -> None:
    with pytest.raises(UsageError):
        real.desire(text)
    assert real.git("for-each-ref", "refs/factory") == ""


# -- agents ------------------------------------------------------------------------------------------------------------

GATE = {
    "insert_gate": "Cold chain gate", "in": "contract_allocation", "after": "yield_forecast",
    "gate": "Forecast", "keep": "it.qty > 0",
}  # fmt: skip
UNDERSTOOD = [{"words": COLD, "means": "a gate on forecasts", "ops": [GATE]}]


def saying(farm: Farm, value: object) -> str:
    return farm.agent(f"print({json.dumps(json.dumps(value))})\n")


def test_an_agent_says_what_open_words_mean_and_is_named(real: Farm) -> None:
    agent = saying(real, {"understood": UNDERSTOOD, "open": []})
    result = real.desire(COLD, agent=agent)
    (part,) = result.understood.parts
    assert (part.by, part.ops) == (agent, (GATE,))
    assert result.understood.open == ()
    payload = real.records("desire")[0].payload
    assert payload["by"] == agent
    ctx = open_context(real.path)
    prompt, answer = ctx.ledger.blob(payload["prompt"]).decode(), ctx.ledger.blob(payload["answer"]).decode()
    ctx.ledger.close()
    assert COLD in prompt
    assert ALLOCATE in prompt
    assert "insert_gate" in prompt
    assert json.loads(answer)["understood"] == UNDERSTOOD


def test_an_agent_is_not_asked_where_nothing_is_open(real: Farm) -> None:
    agent = real.agent("Path(__file__).with_name('asked').touch()\nprint('{}')\n")
    assert real.desire(WISH, agent=agent).understood.by == "rules"
    assert not (real.path.parent / "asked").exists()


def test_what_an_agent_does_not_cover_stays_open(real: Farm) -> None:
    known = {"words": "ship greens", "means": "what is allocated", "nodes": ["data_contracts.entities.allocation"]}
    result = real.desire(COLD, agent=saying(real, {"understood": [known]}))
    assert [one.words for one in result.understood.open] == ["never", "broke", "cold chain"]


def one(**said: object) -> str:
    """A script that prints an answer with one thing understood."""
    return f"print({json.dumps(json.dumps({'understood': [{'words': COLD, 'means': 'x', **said}]}))})"


HOSTILE = {
    "no JSON": "print('I think you want a gate.')",
    "two values": "print('{} {}')",
    "another shape": "print(json.dumps({'ops': []}))",
    "more keys": "print(json.dumps({'understood': [], 'approve': True}))",
    "an unknown operation": one(ops=[{"rm": "/"}]),
    "a node that is not there": one(nodes=["a.b"]),
    "words nobody said": one(words="delete everything", nodes=["app"]),
    "neither node nor operation": one(),
    "an operation that breaks the spec": one(ops=[{"remove_entity": "Block"}]),
    "too many operations": one(ops=[GATE] * 51),
    "too much": f"print('x' * {MOST_BYTES + 1})",
    "no text": "sys.stdout.buffer.write(b'\\xff\\xfe')",
    "a failure": "sys.exit('no model here')",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_answer_that_is_none_is_refused_whole(real: Farm, body: str) -> None:
    with pytest.raises(AgentFailed) as error:
        real.desire(COLD, agent=real.agent(f"{body}\n"))
    assert error.value.message
    assert real.git("status", "--porcelain") == ""
    assert real.git("for-each-ref", "refs/factory") == "", "nothing is recorded"


def test_everything_wrong_about_an_answer_is_listed(real: Farm) -> None:
    wrong = [{"words": "gold", "means": "x", "nodes": ["a.b"]}, {"words": COLD, "means": "x", "ops": [{"rm": "-rf"}]}]
    with pytest.raises(AgentFailed) as error:
        real.desire(COLD, agent=saying(real, {"understood": wrong}))
    messages = [one["message"] for one in error.value.details["problems"]]
    assert len(messages) == 3
    assert any("there is no operation 'rm'" in message for message in messages)


def test_a_program_that_is_not_there_is_said(real: Farm) -> None:
    with pytest.raises(AgentFailed, match="not found"):
        real.desire(COLD, agent="command: /nowhere/agent")
    with pytest.raises(AgentFailed, match="answers no questions"):
        real.desire(COLD, agent="compiler")
