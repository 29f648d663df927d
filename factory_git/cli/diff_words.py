"""What the words behind ``git factory diff`` mean, read as Git reads them: revisions, then what they narrow to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from factory_git.app.diff import Options
from factory_git.app.revisions import HEAD
from factory_git.cli.paths import from_top
from factory_git.core.errors import NotFound, UsageError
from factory_git.gitio import renames
from factory_git.gitio.locate import Location
from factory_git.gitio.trees import INDEX, WORKTREE

BOTH = 2


def options(location: Location, words: Sequence[str], behind: Sequence[str] | None, *, staged: bool) -> Options:
    """What to compare. ``behind`` is what stands behind ``--``. The base is empty where none is named.

    Raises :class:`UsageError` for too many revisions, and for words that are both revision and file.
    """
    revisions, parted, specs = _read(location, words, apart=behind is not None)
    if len(revisions) > (1 if staged else BOTH) or (parted and len(revisions) != BOTH):
        what = "at most one revision goes with --staged" if staged else "at most two revisions can be compared"
        raise UsageError(what, code="usage/revisions", hint="git factory diff A B; git factory diff A...B")
    base, *more = [*revisions, ""] if len(revisions) < BOTH else revisions
    head = more[0] if len(revisions) == BOTH else INDEX if staged else WORKTREE
    named = tuple(_spec(location, word) for word in (*specs, *(behind or ())))
    return Options(base=base, head=head, parted=parted, specs=named)


@contextmanager
def naming(location: Location, words: Sequence[str]) -> Iterator[None]:
    """A word that is nothing at all may have been meant as a revision: the message says so."""
    try:
        yield
    except NotFound as error:
        word = next((one for one in words if error.details.get("spec") == _spec(location, one)), None)
        if word is None:
            raise
        message = f"{word!r} is neither a revision nor a spec here"
        raise NotFound(message, code=error.code, hint=error.hint) from error


def _read(location: Location, words: Sequence[str], *, apart: bool) -> tuple[list[str], bool, list[str]]:
    """The revisions, whether their parting is meant, and the specs. ``apart``: before ``--`` only revisions stand."""
    revisions: list[str] = []
    parted = False
    for number, word in enumerate(words):
        ends = _ends(location, word)
        if ends is None:
            if apart:
                renames.commit_id(location, word)  # this says that it is none
            return revisions, parted, list(words[number:])
        if not apart and Path(word).exists() and word != HEAD:
            message = f"{word!r} is both a revision and a file"
            raise UsageError(message, code="usage/ambiguous", hint=f"write {word} -- or -- {word}")
        revisions += ends[0]
        parted = parted or ends[1]
    return revisions, parted, []


def _ends(location: Location, word: str) -> tuple[list[str], bool] | None:
    """The revisions that a word names, and whether their parting is meant; None where it names none."""
    for dots in ("...", ".."):
        left, found, right = word.partition(dots)
        if found:
            ends = [left or HEAD, right or HEAD]
            known = [_is_commit(location, one) for one in ends]
            if all(known):
                return [_plain(one) for one in ends], dots == "..."
            if left and known[0]:
                renames.commit_id(location, right)
            return None
    return ([_plain(word)], False) if _is_commit(location, word) else None


def _is_commit(location: Location, word: str) -> bool:
    try:
        renames.commit_id(location, word)
    except UsageError:
        return word == HEAD  # before the first commit it is a revision that holds nothing
    return True


def _plain(word: str) -> str:
    """A branch may be called ``index`` or ``worktree``, which mean something else to those who read trees."""
    return f"{word}^0" if word in (INDEX, WORKTREE) else word


def _spec(location: Location, word: str) -> str:
    """A path from the top; an id of an application stays as it is."""
    if location.worktree is None or (not Path(word).exists() and "/" not in word and not word.endswith(".yaml")):
        return word
    return from_top(location, word)
