"""Real clones and remotes, made by copying, and what the model says each of them holds."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from factory_git.app.context import Context, open_context
from factory_git.app.knowledge import knowledge
from factory_git.core.clock import FixedClock
from factory_git.gitio.objects import Person
from factory_git.ledger.store import REF

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANY = {"type": "object"}
LOCAL = shutil.ignore_patterns("factory")  # also Git's folder of that name for refs: they are packed
CACHES = ("index.sqlite", "index.sqlite-wal", "index.sqlite-shm")


def git(cwd: Path, *args: str, ok: bool = True) -> str:
    done = subprocess.run(["git", *args], cwd=cwd, capture_output=True, text=True, check=False)
    assert not ok or done.returncode == 0, f"git {' '.join(args)}: {done.stderr}"
    return done.stdout.strip()


@dataclass(slots=True)
class Remote:
    """A bare repository. ``past``: where its ledger once was, and what it held then; ``beside``: what was published."""

    path: Path
    held: set[int]
    past: list[tuple[str, set[int]]] = field(default_factory=list)
    beside: dict[int, set[int]] = field(default_factory=dict)

    def moved(self) -> None:
        """Remember where the ledger is now."""
        self.past.append((self.tip(), set(self.held)))

    def tip(self) -> str:
        return git(self.path, "for-each-ref", "--format=%(objectname)", REF)


@dataclass(slots=True)
class Clone:
    """A working clone with two writers that stay open, and a third that is always opened anew."""

    number: int
    path: Path
    clock: FixedClock
    held: set[int]
    seen: list[set[int]] = field(default_factory=list)
    forks: dict[str, set[int]] = field(default_factory=dict)
    open: dict[int, Context] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        return self.path / ".git/factory"

    def tip(self) -> str:
        return git(self.path, "for-each-ref", "--format=%(objectname)", REF)

    def promised(self) -> bool:
        """Whether the journal would bring the ledger's tip back."""
        file = self.state / "acknowledged"
        return file.exists() and self.tip() in file.read_text()

    @contextmanager
    def handle(self, which: int) -> Iterator[Context]:
        """Writer 0 or 1, with the index as it left it; any other is a new process."""
        if which in (0, 1):
            if which not in self.open:
                self.open[which] = self.fresh()
            yield self.open[which]
            return
        ctx = self.fresh()
        try:
            yield ctx
        finally:
            ctx.ledger.close()

    def fresh(self, ref: str = REF) -> Context:
        """Opened as another process would, for the ledger on ``ref``."""
        ctx = open_context(self.path, clock=self.clock)
        name = f"writer{self.number}"
        person = Person(name=name, email=f"{name}@example.com", when=NOON)
        ctx.config.__dict__.update(author=person, committer=person)  # cached: Git need not be asked each time
        os.environ["FACTORY_REF"] = ref
        try:
            assert ctx.settings.text("ref") == ref
        finally:
            del os.environ["FACTORY_REF"]
        return ctx

    def close(self) -> None:
        for ctx in self.open.values():
            ctx.ledger.close()
        self.open.clear()


def template(path: Path) -> None:
    """A repository with a commit and a ledger that knows the type ``note`` and has a collection ``notes``."""
    path.mkdir()
    git(path, "init", "-q")
    git(path, "config", "factory.fsync", "false")
    git(path, "commit", "-q", "--allow-empty", "-m", "first")
    ctx = open_context(path, clock=FixedClock(NOON))
    ctx.ledger.register("note", ANY)
    knowledge(ctx).collections.add("notes")
    ctx.ledger.close()
    git(path, "pack-refs", "--all")


def remote_of(made: Path, path: Path, held: set[int]) -> Remote:
    shutil.copytree(made / ".git", path, ignore=LOCAL)
    git(path, "config", "core.bare", "true")
    remote = Remote(path=path, held=set(held))
    remote.moved()
    return remote


def clone_of(made: Path, path: Path, number: int, remotes: list[Remote], held: set[int], clock: FixedClock) -> Clone:
    """``origin`` and ``upstream`` are its remotes; a plain fetch follows the last one's ledger."""
    shutil.copytree(made, path, ignore=LOCAL)
    with (path / ".git/config").open("a") as file:
        for name, remote in zip(("origin", "upstream"), remotes, strict=False):
            file.write(f'[remote "{name}"]\n\turl = {remote.path}\n')
        file.write(f"\tfetch = +{REF}:refs/factory-remotes/{name}/ledger\n")
    return Clone(number=number, path=path, clock=clock, held=set(held), seen=[set() for _ in remotes])
