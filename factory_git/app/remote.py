"""``remote``: how a remote and this clone know each other's ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from factory_git.app.context import Context
from factory_git.core.errors import NotFound
from factory_git.gitio import fetch, push
from factory_git.gitio.child import git


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A remote: the refspec by which a plain ``git fetch`` brings its ledger (``follows``: whether it is set up).

    ``tip`` is what it had when last seen, ``behind`` and ``ahead`` the transactions between it and ours.
    """

    name: str
    refspec: str
    follows: bool
    tip: str
    behind: int
    ahead: int

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {name: getattr(self, name) for name in ("name", "refspec", "follows", "tip", "behind", "ahead")}


def show(ctx: Context) -> list[Known]:
    """Every remote. Asks none of them."""
    return [_known(ctx, name) for name in fetch.remotes(ctx.location)]


def setup(ctx: Context, name: str, *, dry_run: bool = False) -> Known:
    """Let a plain ``git fetch NAME`` bring the remote's ledger, too. Raises :class:`NotFound` for an unknown remote."""
    names = fetch.remotes(ctx.location)
    if name not in names:
        hint = f"there are: {', '.join(names)}" if names else "git remote add origin URL"
        raise NotFound(f"there is no remote {name!r}", code="sync/no-remote", hint=hint)
    known = _known(ctx, name)
    if not known.follows and not dry_run:
        git("config", "--add", f"remote.{name}.fetch", known.refspec, cwd=ctx.location.common_dir)
    return known


def _known(ctx: Context, name: str) -> Known:
    where, ref = ctx.location, ctx.settings.text("ref")
    place = fetch.tracking(where, name, ref)
    refspec = f"+{ref}:{place}"
    here, there = push.ref_at(where, ref), push.ref_at(where, place)
    return Known(
        name=name,
        refspec=refspec,
        follows=refspec in fetch.refspecs(where, name),
        tip=there,
        behind=fetch.transactions(where, there, here) if there else 0,
        ahead=fetch.transactions(where, here, there) if here else 0,
    )
