"""What is said of a binding that does not hold: GF001, GF002, GF402, GF504. Lean: on the hook's path."""

from __future__ import annotations

from factory_git.drift.hit import Edit, Fix, Hit
from factory_git.drift.kinds_of import WORDS, of_nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from factory_git.codemap.model import Damage, Symbol, Tag
    from factory_git.drift import contract
    from factory_git.drift.contract import Contract
    from factory_git.drift.places import Place, Problem
    from factory_git.drift.view import Code

MOVED = "`git factory adopt` follows code that was moved"
_MARKS = frozenset(" \t#/*!-<;%\"'@[(")


def nothing_at(place: contract.Place, problem: Problem) -> Hit:
    """The lock or ``code:`` names a place where nothing is, or too much."""
    several = "declarations" in problem.words and problem.near and "~" in problem.near[0]
    said = "the spec binds it to" if place.how == "code" else "the lock has it at"
    file, line = (place.file, place.line) if place.how == "code" else (place.at.partition("::")[0], 1)
    hint = problem.hint or (f"did you mean {' or '.join(problem.near)}?" if problem.near else "correct at: in the spec")
    if several:
        hint = f"say which: {' or '.join(problem.near)}"
    elif place.how == "code" and _moved(place.at, problem.near):
        hint = f"{hint} {MOVED}"
    return Hit(
        code="GF002" if several else "GF001",
        node=place.path,
        file=file,
        line=line,
        about=place.at,
        message=f"{said} {place.at}, but {problem.words}",
        hint=hint,
        group="" if several or place.how != "code" else _group(place.at, problem.lacks),
    )


def _moved(at: str, near: Sequence[str]) -> bool:
    """Whether another file has the very name."""
    name = at.partition("::")[2]
    return bool(name) and any(one.partition("::")[2] == name for one in near)


def _group(at: str, lacks: str) -> str:
    """The cause that bindings which lead nowhere share: the files are gone, or one file no longer has the names."""
    return lacks if lacks != "name" else f"name {at.partition('::')[0]}"


def no_node(contract: Contract, code: Code, place: Place, node: str) -> Hit:
    """A tag names what the spec does not have: it was removed, renamed, or never there."""
    symbol = _id(code, place)
    gone = next((one for one in contract.gone if node == one or node.startswith(f"{one}.")), "")
    if gone:
        what = symbol or "this file"
        return Hit(
            code="GF402", node=node, file=place.file, line=place.line, symbol=symbol, about="tag",
            message=f"{what} is tied to a node that the spec no longer has",
            hint=f"remove {what} with its tag, or bring the node back: git factory desire",
        )  # fmt: skip
    new = _renamed(contract, node)
    near = (new,) if new else _near(node, list(of_nodes(contract)))
    message = "the tag names no node of the spec"
    if new:
        message, hint = f"the tag names a node that is called {new} now", f"write gf: {new}"
    elif near:
        hint = f"did you mean {' or '.join(near)}?"
    else:
        hint = f"name a node of {_spec(contract)}, or remove the tag"
    return Hit(
        code="GF001", node=node, file=place.file, line=place.line, symbol=symbol, about="tag",
        message=message, hint=hint, fixes=_retag(code, place, node, near, safe=bool(new)),
    )  # fmt: skip


def nothing_under(place: Place, node: str) -> Hit:
    """A tag that stands on no declaration, in the middle of a file."""
    return Hit(
        code="GF001", node=node, file=place.file, line=place.line, about="tag",
        message="the tag stands on no declaration",
        hint="put it right above the declaration, or at the head of the file for the whole file",
    )  # fmt: skip


def wrong_kind(place: Place, symbol: Symbol, node: str, kind: str) -> Hit:
    """A declaration that cannot be what the node is."""
    wanted = WORDS.get(kind, "a function")
    article = "an" if symbol.kind[0] in "aeiou" else "a"
    return Hit(
        code="GF001", node=node, file=place.file, line=symbol.line, symbol=symbol.id, about="kind",
        message=f"{symbol.id} is {article} {symbol.kind}; {_a(kind)} is tied to {wanted}",
        hint=f"tie the {kind} to {wanted}",
    )  # fmt: skip


def several(code: Code, node: str, places: Sequence[Place]) -> Hit:
    """Bindings that somebody wrote, and that disagree."""
    told = [f"{one.file}:{_line(code, one)}{_called(code, one)}, by {_by(one.how)}" for one in places]
    first = next((one for one in places if one.how == "tag"), places[0])
    return Hit(
        code="GF002", node=node, file=first.file, line=first.line, symbol=_id(code, first), about="",
        message=f"is tied to {len(places)} places: {'; '.join(told)}",
        hint="keep one of them",
        detail=tuple(told),
    )  # fmt: skip


def unreadable(place: Place, symbol: Symbol | None, node: str, damage: Damage) -> Hit:
    """Bound code that the grammar could not read."""
    what = symbol.id if symbol else place.file
    why = "a syntax error" if damage.what == "syntax" else damage.what
    where = f" in line {damage.line}" if symbol or damage.line > 1 else ""
    return Hit(
        code="GF504", node=node, file=place.file, line=damage.line, symbol=symbol.id if symbol else "", about="damage",
        message=f"{what} cannot be judged: {why}{where}",
        hint="what cannot be read cannot pass: mend it, or mark it free in the spec (code: {mode: free})",
    )  # fmt: skip


def is_prose(code: Code, contract: Contract, file: str, tag: Tag, node: str) -> bool:
    """Whether ``gf:`` stands in the middle of a sentence and names nothing that looks like an address."""
    layers = {path.partition(".")[0] for path, _, _ in contract.nodes}
    if "." in node and node.partition(".")[0] in layers:
        return False
    lines = (code.read(file) or b"").splitlines()
    text = lines[tag.line - 1].decode("utf-8", "replace") if 0 < tag.line <= len(lines) else ""
    before = text.partition("gf:")[0]
    for mark in ("//", "/*", "#", "<!--"):
        if mark in before:
            before = before[before.rindex(mark) + len(mark) :]
            break
    return any(letter not in _MARKS for letter in before)


def _near(node: str, known: Sequence[str]) -> tuple[str, ...]:
    from difflib import get_close_matches  # noqa: PLC0415 (only where the answer is no)

    last = node.rpartition(".")[2]
    same = [one for one in known if one.rpartition(".")[2] == last]
    level = [one for one in known if one.count(".") == node.count(".")]
    close = same[:3] or get_close_matches(node, level, 3, 0.75) or get_close_matches(node, known, 3, 0.75)
    if not close:
        ends = {one.rpartition(".")[2]: one for one in known}
        close = [ends[one] for one in get_close_matches(last, ends, 2, 0.75)]
    return tuple(close[:3])


def _renamed(contract: Contract, node: str) -> str:
    """The path now of a node that was ``node``, or lay in one that was."""
    for now, before in contract.renamed:
        if node == before or node.startswith(f"{before}."):
            new = now + node[len(before) :]
            if any(path == new for path, _, _ in contract.nodes):
                return new
    return ""


def _retag(code: Code, place: Place, node: str, near: Sequence[str], *, safe: bool) -> tuple[Fix, ...]:
    """The tag with the one name that it can mean."""
    data = code.read(place.file)
    if len(near) != 1 or data is None:
        return ()
    lines = data.split(b"\n")
    before = sum(len(line) + 1 for line in lines[: place.line - 1])
    at = lines[place.line - 1].find(node.encode()) if place.line <= len(lines) else -1
    if at < 0:
        return ()
    edit = Edit(file=place.file, start=before + at, end=before + at + len(node.encode()), text=near[0])
    return (Fix(title=f"name {near[0]}", edits=(edit,), safe=safe),)


def _id(code: Code, place: Place) -> str:
    return code.symbol(place.file, place.index).id if place.index >= 0 else ""


def _line(code: Code, place: Place) -> int:
    return code.symbol(place.file, place.index).line if place.index >= 0 else place.line


def _called(code: Code, place: Place) -> str:
    name = _id(code, place)
    return f" {name}" if name else ""


def _by(how: str) -> str:
    return {"lock": "the lock", "code": "code: in the spec", "tag": "a tag"}.get(how, how)


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _spec(contract: Contract) -> str:
    return next((file for _, file, _ in contract.nodes if file), "the spec")
