"""Desire → what was understood of it, by rules. What no rule takes stays open; nothing is guessed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from factory_git.growth.desire.desire import GOAL, Desire, Open, Part, Understanding
from factory_git.growth.desire.rule import Found, without
from factory_git.growth.desire.rules import cadence, changes, outputs
from factory_git.growth.desire.rules.table import RULES
from factory_git.growth.desire.vocabulary import Vocabulary, vocabulary
from factory_git.growth.desire.words import FILLER, VERBS, Clause, Token, clauses, said
from factory_git.spec.graph import Graph

UNKNOWN = "say it with names of the spec, or add what it is about: add_field, add_source, add_term in a morph"
_ROUND = "never not no except unless until without only always but instead if don't cannot nothing none"
ROUND = frozenset(_ROUND.split())
"""Words that turn a meaning round, or bind it: where one is left over, the rest of its clause is not certain."""


def understand(desire: Desire, graph: Graph) -> Understanding:
    """What ``desire`` means for the spec of ``graph``."""
    book = vocabulary(graph)
    parts: list[Part] = []
    open_: list[Open] = []
    goal: list[str] = []
    for text in (desire.text, *desire.constraints):
        for clause in clauses(text):
            found, left = _clause(clause, book)
            parts += [_part(text, one) for one in found]
            gaps = _open(text, clause, left, book)
            open_ += gaps
            if text is desire.text and (gaps or any(one.role == GOAL for one in found)):
                goal.append(text[clause.tokens[0].start : clause.tokens[-1].end])
    for part in _asked(desire, book):
        parts += [part] if isinstance(part, Part) else []
        open_ += [part] if isinstance(part, Open) else []
    return Understanding(goal=", ".join(goal) or desire.text.strip(), parts=tuple(parts), open=tuple(open_))


def _clause(clause: Clause, book: Vocabulary) -> tuple[list[Found], list[Token]]:
    """What the rules find in a clause, and the tokens that none of them took."""
    left = list(clause.tokens)
    out: list[Found] = []
    for rule in RULES:
        for found in rule(Clause(tokens=tuple(left)), book):
            out.append(found)
            left = without(left, found.tokens)
    if any(token.stem in ROUND for token in left):
        return [], list(clause.tokens)  # what is left over turns the rest round: nothing of it is certain
    return sorted(out, key=lambda one: one.tokens[0].start), left


def _part(text: str, found: Found) -> Part:
    words = said(text, found.tokens)
    return Part(
        words=words, means=found.means, nodes=found.nodes, ops=found.ops, unproven=found.unproven, role=found.role
    )


def _asked(desire: Desire, book: Vocabulary) -> Iterator[Part | Open]:
    """What was asked for by name: outputs, sources, cadence, preferences."""
    for text in desire.outputs:
        for clause in clauses(text):
            yield _part(text, outputs.wanted(said(text, clause.tokens), book, clause))
    for kind, texts in (("source", desire.trusted_sources), ("preference", desire.preferences)):
        for text in texts:
            tokens = tuple(token for clause in clauses(text) for token in clause.tokens)
            if tokens:
                yield _part(text, changes.named_node(kind, text.strip(), tokens, book))
    for clause in clauses(desire.cadence):
        found = cadence.wanted(clause, book)
        if found is not None:
            yield _part(desire.cadence, found)
        else:
            close = f"one of {', '.join(cadence.WORDS)}"
            yield Open(words=desire.cadence, why=f"no cadence is called {desire.cadence!r}", close=close)


def _open(text: str, clause: Clause, left: Sequence[Token], book: Vocabulary) -> list[Open]:
    """The words of a clause that are left over, as phrases, each with the reason."""
    return [
        _reason(said(text, part), part, clause, book)
        for phrase in _phrases(clause, left)
        for part in _known_apart(phrase, book)
    ]


def _phrases(clause: Clause, left: Iterable[Token]) -> Iterator[list[Token]]:
    """Runs of words that stand side by side; a verb or what turns a meaning round stands alone."""
    wanted = set(left)
    run: list[Token] = []
    for token in clause.tokens:
        if token not in wanted or token.stem in FILLER:
            yield from [run] if run else []
            run = []
        elif token.verb or token.stem in VERBS or token.stem in ROUND:
            yield from [run] if run else []
            yield [token]
            run = []
        else:
            run.append(token)
    yield from [run] if run else []


def _known_apart(phrase: Sequence[Token], book: Vocabulary) -> Iterator[Sequence[Token]]:
    """A phrase cut into what is a name of the spec and what is not."""
    at = 0
    for match in book.matches(phrase):
        start = phrase.index(match.tokens[0])
        yield from [phrase[at:start]] if start > at else []
        yield match.tokens
        at = start + len(match.tokens)
    yield from [phrase[at:]] if at < len(phrase) else []


def _reason(words: str, phrase: Sequence[Token], clause: Clause, book: Vocabulary) -> Open:
    """Why a phrase stays open, and what would close it."""
    if len(phrase) == 1 and phrase[0].stem in ROUND:
        why = f"{words!r} needs a bound of a field (above 10), or a guardrail of that name"
        return Open(words=words, why=why, close="write it as a guardrail: add_guardrail with always:")
    if phrase[0].verb:
        why = f"what to {phrase[0].verb} is not clear from the words beside it"
        return Open(words=words, why=why, close=f"name one thing of the spec: {_nearby(clause, book)}")
    known = list(book.matches(phrase))
    if known:
        paths = ", ".join(name.path for one in known for name in one.names[:2])
        return Open(words=words, why=f"it names {paths}; what is wanted of it is not said", close="say what: a verb")
    return Open(words=words, why=f"no field, source or term says {words!r}", close=UNKNOWN)


def _nearby(clause: Clause, book: Vocabulary) -> str:
    found = [name.name for one in book.matches(clause.tokens) for name in one.names[:1]]
    kinds = [name.name for names in book.names.values() for name in names if name.kind == "entity"]
    return ", ".join(dict.fromkeys(found or sorted(set(kinds))[:6])) or "it has none yet"
