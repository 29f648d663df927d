"""What a change of the stored schema costs: which migrations it needs, of which class, and who must do what for it."""

from __future__ import annotations

from dataclasses import dataclass

from factory_git.compiler.migrate.draft import CLASSES, Draft
from factory_git.core.ids import slug


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One migration that is to come.

    ``klass``: A lossless both ways; B what it takes away is archived and comes back; C stored rows are checked first;
    H somebody fills in what ``holes`` name; X it deletes, and ``irreversible`` is what must be typed for that.
    ``checks`` counts the queries that are asked before anything changes.
    """

    number: int
    name: str
    words: tuple[str, ...]
    klass: str
    holes: tuple[str, ...] = ()
    irreversible: str = ""
    checks: int = 0

    @property
    def folder(self) -> str:
        """The folder of its files, relative to the spec's root."""
        return f"migrations/{self.number:04}_{self.name}"


def plan_of(draft: Draft) -> Plan:
    """The plan that a draft is."""
    return Plan(
        number=draft.number,
        name=_name(draft.words),
        words=tuple(draft.words),
        klass=draft.klass,
        holes=tuple(gap.what for gap in draft.gaps),
        irreversible=draft.confirm,
        checks=len(draft.before),
    )


def worst(plans: tuple[Plan, ...]) -> str:
    """The class of the worst of them; empty where no migration is needed."""
    return max((plan.klass for plan in plans), key=CLASSES.index, default="")


def _name(words: list[str]) -> str:
    name = slug(words[0])[:40].strip("_")
    return name if len(words) == 1 else f"{name}_and_more"
