"""Specs compiled to real applications: written to a folder, imported under their own name, and forgotten again."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from factory_git.compiler.compile import compile_spec
from factory_git.compiler.files import Compilation
from factory_git.core.resources import folder
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec

BIN = Path(sys.executable).parent


def spec_of(text: str) -> Spec:
    """The spec in this YAML text."""
    return load([Source(path="factory.yaml", content=text.encode())])


def farmer_text() -> str:
    """The farmer spec, as the template has it."""
    return (folder("templates") / "farmer" / "factory.yaml").read_text(encoding="utf-8")


def farmer() -> Spec:
    """The farmer spec."""
    return spec_of(farmer_text())


def previous(compilation: Compilation) -> dict[str, bytes]:
    """What the next compilation reads of this one."""
    kept = (".factory/lock.json", "migrations/")
    return {path: file.content for path, file in compilation.files.items() if path.startswith(kept)}


def write(compilation: Compilation, root: Path) -> Path:
    """Write the files below ``root``; bound files only where none is."""
    for path, file in compilation.files.items():
        target = root / path
        if file.mode == "bound" and target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
    return root


def run(*command: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program of this environment (``python``, ``ruff`` …) in a folder."""
    program = sys.executable if command[0] == "python" else str(BIN / command[0])
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
    words = [program, *command[1:]]
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@dataclass(frozen=True)
class App:
    """A compiled application that can be imported."""

    root: Path
    package: str
    compilation: Compilation

    def module(self, name: str) -> Any:
        """A module of the application: ``model``, ``pipelines.nightly``."""
        return importlib.import_module(f"{self.package}.{name}" if name else self.package)

    def run(self, world: Any, pipeline: str, **args: Any) -> Any:
        """Run a pipeline on a world; what it gives."""
        module = self.module(f"pipelines.{pipeline}")
        return module.run(world, module.Args(**args))


@contextmanager
def application(spec: Spec | str, root: Path, compilation: Compilation | None = None) -> Iterator[App]:
    """The application of a spec, importable while the block runs."""
    spec = spec_of(spec) if isinstance(spec, str) else spec
    compilation = compilation or compile_spec(spec)
    write(compilation, root)
    before: dict[str, ModuleType] = dict(sys.modules)
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    try:
        yield App(root, spec.package, compilation)
    finally:
        sys.path.remove(str(root))
        for name in set(sys.modules) - set(before):
            if name.split(".")[0] == spec.package:
                del sys.modules[name]
