"""What should be there, go or be called otherwise: "add source weather service", "remove the brief panel", "rename
priority to rank"."""

from __future__ import annotations

from collections.abc import Iterator

from factory_git.core.ids import slug
from factory_git.growth.desire.desire import GOAL, PREFERENCE, SOURCE
from factory_git.growth.desire.rule import Found, only, used, without
from factory_git.growth.desire.vocabulary import Name, Vocabulary
from factory_git.growth.desire.words import FILLER, Clause, Token

ADDED = {"source": "add_source", "device": "add_device", "entity": "add_entity", "disclaimer": "add_disclaimer",
         "preference": "add_preference", "role": "add_role"}  # fmt: skip
"""Word for a kind of node → the operation that adds one."""
GONE = {
    "source": "remove_source", "tier": "remove_tier", "term": "remove_term", "entity": "remove_entity",
    "field": "remove_field", "pipeline": "remove_pipeline", "step": "remove_step", "panel": "remove_surface",
    "action": "remove_action", "role": "remove_role", "guardrail": "remove_guardrail", "device": "remove_device",
    "disclaimer": "remove_disclaimer", "preference": "remove_preference", "heuristic": "remove_heuristic",
    "scenario": "remove_test", "beneficiary": "remove_beneficiary", "envelope item": "remove_envelope",
}  # fmt: skip
NAMED = {
    "source": "rename_source", "term": "rename_term", "entity": "rename_entity", "field": "rename_field",
    "pipeline": "rename_pipeline", "step": "rename_step", "panel": "rename_surface",
}  # fmt: skip
KIND_WORDS = ("source", "tier", "term", "entity", "field", "pipeline", "step", "panel", "page", "surface", "action",
              "role", "guardrail", "device", "disclaimer", "preference", "gate", "scenario", "test")  # fmt: skip


def added(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """``add source NAME [TIER]``, ``trust NAME``, ``add field NAME to ENTITY``, ``add device NAME``, …"""
    verbs = clause.verbs("add", "record", "trust")
    kinds = [t for t in clause.tokens if t.stem in (*ADDED, "field")]
    if len(verbs) != 1 or len(kinds) != 1:
        return
    rest = [t for t in clause.tokens if t.start > max(verbs[0].start, kinds[0].start)]
    if kinds[0].stem == "field":
        yield from _field(used(verbs, kinds), rest, book)
        return
    tier = next((one for one in book.matches(rest) if one.of("tier")), None) if kinds[0].stem == "source" else None
    name = without([t for t in rest if t.stem not in (*FILLER, "tier")], tier or ())
    if not name:
        return
    tokens = used(verbs, kinds, name, tier or (), [t for t in rest if t.stem == "tier"])
    text = _name(name)
    yield named_node(kinds[0].stem, text, tokens, book, tier.of("tier")[0].name if tier else "")


def named_node(kind: str, text: str, tokens: tuple[Token, ...], book: Vocabulary, tier: str = "") -> Found:
    """A node of a kind that should be there: it is, or it is to be added."""
    role = kind if kind in (SOURCE, PREFERENCE) else GOAL
    found = [one for one in book.called(text.split()) if one.kind == kind]
    if found:
        return Found(tokens=tokens, means=f"there already: {found[0].path}", nodes=(found[0].path,), role=role)
    op = {ADDED[kind]: text} | ({"tier": slug(tier)} if tier else {})
    weight = f" of tier {tier}" if tier else " of no tier" if kind == "source" else ""
    return Found(tokens=tokens, means=f"{kind} {text}{weight}, to be added", ops=(op,), role=role)


def removed(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """``remove NAME``."""
    verbs = clause.verbs("remove")
    meant = _one(clause, verbs, book, GONE)
    if meant is None:
        return
    name, tokens = meant
    op = {GONE[name.kind]: _address(name)}
    yield Found(tokens=tokens, means=f"{name.path} goes", nodes=(name.path,), ops=(op,))


def renamed(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """``rename NAME to NEW``."""
    verbs, to = clause.verbs("rename"), clause.having("to")
    if not verbs or len(to) != 1:
        return
    new = [t for t in clause.tokens if t.start > to[0].start]
    meant = _one(Clause(tokens=tuple(t for t in clause.tokens if t.start < to[0].start)), verbs, book, NAMED)
    if meant is None or not new:
        return
    name, tokens = meant
    op = {NAMED[name.kind]: _address(name), "to": _name(new)}
    means = f"{name.path} is called {_name(new)}"
    yield Found(tokens=used(tokens, to, new), means=means, nodes=(name.path,), ops=(op,))


def _one(
    clause: Clause, verbs: list[Token], book: Vocabulary, kinds: dict[str, str]
) -> tuple[Name, tuple[Token, ...]] | None:
    """The one node that a clause names, and its tokens; a word for its kind beside it decides between several."""
    if len(verbs) != 1:
        return None
    matches = [one for one in book.matches(without(clause.tokens, verbs)) if one.of(*kinds)]
    if len(matches) != 1:
        return None
    words = [t for t in clause.tokens if t.stem in KIND_WORDS and t not in matches[0].tokens]
    names = matches[0].of(*kinds)
    said_kinds = {"panel" if t.stem in ("page", "surface") else "step" if t.stem == "gate" else t.stem for t in words}
    names = tuple(one for one in names if not said_kinds or one.kind in said_kinds)
    tokens = used(verbs, matches[0], words)
    return (names[0], tokens) if len(names) == 1 and not without(clause.content, tokens) else None


def _field(before: tuple[Token, ...], rest: list[Token], book: Vocabulary) -> Iterator[Found]:
    whose = only(list(book.matches(rest)), "entity", book)
    if len(whose) != 1:
        return
    match, entity = whose[0]
    name = [t for t in without(rest, match) if t.stem not in FILLER and t.start < match.tokens[0].start]
    if not name:
        return
    tokens, text = used(before, name, match), slug(_name(name))
    known = entity.field(text)
    if known is not None:
        yield Found(tokens=tokens, means=f"there already: {known.path}", nodes=(known.path,))
        return
    op = {"add_field": text, "in": entity.id, "type": "text?"}
    means = f"field {text} of {entity.name}, to be added as a text that may be missing"
    yield Found(tokens=tokens, means=means, nodes=(entity.path,), ops=(op,))


def _address(name: Name) -> str:
    """What an operation calls a node: its address, which is one node's only."""
    return str(name.path)


def _name(tokens: list[Token]) -> str:
    return " ".join(token.text for token in tokens)
