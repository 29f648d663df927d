"""GF002: a binding resolves to several places.

## What it does

Finds nodes that several declarations claim: two tags with the same path, a tag that stands elsewhere than `code: at`
says, a name that several declarations of a file have. Overloads count as the one implementation that follows them.
A name that merely fits several declarations (a convention) is no finding: nothing is bound then.

## Why

A node has one place. With two, half of the rules would look at the wrong one, and a change in the other would pass.

## Example

```python
# gf: workflows.pipelines.contract_allocation
def contract_allocation(run): ...

# gf: workflows.pipelines.contract_allocation
def contract_allocation_again(run): ...
```

```text
src/farm.py:1: GF002 is tied to 2 places: src/farm.py:2 contract_allocation, by a tag; src/farm.py:5
contract_allocation_again, by a tag [workflows.pipelines.contract_allocation]
```

## Fix

Keep one of them. Where a file has two declarations of one name, say which: `at: src/farm.py::plan~2` is the second.
"""
