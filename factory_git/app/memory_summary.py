"""``memory summarize``: what is remembered about something, in few words: by rule, or by an agent that is asked.

An agent's summary is a record like any other: what it was asked and what it answered are kept with it, secrets masked,
and the memories that it sums up are its parents. Where an agent fails nothing is recorded, and no rule steps in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from factory_git.app.context import Context
from factory_git.app.memory import Filters, listing, payload, write
from factory_git.app.question import TIMEOUT, Question, ask
from factory_git.core.errors import AgentFailed, UsageError
from factory_git.core.ids import RecordId, blob_oid
from factory_git.memory import summary
from factory_git.memory.context import ROOM
from factory_git.memory.entry import REPOSITORY, Memory, check_scope
from factory_git.memory.summary import Sources

RULES = "rules"
SETTING = "memoryAgent"
MOST_BYTES = 200_000  # of an answer
HINT = "nothing was recorded; --agent rules sums up by rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is summed up, and by whom: an agent, ``rules``, or (empty) whom ``factory.memoryAgent`` names."""

    scope: str = REPOSITORY
    agent: str = ""
    timeout: float = TIMEOUT
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A summary; ``id`` is empty after a dry run. ``left`` older memories had no room; ``new``: it was written now."""

    id: str
    scope: str
    text: str
    by: str
    of: tuple[RecordId, ...]
    left: int
    new: bool

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "id": self.id or None,
            "scope": self.scope,
            "text": self.text,
            "by": self.by,
            "of": list(self.of),
            "left": self.left,
            "new": self.new,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a summary says, and the talk that it came from."""

    text: str
    by: str
    talk: tuple[bytes, ...] = ()
    masked: int = 0


def run(ctx: Context, options: Options) -> Result:
    """Sum up a scope; the new summary replaces the one before it, and what it sums up stays as it is.

    The same again, with nothing new to sum up, is the summary that stands. Raises :class:`UsageError` for a scope with
    fewer than two memories, :class:`AgentFailed` for an agent that fails or whose answer is no summary.
    """
    scope, named = check_scope(options.scope), options.agent or ctx.settings.text(SETTING)
    found = listing(ctx, Filters(scope=scope))
    sources = summary.sources(found, None if named == RULES else summary.ASKED)
    if len(sources.entries) < 2:
        message = f"{scope} has {len(sources.entries)} memories: nothing to sum up"
        raise UsageError(message, code="memory/too-few", hint=f"what there is: git factory memory list --scope {scope}")
    of = tuple(one.id for one in sources.told)
    before = [one for one in found if one.kind == "summary"]
    if len(before) == 1 and before[0].by == named and _nothing_new(before[0], sources, found):
        one = before[0]
        return Result(id=one.id, scope=scope, text=one.text, by=one.by, of=one.of, left=sources.left, new=False)
    said = _said(ctx, named, scope, sources, options.timeout)
    id_ = "" if options.dry_run else _write(ctx, scope, said, [one.id for one in before], of)
    return Result(id=id_, scope=scope, text=said.text, by=said.by, of=of, left=sources.left, new=True)


def _nothing_new(before: Memory, sources: Sources, found: Sequence[Memory]) -> bool:
    """Whether a summary is of just these entries; it may be of older summaries besides."""
    entries = {one.id for one in found if one.kind == "entry"}
    return not before.outdated and entries.intersection(before.of) == {one.id for one in sources.entries}


def _said(ctx: Context, named: str, scope: str, sources: Sources, timeout: float) -> _Said:
    if named == RULES:
        return _Said(text=summary.by_rule(sources.told), by=RULES)
    prompt = summary.prompt(scope, sources.told)
    question = Question(text=prompt, most=MOST_BYTES, timeout=timeout, hint=HINT, spec=_spec(scope))
    answer = ask(ctx, named, question)
    masked = [ctx.scanner.mask(text) for text in (prompt.encode(), answer.printed, answer.text.encode())]
    asked, printed, text = (data for data, _ in masked)
    said = _checked(answer.by, text.decode().strip())
    return _Said(text=said, by=named, talk=(asked, printed), masked=sum(count for _, count in masked[:2]))


def _checked(by: str, text: str) -> str:
    wrong = "" if text else "it is empty"
    if len(text) > ROOM:
        wrong = f"{len(text):,} characters are over the limit of {ROOM:,}, which is what an agent can be told"
    if any(unicodedata.category(sign) == "Cc" and sign not in "\n\r\t" for sign in text):
        wrong = "it is no text"
    if wrong:
        message = f"{by}: its summary is refused: {wrong}"
        raise AgentFailed(message, code="memory/answer", hint=HINT, details={"reason": "answer"})
    return text


def _write(ctx: Context, scope: str, said: _Said, before: list[RecordId], of: tuple[RecordId, ...]) -> RecordId:
    ids = {name: blob_oid(data) for name, data in zip(("prompt", "answer"), said.talk, strict=False)}
    made = payload(scope, said.text, replaces=before, of=list(of), by=said.by, masked=said.masked, **ids)
    subject = f"sum up {len(of)} memories of {scope}"
    parents = list(dict.fromkeys((*before, *of)))
    return write(ctx, made | {"kind": "summary"}, parents, subject, said.talk)


def _spec(scope: str) -> str:
    kind, _, name = scope.partition(":")
    return name if kind == "spec" else ""
