"""The command group, and the one place where errors become text and exit codes."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from factory_git._version import __version__
from factory_git.cli import output
from factory_git.cli.table import COMMANDS
from factory_git.core.errors import FactoryError, InvalidInput

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
UNUSABLE = 128  # the disk is full, the folder read-only: no verdict, the repository cannot be used for this
LOST_PIPE = 141  # what a shell reports for SIGPIPE


class ReaderLeft(Exception):
    """Whoever read our output has gone. click makes exit 1 of it, which is a verdict here."""


class Verbs(click.Group):
    """A group whose commands are imported when they are called."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderLeft from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib  # noqa: PLC0415 (5 ms that only a wrong word needs to pay)

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"there is no verb {args[0]!r}.{meant}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        # The group's own way asks each command whether it is hidden, which would import them all.
        verbs = [CompletionItem(n, help=t) for n, (_, t) in COMMANDS.items() if n.startswith(incomplete)]
        return verbs + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Verbs, context_settings=CONTEXT)
@click.version_option(__version__, message="git-factory %(version)s")
def group() -> None:
    """From a spec to proven, promoted code, with every step recorded in Git."""


def run(args: Sequence[str]) -> int:
    """Run one command line and return its exit code; never raises, never prints a traceback."""
    as_json = "--json" in args
    try:
        with output.progress_shown():
            result = group.main(
                args=list(args), prog_name="git factory", complete_var="_GIT_FACTORY_COMPLETE", standalone_mode=False
            )
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.exceptions.Abort:
        return _interrupted()
    except click.ClickException as error:
        return _misused(error, as_json=as_json)
    except FactoryError as error:
        problems = error.problems if isinstance(error, InvalidInput) else ()
        output.failure(error, problems, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        return _interrupted()
    except (ReaderLeft, BrokenPipeError):
        # The reader left (`git factory log | head`): leave as quietly, and keep Python from flushing into the hole.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return LOST_PIPE
    except UnicodeEncodeError as error:
        return _not_utf8(error, args, as_json=as_json)
    except OSError as error:
        output.error(*output.describe_os_error(error), as_json=as_json)
        return UNUSABLE
    except Exception as error:  # noqa: BLE001 (the last border: what nobody expected becomes a report)
        return _internal(error, args, as_json=as_json)


def _misused(error: click.ClickException, *, as_json: bool) -> int:
    hint = f"{error.ctx.command_path} -h" if isinstance(error, click.UsageError) and error.ctx else ""
    if type(error).__name__ != "NoArgsIsHelpError":  # not every click has it: a group that was called alone
        output.error(error.format_message(), code="usage", hint=hint, as_json=as_json)
    elif as_json:
        output.error("which command?", code="usage", hint=hint, as_json=True)
    else:
        output.say(error.format_message())
    return 2


def _interrupted() -> int:
    output.error("interrupted", code="cancelled", as_json=False)
    return 130


def _not_utf8(error: UnicodeEncodeError, args: Sequence[str], *, as_json: bool) -> int:
    """An argument whose bytes are no UTF-8 came to a place that only text can go to."""
    wrong = [arg.encode(errors="surrogateescape").decode(errors="backslashreplace") for arg in args if _escaped(arg)]
    if not wrong:
        return _internal(error, args, as_json=as_json)
    output.error(f"{wrong[0]} is not UTF-8", code="usage/not-utf-8", hint="git factory -h", as_json=as_json)
    return 2


def _escaped(arg: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in arg)


def _internal(error: Exception, args: Sequence[str], *, as_json: bool) -> int:
    import tempfile  # noqa: PLC0415 (a defect may cost 6 ms, a command that works may not)
    import traceback  # noqa: PLC0415

    report = f"git-factory {__version__}\nargv: {list(args)}\npython: {sys.version}\n\n{traceback.format_exc()}"
    try:
        fd, name = tempfile.mkstemp(prefix="git-factory-", suffix=".report.txt")
        with os.fdopen(fd, "w") as file:
            file.write(report)
        hint = f"this is a defect of git-factory; the report is {Path(name)}"
    except OSError:
        hint = "this is a defect of git-factory; no report could be written"
    output.error(f"internal error: {type(error).__name__}: {error}", code="internal", hint=hint, as_json=as_json)
    return 70
