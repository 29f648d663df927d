"""GF401: a public symbol that the spec does not know.

## What it does

Looks, in the folders of a bound spec, for what other code can use and no node of the spec is tied to: types that hold
data, where the folder has the spec's entities; functions, classes of functions, and methods beside methods that are
steps, where it has the spec's pipelines, guardrails or terms. It is a warning. What has the name that a binding looks
for in vain elsewhere was moved: GF001 says so.

What a reader does not look for in a spec is left alone: what is private, nested or tested; entry points, migrations,
accessors, overrides, errors, options; helpers, which are called by bound code or in their own file; and everything in a
file that is bound as a whole.

Of types, those count that hold data as surely as the folder's entities do: beside tables, tables; beside plain structs,
structs.

## Why

A spec stays true only as long as it speaks of all there is. What was added without it is seen by nobody who reads the
spec: no guardrail covers it, no review asks what it is for.

## Example

```python
# farm/pipelines.py; the spec's pipeline is tied to contract_allocation
def contract_allocation(day): ...


def export_everything(path): ...
```

```text
farm/pipelines.py:4: GF401 warning: public function export_everything is in no node of the spec farm
```

## Fix

Give it a node in the spec (`git factory adopt FILE` drafts it), tie it to one that is there (`gf: <spec path>` above
it), make it private, or delete it. `gf: ignore[GF401] reason` says that it is meant to stay outside.
"""

from __future__ import annotations

from factory_git.drift.contract import BOUND, FREE
from factory_git.drift.hit import Hit
from factory_git.drift.kinds import holders
from factory_git.drift.kinds.surface import CALLABLE, below, ordinary, public
from factory_git.drift.places import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.codemap.model import FileFacts
    from factory_git.drift.world import Target, World

CODE = "GF401"
ENTITY = "data_contracts.entities."
ACTORS = frozenset({"class", "object"})
FLOW = ("workflows.", "safety.", "terms.")


def check(world: World) -> Iterator[Hit]:
    """Public symbols of the spec's folders that are in no node."""
    if world.contract.mode != BOUND:
        return  # what lies among compiled files is told by the comparison with a recompile
    scopes = [_Scope(world, folder) for folder in world.contract.folders]
    for path in world.files():
        scope = next((one for one in scopes if below(path, one.folder)), None)
        if scope is not None and (scope.degree or scope.flow):
            yield from in_file(world, scope, path)


def in_file(world: World, scope: _Scope, path: str) -> Iterator[Hit]:
    """Those of one file."""
    facts = world.code.facts(path)
    held = {index for file, index in world.at if file == path} | _free(world, path)
    if facts is None or -1 in held:
        return
    lost = _lost(world)
    for index, one in enumerate(facts.symbols):
        if index in held or one.id in lost or not public(facts, index) or _inside(facts, index, held):
            continue
        if scope.degree and holders.degree(world.code, path, index) >= scope.degree:
            what = "type"
        elif scope.flow and _acts(facts, index, held) and not _helper(world, path, facts, index):
            what = one.kind
        else:
            continue
        yield Hit(
            code=CODE,
            node="",
            file=path,
            line=one.line,
            symbol=one.id,
            severity="warning",
            message=f"public {what} {one.id} is in no node of the spec {world.contract.id}",
            hint=f"`git factory adopt {path}` drafts a node; or make it private, or tie it to one: gf: <spec path>",
        )


class _Scope:
    """A folder of the spec and what is bound in it.

    ``degree`` says how surely the least sure of its entities holds data (0: it has none).
    """

    def __init__(self, world: World, folder: str) -> None:
        self.folder = "" if folder == "." else folder
        targets = [one for one in world.bound.values() if below(one.file, self.folder) and one.index >= 0]
        entities = [one for one in targets if one.node.startswith(ENTITY) and ".fields." not in one.node]
        self.degree = min((_degree(world, one) for one in entities), default=0)
        # A step that is a method of an entity says nothing of the other functions beside the entity.
        types = {(one.file, one.index) for one in entities}
        self.flow = any(one.node.startswith(FLOW) and not _of(world, one, types) for one in targets)


def _of(world: World, target: Target, types: set[tuple[str, int]]) -> bool:
    """Whether the declaration is a method of one of these types, perhaps in another file."""
    parent = world.code.symbol(target.file, target.index).parent
    if parent < 0:
        return False
    name = world.code.symbol(target.file, parent).name
    return (target.file, parent) in types or any(world.code.symbol(*one).name == name for one in types)


def _free(world: World, path: str) -> set[int]:
    """The declarations of a file that the spec names and leaves alone: they are in a node, and nobody judges them."""
    named = [one for one in world.contract.places if one.mode == FREE and one.at.partition("::")[0] == path]
    found = [find(world.code, one.at, one.how)[0] for one in named]
    return {one.index for one in found if one is not None}


def _lost(world: World) -> frozenset[str]:
    """The names that bindings look for in vain: what was moved is in a node, and GF001 has told of it."""
    if "lost" not in world.memory:
        lost = [one.at for one in world.contract.places if one.path in world.trouble and one.how == "code"]
        world.memory["lost"] = frozenset(at.partition("::")[2] for at in lost)
    found: frozenset[str] = world.memory["lost"]
    return found


def _degree(world: World, target: Target) -> int:
    return holders.degree(world.code, target.file, target.index) or holders.DECLARED


def _inside(facts: FileFacts, index: int, held: set[int]) -> bool:
    """Whether it is a member of a type that is bound itself: the rules for fields speak of those."""
    at = facts.symbols[index].parent
    while at >= 0:
        if at in held:
            return True
        at = facts.symbols[at].parent
    return False


def _acts(facts: FileFacts, index: int, held: set[int]) -> bool:
    """A function or a class of functions at the top, or a method of a type of which another method is bound."""
    one = facts.symbols[index]
    if one.kind in ACTORS and one.parent < 0 and not one.name.endswith(("Error", "Exception")):
        methods = [each for number, each in enumerate(facts.symbols) if each.parent == index and number not in held]
        apart = not any(facts.symbols[number].parent == index for number in held)
        return apart and any(each.kind in CALLABLE and each.exported and not ordinary(each) for each in methods)
    if one.kind not in CALLABLE or "declaration" in one.modifiers:
        return False
    if one.parent < 0:
        return True
    beside = any(facts.symbols[other].parent == one.parent for other in held)
    return beside and facts.symbols[one.parent].kind != "interface" and not ordinary(one)


def _helper(world: World, path: str, facts: FileFacts, index: int) -> bool:
    """Whether bound code, or its own file, calls something of its name."""
    one = facts.symbols[index]
    if any(call.name == one.name and call.owner != index for call in facts.calls):
        return True
    for other in world.code.calling(one.name):
        bound = {at for file, at in world.at if file == other and at >= 0}
        if other == path or not bound:
            continue
        there = world.code.facts(other)
        if there and any(call.name == one.name and call.owner in bound for call in there.calls):
            return True
    return False
