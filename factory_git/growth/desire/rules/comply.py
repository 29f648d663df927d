"""What must hold already: "phi compliant", "respect PHI", and clauses that are a guardrail's name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from factory_git.core.ids import SpecPath
from factory_git.growth.desire.desire import CONSTRAINT
from factory_git.growth.desire.rule import Found, used
from factory_git.growth.desire.vocabulary import Name, Vocabulary
from factory_git.growth.desire.words import FILLER, Clause, Token, phrase

HOLDING = ("guardrail", "envelope item", "step", "term")
NEGATIONS = frozenset(("no", "never", "not", "none"))


def compliant(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """``X compliant``, ``comply with X``, ``respect X``, ``X safe``: guardrails, gates and items that say X."""
    for said in [*clause.verbs("comply", "respect"), *clause.having("safe")]:
        subject = _before(clause, said) or _after(clause, said)
        found = [one for one in book.saying([t.stem for t in subject], HOLDING) if _rules(one, book)]
        if subject and found:
            yield _found(used(subject, [said]), found, book)


def named(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """A clause whose words are those of a guardrail, of an item of the envelope or of a scenario."""
    words = [part for token in clause.content for part in phrase(token.stem)]
    if len(set(words) - NEGATIONS) < 2:
        return
    for name in book.saying(set(words) - NEGATIONS, ("guardrail", "envelope item")):
        theirs = {part for part in phrase(name.name) if part not in FILLER}
        if theirs - NEGATIONS == set(words) - NEGATIONS and bool(theirs & NEGATIONS) == bool(set(words) & NEGATIONS):
            yield _found(tuple(clause.content), [name], book)
            return


def _before(clause: Clause, said: Token) -> list[Token]:
    """The words right before a token, up to a filler."""
    out: list[Token] = []
    for token in reversed(clause.tokens[: clause.tokens.index(said)]):
        if token.stem in FILLER:
            break
        out.insert(0, token)
    return out


def _after(clause: Clause, said: Token) -> list[Token]:
    """The words after a token, fillers at their beginning left out, up to the next filler."""
    out: list[Token] = []
    for token in clause.tokens[clause.tokens.index(said) + 1 :]:
        if token.stem in FILLER and out:
            break
        out += [] if token.stem in FILLER else [token]
    return out


def _rules(name: Name, book: Vocabulary) -> bool:
    """Whether a node lays something down: of the steps only gates and those that are names so far."""
    if name.kind == "term":
        return False
    return name.kind != "step" or "gate" in book.graph.nodes[name.path].value or "gate" in phrase(name.name)


def _found(tokens: Sequence[Token], names: Sequence[Name], book: Vocabulary) -> Found:
    proven = [name for name in names if _executed(name.path, book)]
    nodes = tuple(sorted({name.path for name in names}))
    if proven:
        by = ", ".join(sorted({name.path for name in proven}))
        return Found(tokens=tuple(tokens), means=f"held already, by {by}", nodes=nodes, role=CONSTRAINT)
    means = f"named by {', '.join(nodes)}"
    words = "nothing executes it: it is words so far"
    return Found(tokens=tuple(tokens), means=means, nodes=nodes, unproven=words, role=CONSTRAINT)


def _executed(path: SpecPath, book: Vocabulary) -> bool:
    value = book.graph.nodes[path].value
    if "always" in value or "keep" in value:
        return True
    return any(_executed(SpecPath(held), book) for held in value.get("holds", ()) if held in book.graph.nodes)
