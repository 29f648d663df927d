"""The commit that brings the spec and the code of an earlier deployment back: a new one on top of the branch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from factory_git.app.context import Context
from factory_git.app.deployment_target import Release
from factory_git.app.judge import join
from factory_git.core.errors import Conflict, Negative, NotFound, UsageError
from factory_git.core.ids import Oid
from factory_git.gitio.commits import Code, Entry, head_branch, identity
from factory_git.gitio.merge import promote, refuse_overlap
from factory_git.gitio.worktrees import checkouts

HEADS = "refs/heads/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revert:
    """``commit`` goes onto ``onto`` of ``branch`` (full name) and changes ``paths``; None: the branch has it all."""

    branch: str
    onto: Oid
    commit: Oid | None
    paths: tuple[str, ...]


def revert(ctx: Context, here: Release, back: Release) -> Revert:
    """Make the commit, which no branch has yet.

    Raises :class:`Negative` (``rollback/dirty``) where local changes are in the way, :class:`UsageError` where there is
    no branch, :class:`NotFound` where the earlier commit is not known.
    """
    code = Code(ctx.location.common_dir)
    branch = head_branch(ctx.location.git_dir) or ""
    tip = code.commit_of(branch) if branch else None
    if tip is None:
        hint = "git switch BRANCH, or bring only code and data at the target back: --data-only"
        message = "there is no branch here for spec and code to be brought back on"
        raise UsageError(message, code="rollback/branch", hint=hint)
    old = str(back.payload["commit"])
    if code.commit_of(old) is None:
        message = f"the commit {old[:12]} of {back.words} is not in this repository"
        raise NotFound(message, code="rollback/commit", hint="git fetch; or --data-only")
    changes = _changes(code, here, back, tip, old)
    if not changes:
        return Revert(branch=branch, onto=tip, commit=None, paths=())
    message = _message(here, back)
    commit = code.commit(code.overlay(tip, changes), [tip], message, identity(ctx.location.common_dir))
    _refuse_dirty(ctx, branch, tip, commit)
    return Revert(branch=branch, onto=tip, commit=commit, paths=tuple(sorted(changes)))


def pin(ctx: Context, app: str, made: Revert) -> None:
    """Keep the commit: nothing else reaches it until the branch moves, and a gc may come between."""
    if made.commit is not None:
        Code(ctx.location.common_dir).pin(f"refs/factory/rollbacks/{app}", made.commit)


def _changes(code: Code, here: Release, back: Release, tip: Oid, old: str) -> dict[str, Entry | bytes | None]:
    """The application's files that differ between the tip and the earlier commit, as the earlier commit has them."""
    root = str(back.facts["root"])
    now, then = code.files(tip, root), code.files(old, root)
    mine = {join(str(one.facts["root"]), name) for one in (here, back) for name in _names(one)}
    package = join(root, str(back.facts["package"])) + "/"
    mine |= {path for path in (*now, *then) if path.startswith((package, join(root, "migrations/")))}
    return {path: then.get(path) for path in sorted(mine) if now.get(path) != then.get(path)}


def _names(release: Release) -> list[str]:
    """The files of a release as its application has them."""
    return [path.relative_to(release.folder).as_posix() for path in release.contents()]


def _message(here: Release, back: Release) -> str:
    app, was, now = here.payload["app"], here.payload["version"], back.payload["version"]
    return (
        f"Roll {app} back from {was} to {now}\n\n"
        f"Spec and code are those of the deployment {back.record[:12]} again.\n\n"
        f"Factory-Spec: {app}\nFactory-Deployment: {back.record}\n"
    )


def _refuse_dirty(ctx: Context, branch: str, tip: Oid, commit: Oid) -> None:
    for checkout in checkouts(ctx.location.common_dir):
        if checkout.branch == branch and checkout.path.is_dir():
            try:
                refuse_overlap(checkout, tip, commit)
            except Negative as error:
                if "paths" not in error.details:
                    raise
                paths = "".join(f"\n  {path}" for path in error.details["paths"][:20])
                raise Negative(
                    f"{checkout.path} has local changes that the roll-back would overwrite:{paths}",
                    code="rollback/dirty",
                    hint="commit, stash or move them away; or bring only code and data at the target back: --data-only",
                    details=error.details,
                ) from error


def move_branch(ctx: Context, made: Revert, checkpoint: Callable[[str], None]) -> None:
    """Move the branch to the commit, with the checkouts that stand on it; again after a death: nothing more to do.

    Raises :class:`Conflict` where the branch moved on meanwhile.
    """
    if made.commit is None:
        return
    code = Code(ctx.location.common_dir)
    tip = code.commit_of(made.branch)
    if tip is not None and code.is_ancestor(made.commit, tip):
        return
    if tip != made.onto:
        message = f"{made.branch.removeprefix(HEADS)} moved on meanwhile: spec and code there are not brought back"
        hint = f"the target is back already; bring them back by hand: git merge {made.commit[:12]}"
        raise Conflict(message, code="rollback/branch-moved", hint=hint)
    reason = "factory: rollback"
    promote(ctx.location.common_dir, made.branch, made.onto, made.commit, reason=reason, checkpoint=checkpoint)


def again(ctx: Context, release: Release) -> str:
    """Move the branch for a roll-back whose process died before it could; what there is to say, empty for nothing."""
    said = release.payload
    if not said.get("revert"):
        return ""
    made = Revert(branch=str(said["branch"]), onto=Oid(str(said["onto"])), commit=Oid(str(said["revert"])), paths=())
    try:
        move_branch(ctx, made, lambda _: None)
    except (Conflict, Negative) as error:
        return f"{error.message} ({error.hint})" if error.hint else error.message
    return f"{made.branch.removeprefix(HEADS)} has spec and code of {said['version']} again"
