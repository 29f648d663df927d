"""What a scenario's ``test:`` names, looked up in the tree: test files, functions, methods, titles.

A ``test:`` is an id (``tests/test_farm.py::test_lock``) or a command (``go test ./... -run TestLock``). What it names
in a form that the test runners of the seven languages have is looked up; anything else (``make check``) is a command
whose tests nobody can tell, and is believed. Lean.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.view import Code

_WORD = re.compile(r"""[^\s"']*"[^"]*"|[^\s"']*'[^']*'|\S+""")
_FILE = re.compile(r"[\w@./+-]*[\w+-]\.(?:py|[mc]?[jt]sx?|java|php|go|rs)$")
_TITLED = re.compile(r"\.[mc]?[jt]sx?$")
_NAME = re.compile(r"\w+$")
_SELECTS = {  # option → how its value names tests
    "-run": "pattern",  # go test
    "--run": "pattern",
    "-t": "title",  # jest, vitest
    "--testNamePattern": "title",
    "--test-name-pattern": "title",
    "--filter": "pattern",  # phpunit
    "-Dtest": "class",  # maven
    "--tests": "class",  # gradle
}
_TITLES = frozenset({"jest", "vitest", "mocha", "node", "npm", "npx", "yarn", "pnpm", "bun", "bunx", "deno"})


def absent(code: Code, root: str, language: str, text: str) -> str:
    """What the test's text names and the tree does not have, in words; empty when all is there or cannot be told."""
    words = [word.replace('"', "").replace("'", "") for word in _WORD.findall(text.strip())]
    if len(words) == 1 and not _FILE.search(words[0].partition("::")[0]):
        return _bare(code, language, words[0])
    if len(words) > 1 and " > " in text and _FILE.match(words[0]):  # vitest's own form: file > suite > title
        file, *titles = [part.strip() for part in text.strip().split(" > ")]
        return _in_file(code, root, file, titles)
    return _command(code, root, words)


def _command(code: Code, root: str, words: list[str]) -> str:
    files: list[str] = []
    titled = False
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        before = words[number - 1] if number else ""
        if word in _TITLES:
            titled = True
        if before in _SELECTS and "=" not in before:
            if _SELECTS[before] == "title" and not titled:
                continue
            what = _selected(code, root, files, _SELECTS[before], word)
        elif equals and name in _SELECTS:
            what = _selected(code, root, files, _SELECTS[name], value)
        elif before == "test" and number > 1 and words[number - 2] == "cargo" and not word.startswith("-"):
            what = _defined(code, word.rpartition("::")[2], ".rs")
        else:
            file, _, inside = word.partition("::")
            if not _FILE.match(file) or file.startswith("-") or _runs(words, number):
                continue
            files.append(file)
            what = _in_file(code, root, file, inside.split("::") if inside else [])
        if what:
            return what
    return ""


def _runs(words: list[str], number: int) -> bool:
    """Whether a word is the program that is run (``scripts/test.py --fast``), and not what it tests."""
    return number == 0 and len(words) > 1


def _in_file(code: Code, root: str, file: str, inside: list[str]) -> str:
    file = file.removeprefix("./")
    places = [f"{root}/{file}" if root else file, file]
    path = next((place for place in places if code.tree.has(place)), "")
    if not path:
        return f"there is no file {file}"
    inside = [part.partition("[")[0].strip() for part in inside]
    if not inside or _declared(code, path, inside):
        return ""
    if _TITLED.search(path):
        return "" if _titled(code, path, " ".join(inside)) else f"{file} has no test {' > '.join(inside)!r}"
    return f"{file} has no test {'::'.join(inside)}"


def _declared(code: Code, path: str, inside: list[str]) -> bool:
    """Whether a test function is declared there; one that a class may have inherited counts."""
    if code.named(path, ".".join(inside)) >= 0:
        return True
    holder = code.named(path, ".".join(inside[:-1])) if len(inside) > 1 else -1
    return holder >= 0 and bool(code.symbol(path, holder).bases) and bool(code.defining(inside[-1]))


def _titled(code: Code, path: str, title: str) -> bool:
    """Whether a file has a test of that title, its suite's title perhaps before it."""
    text = code.content(path).decode("utf-8", "replace")
    if title in text:
        return True
    words = title.split(" ")
    return any(" ".join(words[:cut]) in text and " ".join(words[cut:]) in text for cut in range(1, len(words)))


def _selected(code: Code, root: str, files: list[str], how: str, value: str) -> str:
    if how == "title":
        for file in files:
            places = [f"{root}/{file}" if root else file, file]
            path = next((place for place in places if code.tree.has(place)), "")
            if path and not _titled(code, path, value):
                return f"{file} has no test {value!r}"
        return ""
    if how == "class":
        return _method(code, value)
    name = value.strip("^$/").partition("/")[0].rstrip("$")
    if "::" in name:
        return _method(code, name)
    if not _NAME.match(name):
        return ""  # a pattern: what it matches cannot be told
    # A selector matches by part: TestLock runs TestLockOfBlock, too. Only exact ones of that name are looked up first.
    return _defined(code, name, "") if value.startswith("^") or not _begun(code, name) else ""


def _begun(code: Code, name: str) -> bool:
    """Whether something is declared whose name begins so."""
    return any(code.tree.paths(blobs) for _, blobs in code.tree.store.beginning("d", name))


def _method(code: Code, value: str) -> str:
    """``FarmTest``, ``FarmTest#lock``, ``a.b.FarmTest.lock``, ``FarmTest::lock``."""
    parts = [part for part in re.split(r"[#.\\]|::", value.partition("(")[0]) if part]
    if not all(_NAME.match(part) for part in parts) or not parts:
        return ""
    at = next((number for number, part in enumerate(parts) if part[:1].isupper()), len(parts) - 1)
    holder, inside = parts[at], parts[at + 1 :]
    files = code.defining(holder)
    if not files:
        return f"there is no test class {holder}"
    if inside and not any(_member(code, path, holder, inside[-1]) for path in files):
        return f"{holder} has no test {inside[-1]}"
    return ""


def _member(code: Code, path: str, holder: str, name: str) -> bool:
    facts = code.facts(path)
    found = [one for one in facts.symbols if one.name == holder] if facts else []
    return any(_declared(code, path, [*one.id.split("."), name]) for one in found)


def _bare(code: Code, language: str, word: str) -> str:
    """A word by itself: an id in the form of the spec's language, or the name of a program, which is believed."""
    if language in ("java", "php") and re.fullmatch(r"[\w.\\]*[A-Z]\w*(?:(?:#|::|\.)\w+)?", word):
        return _method(code, word)
    if language == "go" and re.fullmatch(r"Test\w+", word):
        return _defined(code, word, ".go")
    if language == "rust" and re.fullmatch(r"\w+(?:::\w+)+", word):
        return _defined(code, word.rpartition("::")[2], ".rs")
    return ""


def _defined(code: Code, name: str, ending: str) -> str:
    if not _NAME.match(name):
        return ""
    return "" if any(path.endswith(ending) for path in code.defining(name)) else f"there is no test {name}"
