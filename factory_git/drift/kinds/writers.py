"""Who may write the rows of a guarded entity: its pipeline, the steps that write it, and what only these call. Lean."""

from __future__ import annotations

from factory_git.drift.kinds_of import CALLABLE
from factory_git.drift.spelling import snake
from factory_git.drift.world import CONVENTION, Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Entity, Pipeline, Step
    from factory_git.drift.world import World

DEPTH = 6
"""How many calls up it is asked who calls."""


class Writers:
    """The functions that may write one entity. ``pipeline`` is (the first of) its own."""

    def __init__(self, world: World, entity: Entity) -> None:
        self.world, self.entity = world, entity
        self.may: set[str] = set()
        self.pipelines: list[Pipeline] = []
        for pipeline in world.contract.pipelines:
            mine = [step.path for step in pipeline.steps if _writes(step, entity)]
            if any(entity.path in step.writes or step.gates == entity.path for step in pipeline.steps):
                self.pipelines.append(pipeline)
                self.may |= {pipeline.path, *mine}
        target = world.bound.get(entity.path)
        self.how = target.how if target is not None else "lock" if entity.mode == "compiled" else "convention"
        self._known: dict[tuple[str, int], bool] = {}

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline that the rows should come from."""
        return self.pipelines[0]

    @property
    def known(self) -> bool:
        """Whether there is code to go through: without any, another rule has said so."""
        return any(
            one.path in self.world.bound or one.mode == "compiled" or any(s.path in self.world.bound for s in one.steps)
            for one in self.pipelines
        )

    @property
    def said(self) -> str:
        """The pipeline's function, for people."""
        target = self.world.bound.get(self.pipeline.path)
        symbol = self.world.symbol(target) if target is not None else None
        return f"{symbol.name} ({target.file})" if symbol is not None and target is not None else self.pipeline.id

    def tables(self) -> Iterator[str]:
        """The names that the entity's table may have."""
        for name in {self.entity.id, snake(self.entity.name)}:
            yield from (name, f"{name}s", f"{name}es")
            if name.endswith("y"):
                yield f"{name[:-1]}ies"

    def at(self, path: str, index: int, *, low: bool = False) -> Target:
        """A declaration that writes the entity; ``low``: by a value's name alone."""
        return Target(node=self.entity.path, how=CONVENTION if low else self.how, file=path, index=index)

    def allowed(self, path: str, index: int) -> bool:
        """Whether a declaration may write the rows."""
        return self._allowed(path, index, DEPTH)

    def _allowed(self, path: str, index: int, depth: int) -> bool:
        key = (path, index)
        if key not in self._known:
            self._known[key] = False  # functions that only call each other are called by nobody
            self._known[key] = self._itself(path, index) or (depth > 0 and self._only_called(path, index, depth))
        return self._known[key]

    def _itself(self, path: str, index: int) -> bool:
        """Whether it, or what it is in, is bound to a node that may."""
        if self.may & set(self.world.at.get((path, -1), ())):
            return True
        at = index
        while at >= 0:
            symbol = self.world.code.symbol(path, at)
            if self.may & set(self.world.at.get((path, at), ())):
                return True
            if symbol.kind in CALLABLE and snake(symbol.name) in self.entity.acted:
                return True
            at = symbol.parent
        return False

    def _only_called(self, path: str, index: int, depth: int) -> bool:
        """Whether somebody calls it, and everybody who does may write."""
        while index >= 0:
            symbol = self.world.code.symbol(path, index)
            if symbol.kind in CALLABLE and (
                symbol.parent < 0 or self.world.code.symbol(path, symbol.parent).kind not in CALLABLE
            ):
                break
            index = symbol.parent
        if index < 0:
            return False
        found = list(self._callers(path, index))
        return bool(found) and all(self._allowed(file, owner, depth - 1) for file, owner in found)

    def _callers(self, path: str, index: int) -> Iterator[tuple[str, int]]:
        """The declarations that call one, as far as calls can be resolved; tests do not count."""
        code = self.world.code
        names = {code.symbol(path, index).name}
        for file in code.calling(next(iter(names))):
            if file != path and self.world.skipped.why(file):
                continue
            for name, receiver, owner, *_ in code.resolver.rows(file)[4]:
                if name in names:
                    found = code.resolver.evaluate(file, owner, f"{receiver}.{name}" if receiver else name)
                    if (
                        found is not None
                        and (found.path, found.index) == (path, index)
                        and (file, owner) != (path, index)
                    ):
                        yield file, owner


def _writes(step: Step, entity: Entity) -> bool:
    """Whether a step may write an entity: the spec says so, or says nothing of what a hole reads and writes."""
    silent = step.kind == "hole" and not step.reads and not step.writes
    return silent or entity.path in step.writes or step.gates == entity.path
