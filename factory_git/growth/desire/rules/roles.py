"""Who may act: "only lawyers approve"."""

from __future__ import annotations

from collections.abc import Iterator

from factory_git.growth.desire.desire import CONSTRAINT
from factory_git.growth.desire.rule import Found, used, without
from factory_git.growth.desire.vocabulary import Vocabulary
from factory_git.growth.desire.words import Clause


def only(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """``only ROLE [and ROLE] [may] ACTION``."""
    said = clause.having("only")
    matches = list(book.matches(without(clause.tokens, said)))
    roles = [(one, one.of("role")[0]) for one in matches if one.of("role")]
    actions = [one for one in matches if one.of("action")]
    if not said or not roles or len(actions) != 1 or without(clause.content, said, *(m for m, _ in roles), actions[0]):
        return
    path = actions[0].of("action")[0].path
    action = next(one for one in book.graph.spec.actions if one.path == path)
    ids = sorted(name.path.rpartition(".")[2] for _, name in roles)
    known = {role.name: role.id for role in book.graph.spec.roles}
    tokens = used(said, actions[0], *(match for match, _ in roles))
    nodes = (action.path, *(name.path for _, name in roles))
    if sorted(known.get(one, one) for one in action.roles) == ids:
        yield Found(tokens=tokens, means=f"held already, by {action.path}", nodes=nodes, role=CONSTRAINT)
        return
    op = {"set_action": action.id, "roles": ids}
    yield Found(
        tokens=tokens, means=f"{action.name} is for {', '.join(ids)} only", nodes=nodes, ops=(op,), role=CONSTRAINT
    )
