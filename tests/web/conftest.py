"""Both templates' applications, built once; a test that changes data works on a copy of the database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.apps import Built, filled


@pytest.fixture(scope="session")
def _farmer(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return filled("farmer", tmp_path_factory.mktemp("farmer"), "web_farmer", "contract_allocation", "date")


@pytest.fixture(scope="session")
def _immigration(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return filled("immigration", tmp_path_factory.mktemp("immigration"), "web_immigration", "policy_triage", "day")


@pytest.fixture
def farmer(_farmer: Built, tmp_path: Path) -> Iterator[Built]:
    """The farm, its data as it was after the first run."""
    yield from _kept(_farmer, tmp_path)


@pytest.fixture
def desk(_immigration: Built, tmp_path: Path) -> Iterator[Built]:
    """The immigration desk, its data as it was after the first run."""
    yield from _kept(_immigration, tmp_path)


def _kept(built: Built, folder: Path) -> Iterator[Built]:
    saved = folder / "saved.db"
    shutil.copy(built.folder / "app.db", saved)
    built.logs.clear()
    yield built
    shutil.copy(saved, built.folder / "app.db")
