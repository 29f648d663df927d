"""The merge driver and its set-up, through Git itself: merge, rebase, cherry-pick, stash, worktrees."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from factory_git.app import drivers, hooks, init
from factory_git.app.merge_driver import merged
from factory_git.core.errors import SpecError
from factory_git.gitio.locate import locate
from factory_git.spec.edit import Insert, Op, Remove, Set, apply
from factory_git.spec.split import split
from tests.conftest import Git
from tests.spec.edits import loaded
from tests.spec.helpers import FARMER

STEPS = "workflows.pipelines.contract_allocation.steps"
ENTITIES = "data_contracts.entities"
SOURCES = "evidence_policy.sources"


def gate(name: str) -> dict[str, str]:
    return {"name": name, "gate": "Forecast", "keep": "it.qty > 1"}


LEFT: list[Op] = [
    Insert(STEPS, gate("Cold chain gate"), after="phi_gate"),
    Insert(SOURCES, {"name": "weather", "tier": "high"}),
    Insert(ENTITIES, {"name": "Crate", "fields": {"id": "text key", "temp": "decimal"}}),
]
RIGHT: list[Op] = [
    Insert(STEPS, {**gate("Invoice gate"), "gate": "Packlist", "keep": "it.amount > 0"}, after="packlists"),
    Insert(SOURCES, "soil lab"),
    Insert(ENTITIES, {"name": "Truck", "fields": {"id": "text key", "load": "decimal"}}),
]


class Farm:
    """A repository with a farmer's spec at ``root``, and branches of it."""

    def __init__(self, top: Path, git: Git, root: str = "", *, form: str = "one") -> None:
        self.top, self.call, self.root = top, git, root
        content = FARMER.read_bytes()
        files = (
            {"factory.yaml": content} if form == "one" else split(content, "factory.yaml", entities=form == "entities")
        )
        top.mkdir(parents=True)
        self.git("init", "-q")
        self.write(files)

    def git(self, *args: str, ok: bool = True) -> str:
        return self.call(*args, cwd=self.top, ok=ok)

    def write(self, files: dict[str, bytes]) -> None:
        for name, content in files.items():
            path = self.top / self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def set_up(self) -> None:
        drivers.install(locate(self.top))
        self.commit("base")

    def files(self) -> dict[str, bytes]:
        here = self.top / self.root
        found = [*here.glob("factory.yaml"), *here.glob("spec/**/*.yaml")]
        return {path.relative_to(here).as_posix(): path.read_bytes() for path in found}

    def edit(self, ops: list[Op]) -> None:
        self.write(apply(self.files(), "", ops))

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def branch(self, name: str, ops: list[Op], start: str = "main") -> None:
        self.git("switch", "-q", "-c", name, start)
        self.edit(ops)
        self.commit(name)

    def nodes(self) -> set[str]:
        return set(map(str, loaded(self.files()).nodes))


NEW = {
    f"{STEPS}.cold_chain_gate",
    f"{STEPS}.invoice_gate",
    f"{SOURCES}.weather",
    f"{SOURCES}.soil_lab",
    f"{ENTITIES}.crate",
    f"{ENTITIES}.truck",
}


@pytest.fixture
def farm(tmp_path: Path, git: Git) -> Farm:
    made = Farm(tmp_path / "farm", git)
    made.set_up()
    made.branch("left", LEFT)
    made.branch("right", RIGHT)
    return made


def test_a_gate_a_source_and_an_entity_on_each_of_two_branches_are_no_conflict(farm: Farm) -> None:
    farm.git("-c", "merge.factory.driver=git merge-file %A %O %B", "merge", "left", ok=False)
    assert farm.git("diff", "--name-only", "--diff-filter=U").strip() == "factory.yaml"  # for Git alone they are
    farm.git("merge", "--abort")
    farm.git("merge", "-q", "-m", "both", "left")
    assert farm.nodes() >= NEW
    text = (farm.top / "factory.yaml").read_text()
    assert [line for line in FARMER.read_text().splitlines() if line not in text.splitlines()] == []


@pytest.mark.parametrize("how", [["rebase", "-q", "left"], ["cherry-pick", "left"]])
def test_a_rebase_and_a_cherry_pick_are_merges_too(farm: Farm, how: list[str]) -> None:
    farm.git(*how)
    assert farm.nodes() >= NEW
    assert farm.git("status", "--porcelain") == ""


def test_a_stash_is_popped_over_a_changed_spec(farm: Farm) -> None:
    farm.git("switch", "-q", "main")
    farm.edit(LEFT)
    farm.git("stash", "-q")
    farm.git("merge", "-q", "--ff-only", "right")
    farm.git("stash", "pop", "-q")
    assert farm.nodes() >= NEW


def test_a_worktree_at_a_path_with_spaces_merges_a_spec_at_a_path_with_spaces(tmp_path: Path, git: Git) -> None:
    farm = Farm(tmp_path / "the farm", git, "apps/one farm")
    farm.set_up()
    farm.branch("left", LEFT)
    farm.branch("right", RIGHT)
    farm.git("switch", "-q", "main")
    farm.git("worktree", "add", "-q", str(tmp_path / "a tree"), "right")
    git("merge", "-q", "-m", "both", "left", cwd=tmp_path / "a tree")
    farm.top = tmp_path / "a tree"
    assert farm.nodes() >= NEW


@pytest.mark.parametrize("form", ["split", "entities"])
def test_a_spec_in_a_folder_is_merged_file_by_file(form: str, tmp_path: Path, git: Git) -> None:
    farm = Farm(tmp_path / "farm", git, "app", form=form)
    farm.set_up()
    assert b"/app/spec/*.yaml merge=factory" in (farm.top / ".gitattributes").read_bytes()
    farm.branch("left", [*LEFT, Set(f"{ENTITIES}.block", "note", "a")])
    farm.branch("right", [*RIGHT, Insert(f"{ENTITIES}.block.fields", {"name": "row", "type": "int?"})])
    farm.git("merge", "-q", "-m", "both", "left")
    assert farm.nodes() >= NEW
    assert loaded(farm.files()).node(f"{ENTITIES}.block").value["note"] == "a"


def test_a_clash_stops_git_with_markers_and_words(farm: Farm) -> None:
    farm.branch("other", [Set(f"{STEPS}.phi_gate", "keep", "it.qty > 3"), Insert(SOURCES, "radio")], "left")
    farm.git("switch", "-q", "right")
    farm.edit([Set(f"{STEPS}.phi_gate", "keep", "it.qty > 4")])
    farm.commit("other value")
    farm.git("merge", "other", ok=False)
    assert farm.git("diff", "--name-only", "--diff-filter=U").strip() == "factory.yaml"
    lines = (farm.top / "factory.yaml").read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("<<<<<<<"))
    assert lines[at : at + 5] == [
        f"<<<<<<< ours: {STEPS}.phi_gate.keep",
        "          keep: it.qty > 4",
        "=======",
        "          keep: it.qty > 3",
        ">>>>>>> theirs: both sides set it, to different values",
    ]
    assert sum(line.startswith("<<<<<<<") for line in lines) == 1
    resolved = [line for n, line in enumerate(lines) if n not in (at, at + 2, at + 3, at + 4)]
    (farm.top / "factory.yaml").write_text("\n".join(resolved) + "\n")
    assert farm.nodes() >= {*NEW, f"{SOURCES}.radio"}


def test_what_nodes_cannot_merge_is_merged_by_lines_and_said() -> None:
    base = FARMER.read_bytes()
    wrong = base.replace(b"identity:", b"identitty:")
    done = merged(base, wrong, base.replace(b"stage: mature", b"stage: seed"), "factory.yaml")
    assert done.clean
    assert done.content == wrong.replace(b"stage: mature", b"stage: seed")
    assert "unknown key 'identitty'" in done.said[0]
    assert "merged by lines" in done.said[0]
    shared = apply({"f": base}, "", [Insert(SOURCES, "radio")])["f"]
    done = merged(
        base, shared, base.replace(b"given: &farm", b"given: &acre").replace(b"*farm", b"*acre"), "factory.yaml"
    )
    assert b"&acre" in done.content


def test_a_removed_entity_that_the_other_side_began_to_show_stops_the_merge(farm: Farm) -> None:
    base = FARMER.read_bytes()
    ours = apply({"f": base}, "", [Remove("interface.panels.composer"), Remove("deployment.retention")])["f"]
    ours = apply(
        {"f": ours}, "", [Remove(f"{STEPS}.invoices"), Remove("acceptance.invoices_generated_for_reserved_buyers")]
    )["f"]
    ours = apply({"f": ours}, "", [Remove(f"{ENTITIES}.invoice")])["f"]
    theirs = apply({"f": base}, "", [Insert("interface.panels", {"name": "Bills", "shows": ["Invoice"]})])["f"]
    done = merged(base, ours, theirs, "factory.yaml")
    assert not done.clean
    assert b"<<<<<<<" not in done.content
    with pytest.raises(SpecError, match="no entity 'Invoice'"):
        loaded({"factory.yaml": done.content})
    assert any("no entity 'Invoice'" in line for line in done.said)


# -- the set-up ------------------------------------------------------------------------------------------------------


def test_lines_of_attributes_are_written_once_and_a_person_s_own_are_kept(tmp_path: Path, git: Git) -> None:
    farm = Farm(tmp_path / "farm", git)
    place = farm.top / ".gitattributes"
    place.write_bytes(b"*.png binary\nfactory.yaml merge=union")
    done = [step.what for step in drivers.install(locate(farm.top)) if step.action == "write"]
    assert done == [".gitattributes: *.factory.yaml merge=factory diff=factory"]
    after = place.read_bytes()
    assert after.startswith(b"*.png binary\nfactory.yaml merge=union\n# ")
    assert after.endswith(b"\n*.factory.yaml merge=factory diff=factory\n")
    assert drivers.install(locate(farm.top)) == ()
    assert place.read_bytes() == after


def test_a_person_s_own_configuration_is_kept_and_told(tmp_path: Path, git: Git) -> None:
    farm = Farm(tmp_path / "farm", git)
    farm.git("config", "merge.factory.driver", "mine %O %A %B")
    done = drivers.install(locate(farm.top))
    assert ("keep", "git config merge.factory.driver") in [(step.action, step.what) for step in done]
    assert "left as it is" in "\n".join(drivers.summary(done))
    assert farm.git("config", "merge.factory.driver").strip() == "mine %O %A %B"
    drivers.uninstall(locate(farm.top))
    assert farm.git("config", "--local", "--get-regexp", r"^(merge|diff)\.factory\.").split("\n")[:-1] == [
        "merge.factory.driver mine %O %A %B"
    ]


def test_a_dry_run_changes_nothing(tmp_path: Path, git: Git) -> None:
    farm = Farm(tmp_path / "farm", git)
    assert len(drivers.install(locate(farm.top), dry_run=True)) == 2 + len(drivers.settings())
    assert not (farm.top / ".gitattributes").exists()
    assert not drivers.installed(locate(farm.top))


def test_init_and_hooks_install_set_it_up_and_uninstall_takes_it_out(tmp_path: Path, git: Git) -> None:
    started = init.run(tmp_path / "app", template="farmer")
    assert (started.folder / ".gitattributes").read_text().count("merge=factory") == 2
    location = locate(started.folder)
    assert drivers.installed(location)
    hooks.install(location)
    assert len(drivers.uninstall(location)) == len(drivers.settings())
    assert not drivers.installed(location)


def test_a_clone_without_the_configuration_merges_by_lines(farm: Farm, tmp_path: Path, git: Git) -> None:
    git("clone", "-q", "--branch", "right", str(farm.top), str(tmp_path / "clone"), cwd=tmp_path)
    farm.top = tmp_path / "clone"
    farm.git("merge", "origin/left", ok=False)
    assert farm.git("diff", "--name-only", "--diff-filter=U").strip() == "factory.yaml"
    farm.git("merge", "--abort")
    drivers.install(locate(farm.top))
    farm.git("merge", "-q", "-m", "both", "origin/left")
    assert farm.nodes() >= NEW


@pytest.mark.parametrize("gone", [False, True])
def test_where_git_factory_is_gone_git_merges_and_shows_by_lines(
    farm: Farm, gone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "which", lambda name: None)  # installed where no PATH leads: called by its Python
        patch.setattr(sys, "executable", "/gone/python" if gone else sys.executable)
        drivers.install(locate(farm.top))
    farm.git("merge", "-q", "-m", "both", "left", ok=False)
    assert bool(farm.git("diff", "--name-only", "--diff-filter=U").strip()) == gone
    if gone:
        assert farm.git("show", "-m", "--format=", "left").count("+") > 3
        farm.git("merge", "--abort")
        farm.edit([Insert(SOURCES, "radio")])
        assert "radio" in farm.git("diff")
