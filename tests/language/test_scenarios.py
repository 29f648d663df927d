"""Scenarios as real applications need them."""

from __future__ import annotations

from factory_git.spec.load import load
from factory_git.spec.model import Source

SHOP = """
factory: 1
app: {id: shop}
identity: {purpose: Sell}
data_contracts:
  entities:
    - {name: Box, fields: {id: text key}}
    - {name: Sale, fields: {id: text key, box: ref Box}}
interface:
  actions:
    - {name: Sell, on: Box, args: {id: text}, make: Sale, set: {id: act.id, box: it.id}}
acceptance:
  - name: Sold
    given: {Box: [[id], [b1]]}
    when: [{act: sell, on: b1, actor: A, day: 2026-01-01, id: s1}]
    then: ['Sale.exists(s, s.id == "s1")']
"""


def test_an_argument_of_an_action_may_be_called_id() -> None:
    spec = load([Source(path="factory.yaml", content=SHOP.encode())])
    assert spec.scenarios[0].when[0]["id"] == "s1"
