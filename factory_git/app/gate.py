"""The gate of a change: mutations, approvals, drift and migrations, judged by the branch that the change is for.

``run`` is the one entrance. It reads the base's tip for who approves and whose signature counts, compares the specs of
the change with those of the commit where it parted, and checks the change's code for drift without its own
suppressions. Nothing in the repository is changed but local, disposable memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from factory_git.app import check, diff, gate_approvals, gate_rehearsal
from factory_git.app.gate_approvals import Found
from factory_git.app.gate_base import Base, base_of, usual
from factory_git.app.gate_verdict import App, Verdict
from factory_git.core.errors import SpecError
from factory_git.gitio.locate import Location
from factory_git.gitio.trees import INDEX, WORKTREE
from factory_git.growth import approval
from factory_git.growth.mutation import Mutation
from factory_git.growth.report.told import GONE, NEW
from factory_git.growth.table import RISKS

__all__ = ["Options", "Verdict", "run", "usual"]
FIRST = RISKS.index("major")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``specs`` narrow which applications are judged (as in ``diff``); ``migrate`` False leaves rehearsals out."""

    specs: tuple[str, ...] = ()
    migrate: bool = True


def run(location: Location, base: str, head: str, options: Options | None = None) -> Verdict:
    """Judge the change from ``base`` to ``head`` (``index``, ``worktree`` or a revision).

    A spec that cannot be read is part of the verdict; raises :class:`UsageError` for revisions that are not there or
    have nothing in common.
    """
    judge = base_of(location, base, head)
    apps, looked, broken = judged(judge, options or Options())
    drift = check.run(location, _drift(judge))
    return Verdict(
        base=base, commit=judge.commit, head=judge.end if head not in (INDEX, WORKTREE) else head,
        apps=tuple(apps), drift=drift, notes=looked.notes, broken=broken,
    )  # fmt: skip


def judged(judge: Base, asked: Options) -> tuple[list[App], Found, SpecError | None]:
    """The part of the gate that is about specs: every application with its mutations and their approvals."""
    results, broken = _compared(judge, asked)
    apps = [_app(judge, one, results) for one in results]
    looked = _found(judge, apps)
    return [_judged(judge, one, looked, asked) for one in apps], looked, broken


def _compared(judge: Base, asked: Options) -> tuple[list[diff.Result], SpecError | None]:
    try:
        wanted = diff.Options(base=judge.name, head=judge.head, parted=True, specs=asked.specs)
        return diff.run(judge.location, wanted), None
    except SpecError as error:
        return [], error


def _drift(judge: Base) -> check.Options:
    """The change's own suppressions never count here, whatever its settings say."""
    if judge.head in (INDEX, WORKTREE):
        return check.Options(base=judge.commit, worktree=judge.head == WORKTREE, own=False)
    return check.Options(base=judge.commit, revision=judge.head, own=False)


def _app(judge: Base, result: diff.Result, all_of: Sequence[diff.Result]) -> App:
    """What can be said of an application before approvals are looked at; its items still lack them."""
    if result.old is None or result.state == NEW:
        taken, twice = _takes_over(result, all_of), _twice(result, all_of)
        return App(result=result, rules=approval.Rules(), forbidden=tuple(taken), problems=tuple(twice))
    by = judge.rules(result.old)
    if result.state == GONE:
        words = f"{result.old.name}: the spec is removed; no approval allows the end of a lineage"
        return App(result=result, rules=by, forbidden=(words,))
    mutations = [*result.diff.mutations, *(judge.keys_changed() if by.signed else ())]
    problems = [f"{p.place}: {p.message}" if p.place else p.message for p in result.problems if p.severity == "error"]
    if result.new is not None and result.new.name != result.old.name:
        problems += _twice(result, all_of)
    if mutations and judge.moved(result.old):
        problems.append(
            f"{judge.name} changed the spec of {result.old.name} since this change left it: merge or rebase first"
        )
    items = approval.judge(result.old.name, mutations, by, ())
    return App(result=result, rules=by, items=items, problems=tuple(problems))


def _takes_over(result: diff.Result, all_of: Sequence[diff.Result]) -> list[str]:
    """A new application in the folder of another one would be that one without its identity."""
    assert result.new is not None
    root = result.new.root
    taken = [one.old for one in all_of if one.old is not None and one.old.root == root]
    return [
        f"{result.new.name} takes the place of {old.name}: a new lineage stands in a folder of its own" for old in taken
    ]


def _twice(result: diff.Result, all_of: Sequence[diff.Result]) -> list[str]:
    """Approvals, runs and lineages go by the id: a second application may not stand under it."""
    assert result.new is not None
    name, root = result.new.name, result.new.root
    others = [
        one.new.root or "." for one in all_of if one.new is not None and one.new.name == name and one is not result
    ]
    return [f"{root or '.'}: the id {name} is that of the spec in {', '.join(others)}"] if others else []


def _found(judge: Base, apps: Sequence[App]) -> Found:
    """Approvals are looked for where one is needed."""
    wanted = [(app.id, one.mutation) for app in apps for one in app.items if one.needs]
    if not wanted:
        return Found(given=(), authors=frozenset(), notes=())
    return gate_approvals.found(judge, wanted, signed=any(app.rules.signed for app in apps))


def _judged(judge: Base, app: App, looked: Found, asked: Options) -> App:
    if not app.items:
        return app
    mutations: list[Mutation] = [one.mutation for one in app.items]
    rehearsal = gate_rehearsal.of(judge, app.result, mutations) if asked.migrate else app.rehearsal
    asked_for = any(one.lacks for one in app.items)
    proven = gate_approvals.proven(judge, app.id, app.result.diff.head) if asked_for else set()
    proven |= {"migration"} if rehearsal.ok else set()
    items = approval.judge(app.id, mutations, app.rules, looked.given, authors=looked.authors, proven=proven)
    return replace(app, items=items, rehearsal=rehearsal)
