"""A tree in memory: the code of a case, without a repository, a file or a database of its own."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from factory_git.codemap import pack, words
from factory_git.codemap.extract import extract
from factory_git.codemap.languages.registry import language_of
from factory_git.codemap.store import Store
from factory_git.codemap.tree import Tree
from factory_git.core.ids import blob_oid
from factory_git.drift import bound
from factory_git.drift.contracts import contract_of
from factory_git.drift.view import Code
from factory_git.spec.load import find, load
from factory_git.spec.model import Source, Spec

Files = Mapping[str, bytes]


def tree_of(files: Files) -> Tree:
    """The map of some files."""
    store = Store(None, "test")
    numbers: dict[str, int] = {}
    rows: list[tuple[int, str, str, bytes]] = []
    known: dict[tuple[str, str], int] = {}
    index: dict[tuple[str, str], array[int]] = {}
    for path, data in files.items():
        language = language_of(path)
        if not language:
            continue
        key = (blob_oid(data), language)
        if key not in known:
            number = known[key] = len(known) + 1
            facts = extract(data, language)
            rows.append((number, *key, pack.dump(facts)))
            for word in words.of(facts):
                index.setdefault(word, array("I")).append(number)
        numbers[path] = known[key]
    store.db.execute("BEGIN")
    store.add_blobs(rows)
    store.add_words(index)
    number = store.set_tree("test", "", numbers)
    store.db.execute("COMMIT")
    return Tree(store, number)


def code_of(files: Files) -> Code:
    """The code of some files."""
    return Code(tree_of(files), files.__getitem__)


def specs_of(files: Files) -> list[Spec]:
    """The specs among some files."""
    return [load([Source(path=path, content=files[path]) for path in paths], root=root) for root, paths in find(files)]


def judge(files: Files) -> list[bound.Judgement]:
    """The judgement of each spec among some files."""
    code, specs = code_of(files), specs_of(files)
    roots = [spec.root for spec in specs]
    return [bound.judge(contract_of(spec, others=roots), code) for spec in specs]
