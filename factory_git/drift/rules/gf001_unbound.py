"""GF001: a binding resolves to nothing.

## What it does

Looks at every binding that somebody wrote: `code: at` in the spec, the lock of a compiled spec, `gf:` tags in the code.
Each must lead to exactly one declaration, of a kind that the node can be: an entity is a type, a pipeline, a step, a
guardrail or a term something that can be called. It finds

- a place that is not there: no such file, no such name in it, a folder, a symbolic link, a file with an open conflict,
- a tag that names no node of the spec, with the nearest name and, for a node that was renamed (`was:`), the new one,
- a tag in the middle of a file that stands on no declaration,
- a migration with a hole: how a value is had that nothing in the spec says (`git factory` drafts the rest of it).

`file::Class.method` names a declaration by its qualified name or the end of it; `file` alone is the whole file. A file
of a language that the map does not read can be bound as a whole only.

## Why

Rules look at the declaration that a node is tied to. A binding that leads nowhere switches them all off for that node,
and nobody would see it.

## Example

```yaml
code:
  default: bound
  paths: [src]
  data_contracts.entities.block: src/farm.py::Blok
```

```text
factory.yaml:4: GF001 the spec binds it to src/farm.py::Blok, but src/farm.py has no Blok
[data_contracts.entities.block]
```

## Fix

Correct the place in the spec or the path in the tag; the hint has the nearest names. After a move `git factory adopt`
rewrites the places of all declarations that have kept their names. More than three places that one file, or files that
are gone, no longer have are told to people in one line; `--format full` names each. `git factory map outline FILE`
lists the declarations of a file, `git factory spec show` the paths of a spec. `git factory check --fix` renames a tag
whose node was renamed.
"""
