"""What a commit hook has no time for: modules that extraction and resolving must not load in a bare interpreter.

``re`` and what it brings (``enum``, ``functools``, ``collections``) are there in any case: the parser loads them itself.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import factory_git
from factory_git.codemap.build import Which, open_tree
from factory_git.gitio.locate import locate
from tests.codemap.repos import repository

HEAVY = (
    "dataclasses", "typing", "pathlib", "json", "subprocess", "sqlite3", "importlib.util", "inspect", "contextlib",
    "hashlib", "tree_sitter", "tree_sitter_language_pack", "pygit2", "click", "factory_git.core.errors",
)  # fmt: skip
FILES = {
    "shop/__init__.py": "",
    "shop/money.py": "class Money:\n    def add(self, other: 'Money') -> 'Money': ...\n",
    "shop/order.py": "from shop.money import Money\n\ndef pay(cash: Money) -> None:\n    cash.add(Money())\n",
    "web/web.go": "package web\n",
}
START = f"""
import sys
sys.path.append({str(Path(factory_git.__file__).parent.parent)!r})
sys.path += {[entry for entry in sys.path if entry.endswith("site-packages")]!r}
"""
END = f"""
print(*(name for name in {HEAVY!r} if name in sys.modules))
"""


def lines(code: str, folder: Path) -> list[str]:
    """What a bare interpreter prints: its own lines, and the heavy modules that it has loaded."""
    args = [sys.executable, "-I", "-S", "-c", START + code + END]
    return subprocess.run(args, cwd=folder, check=True, capture_output=True, text=True).stdout.splitlines()


def test_extraction_of_a_file_loads_nothing_heavy(tmp_path: Path) -> None:
    code = """
from factory_git.codemap.extract import extract, parse
print([row[0] for row in extract(b'def f(x: int): g(x)', 'python')[2]])
print(parse(b'f()', 'python').root_node.type)
"""
    assert lines(code, tmp_path) == ["['f']", "module", ""]


def test_facts_and_every_language_load_nothing_heavy(tmp_path: Path) -> None:
    code = """
from factory_git.codemap.extract import extract
from factory_git.codemap.facts import facts
from factory_git.codemap.languages.registry import MODULES
print(sum(len(facts(extract(b'', language)).symbols) for language in MODULES))
"""
    assert lines(code, tmp_path) == ["0", ""]


def test_resolving_in_a_kept_tree_loads_nothing_heavy(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", FILES)
    open_tree(locate(folder), Which(staged=True)).store.close()
    code = """
from factory_git.codemap.build import Which, open_tree
from factory_git.codemap.resolve import Resolver
from factory_git.gitio.stamp import plain_location
resolver = Resolver(open_tree(plain_location(), Which(staged=True)))
value = resolver.evaluate('shop/order.py', 0, 'cash.add')
print(value.path, value.index, value.how)
"""
    assert lines(code, folder) == ["shop/money.py 1 type", ""]


def test_a_changed_file_of_the_index_is_brought_up_to_date_without_anything_heavy(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", FILES)
    code = """
from factory_git.codemap.build import Which, open_tree
from factory_git.gitio.stamp import plain_location
print(len(list(open_tree(plain_location(), Which(staged=True)).under(''))))
print(len(list(open_tree(plain_location(), Which()).under(''))))
print(len(open_tree(plain_location(), Which()).defining('pay')))
"""
    assert lines(code, folder) == ["4", "4", "1", ""]


def test_the_package_of_the_binding_can_still_be_imported_after_its_library(tmp_path: Path) -> None:
    code = """
from factory_git.codemap.extract import parse
tree = parse(b'f()', 'python')
import tree_sitter
print(isinstance(tree, tree_sitter.Tree))
"""
    assert lines(code, tmp_path)[0] == "True"
