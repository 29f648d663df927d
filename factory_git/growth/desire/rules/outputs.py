"""What should come out: "packlists and invoices"; and names of devices, which hold by being there."""

from __future__ import annotations

from collections.abc import Iterator

from factory_git.core.ids import SpecPath
from factory_git.growth.desire.desire import OUTPUT
from factory_git.growth.desire.rule import Found, makers, used, without
from factory_git.growth.desire.vocabulary import Match, Vocabulary
from factory_git.growth.desire.words import FILLER, Clause, phrase

AND = ("and", "plus")


def outputs(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """A clause that only names what pipelines make, with or without "make": each is there, or its step is bound to it.

    A clause that says anything else is not this rule's.
    """
    verbs = clause.verbs("make")
    matches = list(book.matches(without(clause.tokens, verbs)))
    found = [(one, _output(one, book)) for one in matches]
    said = used(verbs, *(one for one, made in found if made is not None))
    if without(clause.content, said) or not any(made for _, made in found):
        return
    for number, (one, made) in enumerate((one, made) for one, made in found if made is not None):
        means, nodes, ops = made
        yield Found(tokens=used(one, verbs if not number else ()), means=means, nodes=nodes, ops=ops, role=OUTPUT)


def devices(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """A clause that only names devices ("on web and mobile")."""
    matches = [one for one in book.matches(clause.tokens) if one.of("device")]
    if matches and not without(clause.content, *matches):
        for one in matches:
            path = one.of("device")[0].path
            yield Found(tokens=one.tokens, means=f"it runs there already: {path}", nodes=(path,))


def wanted(text: str, book: Vocabulary, tokens: Clause) -> Found:
    """An output that was asked for as such: there, or an entity to be added by that name."""
    matches = list(book.matches(tokens.tokens))
    for one in matches:
        made = _output(one, book)
        if made is not None and not without(tokens.content, one):
            means, nodes, ops = made
            return Found(tokens=tokens.tokens, means=means, nodes=nodes, ops=ops, role=OUTPUT)
    name = "".join(part.capitalize() for part in phrase(text) if part not in FILLER)
    op = {"add_entity": name, "made": True}
    return Found(
        tokens=tokens.tokens, means=f"{name}: a kind of row to be added, that a pipeline makes", ops=(op,), role=OUTPUT
    )


def _output(match: Match, book: Vocabulary) -> tuple[str, tuple[SpecPath, ...], tuple[dict[str, object], ...]] | None:
    """What a name of an output means: its sentence, the nodes, the operations; None when it is none."""
    for name in match.of("entity"):
        entity = book.entity(name)
        if entity is not None and entity.made:
            by = [step.path for _, step in makers(book, entity)]
            if by:
                return f"{entity.name} is made already, by {', '.join(by)}", (entity.path, *by), ()
            return f"{entity.name} is there, and nothing makes it yet", (entity.path,), ()
    for name in match.of("step"):
        node = book.graph.nodes[name.path]
        if "make" not in node.value and not set(node.value) & {"each", "group", "gate", "allocate", "route"}:
            return _of_hole(name.path, name.name, book)
    return None


def _of_hole(
    path: SpecPath, name: str, book: Vocabulary
) -> tuple[str, tuple[SpecPath, ...], tuple[dict[str, object], ...]]:
    """A step that is only a name: it makes rows that are called so."""
    entity = "".join(part.capitalize() for part in phrase(name))
    pipeline = path.split(".")[2]
    ops: tuple[dict[str, object], ...] = ({"set_step": path.rpartition(".")[2], "in": pipeline, "make": entity},)
    if book.graph.spec.entity(entity) is None:
        ops = ({"add_entity": entity, "made": True}, *ops)
    return f"{entity}: a kind of row to be added, that the step {name} makes", (path,), ops
