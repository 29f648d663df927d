"""What is there stays: specs get what they lack, bindings follow moved code, nothing is overwritten."""

from __future__ import annotations

import json

import pytest

from factory_git.core.errors import Conflict, NotFound, UsageError
from factory_git.drift import baseline
from tests.adopt.conftest import Judge, Make, fields, put, run, spec_of
from tests.conftest import Git

MODEL = """\
from dataclasses import dataclass


@dataclass
class Block:
    id: str
    kg: int
"""
SPRAY = """\

@dataclass
class Spray:
    block_id: str
    product: str
"""
SPEC = """\
# ours
factory: 1
app: {id: farm}

data_contracts:
  entities:
    # the ground we have
    - name: Field block
      code: farm/model.py::Block
      fields: {id: text key, kg: int}

safety:
  guardrails:
    - Never oversell

code:
  default: bound
  paths: [farm/model.py]
"""


def test_a_bound_spec_gets_what_it_lacks_and_keeps_what_it_has(make: Make, judge: Judge) -> None:
    repo = make({"farm/model.py": MODEL + SPRAY, "factory.yaml": SPEC})
    before = {(one.code, one.path) for one in judge(repo)}
    adopted = run(repo)
    assert adopted.existing
    assert adopted.changed == ("factory.yaml",)
    text = (repo / "factory.yaml").read_text()
    assert text.startswith("# ours\nfactory: 1\n")
    assert "    # the ground we have\n    - name: Field block\n" in text
    assert "- Never oversell" in text
    spec = spec_of(repo)
    assert [one.name for one in spec.entities] == ["Field block", "Spray"]
    assert fields(spec, "Spray") == {"block_id": "text", "product": "text"}
    # What was wrong before stays wrong: only what the draft brings is frozen.
    assert {(one.code, one.path) for one in judge(repo)} == before - {("GF401", "")}


@pytest.mark.parametrize(
    "code",
    [
        "code: {default: bound, paths: [farm/model.py]}\n",
        "code:\n  default: bound\n  paths: [farm/model.py]  # ours\n",
        "code:\n  default: bound\n  paths:\n    - farm/model.py\n",
    ],
    ids=["layer", "list", "items"],
)
def test_paths_grow_in_the_form_they_have(make: Make, code: str) -> None:
    spec = f"factory: 1\napp: {{id: farm}}\ndata_contracts:\n  entities:\n    - Old\n{code}"
    repo = make({"farm/model.py": MODEL, "land/model.py": MODEL.replace("Block", "Land"), "factory.yaml": spec})
    run(repo)
    assert spec_of(repo).paths == ("farm/model.py", "land/model.py")
    assert [one.name for one in spec_of(repo).entities] == ["Old", "Block", "Land"]
    assert "# ours" in (repo / "factory.yaml").read_text() or "# ours" not in code


def test_what_is_free_is_left_alone(make: Make) -> None:
    free = SPEC.replace("code: farm/model.py::Block", "code: {at: farm/model.py::Block, mode: free}")
    repo = make({"farm/model.py": MODEL, "factory.yaml": free})
    assert run(repo).draft.entities == ()


def test_a_binding_follows_only_what_could_be_the_node(make: Make) -> None:
    page = "def desk(request):\n    return render(request, 'desk.html')\n"
    repo = make({"farm/views.py": page, "farm/model.py": MODEL})
    run(repo)
    put(repo, {"farm/views.py": "", "farm/mail.py": "def desk(to):\n    return to\n"})
    assert run(repo).moved == ()
    put(repo, {"farm/pages.py": page})
    assert run(repo).moved == (("interface.panels.desk", "farm/pages.py::desk"),)


def test_what_was_told_before_is_not_frozen(make: Make, judge: Judge) -> None:
    repo = make({"farm/model.py": MODEL + SPRAY + SPRAY.replace("Spray", "Weed"), "factory.yaml": SPEC})
    assert [(one.code, one.symbol) for one in judge(repo)][-2:] == [("GF401", "Spray"), ("GF401", "Weed")]
    adopted = run(repo, limit=1)
    assert [one.name for one in adopted.draft.entities] == ["Spray"]
    assert adopted.frozen == ()
    assert [(one.code, one.symbol) for one in judge(repo)][-1:] == [("GF401", "Weed")]


def test_a_second_time_there_is_nothing_to_add(make: Make) -> None:
    repo = make({"farm/model.py": MODEL + SPRAY, "factory.yaml": SPEC})
    run(repo)
    text = (repo / "factory.yaml").read_bytes()
    assert run(repo).changed == ()
    assert (repo / "factory.yaml").read_bytes() == text


def test_bindings_follow_code_that_was_moved(make: Make, judge: Judge) -> None:
    repo = make({"farm/model.py": MODEL})
    run(repo)
    put(repo, {"farm/model.py": "", "farm/land/model.py": MODEL})
    assert [one.code for one in judge(repo)] == ["GF001"]
    adopted = run(repo)
    assert adopted.moved == (("data_contracts.entities.block", "farm/land/model.py::Block"),)
    assert "code: farm/land/model.py::Block" in (repo / "factory.yaml").read_text()
    assert judge(repo) == []


def test_what_changed_while_it_moved_is_told_and_not_frozen(make: Make, judge: Judge) -> None:
    repo = make({"farm/model.py": MODEL})
    run(repo)
    put(repo, {"farm/model.py": "", "farm/land/model.py": MODEL.replace("    kg: int\n", "    kilos: int\n")})
    assert run(repo).moved
    assert [(one.code, one.severity) for one in judge(repo)] == [("GF102", "error"), ("GF104", "warning")]


def test_a_name_that_stands_in_two_places_is_followed_nowhere(make: Make) -> None:
    repo = make({"farm/model.py": MODEL})
    run(repo)
    put(repo, {"farm/model.py": "", "farm/a/model.py": MODEL, "farm/b/model.py": MODEL})
    assert run(repo).moved == ()


@pytest.mark.parametrize(
    "layer",
    ["data_contracts: {entities: [Block]}\n", "data_contracts:\n  entities: [Block]\n"],
    ids=["layer", "list"],
)
def test_what_is_written_on_one_line_is_added_to_there(make: Make, layer: str) -> None:
    spec = f"factory: 1\napp: {{id: farm}}\n{layer}code: {{default: bound, paths: [farm]}}\n"
    repo = make({"farm/model.py": MODEL + SPRAY, "factory.yaml": spec})
    run(repo)
    after = (repo / "factory.yaml").read_text().splitlines()
    assert "[Block, {name: " in next(line for line in after if "entities:" in line)
    assert "code: {default: bound, paths: [farm, farm/model.py]}" in after
    assert [one.name for one in spec_of(repo).entities][:2] == ["Block", "Spray"]


def test_a_compiled_spec_is_refused(make: Make) -> None:
    repo = make({"farm/model.py": MODEL, "factory.yaml": "factory: 1\napp: {id: farm}\n"})
    with pytest.raises(Conflict, match="compiled spec"):
        run(repo)


def test_a_spec_further_down_speaks_of_what_is_below_it(make: Make, judge: Judge) -> None:
    repo = make({"apps/farm/model.py": MODEL, "factory.yaml": "factory: 1\napp: {id: top}\ncode: {default: bound}\n"})
    run(repo, spec="apps/factory.yaml", name="Farm")
    spec = spec_of(repo, "apps")
    assert (spec.id, spec.paths) == ("farm", ("farm/model.py",))
    assert [one.at for one in spec.bindings] == ["farm/model.py::Block"]
    assert judge(repo) == []
    with pytest.raises(UsageError, match="not below apps"):
        run(repo, spec="apps/factory.yaml", paths=("",))


def test_many_entities_get_a_file_each_and_new_ones_too(make: Make, judge: Judge) -> None:
    classes = "".join(f"\n\n@dataclass\nclass Kind{n}:\n    id: str\n    kg: int\n" for n in range(70))
    head = "from dataclasses import dataclass\n"
    repo = make({"farm/model.py": head + classes})
    run(repo)
    assert (repo / "spec" / "app.yaml").exists()
    assert len(list((repo / "spec" / "data_contracts").glob("*.yaml"))) == 70
    assert judge(repo) == []
    put(repo, {"farm/model.py": head + classes + "\n\n@dataclass\nclass Spray:\n    id: str\n    kg: int\n"})
    assert [one.code for one in judge(repo)] == ["GF401"]
    adopted = run(repo)
    assert adopted.changed == ("spec/data_contracts/spray.yaml",)
    assert judge(repo) == []


def test_the_limit_is_told(make: Make) -> None:
    classes = "".join(f"\n\n@dataclass\nclass Kind{n}:\n    id: str\n    kg: int\n" for n in range(9))
    repo = make({"farm/model.py": "from dataclasses import dataclass\n" + classes})
    adopted = run(repo, limit=5)
    assert len(adopted.draft.entities) == 5
    assert [(one.count, one.what) for one in adopted.draft.left] == [(4, "further types")]


def test_what_the_rules_still_find_is_frozen(make: Make, judge: Judge) -> None:
    more = "\n\ndef helper(block: Block) -> int:\n    return 1\n"
    step = "\n\ndef weigh(block):\n    total = 0\n    total += 1\n    total += 2\n    return total\n"
    calls = "    weigh(day)\n    count(day)\n    send(day)\n"
    flow = f"from farm.model import weigh, count, send\n\n\ndef nightly(day):\n{calls}"
    steps = step + step.replace("weigh", "count") + step.replace("weigh", "send")
    repo = make({"farm/model.py": MODEL + more + steps, "farm/flow.py": flow})
    adopted = run(repo)
    assert [hit.code for hit in adopted.frozen] == ["GF401"]
    entries, problem = baseline.parse((repo / ".factory" / "baseline.json").read_bytes(), "")
    assert not problem
    assert [one.symbol for one in entries] == ["helper"]
    assert judge(repo) == []


def test_a_dry_run_writes_nothing(make: Make, git: Git) -> None:
    repo = make({"farm/model.py": MODEL})
    adopted = run(repo, dry_run=True)
    assert adopted.changed == (".factory/baseline.json", "factory.yaml")
    assert git("status", "--porcelain", cwd=repo) == ""


def test_other_languages_are_named_with_what_to_do(make: Make) -> None:
    repo = make({"farm/model.py": MODEL, "web/row.ts": "export interface Row {\n  id: string;\n}\n"})
    left = run(repo, dry_run=True).draft.left
    assert [(one.count, one.what) for one in left] == [(1, "typescript files")]
    assert "git factory adopt web --spec web/factory.yaml" in left[0].why
    assert run(repo, dry_run=True, language="typescript").draft.language == "typescript"


def test_nothing_to_adopt_says_so(make: Make) -> None:
    repo = make({"README.md": "nothing\n"})
    with pytest.raises(NotFound, match="no code to adopt"):
        run(repo)


def test_personal_data_is_pointed_out_and_never_declared(make: Make) -> None:
    person = "from dataclasses import dataclass\n\n\n@dataclass\nclass Person:\n    email: str\n    email_sent: bool\n"
    repo = make({"farm/model.py": person})
    adopted = run(repo)
    assert adopted.draft.entities[0].personal == ("email",)
    spec = spec_of(repo)
    assert all(field.pii is None for field in spec.entities[0].fields)
    assert spec.entities[0].extra == {"x-looks-personal": ["email"]}


def test_the_result_as_json_can_be_written(make: Make) -> None:
    repo = make({"farm/model.py": MODEL})
    value = json.loads(json.dumps(run(repo, dry_run=True).as_json()))
    assert value["entities"] == [{"name": "Block", "at": "farm/model.py::Block", "fields": 2}]


def test_names_with_a_meaning_in_yaml_are_quoted(make: Make) -> None:
    odd = "from dataclasses import dataclass\n\n\n@dataclass\nclass No:\n    on: bool\n    null: int\n"
    repo = make({"farm/model.py": odd})
    run(repo)
    assert set(fields(spec_of(repo), "No")) == {"on", "null"}
