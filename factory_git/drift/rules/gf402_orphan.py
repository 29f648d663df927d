"""GF402: code that belongs to no node of the spec any more.

## What it does

Finds code that is still tied to a node that was removed: a tag whose path is listed under `reserved:`, or is one that
the lock remembers and the spec no longer has; a compiled file, or a lock, that no spec compiles to any more.

## Why

What the spec gave up still runs. Nothing says what it must do, so nothing can tell when it breaks.

## Example

```yaml
reserved: [workflows.pipelines.spraying]
```

```python
# gf: workflows.pipelines.spraying
def spraying(run): ...
```

```text
src/farm.py:1: GF402 spraying is tied to a node that the spec no longer has [workflows.pipelines.spraying]
```

## Fix

Remove the code with its tag. If it is still wanted, say so in the spec: `git factory desire`.
"""
