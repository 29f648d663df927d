"""The phases there are: the action's phase → what executes it and the type of its record."""

from __future__ import annotations

from factory_git.engine.phases.done import done
from factory_git.engine.phases.implement import implement
from factory_git.engine.phases.integrate import integrate
from factory_git.engine.phases.plan import plan
from factory_git.engine.phases.promote import promote
from factory_git.engine.phases.validate import validate
from factory_git.engine.workshop import Phase

PHASES: dict[str, tuple[Phase, str]] = {
    "plan": (plan, "plan"),
    "implement": (implement, "implement"),
    "validate": (validate, "validate"),
    "done": (done, "done"),
    "integrate": (integrate, "phase"),
    "promote": (promote, "promotion"),
}
