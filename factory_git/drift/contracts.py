"""From a spec to its contract: what the rules need to know, worked out once for each state of a spec. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping

from factory_git.core.ids import SpecPath, slug
from factory_git.drift import contract
from factory_git.drift.contract import BOUND, COMPILED, Contract
from factory_git.spec import graph, model, names, skills, types
from factory_git.spec.model import Spec

_CODE_LAYERS = ("data_contracts.", "workflows.", "safety.guardrails.", "interface.panels.", "terms.")


def contract_of(
    spec: Spec,
    *,
    compiled: Iterable[str] = (),
    holes: Mapping[str, str] | None = None,
    gone: Iterable[str] = (),
    others: Iterable[str] = (),
) -> Contract:
    """The contract of a spec that loads without errors.

    ``compiled`` are the paths of its compiled files and ``holes`` the places (``file::function``) of the nodes that a
    compile left to somebody: both from the repository's top, as everything in a contract. ``gone`` are nodes that the
    lock names and the spec may not have any more, ``others`` the roots of other specs. A bound spec that names no
    ``paths`` has its code anywhere below its folder.
    """
    made = graph.build(spec)
    maker = _Maker(spec, made, holes or {})
    default = COMPILED if spec.compiled else BOUND
    folders = spec.paths or ((spec.package,) if spec.compiled else ("",))
    known = {str(path) for path in spec.places}
    return Contract(
        id=spec.id,
        root=spec.root,
        language=spec.language,
        mode=default,
        folders=tuple(joined(spec.root, folder) for folder in folders),
        compiled=tuple(sorted(compiled)),
        entities=tuple(maker.entity(one) for one in spec.entities),
        pipelines=tuple(maker.pipeline(one) for one in spec.pipelines),
        guardrails=tuple(maker.guardrail(one) for one in spec.guardrails),
        panels=tuple(maker.panel(one) for one in spec.panels),
        terms=tuple(maker.term(one) for one in spec.terms),
        places=maker.places(holes or {}),
        nodes=tuple(
            (str(path), place.file, place.line) for path, place in sorted(spec.places.items()) if path in made.nodes
        ),
        digests=tuple(
            (str(path), made.digest_of(path)) for path in sorted(made.nodes) if str(path).startswith(_CODE_LAYERS)
        ),
        scenarios=tuple(_scenario(one) for one in spec.scenarios),
        gone=tuple(sorted({*map(str, spec.reserved), *(str(one) for one in gone)} - known)),
        renamed=tuple(_renamed(spec)),
        others=tuple(sorted(one for one in others if one != spec.root and below(one, spec.root))),
        package=joined(spec.root, spec.package),
    )


def _scenario(one: model.Scenario) -> contract.Scenario:
    test = one.test.text.strip() if one.test else ""
    return contract.Scenario(path=str(one.path), kind=one.kind, test=test, file=one.place.file, line=one.place.line)


class _Maker:
    """The parts of one spec's contract."""

    def __init__(self, spec: Spec, made: graph.Graph, holes: Iterable[str]) -> None:
        self.spec = spec
        self.entities = {one.path: one for one in spec.entities}
        self.modes = dict.fromkeys(holes, BOUND) | {str(one.path): one.mode for one in spec.bindings}
        self.reads: dict[str, set[str]] = {}
        self.guards: set[str] = set()
        self.covered: dict[str, set[str]] = {}
        self.changed: dict[str, set[str]] = {}  # step → entities whose rows it makes, removes or uses up
        for edge in made.edges:
            if edge.kind == "reads":
                self.reads.setdefault(edge.source, set()).add(edge.target)
            elif edge.kind == "guards":
                self.guards.add(edge.target)
            elif edge.kind == "covers":
                self.covered.setdefault(edge.target, set()).add(edge.source)
        steps = [step for pipeline in spec.pipelines for step in pipeline.steps]
        self.written = {path for step in steps for path in self._paths(self._makes(step))}

    def mode(self, path: str) -> str:
        """The node's own mode, else that of what holds it, else the spec's."""
        while path:
            if path in self.modes:
                return self.modes[path]
            path = path.rpartition(".")[0]
        return COMPILED if self.spec.compiled else BOUND

    def entity(self, one: model.Entity) -> contract.Entity:
        return contract.Entity(
            path=str(one.path), id=one.id, name=one.name, file=one.place.file, line=one.place.line,
            mode=self.mode(one.path), made=one.made,
            guarded=one.path in self.guards and one.path in self.written,
            fields=tuple(self._field(each) for each in one.fields),
            acted=tuple(each.id for each in self.spec.actions if self.spec.entity(each.make or each.on or "") == one),
        )  # fmt: skip

    def _field(self, one: model.Field) -> contract.Field:
        return contract.Field(
            path=str(one.path), name=one.name, type=self._type(one.type), typed=one.typed, optional=one.optional,
            key=one.key, pii=one.pii or "", line=one.place.line,
        )  # fmt: skip

    def _type(self, type_: types.Type) -> contract.Type:
        if isinstance(type_, types.Ref):
            entity = self.spec.entity(type_.entity)
            return contract.Type(name="ref", of=(entity.id if entity else type_.entity,))
        if isinstance(type_, types.Enum):
            return contract.Type(name="enum", of=type_.values)
        if isinstance(type_, types.ListOf):
            return contract.Type(name="list", of=(self._type(type_.item).name,))
        return contract.Type(name=str(type_))

    def pipeline(self, one: model.Pipeline) -> contract.Pipeline:
        steps: list[contract.Step] = []
        for step in one.steps:
            steps.append(self._step(step, steps))
        return contract.Pipeline(
            path=str(one.path), id=one.id, name=one.name, file=one.place.file, line=one.place.line,
            mode=self.mode(one.path), args=tuple(one.args), steps=tuple(steps),
        )  # fmt: skip

    def _step(self, one: model.Step, earlier: Collection[contract.Step]) -> contract.Step:
        read = self._paths((*skills.consumed(one), *_named(one, "reads"))) | self._entities_read(one.path)
        written = self._paths(self._makes(one))
        removed = skills.removed(one)
        gates = "".join(self._paths((removed,))) if removed else ""
        kind = "gate" if one.skill == "gate" else "hole" if one.skill is None else "skill"
        return contract.Step(
            path=str(one.path), id=one.id, name=one.name, file=one.place.file, line=one.place.line,
            mode=self.mode(one.path), kind=kind, reads=tuple(sorted(read)), writes=tuple(sorted(written)), gates=gates,
            after=self._after(one, kind, read, earlier),
        )  # fmt: skip

    def _after(
        self, one: model.Step, kind: str, read: Collection[str], earlier: Collection[contract.Step]
    ) -> tuple[str, ...]:
        """The earlier steps whose place before this one means something: they change rows that this one touches.

        A hole that does not say what it reads and writes may depend on every step before it; so may a step on such a
        hole. What one allocation took of its supply is gone for the next one over the same supply.
        """
        removed = skills.removed(one)
        supply = skills.value(one, "allocate.supply")
        changed = self._paths((*self._makes(one), *([removed] if removed else []), *([str(supply)] if supply else [])))
        self.changed[str(one.path)] = changed
        found: set[str] = set()
        for step in earlier:
            theirs = self.changed[step.path]
            silent = (kind == "hole" and not read and not changed) or (
                step.kind == "hole" and not step.reads and not theirs
            )
            if silent or theirs & {*read, *changed} or set(step.reads) & changed:
                found |= {step.path, *step.after}
        return tuple(step.path for step in earlier if step.path in found)

    def guardrail(self, one: model.Guardrail) -> contract.Guardrail:
        return contract.Guardrail(
            path=str(one.path), id=one.id, name=one.name, file=one.place.file, line=one.place.line,
            mode=self.mode(one.path), executable=one.always is not None,
            reads=tuple(sorted(self._entities_read(one.path))),
            proofs=tuple(sorted(self.covered.get(one.path, ()))),
        )  # fmt: skip

    def panel(self, one: model.Panel) -> contract.Panel:
        return contract.Panel(
            path=str(one.path), id=one.id, name=one.name, file=one.place.file, line=one.place.line,
            mode=self.mode(one.path), shows=tuple(sorted(self._paths(one.shows))),
            clear=tuple(sorted(self._clear(one))),
        )  # fmt: skip

    def _clear(self, one: model.Panel) -> Iterator[str]:
        """The personal data that a panel shows unmasked to a role of its own."""
        sees = {
            seen
            for role in self.spec.roles
            if not one.roles or {role.id, role.name} & {*one.roles}
            for seen in role.sees
        }
        for entity in (found for name in one.shows if (found := self.spec.entity(name))):
            for each in entity.fields:
                if each.pii in sees and (not one.columns or each.name in one.columns):
                    yield str(each.path)

    def term(self, one: model.Term) -> contract.Term:
        return contract.Term(
            path=str(one.path), id=one.id, name=one.name, file=one.place.file, line=one.place.line,
            mode=self.mode(one.path), args=tuple(one.args),
        )  # fmt: skip

    def places(self, holes: Mapping[str, str]) -> tuple[contract.Place, ...]:
        """What the lock and ``code:`` say of where code stands; the lock first."""
        out = []
        for path, at in sorted(holes.items()):
            known = self.spec.places.get(SpecPath(path))
            file, line = (known.file, known.line) if known else ("", 0)
            out.append(contract.Place(path=path, at=at, how="lock", mode=BOUND, file=file, line=line))
        for one in self.spec.bindings:
            at = _place(self.spec.root, one.at)
            out.append(
                contract.Place(
                    path=str(one.path), at=at, how="code", mode=one.mode, file=one.place.file, line=one.place.line
                )
            )
        return tuple(out)

    def _makes(self, step: model.Step) -> tuple[str, ...]:
        return (*skills.made(step), *_named(step, "writes"), *_named(step, "make"))

    def _paths(self, names: Iterable[str]) -> set[str]:
        return {str(entity.path) for name in names if (entity := self.spec.entity(name))}

    def _entities_read(self, path: str) -> set[str]:
        """Entities that a node reads, through terms and fields."""
        found, todo, seen = set(), [path], set()
        while todo:
            for target in self.reads.get(todo.pop(), ()):
                if target in seen:
                    continue
                seen.add(target)
                owner = target.partition(".fields.")[0]
                if owner in self.entities:
                    found.add(str(owner))
                elif target.startswith("terms."):
                    todo.append(target)
        return found


def _named(step: model.Step, key: str) -> tuple[str, ...]:
    given = step.params.get(key)
    many = given if isinstance(given, list | tuple) else [given]
    return tuple(str(one) for one in many if one is not None)


def _place(root: str, at: str) -> str:
    """``file::symbol`` from the repository's top, with forward slashes."""
    file, mark, name = at.partition("::")
    return f"{joined(root, file.strip().replace(chr(92), '/'))}{mark}{name.strip()}"


def _renamed(spec: Spec) -> Iterator[tuple[str, str]]:
    """Path now and path before, of every node that says ``was:``."""
    for node in _nodes(spec):
        if node.was:
            yield str(node.path), names.join(names.parent(node.path), slug(node.was))


def _nodes(spec: Spec) -> Iterator[model.Node]:
    for entity in spec.entities:
        yield from (entity, *entity.fields)
    for pipeline in spec.pipelines:
        yield from (pipeline, *pipeline.steps)
    yield from (*spec.guardrails, *spec.panels, *spec.terms)


def below(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or lies in it; everything lies in the top folder."""
    return not folder or path == folder or path.startswith(f"{folder}/")


def joined(root: str, path: str) -> str:
    """A path from the repository's top, ``..`` followed; the top itself is empty."""
    joined = posixpath.normpath(posixpath.join(root, path))
    return "" if joined == "." else joined
