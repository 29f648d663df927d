"""GF902: a suppression that suppresses nothing.

## What it does

Reports each code of a comment `gf: ignore[…] reason` that no finding has at its place: on the declaration right under
it (or on its line) with all that this declaration contains, on its own line, or on the line right below.

## Why

What was ignored has been mended, or has moved away. Left standing, the comment would silently allow the next mistake
of this kind at this place.

## Example

```python
# gf: ignore[GF204] the gate runs in the caller
def allocate(blocks):
    phi_gate(blocks)      # it does run here now, before everything else
    take(blocks)
```

## Fix

Remove the comment, or the code that is idle in it; `git factory check --fix` does.
"""
