"""The trailers of commit messages: which are added, which go, which are refused; in real commits."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from factory_git.app import hooks
from factory_git.app.context import open_context
from factory_git.gitio.locate import locate
from tests.conftest import Git
from tests.hooks.conftest import BOUND, CODE, ITEM, LABEL, LABELS, PIPELINE, SEND, Run, call, message, trailers

MODEL = "shop/model.py"
RUN: dict[str, Any] = {
    "agent": "compiler", "base": None, "branch": "main", "drift": "refuse", "holdout": False, "iterations": 1,
    "promote": True, "sources": {}, "spec": "shop", "spec_digest": "0", "started": "x", "timeout": "1",
    "title": "run shop",
}  # fmt: skip


def change(repo: Path, path: str, old: str, new: str) -> None:
    text = (repo / path).read_text()
    assert old in text
    (repo / path).write_text(text.replace(old, new))


def test_code_under_a_tag_names_its_node_and_the_spec(bound: Path, commit: Run) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    assert commit(bound, "-qam", "cheaper").returncode == 0
    assert trailers(bound) == [ITEM]
    id_, digest = trailers(bound, key="Factory-Spec")[0].split()
    assert (id_, len(digest)) == ("shop", 12)
    shown = call(sys.executable, "-m", "factory_git", "spec", "show", cwd=bound)
    assert digest in shown.stdout


def test_nothing_is_said_of_a_change_beside_the_spec(bound: Path, commit: Run) -> None:
    (bound / "README").write_text("more\n")
    change(bound, "shop/labels.py", "return 1", "return 2")
    for _ in range(2):  # the second time the shell answers
        assert commit(bound, "-qam", "other things").returncode == 0
        assert message(bound) == "other things"
        (bound / "README").write_text("more and more\n")


def test_code_that_only_moves_within_its_file_is_not_touched(bound: Path, commit: Run) -> None:
    (bound / MODEL).write_text("import decimal\n\n\n" + (bound / MODEL).read_text())
    assert commit(bound, "-qam", "imports").returncode == 0
    assert trailers(bound) == []


def test_the_symbol_that_the_spec_binds_is_looked_at_not_its_file(bound: Path, commit: Run) -> None:
    change(bound, "shop/labels.py", "    send(world)\n", "    send(world, now=True)\n")
    assert commit(bound, "-qam", "now").returncode == 0
    assert trailers(bound) == [PIPELINE]


def test_a_change_of_the_spec_names_the_nodes_that_say_otherwise(bound: Path, commit: Run) -> None:
    change(bound, "factory.yaml", "price: decimal", "price: int")
    change(bound, "factory.yaml", "words: text", "words: text, colour: text")
    assert commit(bound, "-qam", "types").returncode == 0
    assert trailers(bound) == [f"{ITEM}.fields.price", LABEL, f"{LABEL}.fields.colour"]


def test_comments_in_a_spec_touch_nothing(bound: Path, commit: Run) -> None:
    (bound / "factory.yaml").write_text("# a word\n" + BOUND)
    assert commit(bound, "-qam", "a word").returncode == 0
    assert message(bound) == "a word"


def test_a_deleted_and_a_renamed_file_name_what_was_in_them(bound: Path, git: Git, commit: Run) -> None:
    git("mv", MODEL, "shop/models.py", cwd=bound)
    assert commit(bound, "-qm", "renamed").returncode == 0
    assert trailers(bound) == [ITEM, LABEL]
    git("rm", "-q", "shop/models.py", cwd=bound)
    assert commit(bound, "-qm", "deleted").returncode == 0
    assert trailers(bound) == [ITEM, LABEL]


def test_a_node_that_is_removed_is_named_a_last_time(bound: Path, commit: Run) -> None:
    change(bound, "factory.yaml", ", Send them", "")
    assert commit(bound, "-qam", "nobody sends").returncode == 0
    assert SEND in trailers(bound)


def test_many_nodes_are_counted_not_listed(bound: Path, commit: Run) -> None:
    entities = "".join(f"    - {{name: Thing {n}, fields: {{id: text key}}}}\n" for n in range(30))
    change(bound, "factory.yaml", "workflows:\n", f"{entities}workflows:\n")
    assert commit(bound, "-qam", "many").returncode == 0
    assert len(trailers(bound)) == 21
    assert trailers(bound)[-1] == "… and 10 more"
    change(bound, "factory.yaml", "    - {name: Thing 29, fields: {id: text key}}\n", "")
    assert commit(bound, "-qa", "--amend", "--no-edit").returncode == 0
    assert [one for one in trailers(bound) if "more" in one] == ["… and 9 more"]


def test_amending_replaces_what_followed_from_the_old_content(bound: Path, commit: Run) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    assert commit(bound, "-qam", "one\n\nSigned-off-by: A <a@b>").returncode == 0
    before = message(bound)
    assert commit(bound, "-q", "--amend", "--no-edit").returncode == 0
    assert message(bound) == before, "nothing twice"
    change(bound, MODEL, "price: int", "price: Decimal")
    change(bound, MODEL, "words: str", "words: bytes")
    assert commit(bound, "-qa", "--amend", "--no-edit").returncode == 0
    assert trailers(bound) == [LABEL]
    assert len(trailers(bound, key="Factory-Spec")) == 1
    assert trailers(bound, key="Signed-off-by") == ["A <a@b>"]


def test_amending_with_a_new_message_names_the_whole_commit(bound: Path, git: Git, commit: Run) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    assert commit(bound, "-qam", "one").returncode == 0
    assert commit(bound, "-q", "--amend", "-m", "two").returncode == 0
    assert trailers(bound) == [ITEM]
    git("config", "alias.ca", "commit --amend", cwd=bound)
    git("ca", "-q", "--allow-empty", "-m", "three", cwd=bound)
    assert (message(bound).splitlines()[0], trailers(bound)) == ("three", [ITEM])


def test_amending_to_what_touches_nothing_leaves_nothing(bound: Path, commit: Run) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    (bound / "README").write_text("more\n")
    assert commit(bound, "-qam", "one").returncode == 0
    change(bound, MODEL, "price: int", "price: Decimal")
    assert commit(bound, "-qa", "--amend", "--no-edit").returncode == 0
    assert message(bound) == "one"


def test_what_a_person_wrote_stays(bound: Path, commit: Run) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    assert commit(bound, "-qam", f"one\n\nFactory-Node: {SEND}").returncode == 0
    assert trailers(bound) == [SEND, ITEM]
    assert commit(bound, "-qa", "--amend", "--no-edit").returncode == 0
    assert trailers(bound) == [SEND, ITEM]


def test_the_first_commit_and_its_amendment(bound: Path, git: Git, commit: Run) -> None:
    git("update-ref", "-d", "HEAD", cwd=bound)
    assert commit(bound, "-qm", "everything").returncode == 0
    assert trailers(bound) == ["app", "code", "data_contracts", "workflows"]
    assert commit(bound, "-q", "--amend", "-m", "all").returncode == 0
    assert trailers(bound) == ["app", "code", "data_contracts", "workflows"]


def test_adding_can_be_switched_off_and_verifying_not(bound: Path, git: Git, commit: Run) -> None:
    git("config", "factory.trailers", "false", cwd=bound)
    change(bound, MODEL, "price: Decimal", "price: int")
    assert commit(bound, "-qam", "quiet\n\nFactory-Node: nothing.such").returncode != 0
    assert commit(bound, "-qam", "quiet").returncode == 0
    assert message(bound) == "quiet"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Factory-Node: data_contracts.entities.itm", "did you mean 'data_contracts.entities.item'?"),
        ("factory-node: nothing.such", "no spec here has"),
        ("Factory-Spec: shoop", "did you mean 'shop'?"),
        ("Factory-Spec: shup 123", "there is no spec"),
        ("Factory-Run: 12", "not the id of a record"),
        ("Factory-Run: " + "0" * 40, "there is no ledger here"),
        ("Factory-Run:", "says nothing"),
        ("Factory-Phase: Two Words", "not the name of a phase"),
    ],
)
def test_a_trailer_that_is_wrong_is_refused_with_its_line(bound: Path, commit: Run, line: str, words: str) -> None:
    (bound / "README").write_text("more\n")
    done = commit(bound, "-qa", "-F", "-", stdin=f"subject\n\nbody\n\n{line}\nSigned-off-by: A <a@b>\n")
    assert done.returncode != 0
    assert ".git/COMMIT_EDITMSG:5: error: " in done.stderr
    assert words in done.stderr
    assert "git commit --edit --file=.git/COMMIT_EDITMSG" in done.stderr
    assert message(bound) == "first"


def test_a_run_that_the_ledger_has_is_believed_and_another_record_is_not(bound: Path, commit: Run) -> None:
    ledger = open_context(bound).ledger
    run = ledger.put("run", RUN)
    ledger.register("note", {"type": "object"})
    note = ledger.put("note", {"text": "x"}, parents=[run])
    (bound / "README").write_text("more\n")
    for wrong, words in (("1" * 40, "the ledger has no record"), (note, "is a record of type note")):
        done = commit(bound, "-qam", f"x\n\nFactory-Run: {wrong}")
        assert done.returncode != 0
        assert words in done.stderr
    done = commit(bound, "-qam", f"x\n\nFactory-Run: {run}")
    assert done.returncode == 0, done.stderr


def test_words_that_are_no_trailers_are_left_alone(bound: Path, commit: Run) -> None:
    text = "subject\n\nFactory-Node: nothing.such\nis how one writes it, in the middle of a text.\n\nThe end."
    (bound / "README").write_text("more\n")
    assert commit(bound, "-qa", "-F", "-", stdin=text).returncode == 0
    assert message(bound) == text


def test_a_message_that_git_gives_up_on_stays_so(bound: Path, git: Git, commit: Run) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    for env in ({"GIT_EDITOR": "true"}, {"GIT_EDITOR": "printf 'Signed-off-by: A <a@b>\\n' >"}):
        done = commit(bound, "-a", **env)
        assert done.returncode != 0
        assert "empty commit message" in done.stderr
    (bound / "template").write_text("Why:\n\nWhat:\n")
    git("config", "commit.template", "template", cwd=bound)
    done = commit(bound, "-a", GIT_EDITOR="true")
    assert done.returncode != 0
    assert "did not edit the message" in done.stderr


def test_remarks_scissors_and_the_diff_of_a_verbose_commit_are_not_the_message(bound: Path, commit: Run) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    editor = 'sed -i "1s/^/subject/"'
    assert commit(bound, "-a", "-v", GIT_EDITOR=editor).returncode == 0
    assert message(bound).splitlines()[0] == "subject"
    assert len(message(bound).splitlines()) == 4
    change(bound, MODEL, "price: int", "price: float")
    assert commit(bound, "-a", "-v", "--cleanup=scissors", GIT_EDITOR=editor).returncode == 0
    assert trailers(bound) == [ITEM]
    assert "diff --git" not in message(bound)


@pytest.mark.parametrize("cleanup", ["strip", "whitespace", "verbatim", "scissors", "default"])
def test_every_way_of_cleaning_up(bound: Path, git: Git, commit: Run, cleanup: str) -> None:
    git("config", "commit.cleanup", cleanup, cwd=bound)
    change(bound, MODEL, "price: Decimal", "price: int")
    assert commit(bound, "-qa", "-F", "-", stdin="subject\n\nbody\n").returncode == 0
    assert message(bound).startswith("subject\n\nbody\n\nFactory-Spec: shop ")
    assert trailers(bound) == [ITEM]


def test_another_comment_character(bound: Path, git: Git, commit: Run) -> None:
    git("config", "core.commentChar", ";", cwd=bound)
    change(bound, MODEL, "price: Decimal", "price: int")
    assert commit(bound, "-a", GIT_EDITOR='sed -i "1s/^/subject/"').returncode == 0
    assert message(bound).startswith("subject\n\nFactory-Spec: ")


def test_a_message_with_the_line_ends_of_windows(bound: Path, git: Git, commit: Run) -> None:
    git("config", "commit.cleanup", "verbatim", cwd=bound)
    change(bound, MODEL, "price: Decimal", "price: int")
    editor = "printf 'subject\\r\\n\\r\\nSigned-off-by: A <a@b>\\r\\n' >"
    assert commit(bound, "-a", GIT_EDITOR=editor).returncode == 0
    raw = call("git", "cat-file", "commit", "HEAD", cwd=bound).stdout.partition("\n\n")[2]
    assert raw.count("\n") == raw.count("\r\n") or raw.endswith(f"Factory-Node: {ITEM}\n")
    assert trailers(bound)[0].strip() == ITEM


def test_a_message_that_is_not_utf_8(bound: Path, git: Git, commit: Run) -> None:
    git("config", "i18n.commitEncoding", "latin1", cwd=bound)
    change(bound, MODEL, "price: Decimal", "price: int")
    (bound / ".git" / "words").write_bytes("für\n".encode("latin1"))
    assert commit(bound, "-qa", "-F", ".git/words").returncode == 0
    assert message(bound).startswith("f\udcfcr\n"), "the same byte"
    assert trailers(bound) == [ITEM]


def test_a_user_s_own_trailer_settings_have_no_say(bound: Path, git: Git, commit: Run) -> None:
    ways = (("--local", "int", "x"), ("--global", "float", "x"), ("--global", "bool", f"x\n\nFactory-Node: {ITEM}"))
    for where, price, said in ways:
        git("config", where, "trailer.sign.key", "Signed-by", cwd=bound)
        git("config", where, "trailer.sign.command", "echo nobody", cwd=bound)
        git("config", where, "trailer.where", "start", cwd=bound)
        (bound / MODEL).write_text(CODE.replace("price: Decimal", f"price: {price}"))
        assert commit(bound, "-qam", said).returncode == 0
        assert "nobody" not in message(bound)
        assert trailers(bound) == [ITEM]


@pytest.mark.parametrize("subject", ["fixup! first", "squash! first", "amend! first"])
def test_a_commit_that_is_to_be_folded_in_gets_no_trailers(bound: Path, commit: Run, subject: str) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    assert commit(bound, "-qam", subject).returncode == 0
    assert message(bound) == subject


def test_a_spec_that_is_not_valid_is_said_and_stops_nothing(bound: Path, commit: Run) -> None:
    change(bound, "factory.yaml", "price: decimal", "price: dezimal")
    done = commit(bound, "-qam", f"x\n\nFactory-Node: {ITEM}")
    assert done.returncode == 0, "that is for the check to refuse"
    assert "factory.yaml: the spec is not valid" in done.stderr


def test_without_a_spec_nothing_is_said_or_verified(repo: Path, git: Git, commit: Run) -> None:
    hooks.install(locate(repo), ["commit-msg"])
    done = commit(repo, "-q", "--allow-empty", "-m", "x\n\nFactory-Node: what.ever")
    assert (done.returncode, done.stderr) == (0, "")
    assert message(repo) == "x\n\nFactory-Node: what.ever"


def test_names_that_no_text_can_hold(bound: Path, git: Git, commit: Run) -> None:
    for name in (b"with blank.py", b"with\nline.py", b"not-\xff-text.py", b'quote".py'):
        path = os.fsencode(bound) + b"/" + name
        Path(os.fsdecode(path)).write_text(CODE.replace("id: str", "id: bytes"))
        git("add", ".", cwd=bound)
        assert commit(bound, "-qm", "x").returncode == 0
        assert trailers(bound) == [ITEM, LABEL]
        git("rm", "-q", "--", os.fsdecode(name), cwd=bound)
        assert commit(bound, "-qm", "x").returncode == 0
        assert trailers(bound) == [ITEM, LABEL]


def test_a_link_and_a_submodule_are_not_read(bound: Path, git: Git, commit: Run) -> None:
    (bound / "link").symlink_to(MODEL)
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(bound), "sub", cwd=bound)
    git("add", ".", cwd=bound)
    assert commit(bound, "-qm", "x").returncode == 0
    assert trailers(bound) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Item.java", '@Gf("{}")\npublic record Item(String id, int price) {{\n}}\n'),
        ("Item.php", "<?php\n#[Gf('{}')]\nclass Item\n{{\n    public int $price;\n}}\n"),
        ("Item.cs", '[Gf("{}")]\nclass Item\n{{\n    int price;\n}}\n'),
        ("item.rs", '#[gf("{}")]\nstruct Item {{\n    price: int,\n}}\n'),
        ("item.ts", "/** gf: {} */\nexport interface Item {{\n  price: int;\n}}\n"),
        ("item.go", "// gf: {}\ntype Item struct {{\n\tPrice int\n}}\n"),
        ("one.java", '@Gf("{}")\npublic record Item(String id, int price) {{}}\n'),
        ("one.ts", "// gf: {}\nexport type Item = {{ price: int }};\n"),
        ("item.sql", "-- gf: {}\ncreate table item (\n  price int\n);\n"),
    ],
)
def test_tags_as_each_language_writes_them(bound: Path, git: Git, commit: Run, name: str, code: str) -> None:
    (bound / name).write_text(code.format(ITEM) + "\n\nint other = 1\n")
    git("add", ".", cwd=bound)
    assert commit(bound, "-qm", "new").returncode == 0
    assert trailers(bound) == [ITEM]
    change(bound, name, "int other = 1", "int other = 2")
    assert commit(bound, "-qam", "below it").returncode == 0
    assert trailers(bound) == []
    change(bound, name, " int", " long")
    assert commit(bound, "-qam", "in it").returncode == 0
    assert trailers(bound) == [ITEM]


def test_two_specs_are_both_named(bound: Path, git: Git, commit: Run) -> None:
    other = bound / "other"
    other.mkdir()
    (other / "factory.yaml").write_text(BOUND.replace("id: shop", "id: other"))
    git("add", ".", cwd=bound)
    assert commit(bound, "-qm", "another").returncode == 0
    (other / "labels.py").write_text(f"# gf: {SEND}\ndef send():\n    pass\n")
    change(bound, MODEL, "price: Decimal", "price: int")
    git("add", ".", cwd=bound)
    assert commit(bound, "-qm", "both").returncode == 0
    assert [one.split()[0] for one in trailers(bound, key="Factory-Spec")] == ["other", "shop"]
    assert trailers(bound) == [ITEM, SEND]


def test_what_the_shell_knows_ends_with_another_spec(bound: Path, git: Git, commit: Run) -> None:
    """A file that is bound on one branch only, without a tag in it."""
    change(bound, "factory.yaml", "shop/labels.py::labels", "lib/labels.py::labels")
    (bound / "lib").mkdir()
    (bound / "lib" / "labels.py").write_text(LABELS)
    git("checkout", "-q", "-b", "moved", cwd=bound)
    git("add", ".", cwd=bound)
    assert commit(bound, "-qm", "bound elsewhere").returncode == 0
    git("checkout", "-q", "main", cwd=bound)
    (bound / "README").write_text("more\n")
    assert commit(bound, "-qam", "other").returncode == 0
    assert "shop/labels" in (bound / ".git" / "factory" / "message.1").read_text()
    git("checkout", "-q", "moved", cwd=bound)
    change(bound, "lib/labels.py", "make(world)", "make(world, 2)")
    assert commit(bound, "-qam", "bound code").returncode == 0
    assert trailers(bound) == [PIPELINE]
