"""Order comes from the graph, ties from ids; trees are compared by structure."""

from __future__ import annotations

import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from factory_git.core.ids import Oid, RecordId
from factory_git.gitio.objects import (
    FILE,
    TREE,
    Object,
    TreeEntry,
    build,
    differing,
    parse_tree,
    tree,
    tree_lines,
    tree_with,
)
from factory_git.ledger import fold
from factory_git.ledger.order import by_graph

NAMES = st.text("abcdefgh.-", min_size=1, max_size=4).filter(lambda name: name not in (".", ".."))


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sets(st.sampled_from("abcdefgh"))), st.randoms())
def test_parents_come_first_and_ties_go_by_id(graph: dict[str, set[str]], random: object) -> None:
    parents = {RecordId(n): {RecordId(p) for p in above if p < n} for n, above in graph.items()}
    order = by_graph(parents)
    assert sorted(order) == sorted(parents)
    assert all(order.index(p) < order.index(n) for n, above in parents.items() for p in above if p in parents)
    turned = dict(reversed(list(parents.items())))
    assert by_graph(turned) == order


def test_ties_on_every_level_go_by_id() -> None:
    a, b, c, d = (RecordId(n) for n in "abcd")
    assert by_graph({b: [], a: []}) == [a, b]
    assert by_graph({a: [d], b: [c], c: [], d: []}) == [c, d, a, b]


def test_a_cycle_is_still_listed() -> None:
    a, b = RecordId("a"), RecordId("b")
    assert by_graph({a: [b], b: [a]}) == [a, b]


def grow(paths: dict[str, str], made: dict[Oid, Object]) -> Oid:
    """The tree of these files (path to content)."""
    below: dict[str, dict[str, str]] = {}
    entries: list[TreeEntry] = []
    for path, content in paths.items():
        head, slash, rest = path.partition("/")
        if slash:
            below.setdefault(head, {})[rest] = content
        else:
            entries.append(TreeEntry(FILE, head, build("blob", content.encode()).oid))
    entries += [TreeEntry(TREE, name, grow(inner, made)) for name, inner in below.items()]
    item = tree(entries)
    made[item.oid] = item
    return item.oid


FILES = st.dictionaries(st.lists(NAMES, min_size=1, max_size=3).map("/".join), st.sampled_from("xyz"), max_size=8)


def possible(files: dict[str, str]) -> bool:
    """No file is also a folder."""
    return not any(other.startswith(path + "/") for path in files for other in files)


def among(made: dict[Oid, Object]) -> fold.Differing:
    """What two of these trees have not in common."""

    def lines(oid: Oid | None) -> frozenset[bytes]:
        return tree_lines(made[oid].data) if oid else frozenset()

    return lambda old, new: differing(lines(old), lines(new))


@given(FILES.filter(possible), FILES.filter(possible))
def test_changes_are_those_of_the_flat_lists(old: dict[str, str], new: dict[str, str]) -> None:
    made: dict[Oid, Object] = {}
    before, after = grow(old, made), grow(new, made)
    found = {path: (one, two) for path, one, two in fold.changes(among(made), before, after)}

    def oid(content: str | None) -> Oid | None:
        return None if content is None else build("blob", content.encode()).oid

    wanted = {p: (oid(old.get(p)), oid(new.get(p))) for p in old.keys() | new.keys() if old.get(p) != new.get(p)}
    assert found == wanted


@given(st.sets(NAMES, min_size=1), NAMES, st.booleans())
def test_adding_to_a_tree_gives_the_tree_of_all(names: set[str], name: str, folder: bool) -> None:
    blob = build("blob", b"x").oid
    old = [TreeEntry(TREE if n < "d" else FILE, n, blob) for n in names]
    new = TreeEntry(TREE if folder else FILE, name, build("blob", b"y").oid)
    wanted = tree([*(entry for entry in old if entry.name != name), new])
    assert tree_with(parse_tree(tree(old).data), {name: new}) == wanted


def test_git_agrees_with_our_trees(repo: Path) -> None:
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], input=b"x", cwd=repo, capture_output=True, check=True
    )
    oid = Oid(blob.stdout.decode().strip())
    made = subprocess.run(
        ["git", "mktree"],
        input="".join(f"100644 blob {oid}\t{name}\n" for name in ("b", "a.b", "a", "ü")).encode(),
        cwd=repo,
        capture_output=True,
        check=True,
    )
    assert tree(TreeEntry(FILE, name, oid) for name in ("b", "a.b", "a", "ü")).oid == made.stdout.decode().strip()
