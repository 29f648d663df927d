"""Who works on a spec: a lock that the kernel frees on death, with the owner's name in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from factory_git.core.clock import Clock
from factory_git.core.errors import Conflict
from factory_git.gitio import lock


@contextmanager
def claim(common_dir: Path, specs: Sequence[str], clock: Clock) -> Iterator[None]:
    """Hold the claim on every one of ``specs``. Raises :class:`Conflict` (``run/busy``) that names who has one."""
    with ExitStack() as stack:
        for spec in sorted(set(specs)):
            stack.enter_context(_one(common_dir / "factory" / "claims" / f"{spec}.lock", spec, clock))
        yield


@contextmanager
def _one(path: Path, spec: str, clock: Clock) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(lock.owned(path, path.with_suffix(".owner"), clock))
        except Conflict as error:
            raise Conflict(
                f"another run of {spec} is at work: {error.details['owner']}",
                code="run/busy",
                hint="wait for it, or end that process; its run then goes on with --resume",
            ) from error
        yield
