"""``check --write-baseline``: what is found in bound code now, frozen into ``.factory/baseline.json`` of each spec.

The entries count once they are in the base of a change; in the change that brings them, only for who reviewed them.
"""

from __future__ import annotations

from factory_git.app.check import Options, run
from factory_git.app.check_sides import TreeSide
from factory_git.core.errors import UsageError
from factory_git.drift import baseline
from factory_git.drift.change import tolerate
from factory_git.gitio import disk
from factory_git.gitio.locate import Location


def write(location: Location, options: Options) -> list[tuple[str, int, int]]:
    """Write the baselines of the working tree; path, entries, and how many of them were not there before.

    What a sound suppression covers gets no entry. A spec without findings gets no file.
    """
    if options.revision is not None or options.base is not None or options.paths:
        message = "a baseline is written for the working tree as a whole"
        raise UsageError(message, hint="leave out --rev, --base and paths")
    done = []
    result = run(location, Options(worktree=True))
    for each in result.judged:
        if each.world is None:
            continue
        side = TreeSide(result.tree, each)
        entries = baseline.freeze(tolerate(side, side.marks, ()).open, each.root)
        before = baseline.freeze((), each.root) if side.problem else list(side.entries)
        if entries or side.exists(side.path):
            disk.write(location, side.path, baseline.render(entries))
            known = baseline.parse(baseline.render(entries), each.root)[0]
            fresh = len(known) - len({one.key for one in known} & {one.key for one in before})
            done.append((side.path, len(entries), fresh))
    return done
