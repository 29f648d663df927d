"""``check --watch``: judge again whenever files or the index change, and tell what is new and what is gone.

The operating system tells of changes (watchfiles, the extra ``watch``): nothing is polled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from factory_git.app.check import Result
from factory_git.core.errors import FactoryError, UsageError
from factory_git.drift.finding import Finding
from factory_git.gitio.locate import Location

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

# Of Git's own folder, what says that another content is staged or checked out; its locks and objects say nothing.
TELLING = ("index", "HEAD", "MERGE_HEAD")
DEBOUNCE, STEP = 400, 50  # ms: how long changes are gathered at most, and the silence that ends a burst


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """One judgement: what it has that the last one had not, what it has no more; or the error that prevented it."""

    fresh: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    result: Result | None = None
    error: FactoryError | None = None

    @property
    def quiet(self) -> bool:
        """Whether nothing changed."""
        return not (self.fresh or self.gone or self.error)


def deltas(events: Iterable[object], judge: Callable[[], Result]) -> Iterator[Delta]:
    """Judge at once and after each event; what differs from the last verdict. Lines that moved are no difference."""
    result = judge()
    yield Delta(fresh=result.findings, result=result)
    last = result.findings
    for _ in events:
        try:
            result = judge()
        except FactoryError as error:  # half written files, a Git at work: the next event asks again
            yield Delta(error=error)
            continue
        yield Delta(fresh=_without(result.findings, last), gone=_without(last, result.findings), result=result)
        last = result.findings


def events(location: Location) -> Iterator[object]:
    """One event for each burst of changes in the working tree or the index.

    Raises :class:`UsageError` where there is no working tree, or the extra is not installed.
    """
    if location.worktree is None:
        raise UsageError("a bare repository has no files to watch", code="usage/bare")
    try:
        from watchfiles._rust_notify import RustNotify  # noqa: PLC0415 (an extra)
    except ImportError as error:
        hint = "pip install 'git-factory[watch]'"
        raise UsageError("--watch needs the extra `watch`", code="usage/extra", hint=hint) from error
    top, git_dir = location.worktree, location.git_dir
    places = [top] if git_dir.is_relative_to(top) else [top, git_dir]
    # Made here, not when the first event is asked for: what changes while the first verdict is found must wake it.
    # (`watchfiles.watch` begins to look only then.)
    watcher = RustNotify([str(one) for one in places], False, False, 0, True, True)
    return _bursts(watcher, lambda path: tells(top, git_dir, path))


def _bursts(watcher: RustNotify, tells_: Callable[[str], bool]) -> Iterator[object]:
    with watcher:
        while True:
            seen = watcher.watch(DEBOUNCE, STEP, 0, None)
            if seen == "signal":
                raise KeyboardInterrupt
            if not isinstance(seen, str) and any(tells_(path) for _, path in seen):
                yield seen


def tells(top: Path, git_dir: Path, path: str) -> bool:
    """Whether a changed path can change the verdict."""
    changed = Path(path)
    if changed.is_relative_to(git_dir):
        return str(changed.relative_to(git_dir)) in TELLING
    return changed.is_relative_to(top) and ".git" not in changed.relative_to(top).parts


def _without(some: Iterable[Finding], others: Iterable[Finding]) -> tuple[Finding, ...]:
    left = Counter(one.fingerprint for one in others)
    out = []
    for one in some:
        if left[one.fingerprint]:
            left[one.fingerprint] -= 1
        else:
            out.append(one)
    return tuple(out)
