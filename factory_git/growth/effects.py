"""What became of guardrails, gates and terms: both versions run, when first asked, and told in words."""

from __future__ import annotations

from functools import cached_property

from factory_git.compiler.differential import Differential, Outcome
from factory_git.compiler.rules import TERM, Rules
from factory_git.core.ids import SpecPath
from factory_git.growth import words
from factory_git.growth.differ import Pair
from factory_git.growth.occasions import lost
from factory_git.growth.scene import Effect


class Running:
    """Both versions of a spec. Nothing is compiled until an effect is asked for; each is worked out once."""

    def __init__(self, both: Pair) -> None:
        self.both = both
        self._found: dict[SpecPath, Effect] = {}

    @cached_property
    def _versions(self) -> Differential:
        old, new = self.both.old, self.both.new
        return Differential(Rules(old.spec, old.analysis), Rules(new.spec, new.analysis), self.both.then)

    def of(self, path: SpecPath) -> Effect:
        """The effect of the change on the guardrail, gate or term that the new spec has at ``path``."""
        if path not in self._found:
            self._found[path] = self._of(path)
        return self._found[path]

    def _of(self, path: SpecPath) -> Effect:
        outcome = self._versions.ask(path)
        unasked = lost(self.both, path) if self.both.new.nodes[path].kind == "guardrail" else []
        if unasked:
            tighter = outcome is not None and outcome.tighter is not None
            where = f"after {', after '.join(unasked)} it is asked no more: let through whatever happened"
            return Effect(effect="incomparable" if tighter else "weakened", example=where)
        if outcome is None:
            return Effect(effect="unknown", why="one of the versions cannot be run")
        if outcome.why:
            return Effect(effect="unknown", why=outcome.why)
        name = self.both.new.nodes[path].name
        shown = (outcome.looser, outcome.tighter, outcome.other)
        said = [words.example(outcome.kind, name, found) for found in shown if found is not None]
        return Effect(
            effect=_effect(outcome),
            example="; ".join(said),
            why="" if said else f"no difference in {outcome.compared} worlds",
        )


def _effect(outcome: Outcome) -> str:
    if outcome.kind == TERM:
        return "changed" if outcome.other else "same"
    if outcome.looser and outcome.tighter:
        return "incomparable"
    return "weakened" if outcome.looser else "strengthened" if outcome.tighter else "same"
