"""What a call of ``run`` is asked for, and what all its runs share."""

from __future__ import annotations

from dataclasses import dataclass, field

from factory_git.app.context import Context
from factory_git.app.run_gate import gate
from factory_git.app.run_select import Chosen
from factory_git.core.errors import UsageError
from factory_git.core.ids import Oid
from factory_git.engine.loop import Progress
from factory_git.engine.making import Made, make
from factory_git.gitio.commits import Code, Identity
from factory_git.memory.entry import check_scope

DRIFT = ("refuse", "reconverge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user asks for. ``drift`` None: the setting ``factory.drift``; ``budget`` is for all specs together."""

    specs: tuple[str, ...] = ()
    everything: bool = False
    resume: bool = False
    max_iterations: int = 3
    budget: int | None = None
    promote: bool = True
    agent: str = "compiler"
    timeout: float = 600.0
    about: tuple[str, ...] = ()  # scopes of what is remembered, that an agent is told of as well
    continue_on_fail: bool = False
    onto: str | None = None
    drift: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What all runs of one call share."""

    ctx: Context
    code: Code
    options: Options
    branch: str
    identity: Identity
    progress: Progress
    _made: dict[tuple[str, Oid], Made] = field(default_factory=dict)

    def made(self, one: Chosen, commit: Oid) -> Made:
        """What a spec compiles to beside ``commit``; compiled once. Raises :class:`SpecError`."""
        if (one.spec.id, commit) not in self._made:
            spec = one.read(commit)
            unwritten = () if spec.compiled else gate(self.ctx.location, spec, commit).holes
            self._made[one.spec.id, commit] = make(self.code, spec, commit, unwritten)
        return self._made[one.spec.id, commit]


def check(options: Options) -> None:
    """Raise :class:`UsageError` for options that make no sense, before anything is written."""
    if options.max_iterations <= 0:
        raise UsageError(f"--max-iterations {options.max_iterations}: at least one is needed")
    if options.budget is not None and options.budget <= 0:
        raise UsageError(f"--budget {options.budget}: at least one iteration is needed")
    if options.timeout <= 0:
        raise UsageError(f"--timeout {options.timeout:g}: more than 0 seconds are needed")
    if options.drift is not None and options.drift not in DRIFT:
        raise UsageError(f"--drift {options.drift}: it is refuse or reconverge")
    for scope in options.about:
        check_scope(scope)
    if options.specs and options.everything:
        raise UsageError("--all and named specs exclude each other")


def drift(session: Session) -> str:
    """``refuse`` or ``reconverge``: the option, else the setting ``factory.drift``."""
    return session.options.drift or session.ctx.settings.text("drift")
