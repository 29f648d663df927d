"""``git factory lsp``."""

from __future__ import annotations

import importlib

import click

from factory_git.core.errors import UsageError


@click.command("lsp")
def command() -> int:
    """Serve an editor over standard input and output (the Language Server Protocol).

    Shows findings as you type, tells of a line of code which spec node it is about, and jumps from code to spec and
    back. Needs the extra lsp: pip install 'git-factory[lsp]'.
    """
    try:
        server = importlib.import_module("factory_git.lsp.server")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise UsageError(
            "the language server needs pygls, which is not installed",
            code="lsp/extra",
            hint="pip install 'git-factory[lsp]'",
        ) from error
    server.make().start_io()
    return 0
