"""What a person reads besides the findings of ``git factory check``."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from factory_git.app import check
from factory_git.drift.formats.common import Format, line

if TYPE_CHECKING:
    from factory_git.app.check_fix import Plan
    from factory_git.app.check_watch import Delta

INVALID = "GF500"  # of drift.rules.table: nothing compiles until the spec is mended
FEW = 8


def summary(result: check.Result) -> str:
    """How many findings there are, what was looked at, and what to know besides."""
    lines = [f"note: {text}" for text in result.notes]
    if result.told:
        lines.append(result.told)
    count = len(result.findings)
    older = f"; {result.older} more not brought by this change (--all shows them)" if result.older else ""
    if count:
        return "\n".join([*lines, f"{count} finding{'s' * (count > 1)}{older}", *_fixable(result)])
    if not result.specs:
        return "\n".join([*lines, f"no spec here: nothing to compare{older}"])
    return "\n".join([*lines, f"{_looked_at(result)} what the spec says{older}"])


def rejected(result: check.Result, what: str = "commit") -> str:
    """Why a commit (or a push) is refused, and the way out that there is."""
    if any(one.code == INVALID for one in result.findings):
        way = "mend the spec"
    elif any(one.bound and one.severity == "error" for one in result.findings):
        code = next(one.code for one in result.findings if one.bound and one.severity == "error")
        way = f"mend the code or morph the spec; `git factory explain {code}` tells more"
    else:
        way = "`git factory run` compiles again"
    return f"hint: the {what} is refused; {way}"


def mended(plan: Plan) -> str:
    """What a fix did."""
    lines = list(plan.skipped)
    if not plan.rewrites:
        return "\n".join([*lines, "nothing to mend by machine"])
    paths = [one.path for one in plan.rewrites]
    named = " ".join(shlex.quote(path) for path in paths[:FEW]) if len(paths) <= FEW else "--update"
    head = f"mended {plan.mended} finding{'s' * (plan.mended != 1)} in {len(paths)} file{'s' * (len(paths) != 1)}"
    return "\n".join([*lines, f"{head}; look and stage: git add {named}", "the working tree now:"])


def planned(plan: Plan, result: check.Result) -> str:
    """What a fix would do."""
    would = f"{plan.mended} of {len(result.findings)} findings would be mended"
    return "\n".join([*plan.skipped, would if plan.rewrites else "nothing to mend by machine"])


def watched(delta: Delta, form: Format) -> tuple[str, str]:
    """One turn of a watch: data, and talk."""
    if delta.error is not None:
        return "", f"error: {delta.error.message}"
    if delta.result is None:
        return "", ""
    text = form(delta.fresh, delta.result.tree.read) if delta.fresh else ""
    gone = [f"gone: {line(one)}" for one in delta.gone]
    return text, "\n".join([*gone, summary(delta.result)])


def _looked_at(result: check.Result) -> str:
    specs = len(result.specs)
    of = f"{specs} spec{'s' * (specs > 1)}"
    bound = sum(len(each.world.bound) for each in result.judged if each.world)
    if bound and not result.files:
        return f"{bound} bound declaration{'s' * (bound > 1)} of {of} {'say' if bound > 1 else 'says'}"
    both = f" and {bound} bound declaration{'s' * (bound > 1)}" if bound else ""
    return f"{result.files} compiled files{both} of {of} are"


def _fixable(result: check.Result) -> list[str]:
    safe = sum(any(fix.safe for fix in one.fixes) for one in result.findings)
    other = sum(bool(one.fixes) and not any(fix.safe for fix in one.fixes) for one in result.findings)
    words = [f"{count} with {option}" for count, option in ((safe, "--fix"), (other, "--unsafe-fixes")) if count]
    return [f"hint: can be mended by machine: {', '.join(words)}"] if words else []
