"""Ledgers beside the ledger: what a clone publishes on a remote whose ledger always moved before its push arrived.

A ref that only one clone writes is lost to nobody. Every sync takes these in with the ledger, and takes them away once
the ledger there holds them.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from factory_git.app.context import Context
from factory_git.core import files
from factory_git.gitio import push
from factory_git.ledger import forks

NAME = "clone"  # local: the name of this clone on remotes, made when first needed


def place(ref: str) -> str:
    """Where the clones publish that could not bring theirs to ``ref``."""
    base, _, name = ref.rpartition("/")
    if ref.startswith(forks.FORKS):  # not among the forks, where each name is one
        return f"refs/factory/fork-heads/{name}/"
    return f"{base}/heads/" if name == "ledger" else f"{ref}-heads/"


def publish(ctx: Context, remote: str, ref: str) -> str:
    """Send the ledger to this clone's own ref of the remote; its name there, empty where that is refused."""
    for anew in (False, True):  # behind: the folder was copied, and the copy has the same name
        to = place(ref) + _name(ctx, anew=anew)
        sent = push.send(ctx.location, remote, ref, to=to)
        if sent.state != "behind":
            break
    return to if sent.state in ("sent", "same") else ""


def retire(ctx: Context, remote: str, taken: Iterable[tuple[str, str]]) -> None:
    """Delete what was published and is in the remote's ledger now; what went on meanwhile stays for the next time."""
    for name, tip in taken:
        push.retire(ctx.location, remote, name, tip)


def _name(ctx: Context, *, anew: bool) -> str:
    file = ctx.location.factory_dir / NAME
    known = file.read_text().strip() if file.exists() and not anew else ""
    if known:
        return known
    made = secrets.token_hex(6)
    files.write(file, f"{made}\n".encode())
    return made
