"""Migrations from one stored schema to the next, by class; see :mod:`factory_git.compiler.migrate.plan`."""

from __future__ import annotations

from factory_git.compiler.migrate.kept import holds
from factory_git.compiler.migrate.plan import Plan, worst
from factory_git.compiler.migrate.write import Written, between, plan, write

__all__ = ["Plan", "Written", "between", "holds", "plan", "worst", "write"]
