"""``demo``: a repository to play with, and everything the factory does, done on it for real.

Nothing here is staged for show: the steps are the ones a user would take, through the same functions. They are told as
they happen, so that whoever watches sees a command before its output.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from factory_git.app import check, drivers, hooks, init
from factory_git.app.context import Context, open_context
from factory_git.app.run import Options, run
from factory_git.app.run_result import Result
from factory_git.core.errors import Negative, UsageError
from factory_git.engine.loop import Progress
from factory_git.executors import local
from factory_git.executors.acceptance import require
from factory_git.executors.environment import allowed
from factory_git.gitio.child import git
from factory_git.gitio.child import run as run_git
from factory_git.ledger.tree import Tree

SHOWN = 24  # lines of the application's own output
LIMIT = 1_000_000
TIMEOUT = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A demo: its template, the application's package, and the application's own commands that are run."""

    package: str
    commands: tuple[tuple[str, ...], ...]
    look: str  # the text of a line that is worth asking `why` about
    at: str  # and its file


KINDS: Mapping[str, Kind] = {
    "farmer": Kind(
        package="farmer",
        commands=(
            ("load", "data"),
            ("run", "contract_allocation", "--date", "2026-06-09"),
            ("show", "triage"),
        ),
        look="# gf: workflows.pipelines.contract_allocation.steps.phi_gate",
        at="farmer/pipelines/contract_allocation.py",
    ),
    "immigration": Kind(
        package="immigration",
        commands=(
            ("load", "data"),
            ("run", "policy_triage", "--day", "2026-06-09"),
            ("show", "home", "--role", "lawyer"),
        ),
        look="# gf: safety.guardrails.no_legal_advice_is_sent_without_a_lawyers_approval",
        at="immigration/guardrails.py",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something to tell: a command that is about to run (``$``), a line of its output (``|``) or a remark (``#``)."""

    kind: str
    text: str


Event = Said | Result | check.Result | Tree


def prepare(kind: str, folder: Path) -> Path:
    """Refuse what cannot work before anything is written; the absolute folder.

    Raises :class:`UsageError` for an unknown demo or a folder that is not empty, :class:`AgentFailed` with the line
    that installs them when the acceptance tests' tools are missing.
    """
    if kind not in KINDS:
        raise UsageError(f"no demo {kind!r}", code="demo/kind", hint=f"there are: {', '.join(KINDS)}")
    require(("pytest", "hypothesis"))
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} is not an empty folder",
            code="demo/not-empty",
            hint=f"name another: git factory demo {kind} FOLDER",
        )
    return folder


def steps(kind: str, folder: Path, watch: Progress) -> Iterator[Event]:
    """Do the demo in ``folder`` (see :func:`prepare`), telling each step; what fails raises, and leaves what is there.

    Each command is told before it is run.
    """
    demo = KINDS[kind]
    yield Said(kind="$", text=f"git init {shlex.quote(str(folder))}")
    folder.mkdir(parents=True, exist_ok=True)
    git("init", "--quiet", cwd=folder)
    yield from _identity(folder)
    yield Said(kind="$", text=f"git factory init --template {kind}")
    started = init.run(folder, template=kind)
    yield from _output([*(f"write {name}" for name in started.files), *drivers.summary(started.drivers)])
    ctx = open_context(folder)
    yield from _gate(ctx)
    yield Said(kind="$", text="git add . && git commit -m 'The spec of an application'")
    yield from _output(_commit(folder))
    yield Said(kind="$", text="git factory run")
    result = run(ctx, Options(), watch)
    yield result
    if result.exit_code:
        raise Negative("the run did not converge", code="demo/run", hint=f"look at it: cd {folder} && git factory log")
    yield Said(kind="$", text="git factory check --all")
    yield check.run(ctx.location, check.Options(everything=True))
    for args in demo.commands:
        yield Said(kind="$", text=shlex.join([_python(), "-m", demo.package, *args]))
        yield from _output(_application(folder, demo.package, args))
    verdict = result.specs[0].ids["verdict"]
    yield Said(kind="$", text=f"git factory tree {verdict[:12]}")
    yield ctx.ledger.tree(verdict)


def next_commands(kind: str, folder: Path) -> tuple[str, ...]:
    """Three commands to try next, as they can be typed here and now."""
    demo = KINDS[kind]
    factory = _factory()
    here = os.path.relpath(folder)
    here = str(folder) if here.startswith("..") else here
    lines = (folder / demo.at).read_text().splitlines() if (folder / demo.at).is_file() else []
    line = next((n for n, text in enumerate(lines, 1) if demo.look in text), 1)
    return (
        f"cd {shlex.quote(here)}",
        f"{factory} why {demo.at}:{line + 1}",
        f"{factory} log",
        f"{_python()} -m {demo.package} serve",
    )


def _identity(folder: Path) -> Iterator[Said]:
    """Give the demo's repository a name to commit under where the user has none; nowhere else."""
    told = os.environ.get("GIT_AUTHOR_EMAIL") and os.environ.get("GIT_COMMITTER_EMAIL")
    if told or run_git(["config", "user.email"], cwd=folder, ok=(0, 1)).returncode == 0:
        return
    git("config", "user.name", "Demo", cwd=folder)
    git("config", "user.email", "demo@localhost", cwd=folder)
    yield Said(kind="#", text="Git knows no name for you, so this repository (only) commits as Demo <demo@localhost>")


def _gate(ctx: Context) -> Iterator[Said]:
    yield Said(kind="$", text="git factory hooks install")
    try:
        yield from _output([str(change) for change in hooks.install(ctx.location)])
    except UsageError as error:  # a hooks folder shared with other repositories is not the demo's to write
        yield Said(kind="#", text=f"left out: {error.message}")


def _commit(folder: Path) -> list[str]:
    git("add", ".", cwd=folder)
    # The user's own signing may ask for a passphrase; the demo's commits need none.
    done = run_git(
        ["-c", "commit.gpgSign=false", "commit", "--quiet", "-m", "The spec of an application"], cwd=folder, ok=(0, 1)
    )
    said = (done.stdout + done.stderr).decode(errors="replace").splitlines()
    if done.returncode:
        raise Negative("\n".join(["the commit was refused:", *said]), code="demo/commit")
    return said


def _application(folder: Path, package: str, args: tuple[str, ...]) -> list[str]:
    """Run the application itself, as its user would, and give what it prints."""
    argv = [sys.executable, "-m", package, *args]
    done = local.run(argv, cwd=folder, env=allowed(PYTHONDONTWRITEBYTECODE="1"), timeout=TIMEOUT, limit=LIMIT)
    lines = (done.stdout + done.stderr).decode(errors="replace").splitlines()
    if not done.ok:
        raise Negative(
            "\n".join([f"python -m {package} {shlex.join(args)} failed:", *lines[-SHOWN:]]),
            code="demo/application",
            hint=f"the repository is there to look at: {folder}",
        )
    return lines


def _output(lines: list[str]) -> Iterator[Said]:
    for line in lines[:SHOWN]:
        yield Said(kind="|", text=line)
    if len(lines) > SHOWN:
        yield Said(kind="|", text=f"… {len(lines) - SHOWN} more lines")


def _python() -> str:
    """How to call this Python here: by its short name only where that is this very one."""
    here = Path(sys.executable)
    for name in ("python3", "python"):
        found = shutil.which(name)
        # Same folder and same program: a virtual environment's python is a link to one that does not know its packages.
        if found and Path(found).parent.absolute() == here.parent.absolute() and here.samefile(found):
            return name
    return shlex.quote(sys.executable)


def _factory() -> str:
    """How to call this program here: as Git's own where it is on the path."""
    if shutil.which("git-factory"):
        return "git factory"
    beside = Path(sys.executable).with_name("git-factory")
    return shlex.quote(str(beside)) if beside.exists() else f"{_python()} -m factory_git"
