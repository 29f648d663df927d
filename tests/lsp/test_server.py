"""`git factory lsp`, asked by a real client over standard input and output."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from tests.conftest import Git
from tests.drift.conftest import app  # noqa: F401 (the fixture)

LONG = 30  # seconds until a silent server fails the test
MODEL = "shop/model.py"


class Client(LanguageClient):
    """A client that keeps what the server publishes."""

    def __init__(self) -> None:
        super().__init__("test", "1")
        self.published: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()
        self.messages: asyncio.Queue[lsp.ShowMessageParams] = asyncio.Queue()

        self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self.published.put_nowait(params))  # noqa: PLW0108 (pygls marks it)
        self.feature(lsp.WINDOW_SHOW_MESSAGE)(lambda params: self.messages.put_nowait(params))  # noqa: PLW0108

    async def diagnostics(self, file: Path, wanted: Callable[[list[lsp.Diagnostic]], bool]) -> list[lsp.Diagnostic]:
        """What is published for a file, once it is what is waited for."""
        while True:
            got = await asyncio.wait_for(self.published.get(), LONG)
            if got.uri == file.as_uri() and wanted(list(got.diagnostics)):
                return list(got.diagnostics)


@asynccontextmanager
async def session(folder: Path) -> AsyncIterator[Client]:
    """A server on a folder."""
    client = Client()
    await client.start_io(sys.executable, "-m", "factory_git", "lsp", cwd=str(folder), env=dict(os.environ))
    await client.initialize_async(
        lsp.InitializeParams(capabilities=lsp.ClientCapabilities(), root_uri=folder.as_uri(), root_path=str(folder))
    )
    client.initialized(lsp.InitializedParams())
    try:
        yield client
    finally:
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()  # type: ignore[no-untyped-call]


def opened(file: Path, text: str | None = None) -> lsp.DidOpenTextDocumentParams:
    item = lsp.TextDocumentItem(
        uri=file.as_uri(), language_id="python", version=1, text=file.read_text() if text is None else text
    )
    return lsp.DidOpenTextDocumentParams(text_document=item)


def at(file: Path, line: int) -> dict[str, Any]:
    return {
        "text_document": lsp.TextDocumentIdentifier(uri=file.as_uri()),
        "position": lsp.Position(line=line - 1, character=4),
    }


def line_of(file: Path, text: str) -> int:
    return next(number for number, line in enumerate(file.read_text().splitlines(), 1) if text in line)


def running(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(_whole(test), 4 * LONG))


async def _whole(test: Callable[[], Awaitable[None]]) -> None:
    await test()


def test_an_unsaved_edit_of_a_compiled_file_is_a_finding_until_it_is_undone(app: Path) -> None:  # noqa: F811
    model = app / MODEL
    text = model.read_text()

    async def test() -> None:
        async with session(app) as client:
            client.text_document_did_open(opened(model, text.replace("class Item", "class Items")))
            (one,) = await client.diagnostics(model, bool)
            assert (one.code, one.source, one.severity) == ("GF502", "git-factory", lsp.DiagnosticSeverity.Error)
            assert one.range.start.line == line_of(model, "class Item") - 1
            assert "git factory run" in one.message
            assert model.read_text() == text
            client.text_document_did_change(
                lsp.DidChangeTextDocumentParams(
                    text_document=lsp.VersionedTextDocumentIdentifier(uri=model.as_uri(), version=2),
                    content_changes=[lsp.TextDocumentContentChangeWholeDocument(text=text)],
                )
            )
            assert await client.diagnostics(model, lambda found: not found) == []

    running(test)


def test_a_line_of_code_tells_its_spec_node_and_leads_there_and_back(app: Path) -> None:  # noqa: F811
    model, spec = app / MODEL, app / "factory.yaml"

    async def test() -> None:
        async with session(app) as client:
            client.text_document_did_open(opened(model, model.read_text() + "# \n"))
            await client.diagnostics(model, bool)  # the first picture is there
            line = line_of(model, "class Item")
            hover = await client.text_document_hover_async(lsp.HoverParams(**at(model, line + 2)))
            assert hover is not None
            assert isinstance(hover.contents, lsp.MarkupContent)
            assert "`data_contracts.entities.item`" in hover.contents.value
            assert "price: {type: decimal, min: 0}" in hover.contents.value
            there = await client.text_document_definition_async(lsp.DefinitionParams(**at(model, line + 2)))
            assert isinstance(there, list)
            (place,) = there
            assert isinstance(place, lsp.Location)
            assert (place.uri, place.range.start.line + 1) == (spec.as_uri(), line_of(spec, "name: Item"))
            back = await client.text_document_definition_async(
                lsp.DefinitionParams(**at(spec, place.range.start.line + 1))
            )
            assert isinstance(back, list)
            tag = line_of(model, "gf: data_contracts.entities.item") - 1
            assert (model.as_uri(), tag) in [
                (one.uri, one.range.start.line) for one in back if isinstance(one, lsp.Location)
            ]
            said = await client.text_document_hover_async(lsp.HoverParams(**at(spec, line_of(spec, "name: Item"))))
            assert said is not None
            assert isinstance(said.contents, lsp.MarkupContent)
            assert MODEL in said.contents.value

    running(test)


BOUND = """\
factory: 1
app: {id: farm}
data_contracts:
  entities:
    - {name: Block, fields: {id: text key, plant_count: int}}
code:
  default: bound
  language: typescript
  paths: [src]
  data_contracts.entities.block: src/block.ts::Block
"""


def test_unsaved_code_in_another_language_is_judged_by_the_rules_and_can_be_mended(repo: Path, git: Git) -> None:
    code, spec = repo / "src" / "block.ts", repo / "factory.yaml"
    code.parent.mkdir()
    spec.write_text(BOUND)
    code.write_text("// ü\nexport interface Block {\n  id: string;\n  plantCount: number;\n}\n")
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "a farm", cwd=repo)

    async def test() -> None:
        async with session(repo) as client:
            client.text_document_did_open(
                opened(code, code.read_text().replace("plantCount: number", "plantCount: string"))
            )
            (one,) = await client.diagnostics(code, bool)
            assert (one.code, one.range.start.line) == ("GF103", 3)
            found = await client.text_document_code_action_async(
                lsp.CodeActionParams(
                    text_document=lsp.TextDocumentIdentifier(uri=code.as_uri()),
                    range=one.range,
                    context=lsp.CodeActionContext(diagnostics=[one]),
                )
            )
            (action,) = found or ()
            assert isinstance(action, lsp.CodeAction)
            assert action.edit is not None
            assert action.edit.changes is not None
            (edit,) = action.edit.changes[code.as_uri()]
            assert (edit.new_text, edit.range.start.line) == ("number", 3)
            hover = await client.text_document_hover_async(lsp.HoverParams(**at(code, 3)))
            assert hover is not None
            assert isinstance(hover.contents, lsp.MarkupContent)
            assert "bound to (code) `data_contracts.entities.block`" in hover.contents.value
            field = at(spec, 5) | {"position": lsp.Position(4, BOUND.splitlines()[4].index("plant_count"))}
            near = await client.text_document_definition_async(lsp.DefinitionParams(**field))
            assert isinstance(near, list)  # a field has no code of its own: its entity's is meant
            assert [one.range.start.line for one in near if isinstance(one, lsp.Location)] == [1]
            back = await client.text_document_definition_async(lsp.DefinitionParams(**at(spec, 5)))
            assert isinstance(back, list)
            assert [(one.uri, one.range.start.line) for one in back if isinstance(one, lsp.Location)] == [
                (code.as_uri(), 1)
            ]

    running(test)


def test_outside_a_repository_the_server_says_so_and_lives(tmp_path: Path) -> None:
    async def test() -> None:
        async with session(tmp_path) as client:
            said = await asyncio.wait_for(client.messages.get(), LONG)
            assert "is not in a Git repository" in said.message
            file = tmp_path / "x.py"
            file.write_text("x = 1\n")
            client.text_document_did_open(opened(file))
            assert await client.text_document_hover_async(lsp.HoverParams(**at(file, 1))) is None

    running(test)


def test_without_the_extra_the_way_out_is_told(app: Path, git: Git) -> None:  # noqa: F811
    code = (
        "import sys; sys.modules['pygls'] = None; sys.argv = ['git-factory', 'lsp'];"
        "from factory_git.__main__ import main; sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=app, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "pip install 'git-factory[lsp]'" in done.stderr


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
