"""Have an agent write bound code: a folder of its own, bounded, measured, and only its files are believed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from factory_git.agents.protocol import Task, Unreadable
from factory_git.core.ids import Oid
from factory_git.core.points import reached
from factory_git.engine import feedback, guard, holdout, prompt
from factory_git.engine.guard import Refused
from factory_git.engine.making import Made, OpenHole
from factory_git.engine.state import State
from factory_git.engine.workshop import Workshop
from factory_git.executors.environment import allowed
from factory_git.executors.local import Completed, End, run
from factory_git.gitio import worktrees
from factory_git.gitio.commits import Change
from factory_git.memory import context

# failure → what the record says of it
WORDS = {
    "exit": "it ended with a failure",
    "signal": "it was ended by a signal",
    "time-out": "it ran into the time-out and was ended, with everything it had started",
    "output": "it wrote more than the limit and was ended",
    "missing": "the program was not found or cannot be started",
    "unreadable": "its output cannot be read",
    "tampered": "it changed the repository outside its folder; what could be put back was",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What an agent was asked, what it did, what is taken of it. ``failure`` is a key of :data:`WORDS`, or empty."""

    made: Made
    argv: tuple[str, ...]
    prompt: bytes
    transcript: bytes
    exit: int | None
    seconds: float
    failure: str
    reason: str
    changes: tuple[Change, ...]
    taken: tuple[Change, ...]
    refused: tuple[Refused, ...]
    tampered: tuple[str, ...]
    moved: tuple[str, ...]
    usage: Mapping[str, int] = field(default_factory=dict)
    masked: int = 0  # secrets in the prompt and the transcript that are not recorded
    memory: tuple[str, ...] = ()  # the records of what was remembered in the prompt

    @property
    def blobs(self) -> tuple[bytes, ...]:
        """The large texts of the record."""
        return (self.prompt, self.transcript)


def attempt(state: State, iteration: int) -> str:
    """The ref that holds what an agent is given and what it left, until the candidate is pinned."""
    return f"refs/factory/attempts/{state.run}/{iteration}"


def ask(
    shop: Workshop, state: State, made: Made, *, lay: Callable[[], Oid], holes: tuple[OpenHole, ...], iteration: int
) -> Work:
    """Run the agent on the tree that ``lay`` writes, and judge what it left.

    The folder is removed in the end, whatever happens; :func:`attempt` is not, and holds what the caller takes.
    """
    withheld = prompt.withheld(made)
    told = feedback.of_last_iteration(state, withheld) if iteration > 1 else ""
    remembered = context.chosen(shop.memories, shop.told, withheld)
    text = prompt.prompt(made, holes, told, remembered)
    sealed = holdout.any_in(made.spec)
    held = attempt(state, iteration)

    def begin() -> Oid:
        tree = shop.code.overlay(lay(), holdout.disguise(made)) if sealed else lay()
        return shop.code.commit(tree, [] if sealed else [made.base], "The application so far\n", shop.identity)

    start = shop.code.hold(held, begin, made.base)
    name = shop.folder_name(state.run, "-agent")
    place = worktrees.workspace(shop.common_dir, name, start, sealed=sealed)
    before, refs = worktrees.own_state(shop.common_dir), worktrees.branches(shop.common_dir)
    try:
        with tempfile.TemporaryDirectory(prefix="factory-agent-") as scratch:
            argv, completed = _start(shop, state, place, text, Path(scratch))
            reached("implement:agent")
            tampered = worktrees.restore_state(shop.common_dir, before)
            after = worktrees.branches(shop.common_dir)
            index = Path(scratch) / "index"

            def take() -> Oid:
                return shop.code.commit(shop.code.take(place, start, index), [start], "What it left\n", shop.identity)

            changes = shop.code.changes(start, shop.code.hold(held, take, start))
    finally:
        worktrees.remove(shop.common_dir, place)
    hidden = (*holdout.hidden_paths(made), *(s.path for s in made.spec.sources)) if sealed else ()
    taken, refused = guard.judge(changes, made, [path for path in hidden if path not in {c.path for c in changes}])
    failure, reason, usage = _judge(shop, completed, tampered)
    asked, in_prompt = shop.scanner.mask(text.encode())
    answered, in_answer = shop.scanner.mask(_transcript(completed))
    return Work(
        made=made,
        argv=argv,
        prompt=asked,
        transcript=answered,
        exit=completed.returncode,
        seconds=completed.seconds,
        failure=failure,
        reason=reason,
        changes=changes,
        taken=tuple(taken),
        refused=tuple(refused),
        tampered=tuple(tampered),
        moved=tuple(sorted(name for name in refs.keys() | after.keys() if refs.get(name) != after.get(name))),
        usage=usage,
        masked=in_prompt + in_answer,
        memory=tuple(one.id for one in remembered),
    )


def _start(shop: Workshop, state: State, place: Path, text: str, scratch: Path) -> tuple[tuple[str, ...], Completed]:
    prompt_file = scratch / "prompt.md"
    prompt_file.write_text(text)
    task = Task(worktree=place, prompt=text, prompt_file=prompt_file, spec=shop.spec, run=state.run)
    invocation = shop.agent.invoke(task)
    assert invocation is not None
    completed = run(
        invocation.argv,
        cwd=place,
        env=allowed((*shop.agent_env, *invocation.allow)) | dict(invocation.env),
        stdin=invocation.stdin,
        timeout=shop.limits.timeout,
        limit=shop.limits.agent_output,
        kill_over_limit=True,
    )
    return invocation.argv, completed


def _judge(shop: Workshop, completed: Completed, tampered: list[str]) -> tuple[str, str, Mapping[str, int]]:
    """How the agent failed (or ``""``), in words, and what it said it used."""
    match completed.end:
        case End.MISSING:
            return "missing", f"{WORDS['missing']}: {completed.stderr.decode(errors='replace')}", {}
        case End.TIMEOUT:
            return "time-out", f"{WORDS['time-out']} ({shop.limits.timeout:g} s)", {}
        case End.OUTPUT:
            return "output", f"{WORDS['output']} ({shop.limits.agent_output} bytes)", {}
        case End.SIGNAL:
            return "signal", f"{WORDS['signal']} ({completed.signal})", {}
    if completed.returncode:
        return "exit", f"{WORDS['exit']} (exit {completed.returncode})", {}
    if tampered:
        return "tampered", f"{WORDS['tampered']}: {', '.join(tampered)}", {}
    try:
        reply = shop.agent.read(completed.stdout, completed.stderr)
    except Unreadable as error:
        return "unreadable", error.message, {}
    return "", "", reply.usage


def _transcript(completed: Completed) -> bytes:
    if not completed.stderr:
        return completed.stdout
    return completed.stdout + b"\n[stderr]\n" + completed.stderr
