"""Text for people and JSON for programs: data on standard output, talk on standard error."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import click

from factory_git.core import progress, room
from factory_git.core.errors import FactoryError, Problem

# What does something to a terminal, but for tabs, line ends and colours.
_CONTROL = re.compile(r"\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]")


def harmless(text: str, stream: Any) -> str:
    """``text`` with what would do something to a terminal shown as ``\\x1b``: records come from other people's clones.

    What goes to a file or a pipe is left as it is.
    """
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text) if stream.isatty() else text


def emit(text: str) -> None:
    """Write one piece of data to standard output, with a newline."""
    click.echo(harmless(text, sys.stdout), color=colour(sys.stdout) or None)


def write(text: str) -> None:
    """Write data as it is to standard output, in whatever bytes its file names and lines are."""
    click.echo(text.encode(errors="surrogateescape"), nl=False)


def emit_json(value: Any) -> None:
    """Write ``value`` as JSON to standard output: indented on a terminal, one line otherwise."""
    indent = 2 if sys.stdout.isatty() else None
    click.echo(json.dumps(value, ensure_ascii=False, indent=indent, default=_plain))


def say(text: str) -> None:
    """Tell the user something that is not data (standard error)."""
    click.echo(harmless(text, sys.stderr), err=True)


class Progress:
    """One line on the terminal that says how far a long thing is; nothing at all for what is done within a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: float | None = None
        self._shown = False

    def __call__(self, doing: str, done: int) -> None:
        """Show it, or take it away when there is nothing being done any more."""
        now = self._clock()
        self._began = now if self._began is None else self._began
        if not doing:
            click.echo("\r\x1b[K" if self._shown else "", nl=False, err=True, color=True)
            self._began, self._shown = None, False
        elif now - self._began > 1:
            click.echo(f"\r\x1b[K{doing}: {done:,} …", nl=False, err=True, color=True)
            self._shown = True


@contextmanager
def progress_shown() -> Iterator[None]:
    """Show on the terminal how far things are; elsewhere they are not told."""
    if not sys.stderr.isatty():
        yield
        return
    shown = Progress()
    try:
        with progress.listening(shown):
            yield
    finally:
        shown("", 0)


def page(lines: Iterable[str]) -> None:
    """Print lines through Git's pager on a terminal, plainly elsewhere."""
    if not sys.stdout.isatty():
        several, painted = iter(lines), colour(sys.stdout) or None
        while some := list(itertools.islice(several, 500)):  # a write each line is most of the time of a long list
            click.echo("\n".join(some), color=painted)
        return
    os.environ.setdefault("LESS", "FRX")
    pager = os.environ.get("GIT_PAGER") or os.environ.get("PAGER") or "less"
    if pager in ("cat", "") or shutil.which(pager.split()[0]) is None:
        for line in lines:
            emit(line)
        return
    os.environ["PAGER"] = pager
    click.echo_via_pager(f"{harmless(line, sys.stdout)}\n" for line in lines)


def colour(stream: Any) -> bool:
    """Whether to colour ``stream``: a terminal, and neither ``NO_COLOR`` nor ``color.factory=never`` say no."""
    if os.environ.get("NO_COLOR"):
        return False
    setting = _colour_setting()
    if setting in ("always", "never"):
        return setting == "always"
    return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"


def style(text: str, **how: Any) -> str:
    """``text`` in the given click style when standard output is coloured, else unchanged."""
    return click.style(text, **how) if colour(sys.stdout) else text


def failure(error: FactoryError, problems: Sequence[Problem], *, as_json: bool) -> None:
    """Print an error with every problem it lists."""
    if as_json:
        _json_error(error.as_json())
        return
    for problem in problems:
        say(str(problem))
    if not (len(problems) == 1 and _says_the_same(error, problems[0])):
        error_text(error.message, error.hint)


def _says_the_same(error: FactoryError, problem: Problem) -> bool:
    """Whether an error is nothing but its one problem, which then is printed once."""
    return error.message.endswith(problem.message) and error.hint in ("", problem.hint)


def error(message: str, code: str = "internal", hint: str = "", *, as_json: bool = False) -> None:
    """Print ``error: … / hint: …``; under ``--json`` one object, on standard error too."""
    if as_json:
        _json_error({"code": code, "message": message} | ({"hint": hint} if hint else {}))
    else:
        error_text(message, hint)


def error_text(message: str, hint: str) -> None:
    """Print an error the way Git does, and the way out under it."""
    head = click.style("error:", fg="red", bold=True) if colour(sys.stderr) else "error:"
    say(f"{head} {message}")
    if hint:
        say(f"hint: {hint}")


def describe_os_error(problem: OSError) -> tuple[str, str, str]:
    """Message, code and hint for a failure of the operating system."""
    where = f"{problem.filename}: " if problem.filename else ""
    words = f"{where}{problem.strerror or problem}"
    code, hint = room.code_and_hint(room.number(problem))
    return (words if where or code != room.DISK_FULL else f"cannot write: {words}"), code, hint


def _json_error(value: dict[str, Any]) -> None:
    click.echo(json.dumps({"error": value}, ensure_ascii=False, default=_plain), err=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else float(value)
    return str(value)


_setting: list[str] = []


def _colour_setting() -> str:
    if not _setting:
        from factory_git.gitio.child import run  # noqa: PLC0415 (asked only where something is printed)

        done = run(["config", "--get", "color.factory"], inherit=True, ok=(0, 1, 128))
        _setting.append(done.stdout.decode().strip() or "auto")
    return _setting[0]
