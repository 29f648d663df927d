"""Checks of how the repository is set up: hooks, and what a plain fetch does to the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from factory_git.app import hooks
from factory_git.app.context import Context
from factory_git.app.doctor.trouble import Trouble
from factory_git.core.errors import FactoryError
from factory_git.gitio import fetch
from factory_git.gitio.child import git


def hook_files(ctx: Context) -> Iterator[Trouble]:
    """The hooks that were installed are those of this version, and work."""
    if ctx.location.worktree is None:
        return
    for one in hooks.status(ctx.location):
        if one.state in ("outdated", "broken"):
            yield Trouble(
                code=f"doctor/hook-{one.state}",
                message=f"the {one.name} hook is {one.state}: {one.path}",
                hint=f"git factory hooks install {one.name}",
                severity="error" if one.state == "broken" else "warning",
                fix=partial(_install, ctx, one.name),
            )


def _install(ctx: Context, name: str) -> str:
    hooks.install(ctx.location, [name], shared=True)
    return f"installed {name}"


def refspecs(ctx: Context) -> Iterator[Trouble]:
    """No plain fetch overwrites this clone's ledger with a remote's."""
    ref = ctx.settings.text("ref")
    for remote in fetch.remotes(ctx.location):
        every = fetch.refspecs(ctx.location, remote)
        spared = any(one.startswith("^") and _matches(one[1:], ref) for one in every)
        for refspec in (one for one in every if not spared and _writes(one, ref)):
            message = f"`git fetch {remote}` overwrites {ref} with the remote's: {refspec}"
            hint = "records that were not sent would leave the ledger (they come back with the next append)"
            yield Trouble(
                code="doctor/refspec",
                message=message,
                hint=f"{hint}; git factory remote setup {remote} follows without that",
                severity="error",
                fix=partial(_spare if "*" in refspec else _unset, ctx, remote, refspec),
            )


def _writes(refspec: str, ref: str) -> bool:
    return not refspec.startswith("^") and _matches(refspec.partition(":")[2], ref)


def _matches(pattern: str, ref: str) -> bool:
    head, star, tail = pattern.partition("*")
    return ref.startswith(head) and ref.endswith(tail) if star else pattern == ref


def _spare(ctx: Context, remote: str, _: str) -> str:
    """A mirror goes on following everything else. Negative refspecs need Git 2.29."""
    ref = ctx.settings.text("ref")
    spared = f"^{ref}" if not ref.startswith("refs/factory/") else "^refs/factory/*"
    git("config", "--add", f"remote.{remote}.fetch", spared, cwd=ctx.location.common_dir)
    return f"`git fetch {remote}` leaves {spared[1:]} alone"


def _unset(ctx: Context, remote: str, refspec: str) -> str:
    key = f"remote.{remote}.fetch"
    git("config", "--fixed-value", "--unset-all", key, refspec, cwd=ctx.location.common_dir)
    return f"removed {refspec} from {key}"


def secrets(ctx: Context) -> Iterator[Trouble]:
    """Secrets are looked for before anything is written, and what is allowed has its reason."""
    ctx.allowed_secrets()
    if not ctx.settings.flag("scan"):
        message = "nothing that is written to the ledger is looked at for secrets: factory.scan is off"
        yield Trouble(code="doctor/scan-off", message=message, hint="git config factory.scan on")


def specs(ctx: Context) -> Iterator[Trouble]:
    """The specs on disk can be read."""
    from factory_git.app.specs import select  # noqa: PLC0415 (of one check only)

    if ctx.location.worktree is None:
        return
    try:
        for one in select((), ctx.location.worktree):
            one.load()
    except FactoryError as error:
        if error.code != "spec/none":
            yield Trouble(code=error.code, message=error.message, hint=error.hint or "git factory spec lint")
