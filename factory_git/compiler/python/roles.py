"""``roles.py`` of the application: who uses it, and the classes of personal data each may see."""

from __future__ import annotations

from factory_git.compiler.python import source
from factory_git.compiler.python.actions import items
from factory_git.spec.model import Role, Spec


def emit(spec: Spec) -> str:
    """The source of ``roles.py``."""
    body = [f"ROLES: tuple[view.Role, ...] = {items(_role(r) for r in spec.roles)}"]
    return source.module(f"Who uses {spec.title}, and the personal data each may see", body, {"view": "view"})


def _role(role: Role) -> str:
    given = [f"id={source.quote(role.id)}", f"title={source.quote(role.name)}"]
    given += [f"sees={source.literal(role.sees)}"] if role.sees else []
    return f"view.Role({', '.join(given)})"
