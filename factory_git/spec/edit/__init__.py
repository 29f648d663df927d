"""Edits of a spec's files as text: what an operation names changes, all else stays as it is written."""

from factory_git.spec.edit.apply import apply
from factory_git.spec.edit.ops import Insert, Move, Op, Remove, Rename, Set, Unset

__all__ = ["Insert", "Move", "Op", "Remove", "Rename", "Set", "Unset", "apply"]
