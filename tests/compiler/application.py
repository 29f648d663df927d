"""The modules of an application that expressions need, written to a folder and imported."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from factory_git.compiler.python import guardrails, model, names, runtime, terms
from factory_git.spec.model import Spec

RUNTIME = Path(runtime.__file__).parent


def write(spec: Spec, folder: Path, package: str) -> Path:
    """Write ``model``, ``terms``, ``guardrails`` and what they import; the package's folder."""
    home = folder / package
    home.mkdir()
    (home / "__init__.py").write_text("")
    (home / "py.typed").write_text("")
    for name in ("kit", "values"):
        (home / f"{name}.py").write_bytes((RUNTIME / f"{name}.py").read_bytes())
    for name, module in (("model", model), ("terms", terms), ("guardrails", guardrails)):
        (home / f"{name}.py").write_text(module.emit(spec))
    return home


def load(home: Path, name: str) -> ModuleType:
    """One module of a written package."""
    sys.path.insert(0, str(home.parent))
    try:
        return importlib.import_module(f"{home.name}.{name}")
    finally:
        sys.path.remove(str(home.parent))


def world(spec: Spec, home: Path, rows: dict[str, list[dict[str, Any]]]) -> Any:
    """A world of the application with these rows, given by entity name and field name."""
    module = load(home, "model")
    made = module.World()
    for entity in spec.entities:
        class_ = getattr(module, names.class_name(entity))
        fields = {f.name: names.field_name(f) for f in entity.fields}
        for row in rows.get(entity.name, ()):
            given = {fields[k]: v for k, v in row.items() if k != "@"}
            getattr(made, names.attribute(entity)).append(class_(**given))
    return made
