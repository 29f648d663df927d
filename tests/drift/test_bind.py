"""Which declaration a node is tied to: by the spec, by a tag, by its name; and what is said where that fails."""

from __future__ import annotations

import json

import pytest

from factory_git.drift import bound, contract, marks
from factory_git.drift.bind import Bindings, bind
from factory_git.drift.contracts import contract_of
from factory_git.drift.places import normal
from factory_git.drift.spelling import snake, spellings
from tests.drift.memory_tree import code_of, specs_of

BLOCK, PLAN, SOW = (
    "data_contracts.entities.block",
    "workflows.pipelines.field_plan",
    "workflows.pipelines.field_plan.steps.sow",
)
SPEC = """\
factory: 1
app: {{id: farm}}
code:
  default: bound
  language: {language}
  paths: [src]
{code}
data_contracts:
  entities:
    - {{name: Block, fields: {{id: text key, area: int}}}}
workflows:
  pipelines:
    - {{name: Field plan, steps: [Sow]}}
terms:
  - {{name: ready, args: {{area: int}}, is: area > 0}}
interface:
  panels:
    - {{name: Blocks, shows: [Block]}}
"""


def tied(files: dict[str, str], language: str = "python", **at: str) -> Bindings:
    """The bindings in some files, of a spec with these ``code:`` places."""
    paths = {"block": BLOCK, "plan": PLAN, "sow": SOW}
    code = "".join(f"  {paths[name]}: {json.dumps(place)}\n" for name, place in at.items())
    whole = {"factory.yaml": SPEC.format(language=language, code=code), **files}
    data = {path: text.encode() for path, text in whole.items()}
    (spec,) = specs_of(data)
    return bind(contract_of(spec), code_of(data))


def where(found: Bindings) -> dict[str, str]:
    """Last part of the node → ``how file#index``."""
    return {node.rpartition(".")[2]: f"{one.how} {one.file}#{one.index}" for node, one in found.bound.items()}


def said(found: Bindings) -> list[str]:
    return [f"{hit.file}:{hit.line} {hit.code} {hit.message}" for hit in found.hits]


PYTHON = """\
class Plot:
    id: str

    class Inner:
        def plan(self): ...

def plan(run): ...

if x:
    def plan(run): ...
"""


@pytest.mark.parametrize(
    ("at", "index"),
    [
        ("src/f.py::Plot", 0),
        (r"src\f.py::Plot", 0),
        ("./src/f.py::Plot", 0),
        ("src//f.py :: Plot", 0),
        ("src/f.py::Plot.Inner", 2),
        ("src/f.py::Inner", 2),
        ("src/f.py", 0),
    ],
)
def test_a_place_is_a_file_and_a_name_or_the_end_of_one(at: str, index: int) -> None:
    found = tied({"src/f.py": PYTHON}, block=at)
    assert not found.hits
    assert where(found)["block"] == f"code src/f.py#{index}"


@pytest.mark.parametrize(
    ("at", "index"),
    [("src/f.py::Plot.Inner.plan", 3), ("src/f.py::Inner.plan", 3), ("src/f.py::plan~1", 4), ("src/f.py::plan~2", 5)],
)
def test_of_several_of_one_name_a_number_says_which(at: str, index: int) -> None:
    assert where(tied({"src/f.py": PYTHON}, plan=at))["field_plan"] == f"code src/f.py#{index}"


def test_a_name_of_several_declarations_is_no_place() -> None:
    found = tied({"src/f.py": PYTHON}, plan="src/f.py::plan")
    (hit,) = found.hits
    assert (hit.code, hit.file, hit.line) == ("GF002", "factory.yaml", 7)
    assert hit.hint == "say which: src/f.py::plan~1 or src/f.py::plan~2"
    assert PLAN in found.trouble
    assert PLAN not in found.bound


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("src/g.py::Plot", "there is no file src/g.py"),
        ("src/f.py::Plo", "src/f.py has no Plo"),
        ("src/f.py::Plot.plan", "src/f.py has no Plot.plan"),
        ("src/f.txt::Plot", "the map does not read src/f.txt: it knows no declarations in it"),
        ("src", "src is a folder, not a file"),
    ],
)
def test_a_place_that_is_not_there_is_said_at_the_spec(at: str, words: str) -> None:
    found = tied({"src/f.py": PYTHON, "src/f.txt": "Plot"}, block=at)
    assert said(found) == [f"factory.yaml:7 GF001 the spec binds it to {at}, but {words}"]
    assert BLOCK in found.trouble


def test_a_name_that_damage_may_hide_is_told_so() -> None:
    (hit,) = tied({"src/f.py": "class (:\n  def\n"}, block="src/f.py::Plot").hits
    assert hit.message.endswith("but no Plot can be read in src/f.py: it is damaged in line 1")
    assert hit.hint.startswith("mend the file")


def test_a_file_that_the_map_does_not_read_is_bound_as_a_whole() -> None:
    assert where(tied({"src/f.vue": "<template/>"}, block="src/f.vue"))["block"] == "code src/f.vue#-1"


@pytest.mark.parametrize(
    ("at", "hint"),
    [
        ("src/f.py::Plott", "did you mean src/f.py::Plot?"),
        ("src/old.py::Plot", "did you mean src/f.py::Plot? `git factory adopt` follows code that was moved"),
        ("lib/f.py", "did you mean src/f.py?"),
    ],
)
def test_the_nearest_place_is_named(at: str, hint: str) -> None:
    (hit,) = tied({"src/f.py": "class Plot: ...\n", "lib/g.py": ""}, block=at).hits
    assert hit.hint == hint


OVERLOADS = """\
export function plan(run: string): string;
export function plan(run: number): number;
export function plan(run: any): any {
  return run;
}
"""


def test_overloads_are_their_implementation() -> None:
    found = tied({"src/f.ts": OVERLOADS}, "typescript", plan="src/f.ts::plan")
    assert where(found)["field_plan"] == "code src/f.ts#2"
    python = "@overload\ndef plan(run: int): ...\n@typing.overload\ndef plan(run: str): ...\ndef plan(run):\n    pass\n"
    assert where(tied({"src/f.py": python}, plan="src/f.py::plan"))["field_plan"] == "code src/f.py#2"


@pytest.mark.parametrize("name", ["(*Farm).Sow", "Farm.Sow", "Farm::Sow", "Farm->Sow", "Farm#Sow", "Farm\\Sow"])
def test_each_language_s_own_separator_is_read(name: str) -> None:
    assert normal(name) == "Farm.Sow"


def test_a_method_is_bound_by_its_class_in_go_and_rust() -> None:
    go = "package f\n\ntype Farm struct{}\n\nfunc (f *Farm) Plan(run Run) {}\n"
    assert where(tied({"src/f.go": go}, "go", plan="src/f.go::(*Farm).Plan"))["field_plan"] == "code src/f.go#1"
    rust = "pub struct Farm;\nimpl Farm {\n    pub fn plan(&self) {}\n}\n"
    assert where(tied({"src/f.rs": rust}, "rust", plan="src/f.rs::Farm::plan"))["field_plan"] == "code src/f.rs#1"


def test_the_spec_goes_before_the_name_and_a_tag_too() -> None:
    files = {"src/f.py": f"class Block: ...\n# gf: {BLOCK}\nclass Plot: ...\n"}
    assert where(tied(files))["block"] == "tag src/f.py#1"
    files = {"src/f.py": "class Block: ...\nclass Plot: ...\n"}
    assert where(tied(files, block="src/f.py::Plot"))["block"] == "code src/f.py#1"
    assert where(tied(files))["block"] == "convention src/f.py#0"


def test_a_tag_that_says_what_the_spec_says_is_no_second_place() -> None:
    files = {"src/f.py": f"# gf: {BLOCK}\nclass Plot: ...\n"}
    found = tied(files, block="src/f.py::Plot")
    assert not found.hits
    assert where(found) == {"block": "code src/f.py#0"}


def test_a_tag_at_the_head_of_a_file_is_for_the_file_and_later_for_nothing() -> None:
    head = "# gf: interface.panels.blocks\n\nimport os\n\ndef page(): ...\ndef part(): ...\n"
    assert where(tied({"src/f.py": head}))["blocks"] == "tag src/f.py#-1"
    found = tied({"src/f.py": f"def page(): ...\n\n\n# gf: {BLOCK}\n\nx()\n"})
    assert said(found) == ["src/f.py:4 GF001 the tag stands on no declaration"]


@pytest.mark.parametrize(
    ("tag", "nodes"),
    [
        (f"{PLAN}", (PLAN,)),
        (f"{PLAN}, {SOW}", (PLAN, SOW)),
        (f"{PLAN} {SOW}", (PLAN, SOW)),
        (f"{PLAN} plans the fields.", (PLAN,)),
        (f"{PLAN}.", (PLAN,)),
        (f"{PLAN} calls a, b", (PLAN,)),
        (f"{PLAN}  gf: calls a, b", (PLAN,)),
        ("calls a, b", ()),
        ("ignore[GF401] it is", ()),
        (f"covers {PLAN}", ()),
        ("<spec path>", ()),
        ("", ()),
    ],
)
def test_what_a_tag_names(tag: str, nodes: tuple[str, ...]) -> None:
    assert sum((one.nodes for one in marks.read(tag)), ()) == nodes


def test_what_a_tag_says_besides() -> None:
    assert marks.read("calls a, b")[0].calls == ("a", "b")
    assert marks.read(f"{PLAN} calls a b")[0].calls == ("a", "b")
    (one,) = marks.read("ignore[GF204, GF203] - the gate is in the caller")
    assert (one.ignores, one.reason) == (("GF204", "GF203"), "the gate is in the caller")
    assert marks.read("ignore it")[0].ignores == ()


def test_calls_that_no_parser_sees_go_with_the_declaration() -> None:
    files = {"src/f.py": "# gf: calls sow, reap\n@job\ndef field_plan(run): ...\n"}
    assert tied(files).bound[PLAN].calls == ("sow", "reap")


def test_text_and_strings_are_no_tags() -> None:
    files = {
        "src/f.py": f'"""gf: {PLAN}s"""\nx = "# gf: {PLAN}s"\n# Write it as gf: path or so.\ndef f(): ...\n',
        "src/README.md": f"gf: {PLAN}s",
    }
    assert not tied(files).hits


def test_a_tag_after_words_counts_where_it_can_only_be_one() -> None:
    found = tied({"src/f.py": "# Plans; gf: workflows.pipelines.feld_plan\ndef f(): ...\n"})
    (hit,) = found.hits
    assert hit.hint == f"did you mean {PLAN}?"
    (fix,) = hit.fixes
    assert (fix.safe, fix.edits[0].text) == (False, PLAN)


def test_a_renamed_node_is_told_by_its_name_now_and_mended_safely() -> None:
    text = "# gf: workflows.pipelines.old_plan.steps.sow\ndef sow(): ...\n"
    spec = SPEC.replace("name: Field plan", "name: Field plan, was: old_plan").format(language="python", code="")
    data = {"factory.yaml": spec.encode(), "src/f.py": text.encode()}
    (loaded,) = specs_of(data)
    (hit,) = bind(contract_of(loaded), code_of(data)).hits
    assert hit.message == f"the tag names a node that is called {SOW} now"
    (fix,) = hit.fixes
    (edit,) = fix.edits
    mended = text.encode()[: edit.start] + edit.text.encode() + text.encode()[edit.end :]
    assert mended.decode() == f"# gf: {SOW}\ndef sow(): ...\n"
    assert fix.safe


def test_names_fit_however_their_words_are_joined() -> None:
    for name in ("block_id", "blockId", "BlockId", "BlockID", "BLOCK_ID", "Block_Id"):
        assert snake(name) == "block_id"
        assert name in spellings("block_id")
    assert snake("PHIGate2") == "phi_gate2"
    assert {"PHIGate", "PhiGate", "phiGate", "phi_gate"} <= spellings("phi_gate")


@pytest.mark.parametrize(
    ("file", "language", "text", "bound"),
    [
        ("src/f.py", "python", "def field_plan(): ...\n", True),
        ("src/f.py", "python", "class Farm:\n    def field_plan(self): ...\n", True),
        ("src/f.py", "python", "class Farm:\n    def _field_plan(self): ...\n", False),
        ("src/f.py", "python", "def outer():\n    def field_plan(): ...\n", False),
        ("src/f.py", "python", "class FieldPlan: ...\n", False),
        ("src/f.py", "python", "def field_plan(): ...\nclass X:\n    def field_plan(self): ...\n", False),
        ("lib/f.py", "python", "def field_plan(): ...\n", False),
        ("src/tests/f.py", "python", "def field_plan(): ...\n", False),
        ("src/test_f.py", "python", "def field_plan(): ...\n", False),
        ("src/vendor/f.py", "python", "def field_plan(): ...\n", False),
        ("src/f.ts", "typescript", "export const fieldPlan = () => 1;\n", True),
        ("src/f.ts", "typescript", "interface X { fieldPlan(): void }\n", False),
        ("src/f.spec.ts", "typescript", "export const fieldPlan = () => 1;\n", False),
        ("src/F.java", "java", "class F { public void fieldPlan() {} }\n", False),
        ("src/F.java", "java", "public class F { public void fieldPlan() {} }\n", True),
        ("src/f.go", "go", "package f\nfunc FieldPlan() {}\n", True),
        ("src/f.go", "go", "package f\nfunc fieldPlan() {}\n", True),
        ("src/f_test.go", "go", "package f\nfunc FieldPlan() {}\n", False),
        ("src/f.rs", "rust", "pub fn field_plan() {}\n", True),
        ("src/f.php", "php", "<?php\nfunction fieldPlan() {}\n", True),
    ],
)
def test_a_name_binds_one_public_declaration_of_the_right_kind(
    file: str, language: str, text: str, bound: bool
) -> None:
    found = tied({file: text}, language)
    assert not found.hits
    assert (where(found).get("field_plan", "").partition(" ")[0] == "convention") is bound


def test_what_attributes_say_of_a_file_goes_before_its_name() -> None:
    plan = "def field_plan(): ...\n"
    for line in ("src/*.py linguist-generated", "f.py linguist-vendored=true", "/src/** linguist-generated"):
        assert "field_plan" not in where(tied({"src/f.py": plan, ".gitattributes": line}))
    for line in ("*.go linguist-generated", "src/*.py -linguist-generated", "*.py linguist-generated=false"):
        assert "field_plan" in where(tied({"src/f.py": plan, ".gitattributes": line}))
    for line in ("gen/*.py -linguist-generated", "vendor/*.py -linguist-vendored"):
        folder = line.partition("/")[0].replace("gen", "generated")
        said_ = line.replace("gen/", "generated/")
        assert "field_plan" not in where(tied({f"src/{folder}/f.py": plan}))
        assert "field_plan" in where(tied({f"src/{folder}/f.py": plan, "src/.gitattributes": said_}))


def test_the_nearest_attributes_win() -> None:
    files = {
        "src/f.py": "def field_plan(): ...\n",
        ".gitattributes": "*.py linguist-generated\n",
        "src/.gitattributes": "f.py -linguist-generated\n",
    }
    assert "field_plan" in where(tied(files))


def test_a_tag_in_a_test_binds_nothing_and_is_no_error() -> None:
    assert not tied({"src/tests/f.py": f"# gf: {PLAN}\ndef x(): ...\n# gf: workflows.x\ndef y(): ...\n"}).hits


def test_a_place_in_the_spec_may_be_any_file() -> None:
    files = {"src/vendor/f.py": "def x(): ...\n", "lib/g.py": "class Plot: ...\n"}
    assert where(tied(files, plan="src/vendor/f.py::x", block="lib/g.py::Plot")) == {
        "field_plan": "code src/vendor/f.py#0",
        "block": "code lib/g.py#0",
    }


def test_what_is_free_or_compiled_is_left_alone() -> None:
    for mode in ("free", "compiled"):
        text = SPEC.format(language="python", code=f"  {PLAN}: {{at: 'src/gone.py::x', mode: {mode}}}\n")
        data = {"factory.yaml": text.encode(), "src/f.py": f"# gf: {PLAN}\ndef field_plan(): ...\n".encode()}
        (spec,) = specs_of(data)
        found = bind(contract_of(spec), code_of(data))
        assert not found.hits
        assert PLAN not in found.bound


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("class Plot: ...\n", 0),
        ("X = 1\nclass _Base: ...\nclass Plot: ...\n", 2),
        ("class Other: ...\nclass Block: ...\n", 1),
        ("class Other: ...\nclass Plot: ...\n", -1),
        ("def block(): ...\n", -1),
    ],
)
def test_a_file_stands_for_the_one_declaration_it_is_there_for(text: str, index: int) -> None:
    assert where(tied({"src/f.py": text}, block="src/f.py"))["block"] == f"code src/f.py#{index}"


@pytest.mark.parametrize(
    ("file", "head"),
    [
        ("src/f.go", "// Code generated by sqlc. DO NOT EDIT.\n\npackage f\n\nfunc FieldPlan() {}\n"),
        ("src/f.ts", "/**\n * @generated SignedSource<<x>>\n */\nexport function fieldPlan() {}\n"),
        ("src/f.cs", "// <auto-generated>\npublic class A { public void FieldPlan() {} }\n"),
    ],
)
def test_a_file_that_says_it_is_generated_is_not_looked_at(file: str, head: str) -> None:
    assert "field_plan" not in where(tied({file: head}, "go"))
    keep = {".gitattributes": f"{file} -linguist-generated\n"}
    assert "field_plan" in where(tied({file: head, **keep}, "go"))


def test_another_spec_s_folder_is_not_this_one_s() -> None:
    top = "factory: 1\napp: {id: top}\ncode: {default: bound}\nworkflows: {pipelines: [{name: Plan, steps: [Sow]}]}\n"
    data = {
        "factory.yaml": top.encode(),
        "a.py": b"def plan(): ...\n",
        "sub/factory.yaml": top.replace("top", "sub").encode(),
        "sub/b.py": b"# gf: workflows.pipelines.plan\ndef other(): ...\n",
    }
    code, specs = code_of(data), specs_of(data)
    roots = [spec.root for spec in specs]
    found = [bind(contract_of(spec, others=roots), code) for spec in specs]
    assert [where(one)["plan"] for one in found] == ["convention a.py#0", "tag sub/b.py#0"]
    assert not any(one.hits for one in found)


def test_a_hole_s_function_that_is_gone_is_told_in_its_file() -> None:
    data = {
        "factory.yaml": b"factory: 1\napp: {id: farm}\nworkflows: {pipelines: [{name: Plan, steps: [Sow]}]}\n",
        "farm/bound/sow.py": b"def sew(): ...\n",
    }
    (spec,) = specs_of(data)
    node = "workflows.pipelines.plan.steps.sow"
    lean = contract_of(spec, compiled=["farm/model.py"], holes={node: "farm/bound/sow.py::sow"})
    (hit,) = bind(lean, code_of(data)).hits
    assert (hit.code, hit.file, hit.node) == ("GF001", "farm/bound/sow.py", node)
    assert hit.message == "the lock has it at farm/bound/sow.py::sow, but farm/bound/sow.py has no sow"
    data["farm/bound/sow.py"] = b"def sow(): ...\n"
    assert bind(lean, code_of(data)).bound[node].how == "lock"
    del data["farm/bound/sow.py"]
    assert not bind(lean, code_of(data)).hits  # a stub that is missing is GF501


def test_a_contract_survives_the_memory() -> None:
    data = {"factory.yaml": SPEC.format(language="python", code=f"  {PLAN}: src/f.py::x\n").encode()}
    (spec,) = specs_of(data)
    made = contract_of(spec, gone=["terms.old"], others=["sub", ""])
    assert contract.unpack(contract.pack(made)) == made


def test_rules_look_at_what_is_tied_wherever_it_lies() -> None:
    files = {"src/f.py": "", "src/test_f.py": "", "src/vendor/v.py": "def x(): ...\n", "lib/g.py": "", "lib/h.py": ""}
    whole = {"factory.yaml": SPEC.format(language="python", code=f"  {PLAN}: src/vendor/v.py::x\n"), **files}
    data = {path: text.encode() for path, text in whole.items()}
    (spec,) = specs_of(data)
    world = bound.judge(contract_of(spec, compiled=["src/compiled.py"]), code_of(data)).world
    assert list(world.files()) == ["src/f.py"]
    assert [path for path in files if world.judged(path)] == ["src/f.py", "src/vendor/v.py"]
