"""Which files are never judged: tests, what others wrote, what a machine wrote. Lean: it is on the hook's path.

This is the one place that decides. Names tell most, a file's own head may (``Code generated … DO NOT EDIT``), and
``.gitattributes`` of the judged tree has the last word: ``linguist-generated``, ``linguist-vendored``, and with ``-``
or ``=false`` that a name or a head misleads.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from factory_git.drift.contract import Contract
    from factory_git.drift.view import Code

TEST, VENDORED, GENERATED = "test", "vendored", "generated"

_TEST_FOLDERS = frozenset({
    "test", "tests", "__tests__", "__mocks__", "__fixtures__", "testdata", "fixtures", "e2e", "androidtest",
    "integrationtest",
})  # fmt: skip
_VENDORED = frozenset({
    "node_modules", "vendor", "vendored", "third_party", "thirdparty", "bower_components", "site-packages", "pods",
    "carthage", ".venv", "venv", ".yarn", ".tox",
})  # fmt: skip
_GENERATED = frozenset({"__generated__", "generated", "generated-sources"})
_TEST_STARTS = ("test_", "conftest.")
_TEST_STEMS = ("_test", ".test", "-test", "_spec", ".spec", ".stories", ".cy")
_TEST_WORDS = ("Test", "Tests", "TestCase")
_MADE_STEMS = ("_pb2", "_pb2_grpc", ".pb", ".pb.gw", "_pb", ".generated", "_generated", ".gen", ".g", ".min")
_MADE_ENDS = ("_gen.go", "_string.go", ".sql.go")
_MADE_STARTS = ("zz_generated",)
_WORDED = frozenset({"java", "php", "cs"})  # languages that name a test's file in words: OrderTest.java

ATTRIBUTES = ".gitattributes"
_MEANING = {"linguist-generated": GENERATED, "linguist-vendored": VENDORED}


class Skipped:
    """Decides for one spec. ``read`` gives the bytes of a path, None when there is no such file.

    ``folders`` are those that the spec names for its code: what a folder above them is called says nothing.
    ``generated`` tells whether a file says of itself that a program wrote it (``Code generated … DO NOT EDIT``).
    ``before`` decides for what a change is compared with, where it changes attributes: what it exempts itself counts
    from the next change on.
    """

    def __init__(
        self,
        folders: Iterable[str],
        read: Callable[[str], bytes | None],
        generated: Callable[[str], bool] | None = None,
        before: Skipped | None = None,
    ) -> None:
        self._folders = sorted((one for one in folders if one), key=len, reverse=True)
        self._read = read
        self._generated = generated
        self._before = before
        self._rules: dict[str, list[tuple[str, str, bool]]] = {}
        self._known: dict[str, str] = {}

    def why(self, path: str) -> str:
        """``test``, ``vendored`` or ``generated``; empty when the file is judged."""
        if path not in self._known:
            said = self._said(path)
            if said is None:
                said = by_name(self._below(path)) or (GENERATED if self._generated and self._generated(path) else "")
            counts = not said or self._before is None or self._before.why(path)
            self._known[path] = said if counts else ""
        return self._known[path]

    def _below(self, path: str) -> str:
        for folder in self._folders:
            if path.startswith(f"{folder}/"):
                return path[len(folder) + 1 :]
        return path

    def _said(self, path: str) -> str | None:
        """What the attributes say, the nearest file first, in a file the last line first; None when nothing."""
        off: set[str] = set()
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            below = path[len(folder) + 1 :] if folder else path
            for pattern, meaning, on in reversed(self._attributes(folder)):
                if meaning not in off and matches(pattern, below):
                    if on:
                        return meaning
                    off.add(meaning)
        return "" if off & {by_name(self._below(path)) or GENERATED} else None

    def _attributes(self, folder: str) -> list[tuple[str, str, bool]]:
        if folder not in self._rules:
            data = self._read(f"{folder}/{ATTRIBUTES}" if folder else ATTRIBUTES)
            self._rules[folder] = _parse(data) if data else []
        return self._rules[folder]


def of(contract: Contract, code: Code) -> Skipped:
    """What is skipped of a spec's code."""
    folders = (contract.root, *contract.folders)
    before = Skipped(folders, code.before, code.generated) if code.before else None
    return Skipped(folders, code.read, code.generated, before)


def in_folders(contract: Contract, file: str) -> bool:
    """Whether a file lies in a folder of the spec's code, and not below another spec's folder that it does not name."""
    best = max((len(one) for one in contract.folders if _below(file, one)), default=-1)
    return best >= 0 and not any(len(one) > best and _below(file, one) for one in contract.others)


def _below(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def by_name(path: str) -> str:
    """What the name of a file, and of the folders it lies in, says of it."""
    *folders, name = path.split("/")
    for folder in folders:
        small = folder.lower()
        if small in _VENDORED:
            return VENDORED
        if small in _GENERATED:
            return GENERATED
        if small in _TEST_FOLDERS:
            return TEST
    stem, _, ending = name.rpartition(".")
    if stem.endswith(_MADE_STEMS) or name.startswith(_MADE_STARTS) or name.endswith(_MADE_ENDS):
        return GENERATED
    if name.startswith(_TEST_STARTS) or stem.endswith(_TEST_STEMS) or stem in ("tests", "test"):
        return TEST
    if ending in _WORDED and (stem.endswith(_TEST_WORDS) or (stem.endswith("IT") and stem[-3:-2].islower())):
        return TEST
    return ""


def _parse(data: bytes) -> list[tuple[str, str, bool]]:
    """Pattern, meaning and whether it is so, of each line of a ``.gitattributes`` that is about it."""
    out = []
    for line in data.decode("utf-8", "replace").splitlines():
        words = line.split()
        if not words or words[0].startswith("#") or b"linguist-" not in line.encode():
            continue
        for word in words[1:]:
            name, _, given = word.lstrip("-!").partition("=")
            if name in _MEANING:
                out.append((words[0].strip('"'), _MEANING[name], word[0] not in "-!" and given != "false"))
    return out


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern of ``.gitattributes`` (``*``, ``?``, ``[…]``, ``**/``) is about ``path``, from its folder."""
    if "/" not in pattern:
        return _glob(pattern, path.rpartition("/")[2])
    return _segments(pattern.removeprefix("/").split("/"), path.split("/"))


def _segments(pattern: list[str], path: list[str]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        rest = pattern[1:]
        return bool(path) if not rest else any(_segments(rest, path[at:]) for at in range(len(path)))
    return bool(path) and _glob(pattern[0], path[0]) and _segments(pattern[1:], path[1:])


def _glob(pattern: str, name: str) -> bool:
    if not any(mark in pattern for mark in "*?["):
        return pattern == name
    from fnmatch import fnmatchcase  # noqa: PLC0415 (only for patterns that need it)

    return fnmatchcase(name, pattern)
