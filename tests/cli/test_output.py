"""What people see beside the data."""

from __future__ import annotations

import sys

import pytest

from factory_git.cli import output, records


def test_progress_is_one_line_and_nothing_for_what_is_quick(capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    shown = output.Progress(clock=lambda: now[0])
    for second in range(3):
        now[0] = second * 0.4
        shown("indexing", second)
    shown("", 0)
    assert capsys.readouterr().err == ""
    for second in range(4):
        now[0] = 10.0 + second * 0.7
        shown("indexing", second * 1_000)
    shown("", 0)
    assert capsys.readouterr() == ("", "\r\x1b[Kindexing: 2,000 …\r\x1b[Kindexing: 3,000 …\r\x1b[K")


EVIL = "a\x1b]0;title\x07\x1b[2J\rb\x9b31m\x08 \x1b[31mred\x1b[0m\ttab"
SHOWN = "a\\x1b]0;title\\x07\\x1b[2J\\x0db\\x9b31m\\x08 \x1b[31mred\x1b[0m\ttab"


def test_a_terminal_finds_nothing_to_obey_but_colours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_PAGER", "cat")
    monkeypatch.setenv("LESS", "FRX")
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    output.emit(EVIL)
    output.say(EVIL)
    output.page([EVIL])
    output.error_text(EVIL, EVIL)
    records.emit_json({"x": "\x9b\x1b"})
    out, err = capsys.readouterr()
    assert out == f"{SHOWN}\n{SHOWN}\n" + '{"x":"\\u009b\\u001b"}\n'
    assert err.splitlines()[0] == SHOWN
    assert err.count(SHOWN) == 3


def test_a_pipe_gets_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    output.say(EVIL.replace("\x1b", ""))
    output.page(["a\rb\x9b"])
    records.emit_json({"x": "\x9b"})
    out, err = capsys.readouterr()
    assert err == EVIL.replace("\x1b", "") + "\n"
    assert out == "a\rb\x9b\n" + '{"x":"\x9b"}\n'
