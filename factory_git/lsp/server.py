"""The language server: what the protocol asks, answered from the last picture of the repository.

A picture is made after every change of an open document, in a thread, one at a time; questions are answered from the
last one at once. Documents that are open count as the editor has them, saved or not.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from factory_git._version import __version__
from factory_git.app.editor import Picture, look
from factory_git.core.errors import FactoryError
from factory_git.gitio.locate import Location, locate
from factory_git.lsp import answers

T = TypeVar("T")
_At = lsp.HoverParams | lsp.DefinitionParams | lsp.DeclarationParams | lsp.ImplementationParams
PAUSE = 0.2
"""Seconds without a keystroke before the repository is looked at."""
CHANGES = (
    lsp.TEXT_DOCUMENT_DID_OPEN,
    lsp.TEXT_DOCUMENT_DID_CHANGE,
    lsp.TEXT_DOCUMENT_DID_SAVE,
    lsp.TEXT_DOCUMENT_DID_CLOSE,
    lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
)
log = logging.getLogger("git-factory")


class Server(LanguageServer):
    """One editor's session: the repository, its last picture, and the files that were told of."""

    def __init__(self) -> None:
        super().__init__("git-factory", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental)
        self.location: Location | None = None
        self.picture: Picture | None = None
        self._shown: set[str] = set()  # files with findings at the editor
        self._waiting: asyncio.TimerHandle | None = None
        self._looking = False
        self._again = False
        self._said = ""

    def open_folder(self, folder: str | None) -> None:
        """Find the repository of the editor's folder. Without one the server answers nothing, and says so once."""
        try:
            self.location = locate(Path(folder) if folder else None)
        except FactoryError as error:
            self._say(f"git-factory: {error}", lsp.MessageType.Warning)

    def soon(self) -> None:
        """Look at the repository once the editor has been quiet for a moment."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = asyncio.get_running_loop().call_later(PAUSE, self._start)

    def path(self, uri: str) -> str:
        """The path of a document from the top of the repository; empty when it is not in it."""
        file, top = to_fs_path(uri), self.location.worktree if self.location else None
        if not file or top is None:
            return ""
        try:
            return Path(file).resolve().relative_to(top.resolve()).as_posix()
        except ValueError:
            return ""

    def uri(self, path: str) -> str:
        """The address of a file of the repository."""
        assert self.location is not None
        assert self.location.worktree is not None
        return from_fs_path(str(self.location.worktree / path)) or ""

    def text(self, path: str) -> str:
        """A file's text as the editor has it, else as it lies on disk; empty when it cannot be read."""
        try:
            return self.workspace.get_text_document(self.uri(path)).source
        except (OSError, UnicodeDecodeError):
            return ""

    def _start(self) -> None:
        if self._looking:
            self._again = True
            return
        self._looking = True
        task = asyncio.ensure_future(self._look())
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[None]) -> None:
        self._looking = False
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("looking at the repository failed", exc_info=error)
            self._say(f"git-factory: {error}", lsp.MessageType.Error)
        if self._again:
            self._again = False
            self.soon()

    async def _look(self) -> None:
        location = self.location
        if location is None or location.worktree is None:
            return
        typed = {self.path(uri): document for uri, document in self.workspace.text_documents.items()}
        overlay = {path: document.source.encode() for path, document in typed.items() if path}
        try:
            picture = await asyncio.get_running_loop().run_in_executor(None, look, location, overlay)
        except (FactoryError, OSError) as error:
            self._say(f"git-factory: {error}", lsp.MessageType.Warning)
            return
        self.picture, self._said = picture, ""
        self._publish(picture)

    def _publish(self, picture: Picture) -> None:
        by_file = answers.diagnostics(picture, self.text)
        for path in sorted(self._shown | by_file.keys()):
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(uri=self.uri(path), diagnostics=by_file.get(path, []))
            )
        self._shown = set(by_file)

    def _say(self, words: str, kind: lsp.MessageType) -> None:
        """Tell the person, once until something else is to be said."""
        if words != self._said:
            self._said = words
            self.window_show_message(lsp.ShowMessageParams(type=kind, message=words))


def make() -> Server:
    """A server with its features."""
    server = Server()

    @server.feature(lsp.INITIALIZED)
    def initialized(_: lsp.InitializedParams) -> None:
        server.open_folder(server.workspace.root_path)
        server.soon()

    for name in CHANGES:
        server.feature(name)(lambda _: server.soon())

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        return _ask(server, params, answers.hover)

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(params: lsp.DefinitionParams) -> list[lsp.Location] | None:
        return _jump(server, params)

    @server.feature(lsp.TEXT_DOCUMENT_DECLARATION)
    def declaration(params: lsp.DeclarationParams) -> list[lsp.Location] | None:
        return _jump(server, params)

    @server.feature(lsp.TEXT_DOCUMENT_IMPLEMENTATION)
    def implementation(params: lsp.ImplementationParams) -> list[lsp.Location] | None:
        return _jump(server, params)

    quick = lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix])

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, quick)
    def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        path = server.path(params.text_document.uri)
        if server.picture is None or not path:
            return []
        return answers.actions(server.picture, path, params.range, server.uri, server.text)

    return server


def _jump(server: Server, params: _At) -> list[lsp.Location] | None:
    places = _ask(server, params, answers.places)
    return [lsp.Location(uri=server.uri(one.file), range=answers.line_range(one.line)) for one in places or ()] or None


def _ask(server: Server, params: _At, question: Callable[[Picture, str, int, int], T]) -> T | None:
    """The answer for a document's line; None before the first picture and for documents outside the repository."""
    path = server.path(params.text_document.uri)
    if server.picture is None or not path:
        return None
    return question(server.picture, path, params.position.line + 1, params.position.character + 1)
