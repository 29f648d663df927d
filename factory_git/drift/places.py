"""From ``src/x.py::Block.method`` to a declaration. Lean: on the hook's path."""

from __future__ import annotations

from factory_git.codemap.languages.registry import CONFIGURATIONS
from factory_git.core.value import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from factory_git.codemap.model import FileFacts, Symbol
    from factory_git.drift.view import Code

LINK, MODULE, FOLDER, CONFLICT = "120000", "160000", "040000", "conflict"
_ODD = {
    LINK: "is a symbolic link, not a file",
    MODULE: "is a submodule, not a file",
    FOLDER: "is a folder, not a file",
    CONFLICT: "has an open merge conflict",
}
_NO_BODY = frozenset({"declare", "abstract"})


@value
class Place:
    """A declaration (``index`` -1: the whole file), how it was found, and the line that says so."""

    file: str
    index: int
    how: str
    line: int


@value
class Problem:
    """Why a place leads nowhere. ``near`` are places that may have been meant; ``lacks`` is ``file`` or ``name``."""

    words: str
    near: tuple[str, ...] = ()
    hint: str = ""
    lacks: str = ""


def find(code: Code, at: str, how: str) -> tuple[Place | None, Problem]:
    """The declaration at ``file``, ``file::Name``, ``file::Class.method`` or ``file::name~2``; or what is wrong."""
    file, mark, name = at.partition("::")
    mode = code.mode(file)
    if mode in _ODD:
        hint = "resolve it: git status" if mode == CONFLICT else "bind the node to a file"
        return None, Problem(words=f"{file} {_ODD[mode]}", hint=hint)
    if not mode:
        return None, Problem(words=f"there is no file {file}", near=_files_like(code, file, name), lacks="file")
    facts = code.facts(file)
    if facts is None or facts.language in CONFIGURATIONS:
        if mark:
            words = f"the map does not read {file}: it knows no declarations in it"
            return None, Problem(words=words, hint=f"bind the node to the whole file: {file}")
        return Place(file=file, index=-1, how=how, line=1), _NONE
    if not mark:
        return Place(file=file, index=-1, how=how, line=1), _NONE
    indexes = lookup(facts, name)
    if len(indexes) == 1:
        return Place(file=file, index=indexes[0], how=how, line=facts.symbols[indexes[0]].line), _NONE
    if not indexes:
        near = _names_like(code, facts, file, name)
        if facts.damage and not near:
            line = facts.damage[0].line
            words = f"no {name} can be read in {file}: it is damaged in line {line}"
            return None, Problem(words=words, hint="mend the file; what cannot be read cannot be tied")
        return None, Problem(words=f"{file} has no {name}", near=near, lacks="name")
    several = tuple(f"{file}::{_numbered(facts.symbols[index])}" for index in indexes)
    lines = ", ".join(str(facts.symbols[index].line) for index in indexes)
    return None, Problem(words=f"{file} has {len(indexes)} declarations {name}, in lines {lines}", near=several)


_NONE = Problem(words="")


def lookup(facts: FileFacts, name: str) -> list[int]:
    """The declarations that a written name may mean: the qualified name, or the end of one."""
    wanted = normal(name)
    plain, mark, number = wanted.partition("~")
    symbols = facts.symbols
    if mark:
        full = plain if number == "1" else wanted
        return [i for i, one in enumerate(symbols) if one.id == full] or _ending(symbols, full)
    same = [i for i, one in enumerate(symbols) if one.id.partition("~")[0] == plain]
    return _bodies(symbols, same) or _bodies(symbols, _ending(symbols, plain))


def normal(name: str) -> str:
    """A name with the separators of every language made dots: ``(*Farm).Sow``, ``Farm::sow``, ``Farm->sow``."""
    for mark in ("::", "->", "#", "\\", "/"):
        name = name.replace(mark, ".")
    for mark in ("(*", "(&", "(", ")"):
        name = name.replace(mark, "")
    return name.strip(".")


def _ending(symbols: Sequence[Symbol], name: str) -> list[int]:
    return [i for i, one in enumerate(symbols) if one.id.endswith(f".{name}") or _head(one.id).endswith(f".{name}")]


def _head(id_: str) -> str:
    return id_.rpartition("~")[0] if "~" in id_ else id_


def _bodies(symbols: Sequence[Symbol], indexes: list[int]) -> list[int]:
    """Without the signatures that an implementation follows, and without what is no declaration of its own."""
    if len(indexes) < 2:
        return indexes
    real = [i for i in indexes if symbols[i].kind != "impl"] or indexes
    real = [i for i in real if not any(_last(one) == "overload" for one in symbols[i].decorators)] or real
    if len(real) > 1 and all(_bodyless(symbols[i]) for i in real[:-1]) and not _bodyless(symbols[real[-1]]):
        return real[-1:]
    return real


def _last(decorator: str) -> str:
    return decorator.partition("(")[0].rpartition(".")[2]


def _bodyless(symbol: Symbol) -> bool:
    """A signature alone: the map gives it no block, and it ends on the line of its last parameter."""
    return bool(_NO_BODY & set(symbol.modifiers)) or symbol.line == symbol.end_line


def _numbered(symbol: Symbol) -> str:
    return symbol.id if "~" in symbol.id else f"{symbol.id}~1"


def _names_like(code: Code, facts: FileFacts, file: str, name: str) -> tuple[str, ...]:
    """Declarations of the file with a name like it; and where else the very name stands."""
    from difflib import get_close_matches  # noqa: PLC0415 (only where the answer is no)

    wanted = normal(name).partition("~")[0]
    last = wanted.rpartition(".")[2]
    ids = {one.id: one.id for one in facts.symbols}
    ends = {one.name: one.id for one in facts.symbols}
    near = [ids[one] for one in get_close_matches(wanted, ids, 3, 0.7)]
    near += [ends[one] for one in get_close_matches(last, ends, 2, 0.75)]
    out = [f"{file}::{one}" for one in dict.fromkeys(near)]
    out += [f"{other}::{last}" for other in code.defining(last) if other != file]
    return tuple(out[:3])


def _files_like(code: Code, file: str, name: str) -> tuple[str, ...]:
    """Files that define the name, else files called alike."""
    last = normal(name).rpartition(".")[2].partition("~")[0]
    out = [f"{other}::{name}" for other in code.defining(last)] if last else []
    if not out:
        base = file.rpartition("/")[2]
        out = [other for other in code.under("") if other.rpartition("/")[2] == base]
        out = [f"{other}::{name}" if name else other for other in out]
    return tuple(out[:3])
