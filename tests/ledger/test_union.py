"""The union of two trees: everything of both, whatever a hostile one has in its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from factory_git.core.ids import Oid
from factory_git.gitio.objects import FILE, TREE, Object, TreeEntry, build, parse_tree, tree
from factory_git.ledger import fold, merge
from tests.ledger.test_fold import among

RECORD, OTHER = build("blob", b"a record"), build("blob", b"something else")
PATH = ["tx", "2026-03", "01", "1200", "0123456789abcdef", f"note-{RECORD.oid[:12]}.json"]


def nested(path: list[str], oid: Oid, mode: str, made: dict[Oid, Object]) -> Oid:
    """A tree with one thing at ``path``."""
    for name in reversed(path):
        item = tree([TreeEntry(mode, name, oid)])
        made[item.oid] = item
        mode, oid = TREE, item.oid
    return oid


@given(depth=st.integers(1, len(PATH)), folder=st.booleans())
def test_a_record_stays_whatever_stands_at_its_path_elsewhere(depth: int, folder: bool) -> None:
    made: dict[Oid, Object] = {}
    honest = nested(PATH, RECORD.oid, FILE, made)
    stranger = nested(["deeper"], OTHER.oid, FILE, made) if folder else OTHER.oid
    hostile = nested(PATH[:depth], stranger, TREE if folder else FILE, made)
    found = []
    for pair in ((honest, hostile), (hostile, honest)):
        new: list[Object] = []
        both = merge.union(lambda oid: parse_tree(made[oid].data), *pair, new)
        made.update({item.oid: item for item in new})
        found.append(both)
    assert found[0] == found[1]
    files = {path: oid for path, _, oid in fold.changes(among(made), None, both)}
    assert files["/".join(PATH)] == RECORD.oid


def test_a_folder_too_deep_for_a_ledger_is_one_stranger() -> None:
    made: dict[Oid, Object] = {}
    deep = nested([*"abcdefghi"], OTHER.oid, FILE, made)
    assert [path for path, _, _ in fold.changes(among(made), None, deep)] == ["a/b/c/d/e/f/g"]
