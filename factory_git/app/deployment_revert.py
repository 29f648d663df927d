"""The commit that brings the spec and the code of an earlier deployment back: a new one on top of the branch."""

from __future__ import annotations

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
SHOWN = 20  # paths that a refusal lists


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
    _refuse_moved(code, here, tip, branch)
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


def _refuse_moved(code: Code, here: Release, tip: Oid, branch: str) -> None:
    """What stands at the target must be what the branch has: else more would be taken back than what stands there."""
    name = branch.removeprefix(HEADS)
    commit = str(here.payload.get("revert") or here.payload["commit"])
    hint = "bring only code and data at the target back: --data-only"
    if code.commit_of(commit) is None or not code.is_ancestor(commit, tip):
        message = f"{here.words} stands there, and {name} does not have it"
        raise Conflict(message, code="rollback/branch", hint=f"git switch to its branch; or {hint}")
    now, then = (_own(code, one, here) for one in (tip, commit))
    moved = sorted(path for path in now.keys() | then.keys() if now.get(path) != then.get(path))
    if moved:
        listed = "".join(f"\n  {path}" for path in moved[:SHOWN])
        more = f"\n  … and {len(moved) - SHOWN} more" if len(moved) > SHOWN else ""
        message = (
            f"{name} has moved on since {here.words} was deployed, and that would be taken back, too:{listed}{more}"
        )
        raise Conflict(message, code="rollback/branch-moved-on", hint=hint, details={"paths": moved})


def _own(code: Code, commit: str, *releases: Release) -> dict[str, Entry]:
    """The files of the application that these releases are of, as a commit has them."""
    found: dict[str, Entry] = {}
    for release in releases:
        root = str(release.facts["root"])
        named = {join(root, name) for name in release.files}
        folders = (join(root, str(release.facts["package"])) + "/", join(root, "migrations") + "/")
        there = code.files(commit, root)
        found |= {path: entry for path, entry in there.items() if path in named or path.startswith(folders)}
    return found


def _changes(code: Code, here: Release, back: Release, tip: Oid, old: str) -> dict[str, Entry | bytes | None]:
    """The application's files that differ between the tip and the earlier commit, as the earlier commit has them."""
    now, then = _own(code, tip, here, back), _own(code, old, here, back)
    return {path: then.get(path) for path in sorted(now.keys() | then.keys()) if now.get(path) != then.get(path)}


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
                paths = "".join(f"\n  {path}" for path in error.details["paths"][:SHOWN])
                raise Negative(
                    f"{checkout.path} has local changes that the roll-back would overwrite:{paths}",
                    code="rollback/dirty",
                    hint="commit, stash or move them away; or bring only code and data at the target back: --data-only",
                    details=error.details,
                ) from error


def move_branch(ctx: Context, made: Revert) -> None:
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
    promote(ctx.location.common_dir, made.branch, made.onto, made.commit, reason=reason)


def again(ctx: Context, release: Release) -> str:
    """Move the branch for a roll-back whose process died before it could; what there is to say, empty for nothing."""
    said = release.payload
    if not said.get("revert"):
        return ""
    made = Revert(branch=str(said["branch"]), onto=Oid(str(said["onto"])), commit=Oid(str(said["revert"])), paths=())
    try:
        move_branch(ctx, made)
    except (Conflict, Negative) as error:
        return f"{error.message} ({error.hint})" if error.hint else error.message
    return f"{made.branch.removeprefix(HEADS)} has spec and code of {said['version']} again"
