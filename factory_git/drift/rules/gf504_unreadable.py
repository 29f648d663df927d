"""GF504: bound code that cannot be read.

## What it does

Finds declarations that a node is tied to and that hold a place the grammar could not read: a syntax error, a file that
is too large or no text, content that Git does not have. Damage elsewhere in the same file is not looked at.

## Why

The gate fails closed: what it could not read it does not let pass. Parsers go on after an error and make something up
(`def broken(:` becomes a function), so a finding, or none, would mean nothing there.

## Example

```python
# gf: workflows.pipelines.contract_allocation
def contract_allocation(run:
    phi_gate(run)
```

```text
src/farm.py:2: GF504 contract_allocation cannot be judged: a syntax error in line 2
[workflows.pipelines.contract_allocation]
```

## Fix

Mend the code. A file that the grammar cannot read although it is right can be left out: `code: {at: …, mode: free}`.
"""
