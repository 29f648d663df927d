"""Every check in order, and the fixes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from factory_git.app.context import Context
from factory_git.app.doctor import place, setup, store
from factory_git.app.doctor.trouble import Check, Trouble
from factory_git.core.errors import FactoryError
from factory_git.gitio.config import Config

# The order matters: what stands first is what the rest needs.
CHECKS: Mapping[str, Check] = {
    "git": place.git_version,
    "repository": place.repository,
    "settings": place.settings,
    "identity": place.identity,
    "room": place.room,
    "network": place.network,
    "promises": store.promises,
    "locks": store.locks,
    "index": store.index,
    "clock": place.clock,
    "packs": store.packs,
    "folders": store.folders,
    "forks": store.gone_forks,
    "remotes": store.remote_tracking,
    "refspecs": setup.refspecs,
    "hooks": setup.hook_files,
    "secrets": setup.secrets,
    "specs": setup.specs,
}
_NEEDED = ("repository", "settings")  # without these no other check says anything true


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One check: what it found, and what was done about it (``fixed`` in the order of ``troubles``, empty: nothing)."""

    name: str
    says: str
    troubles: tuple[Trouble, ...]
    fixed: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether an error stands that was not put right."""
        return any(t.severity == "error" and not done for t, done in zip(self.troubles, self.fixed, strict=True))

    def as_json(self) -> dict[str, Any]:
        """The check as a JSON object."""
        return {"check": self.name, "ok": not self.troubles, "troubles": [*self._troubles()]}

    def _troubles(self) -> Iterator[dict[str, Any]]:
        for one, done in zip(self.troubles, self.fixed, strict=True):
            yield {
                "code": one.code,
                "severity": one.severity,
                "message": one.message,
                "hint": one.hint,
                "fixable": one.fix is not None,
                "fixed": done,
            }


def run(ctx: Context, *, fix: bool = False) -> Iterator[Looked]:
    """Each check as soon as it is done; with ``fix`` what can be put right is. A check that fails is a trouble."""
    for name, check in CHECKS.items():
        troubles = tuple(_guarded(name, check, ctx))
        fixed = tuple(_fixed(one) if fix else "" for one in troubles)
        yield Looked(name=name, says=(check.__doc__ or name).strip(), troubles=troubles, fixed=fixed)
        if name in _NEEDED and troubles:
            if not all(fixed):
                return
            ctx = Context(location=ctx.location, config=Config(ctx.location), clock=ctx.clock)  # as it is now


def _guarded(name: str, check: Check, ctx: Context) -> Iterator[Trouble]:
    try:
        yield from check(ctx)
    except (FactoryError, OSError) as error:
        code = error.code if isinstance(error, FactoryError) else f"doctor/{name}"
        hint = error.hint if isinstance(error, FactoryError) else ""
        yield Trouble(code=code, message=str(error), hint=hint, severity="error")


def _fixed(one: Trouble) -> str:
    if one.fix is None:
        return ""
    try:
        return one.fix()
    except (FactoryError, OSError):  # the trouble stands, and is told
        return ""
