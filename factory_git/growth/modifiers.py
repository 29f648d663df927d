"""R1 to R9: what raises or lowers the risk of a mutation above or below its row's. One function each; R3 and R8 apart.

R1 is :class:`Base`: everything here is read from the older version, so nobody removes the rule that judges them. R3 (a
change is as risky as its worst row) is :attr:`factory_git.growth.mutation.Diff.risk`; R8 (the version must be raised)
is :mod:`factory_git.growth.report.version`; R9 (to declare what was unset is formalisation) is the classifiers' own,
which tell one row for each node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any

from factory_git.core.ids import SpecPath
from factory_git.growth.classify.flow import GATE
from factory_git.growth.classify.safety import GUARDRAIL
from factory_git.growth.globs import covers
from factory_git.growth.mutation import Mutation
from factory_git.growth.renaming import same
from factory_git.growth.scene import Effect, Scene
from factory_git.growth.table import RISKS, ROWS, VERSIONS, matches, meant

NONE, MINOR, MAJOR, BREAKING, FORBIDDEN = RISKS
_LETTERS = {"acceptance": "a", "guardrails": "g", "migration": "m", "simulation": "s", "evidence": "e", "panels": "u"}
_READ = frozenset(("term", "field", "entity"))
_SAFETY = frozenset(("guardrail", "envelope item", "prohibited change", "disclaimer", "purpose"))
_TYPES = ("field-type", "field-untyped", "field-became", "enum-value", "key-", "ref-target")  # rows of other types
_SHOWN = 8  # rules that are run although nothing can be worse any more
_YOUNG = frozenset(("seed", "juvenile"))


@dataclass(frozen=True)
class Base:
    """R1: the older version's identity, plates, organs, rules and stage, by which the change is judged."""

    scene: Scene

    @property
    def raw(self) -> Mapping[str, Any]:
        """The older spec as plain data."""
        return self.scene.both.old.spec.raw

    def items(self, layer: str, key: str) -> Sequence[Mapping[str, Any]]:
        """The items of a list of nodes."""
        held = self.raw.get(layer)
        found = held.get(key) if isinstance(held, Mapping) else None
        return found if isinstance(found, list) else []

    @cached_property
    def young(self) -> str:
        """Why the application may still change freely, by its stage, else its version; empty where it may not."""
        spec, app = self.scene.both.old.spec, self.raw.get("app")
        if isinstance(app, Mapping) and app.get("stage"):
            return f"a {spec.stage}" if spec.stage in _YOUNG else ""
        return f"of version {spec.version}" if spec.version.partition(".")[0] == "0" else ""

    @cached_property
    def plates(self) -> Sequence[Mapping[str, Any]]:
        """The plates that open a place; one without ``at`` is prose."""
        return [plate for plate in self.items("growth", "plates") if plate.get("at")]

    def prohibiting(self, row: str, *paths: str) -> list[str]:
        """The items of ``prohibited_changes`` that forbid this row at one of these addresses, in words."""
        return [
            f"identity prohibits it: {item['name']}"
            for item in self.items("identity", "prohibited_changes")
            if any(covers(str(item.get("at") or "**"), path) for path in paths if path)
            and any(matches(row, str(word)) for word in item.get("forbid", ()))
        ]


Modifier = Callable[[Mutation, Base], Mutation]


def r2_reads(one: Mutation, base: Base) -> Mutation:
    """A change of what a guardrail or gate reads is at least as grave as what becomes of that guardrail or gate.

    Whoever's own text changed has its own row; a term is blamed all the same. Anything else is blamed where the rule
    says what it said and means something else: a name that now stands for another node, a value of another type.
    """
    both = base.scene.both
    path = SpecPath(one.path)
    if one.kind not in _READ or path not in both.new.nodes or one.new_place is None:
        return one
    changed = one.kind == "term" and one.row.risk != NONE and path in both.then
    readers = [rule for rule in base.scene.after.readers(path) if rule in both.then]
    rules = readers if changed else [rule for rule in readers if _means_another(rule, one, base.scene)]
    for number, rule in enumerate(rules):
        if one.risk == FORBIDDEN and number >= _SHOWN:
            said = f"R2: {len(rules) - number} more rules read it and were not run"
            return replace(one, reasons=(*one.reasons, said))
        one = _at_least(one, rule, base.scene.effects.of(rule), base)
    return one


def _means_another(rule: SpecPath, one: Mutation, scene: Scene) -> bool:
    """Whether a rule, or a term it calls, reads in the same words what it did not read, or what is of another type."""
    both, path = scene.both, SpecPath(one.path)
    retyped = one.id.startswith(_TYPES)
    for reader in (rule, *(p for p in scene.after.transitively(rule) if both.new.nodes[p].kind == "term")):
        then = both.then.get(reader)
        if then is None or path not in scene.after.of("reads", reader):
            continue
        read = {both.now.get(p) for p in scene.before.of("reads", then)}
        kept = same(both.old.nodes[then].value, both.new.nodes[reader].value, both.words)
        if kept and (retyped or path not in read):
            return True
    return False


def _at_least(one: Mutation, rule: SpecPath, effect: Effect, base: Base) -> Mutation:
    if effect.effect in ("same", "unknown"):
        return one
    scene = base.scene
    rail = scene.both.new.nodes[rule].kind == "guardrail"
    row = ROWS[(GUARDRAIL if rail else GATE)[effect.effect]]
    looser = effect.effect != "strengthened"
    relied = scene.before.relied_on(scene.both.then[rule]) if looser and not rail else ""
    why = [f"{rule} reads it and is {effect.effect}", relied, *base.prohibiting(row.id, rule, scene.both.then[rule])]
    final = len([w for w in why if w]) > 1
    return replace(
        one,
        risk=FORBIDDEN if final else max(one.risk, row.risk, key=RISKS.index),
        version="root" if final else max(one.version, row.version, key=VERSIONS.index),
        tests=_united(one.tests, row.tests),
        reasons=(*one.reasons, f"R2: {'; '.join(w for w in why if w)}"),
        example=one.example if one.example and not rail else effect.example or one.example,
    )


def r4_plates(one: Mutation, base: Base) -> Mutation:
    """Outside every growth plate, or above the ``max_risk`` of those it is in: one class more.

    Only where the base has plates at all, and never up to forbidden. A plate opens the address ``at`` and what is
    below it for the rows that its ``allow`` means, for all where it says none. What a plate ``require``s is required.
    """
    inside = [plate for plate in base.plates if _opens(plate, one)]
    wanted = [word for plate in inside for word in plate.get("require", ())]
    one = replace(one, tests=_united(one.tests, tuple(_LETTERS[w] for w in wanted if w in _LETTERS)))
    if not base.plates or one.risk == NONE:
        return one
    if not inside:
        return _raised(one, "R4: outside every growth plate")
    most = max((str(plate.get("max_risk", BREAKING)) for plate in inside), key=RISKS.index)
    if RISKS.index(one.risk) > RISKS.index(most):
        return _raised(one, f"R4: above the {most} that its growth plate allows")
    return one


def _opens(plate: Mapping[str, Any], one: Mutation) -> bool:
    allow = plate.get("allow") or ()
    return covers(str(plate["at"]), one.path) and (not allow or any(matches(one.id, str(word)) for word in allow))


def r5_prose(one: Mutation, _: Base) -> Mutation:
    """What cannot be decided: major in identity and safety, else minor."""
    grave = one.id == "unclassified" and one.path.partition(".")[0] in ("identity", "safety")
    return _to(one, MAJOR, "R5: prose of identity and safety cannot be compared") if grave else one


def r6_young(one: Mutation, base: Base) -> Mutation:
    """In a seed, a juvenile or a version 0 what is major is minor."""
    return _to(one, MINOR, f"R6: the application is {base.young}") if one.risk == MAJOR and base.young else one


def r7_draft(one: Mutation, base: Base) -> Mutation:
    """A node that the base calls a draft, or what is inside it: one class less; never safety, never personal data."""
    if one.rank == 0 or one.risk == FORBIDDEN or one.id.startswith("stability-") or _sensitive(one, base):
        return one
    graph = base.scene.both.old
    path = one.was or one.path
    while path:
        node = graph.nodes.get(SpecPath(path))
        if node is not None and node.value.get("stability") == "draft":
            return _to(one, RISKS[one.rank - 1], f"R7: {path} is a draft")
        path = path.rpartition(".")[0]
    return one


def _sensitive(one: Mutation, base: Base) -> bool:
    """Whether safety or personal data is concerned."""
    if one.kind in _SAFETY or one.path.partition(".")[0] in ("identity", "safety") or "gate" in one.id:
        return True
    if any(reason.startswith("R2") for reason in one.reasons) or one.id.startswith(("pii", "retention", "egress")):
        return True
    both = base.scene.both
    nodes = [both.old.nodes.get(SpecPath(one.was or one.path)), both.new.nodes.get(SpecPath(one.path))]
    return any("pii" in node.value for node in nodes if node is not None)


def prohibited(one: Mutation, base: Base) -> Mutation:
    """What an item of the base's ``prohibited_changes`` forbids (``forbid`` words, ``at`` a glob) is forbidden."""
    why = base.prohibiting(one.id, one.path, one.was)
    return replace(one, risk=FORBIDDEN, version="root", reasons=(*one.reasons, *why)) if why else one


def morph_rules(one: Mutation, base: Base) -> Mutation:
    """The base's morph rules: ``when`` a row or an address is met, other rows than ``allow`` are one class more.

    ``when`` is a word for rows or a pattern of addresses; anything else is prose and binds nothing. Without ``when``
    a rule is about the rows it allows, and only says what they ``require``.
    """
    for rule in base.items("growth", "morph_rules"):
        allow = [str(word) for word in rule.get("allow", ())]
        when = str(rule.get("when") or "")
        allowed = any(matches(one.id, word) for word in allow)
        if not (_meets(when, one) if when else allowed):
            continue
        wanted = tuple(_LETTERS[w] for w in rule.get("require", ()) if w in _LETTERS)
        one = replace(one, tests=_united(one.tests, wanted))
        if when and allow and not allowed and one.risk != NONE:
            one = _raised(one, f"the morph rule {rule['name']} does not allow it")
    return one


def _meets(when: str, one: Mutation) -> bool:
    return matches(one.id, when) if meant(when) else " " not in when and covers(when, one.path)


def organs(one: Mutation, base: Base) -> Mutation:
    """A change inside an organ says which organ it is."""
    held = [o for o in base.items("growth", "organs") if any(covers(str(at), one.path) for at in o.get("at", ()))]
    return replace(one, reasons=(*one.reasons, *(f"part of {organ['name']}" for organ in held)))


MODIFIERS: Sequence[Modifier] = (
    r2_reads,
    r5_prose,
    r6_young,
    r7_draft,
    r4_plates,
    morph_rules,
    prohibited,
    organs,
)
"""In the order in which they are applied: what is forbidden by identity stays so whatever else was said."""


def modified(found: Sequence[Mutation], scene: Scene) -> Iterator[Mutation]:
    """Each mutation with its risk, version, tests and reasons as the modifiers leave them."""
    base = Base(scene)
    for one in found:
        yield reduce(lambda now, modifier: modifier(now, base), MODIFIERS, one)


def _raised(one: Mutation, reason: str) -> Mutation:
    """One class more, not up to forbidden; what is as high already has no such reason."""
    return _to(one, RISKS[one.rank + 1], reason) if one.rank < RISKS.index(BREAKING) else one


def _to(one: Mutation, risk: str, reason: str) -> Mutation:
    return replace(one, risk=risk, reasons=(*one.reasons, reason))


def _united(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return (*one, *(letter for letter in dict.fromkeys(other) if letter not in one))
