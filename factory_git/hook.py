"""The gate at commit time: green in milliseconds where what is staged is known to be what the spec compiles to.

Only "yes" is decided here, by comparing blob ids with what an earlier check compiled, and by judging the bound code
that differs from what an earlier check judged. Everything else (a spec not seen before, a finding, a memory that is
gone, anything odd) goes to the whole check, which recompiles and tells. The path to "yes" imports none of the program's
heavy parts.
"""

from __future__ import annotations

import os
import sys

from factory_git.drift import memory
from factory_git.gitio import index_read

SLOW = ("check", "--hook", "--format=full")


def main() -> int:  # noqa: RET503 (execv does not return)
    """The hook's entry: returns 0 when the index is fine, else does not return: the whole check takes the process."""
    if quick(base="--base" in sys.argv[1:]):
        return 0
    # Started without site-packages for speed; the whole check needs them. It is this very program that goes on, also
    # where another copy is installed; its place then goes last on the path, so that it shadows nothing else.
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    code = (
        f"import sys; sys.path.insert(0, {home!r}); import factory_git; sys.path.append(sys.path.pop(0)); "
        "from factory_git.__main__ import main; sys.exit(main())"
    )
    os.execv(sys.executable, [sys.executable, "-P", "-c", code, *SLOW])  # noqa: S606


def quick(*, base: bool = False) -> bool:
    """Whether the index is known to hold, for every spec, exactly what it compiles to and nothing new to tell of.

    ``base``: where that is so and nothing of it is staged, tell the shell filter, so that it can answer next time.
    """
    common = index_read.common_dir()
    if common is None:
        return False
    stamp = None
    for state in memory.read(memory.path_in(common)):
        if state.stamp != (stamp := stamp or memory.stamp()):
            continue
        pathspecs = state.pathspecs()
        found = index_read.entries(pathspecs)
        if found is None:
            return False
        if state.knows(found):
            good = not state.broken(found)
            if good and base:
                note_base(common, pathspecs)
            return good
    return _code(common, base=base)


def _code(common: str, *, base: bool) -> bool:
    """The same where rules judge code that somebody wrote."""
    if not os.path.exists(f"{common}/factory/gate.code"):  # noqa: PTH110
        return False
    from factory_git.app import judge_quick  # noqa: PLC0415 (not where all is compiled)

    try:
        found = judge_quick.look(common)
    except Exception:  # noqa: BLE001 (whatever is wrong: the whole check looks, and tells it)
        return False
    if found is None:
        return False
    state, changes = found
    # The shell knows nothing of what a change is compared with: it may answer only where that never matters.
    if base and state.quiet and not changes and not any(b"linguist-" in one for one in state.attributes.values()):
        note_base(common, state.pathspecs)
    return True


def note_base(common: str, pathspecs: tuple[str, ...]) -> None:
    """Write down the commit that the shell filter compares with: ``HEAD``, if it has what the index has.

    An index that equals this commit in ``pathspecs`` (all that the verdict depends on) is as good as it is.
    """
    commit = index_read.head()
    if commit and not any("\n" in one for one in pathspecs) and index_read.same_as(commit, pathspecs):
        lines = [f"{commit} {len(pathspecs)}", *pathspecs, ""]
        memory.keep(f"{memory.path_in(common)}.base", os.fsencode("\n".join(lines)))
