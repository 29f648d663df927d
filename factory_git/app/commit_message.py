"""``hooks commit-msg``: the trailers that lead from a commit to its spec: added where they are due, verified where
they are.

What is added is worked out from the change: ``Factory-Spec: <id> <digest>`` for each spec that it touches, and
``Factory-Node: <address>`` for each node. What a person wrote is kept and verified. On an amend, the lines that follow
from the old content are taken out before those of the new content go in. Nothing is added to a merge (the commits it
brings name their own nodes) nor to a ``fixup!``, ``squash!`` or ``amend!`` (which is to be folded into another commit).
An empty message stays empty, so that Git gives up itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from factory_git.app import message_quick
from factory_git.app import touched as touching
from factory_git.app.context import Context
from factory_git.app.trailers import Checker, place_of
from factory_git.core import files
from factory_git.core.errors import InvalidInput, Place, Problem
from factory_git.core.trailers import DIGEST, KEYS, NODE, PHASE, SPEC, Trailer, is_count, node_values
from factory_git.drift import memory
from factory_git.gitio import caller, changes, trailers, trees

_FOLDED_IN = re.compile(rb"(fixup|squash|amend)! ")
_SCISSORS = b" ------------------------ >8 ------------------------"
_REBASED = ("CHERRY_PICK_HEAD", "REBASE_HEAD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a message. ``notes`` are for the person who commits."""

    added: tuple[Trailer, ...] = ()
    removed: tuple[Trailer, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the file was written."""
        return bool(self.added or self.removed)


@dataclass(frozen=True, slots=True)
class _Base:
    """What the commit is made on: a commit or the empty tree; and the commits whose message this one may carry."""

    tree: str
    origins: tuple[changes.Commit, ...]
    merge: bool


def run(ctx: Context, file: Path, shown: str = "") -> Done:
    """Add and verify the trailers of the message in ``file`` for what is staged.

    Raises :class:`InvalidInput` with the line of each trailer that is wrong; the file is not changed then.
    """
    message = file.read_bytes()
    comment = _comment(ctx)
    if ctx.location.worktree is None or _is_empty(ctx, message, comment):
        return Done()
    base = _base(ctx)
    listing = trees.listing(ctx.location, message_quick.PATTERNS)
    staged = changes.staged(ctx.location, base.tree)
    if not listing and not any(touching.is_spec_file(one.path) for one in staged):
        _remember(ctx, {}, touching.Side((), ()), staged)
        return Done()
    now = touching.touched(ctx.location, listing, staged)
    done, fresh = Done(), message
    if ctx.settings.flag("trailers") and not base.merge and not _FOLDED_IN.match(message):
        fresh, done = _renewed(ctx, message, comment, base, now)
    inherited = {one for origin in base.origins for one in trailers.parse(changes.message(ctx.location, origin.oid))}
    _verify(Checker(ctx, now, inherited), fresh, comment, shown or str(file))
    if fresh != message:
        files.write(file, fresh)
    _remember(ctx, listing, now.after, staged)
    return done


def _base(ctx: Context) -> _Base:
    where = ctx.location
    head = changes.commit(where, "HEAD")
    if head is None:
        return _Base(changes.empty_tree(where), (), merge=False)
    merge = (where.git_dir / "MERGE_HEAD").exists()
    if caller.amends() and not head.cut:
        parent = head.parents[0] if head.parents else changes.empty_tree(where)
        return _Base(parent, (head,), merge=len(head.parents) > 1)
    named = [changes.commit(where, name) for name in _REBASED if (where.git_dir / name).exists()]
    return _Base(head.oid, tuple(one for one in named if one is not None), merge=merge)


def _renewed(ctx: Context, message: bytes, comment: str, base: _Base, now: touching.Touched) -> tuple[bytes, Done]:
    """The message with the lines that are due, without those that were due to what it was written for."""
    due = _due(now)
    there = trailers.parse(message, comment)
    ours = _ours(ctx, due, base, now)
    stale = [one for one in there if one in ours and one not in due]
    if base.origins and _scattered(message, comment, there, ours):
        body, there = _without(message, comment, ours), []
    else:
        body = _without(message, comment, stale)
    missing = [one for one in due if one not in there]
    notes = []
    if now.after.broken:
        notes.append(f"{now.after.broken[0]}: the spec is not valid, so no trailers were added for it")
    if now.unread:
        notes.append(f"{now.unread} of the staged files are in no spec and too many to look into for `gf:` tags")
    done = Done(added=tuple(missing), removed=tuple(stale), notes=tuple(notes))
    return trailers.add(body, missing, comment), done


def _due(now: touching.Touched) -> list[Trailer]:
    specs = {one.spec.id: one for one in (*now.before.specs, *now.after.specs)}  # of a spec that goes, its last digest
    lines = [Trailer(key=SPEC, value=f"{id_} {specs[id_].graph.digest[:DIGEST]}") for id_ in now.nodes]
    nodes = sorted({node for of in now.nodes.values() for node in of})
    return [*lines, *(Trailer(key=NODE, value=value) for value in node_values(nodes))]


class _Ours:
    """The lines that follow from the content of some commit, and not from what a person had to say."""

    def __init__(self, lines: Collection[Trailer], ids: Collection[str]) -> None:
        self._lines = lines
        self._ids = ids

    def __contains__(self, one: object) -> bool:
        if not isinstance(one, Trailer):
            return False
        dated = one.is_(SPEC) and one.value.partition(" ")[0] in self._ids
        return dated or one in self._lines or (one.is_(NODE) and is_count(one.value))


def _ours(ctx: Context, due: Collection[Trailer], base: _Base, now: touching.Touched) -> _Ours:
    ids = {one.spec.id for side in (now.before, now.after) for one in side.specs}
    return _Ours({*due, *(one for origin in base.origins for one in _written_for(ctx, origin))}, ids)


def _scattered(message: bytes, comment: str, there: Sequence[Trailer], ours: _Ours) -> bool:
    """Whether lines of ours stand above the trailers, too: a squash leaves those of all but the last commit there."""
    return sum(_trailer(line) in ours for line in _lines(message, comment)) > sum(one in ours for one in there)


def _written_for(ctx: Context, commit: changes.Commit) -> list[Trailer]:
    """The lines that a commit has because of its content: what this hook, or a run, wrote."""
    if len(commit.parents) > 1:
        return []
    where = ctx.location
    said = trailers.parse(changes.message(where, commit.oid))
    if any(one.is_(PHASE) for one in said):
        return [one for one in said if one.is_(NODE) or one.is_(SPEC)]
    if commit.cut or not any(one.is_(NODE) for one in said):
        return []
    tree = trees.commit(where, commit.oid)
    listing = {p: f"{e.mode} {e.oid} 0" for p, e in tree.entries.items() if touching.is_spec_file(p)}
    parent = commit.parents[0] if commit.parents else changes.empty_tree(where)
    return _due(touching.touched(where, listing, changes.between(where, parent, commit.oid)))


def _without(message: bytes, comment: str, drop: Container[Trailer]) -> bytes:
    """The message without these lines, wherever they stand."""
    out: list[bytes] = []
    dropped = False
    for line in _lines(message, comment):
        if _trailer(line) in drop:
            dropped = True
        elif dropped and not line.strip() and (not out or not out[-1].strip()):
            pass  # the blank line after a paragraph of which nothing is left
        else:
            dropped = dropped and not line.strip()
            out.append(line)
    return b"".join(out) + _below(message, comment)


def _trailer(line: bytes) -> Trailer:
    key, _, value = trailers.text(line).partition(":")
    return Trailer(key=key.strip(), value=value.strip())


def _verify(check: Checker, message: bytes, comment: str, shown: str) -> None:
    ours = [one for one in trailers.parse(message, comment) if any(one.is_(key) for key in KEYS)]
    problems = []
    lines = list(_lines(message, comment))
    for one in ours:
        wrong = check.look(one)
        if wrong is not None:
            place = Place(file=shown, line=place_of(one, lines))
            problems.append(Problem(code=wrong.code, message=wrong.message, place=place, hint=wrong.hint))
    if problems:
        again = "git commit" if Path(shown).name == "MERGE_MSG" else f"git commit --edit --file={shown}"
        raise InvalidInput(
            "the trailers of the commit message are not right: nothing was committed",
            problems,
            code="hooks/trailers",
            hint=f"mend or remove these lines and commit again: {again}",
        )


def _is_empty(ctx: Context, message: bytes, comment: str) -> bool:
    """Whether Git will give up for want of a message: nothing but remarks and trailers, or an untouched template."""
    said = b"".join(line for line in _lines(message, comment) if not line.startswith(comment.encode()))
    subject = said.strip()
    if not subject:
        return True
    if re.match(rb"[A-Za-z0-9-]+: ", subject) and b"\n\n" not in subject:
        there = trailers.parse(b"subject\n\n" + subject + b"\n", comment)
        if len(there) == len(subject.splitlines()) and all(_is_ours_or_signed(one) for one in there):
            return True
    template = {key: value for key, value, _ in ctx.config.section("commit")}.get("template")
    if not template:
        return False
    try:
        path = (ctx.location.worktree or Path()) / Path(template).expanduser()
        untouched = b"".join(_lines(path.read_bytes(), comment))
    except (OSError, RuntimeError):
        return False
    return _plain(untouched, comment) == _plain(said, comment)


def _is_ours_or_signed(one: Trailer) -> bool:
    return one.is_("Signed-off-by") or any(one.is_(key) for key in KEYS)


def _plain(text: bytes, comment: str) -> list[bytes]:
    kept = (line.rstrip() for line in text.splitlines() if not line.startswith(comment.encode()))
    return [line for line in kept if line]


def _lines(message: bytes, comment: str) -> Iterator[bytes]:
    """The lines above the scissors."""
    for line in message.splitlines(keepends=True):
        if line.rstrip() == comment.encode() + _SCISSORS:
            return
        yield line


def _below(message: bytes, comment: str) -> bytes:
    return message[sum(map(len, _lines(message, comment))) :]


def _comment(ctx: Context) -> str:
    values: Mapping[str, str | None] = {key: value for key, value, _ in ctx.config.section("core")}
    said = values.get("commentchar") or values.get("commentstring") or "#"
    return "#" if said == "auto" else said  # Git picks one itself then, and `#` unless the message needs it


def _remember(ctx: Context, listing: Mapping[str, str], side: touching.Side, staged: Sequence[changes.Change]) -> None:
    """Tell the shell filter (``hooks/commit-msg``) and :mod:`message_quick` what they need to answer alone next time.

    For the shell: a commit whose specs these are, and below it what ``grep`` looks for in the change.
    """
    if side.broken:
        return
    bound, locked = touching.bound_files(side), touching.locked_files(side)
    specs = [(o.spec.id, o.graph.digest[:DIGEST], o.spec.root, frozenset(map(str, o.graph.nodes))) for o in side.specs]
    message_quick.write(str(ctx.location.common_dir), (dict(listing), specs, bound, locked))
    head = changes.commit(ctx.location, "HEAD")
    if head is None or any(touching.is_spec_file(one.path) for one in staged):
        return
    named = sorted(bound | locked)
    if any(sign in path or ord(min(path)) < 32 for path in named for sign in '"\\'):
        return  # Git quotes such names
    lines = [
        head.oid,
        *(rf"^diff --git .*{one}" for one in (r"factory\.yaml", r"spec/.*\.yaml", r"\.factory/lock\.json")),
    ]
    if side.specs:
        lines += ["gf:", "Gf", "gf(", "^Binary files ", *(f"^diff --git a/{_literal(path)} b/" for path in named)]
    data = "\n".join((*lines, "")).encode(errors="surrogateescape")
    memory.keep(str(ctx.location.factory_dir / "message.1"), data)


def _literal(path: str) -> str:
    return re.sub(r"([.\[\]*^$])", r"\\\1", path)
