"""How often: "deploy weekly", "check sources every day"."""

from __future__ import annotations

from collections.abc import Iterator

from factory_git.core.ids import SpecPath
from factory_git.growth.desire.desire import CADENCE
from factory_git.growth.desire.rule import Found, used
from factory_git.growth.desire.vocabulary import Vocabulary
from factory_git.growth.desire.words import Clause, Token

WORDS = ("hourly", "daily", "nightly", "weekly", "monthly", "quarterly", "yearly")
EVERY = {"hour": "hourly", "day": "daily", "night": "nightly", "week": "weekly", "month": "monthly", "year": "yearly"}
OF = {
    "deployment": ("deploy", "deployment", "release", "ship", "deployed", "released"),
    "evidence": ("source", "evidence", "data", "check", "read", "refresh"),
}
AT = {"deployment": SpecPath("deployment.cadence"), "evidence": SpecPath("evidence_policy.cadence")}


def cadence(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """A word for how often, of deployment or of evidence. Where neither is said, only what holds already is taken."""
    said = _said(clause)
    if said is None:
        return
    word, tokens = said
    of = [one for one, signs in OF.items() if clause.having(*signs)]
    held = {one: str(book.graph.nodes[AT[one]].value.get("is", "")) for one in OF if AT[one] in book.graph.nodes}
    if len(of) == 1:
        yield _found(of[0], word, used(tokens, clause.having(*OF[of[0]])), held)
    elif not of and not [t for t in clause.content if t not in tokens] and word in held.values():
        yield _found(next(one for one, now in held.items() if now == word), word, tokens, held)


def wanted(clause: Clause, book: Vocabulary) -> Found | None:
    """The cadence that was asked for as such: of deployment."""
    said = _said(clause)
    at = AT["deployment"]
    held = {"deployment": str(book.graph.nodes[at].value.get("is", ""))} if at in book.graph.nodes else {}
    return _found("deployment", said[0], clause.tokens, held) if said else None


def _said(clause: Clause) -> tuple[str, tuple[Token, ...]] | None:
    for number, token in enumerate(clause.tokens):
        if token.stem in WORDS:
            return token.stem, (token,)
        after = clause.tokens[number + 1] if number + 1 < len(clause.tokens) else None
        if token.stem in ("every", "each") and after is not None and after.stem in EVERY:
            return EVERY[after.stem], (token, after)
    return None


def _found(of: str, word: str, tokens: tuple[Token, ...], held: dict[str, str]) -> Found:
    nodes = (AT[of],) if of in held else ()
    if held.get(of) == word:
        return Found(tokens=tokens, means=f"held already, by {AT[of]}", nodes=nodes, role=CADENCE)
    op = {"set_cadence": word, "of": of}
    return Found(tokens=tokens, means=f"{AT[of]} is to be {word}", nodes=nodes, ops=(op,), role=CADENCE)
