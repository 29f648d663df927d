"""The plain forms of ``git factory map`` without the command-line library: what programs ask, in a fifth of the time.

``map VERB ARGUMENT [--json] [--staged] [--at REV] [--depth N]``, not on a terminal. Everything else, every mistake and
every error goes the whole way, and is told there.
"""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from factory_git.codemap.build import Which

VERBS = ("find", "outline", "callers", "callees", "imports", "importers", "impact")
_DEPTH = 3


def answer(args: list[str]) -> int | None:
    """Answer ``args`` (without ``map``) and return the exit code; None when they are not of the plain form."""
    asked = _parse(args)
    if asked is None or sys.stdout.isatty():
        return None
    verb, argument, options = asked
    gc.disable()  # the facts of a thousand files are a million tuples without a cycle: counting them is half the answer
    from factory_git.codemap.build import Which  # noqa: PLC0415 (a line that is not of the plain form imports nothing)

    try:
        text = _text(verb, argument, Which(rev=options["--at"], staged="--staged" in options), options)
    except Exception:  # noqa: BLE001 (whatever it is: it happens again on the whole way, and is told there)
        return None
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.flush()
    except BrokenPipeError:
        return None
    return 0


def _parse(args: list[str]) -> tuple[str, str, dict[str, str]] | None:
    options = {"--at": "", "--depth": str(_DEPTH)}
    plain: list[str] = []
    rest = iter(args)
    for one in rest:
        if one in ("--json", "--staged"):
            options[one] = one
        elif one in ("--at", "--depth"):
            options[one] = next(rest, "-")
        elif one.startswith("-"):
            return None
        else:
            plain.append(one)
    fine = len(plain) == 2 and plain[0] in VERBS and not options["--at"].startswith("-")
    fine = fine and options["--depth"].isdigit() and 1 <= int(options["--depth"]) <= 20
    fine = fine and (plain[0] == "impact" or "--depth" not in args) and not ("--staged" in options and options["--at"])
    return (plain[0], plain[1], options) if fine else None


def _text(verb: str, argument: str, which: Which, options: dict[str, str]) -> str:
    from factory_git.app import map as verbs  # noqa: PLC0415

    the = verbs.open_map(which)
    if verb == "find":
        value: Any = verbs.find(the, argument)
    else:
        from factory_git.app import map_graph  # noqa: PLC0415 (a search by name needs no edges)

        extra = (int(options["--depth"]),) if verb == "impact" else ()
        value = getattr(map_graph, verb)(the, argument, *extra)
    if "--json" not in options:
        from factory_git.cli import map_lines  # noqa: PLC0415

        show = {"importers": "imports"}.get(verb, verb)
        return "".join(f"{line}\n" for line in getattr(map_lines, show)(value))
    import json  # noqa: PLC0415

    from factory_git.app import map_json  # noqa: PLC0415

    form = {"find": "found", "callers": "calls", "callees": "calls", "imports": "dependency", "importers": "dependency"}
    one = getattr(map_json, form.get(verb, verb))
    out = [one(v) for v in value] if verb in ("find", "imports", "importers") else one(value)
    return json.dumps(out, ensure_ascii=False) + "\n"
