"""The baseline of a spec: findings that were there when a rule came, in ``.factory/baseline.json``. It only shrinks.

Keyed by code, spec path, file, declaration and what about it, never by line; sorted, one entry a line, so that two
branches that shrink it merge. File names begin at the spec's folder. Lean: the hook's path may read it.
"""

from __future__ import annotations

from factory_git.core.value import value
from factory_git.drift.hit import Edit, Fix, Hit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PATH = ".factory/baseline.json"
VERSION = 1
STALE = "GF903"
_HEAD, _END = '{"entries": [', f'null], "version": {VERSION}}}'  # the null lets every entry end in a comma
_NAMES = ("code", "node", "file", "symbol", "about")


@value
class Entry:
    """One finding that is tolerated; ``line`` is its own line in the baseline."""

    code: str
    node: str
    file: str
    symbol: str
    about: str
    line: int = 0

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """The key of the findings that it is for."""
        return (self.code, self.node, self.file, self.symbol, self.about)


def freeze(hits: Iterable[Hit], root: str) -> list[Entry]:
    """Entries for all findings that a baseline can hold: those of rules for bound code (GF1xx to GF4xx)."""
    found = [
        Entry(code=hit.code, node=hit.node, file=_inside(root, hit.file), symbol=hit.symbol, about=hit.about)
        for hit in hits
        if holds(hit.code)
    ]
    return sorted(found, key=lambda one: one.key)


def holds(code: str) -> bool:
    """Whether findings of this code can be in a baseline."""
    return code[:2] == "GF" and code[2:3] in "1234"


def render(entries: Iterable[Entry]) -> bytes:
    """The file."""
    import json  # noqa: PLC0415 (8 ms that a hook without a baseline need not pay)

    def row(one: Entry) -> str:
        plain = all(text.isprintable() for text in one.key)  # a file's name may be any bytes: those are escaped
        return json.dumps(dict(zip(_NAMES, one.key, strict=True)), ensure_ascii=not plain) + ","

    rows = [row(one) for one in sorted(entries, key=lambda one: one.key)]
    return "\n".join([_HEAD, *rows, _END, ""]).encode()


def parse(data: bytes, root: str) -> tuple[list[Entry], str]:
    """The entries, files named from the top of the repository, and what is wrong with the file (empty: nothing).

    A file that cannot be read tolerates nothing.
    """
    import json  # noqa: PLC0415

    try:
        value_ = json.loads(data)
        if not isinstance(value_, dict) or value_.get("version") != VERSION:
            return [], f"is not a baseline of version {VERSION}"
        rows = [row for row in value_["entries"] if row is not None]
        found = [{name: row.get(name, "") for name in _NAMES} for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return [], f"cannot be read: {error}"
    if any(not isinstance(text, str) for row in found for text in row.values()):
        return [], "cannot be read: an entry holds something else than text"
    lines = _lines(data)
    return [
        Entry(**{**row, "file": _join(root, row["file"])}, line=lines.get(number, 0))
        for number, row in enumerate(found)
    ], ""


def stale(entry: Entry, path: str, fixes: tuple[Fix, ...]) -> Hit:
    """GF903: an entry that no finding has any more."""
    what = f"{entry.code} {entry.node or entry.symbol or entry.file}" + (f" ({entry.about})" if entry.about else "")
    return Hit(
        code=STALE, node=entry.node, file=path, line=entry.line, symbol=entry.symbol,
        about=f"{entry.code} {entry.file} {entry.about}",
        message=f"baseline entry matches nothing any more: {what}",
        hint="remove it; `git factory check --fix` does", fixes=fixes,
    )  # fmt: skip


def grown(entries: Sequence[Entry], path: str) -> Hit:
    """GF903: a change that adds entries."""
    named = ", ".join(f"{one.code} {one.node or one.symbol or one.file}" for one in entries[:3])
    more = f" and {len(entries) - 3} more" if len(entries) > 3 else ""
    return Hit(
        code=STALE, node="", file=path, line=entries[0].line, about="grown",
        message=f"a baseline only shrinks; this change adds {named}{more}",
        hint="mend what they are for; who reviewed them counts them with --own (git config factory.ownSuppressions)",
    )  # fmt: skip


def broken(path: str, problem: str) -> Hit:
    """GF903: a baseline that cannot be read; it tolerates nothing."""
    return Hit(
        code=STALE, node="", file=path, line=1, about="broken", message=f"the baseline {problem}",
        hint="bring it back: git checkout HEAD -- " + path,
    )  # fmt: skip


def rewrite(content: bytes, entries: Iterable[Entry], root: str, path: str) -> Fix:
    """The fix that leaves only ``entries`` in a baseline."""
    kept = [
        Entry(code=one.code, node=one.node, file=_inside(root, one.file), symbol=one.symbol, about=one.about)
        for one in entries
    ]
    text = render(kept).decode()
    return Fix(
        title="remove the stale entries from the baseline",
        edits=(Edit(file=path, start=0, end=len(content), text=text),),
        safe=True,
    )


def match(hits: Sequence[Hit], entries: Sequence[Entry], exists: Callable[[str], bool]) -> dict[int, int]:
    """Index of the finding → index of the entry that tolerates it, each entry once.

    An entry whose file is gone is for the same finding in another file: it moved.
    """
    free: dict[tuple[str, ...], list[int]] = {}
    for number, entry in enumerate(entries):
        free.setdefault(entry.key, []).append(number)
    found: dict[int, int] = {}
    for number, hit in enumerate(hits):
        if waiting := free.get(hit.key):
            found[number] = waiting.pop(0)
    homeless: dict[tuple[str, ...], list[int]] = {}
    for numbers in free.values():
        for number in numbers:
            if not exists(entries[number].file):
                homeless.setdefault(_loose(entries[number].key), []).append(number)
    for number, hit in enumerate(hits):
        if number not in found and (waiting := homeless.get(_loose(hit.key))):
            found[number] = waiting.pop(0)
    return found


def _loose(key: tuple[str, str, str, str, str]) -> tuple[str, ...]:
    code, node, _, symbol, about = key
    return (code, node, symbol, about)


def _lines(data: bytes) -> dict[int, int]:
    """Number of the entry → its line, in a file that is written one entry a line."""
    rows = [n for n, line in enumerate(data.split(b"\n"), 1) if line.lstrip().startswith(b'{"code"')]
    return dict(enumerate(rows))


def _inside(root: str, path: str) -> str:
    return path[len(root) + 1 :] if root and path.startswith(f"{root}/") else path


def _join(root: str, path: str) -> str:
    return f"{root}/{path}" if root and path else path
