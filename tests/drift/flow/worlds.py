"""The world of some files, for a rule by itself."""

from __future__ import annotations

from factory_git.drift.bind import bind
from factory_git.drift.contracts import contract_of
from factory_git.drift.world import World
from tests.drift.memory_tree import Files, code_of, specs_of


def world_of(files: Files) -> World:
    """The one spec among the files, tied to their code."""
    contract, code = contract_of(specs_of(files)[0]), code_of(files)
    tied = bind(contract, code)
    return World(contract, code, tied.bound, tied.trouble)
