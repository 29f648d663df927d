"""The ledger of the ledger's tests."""

from __future__ import annotations

from tests.ledger.conftest import ledger

__all__ = ["ledger"]
