"""GF503: a compiled file is another compiler's.

## What it does

Reports a compiled file (or the lock) that differs from what this version of the compiler makes of the spec, and whose
head says that another version has made it.

## Why

A new compiler may write other code for the same spec. Until everything is compiled again, two versions of the truth
lie in one tree, and nobody can tell an edit by hand from a change of the compiler.

## Example

```text
$ pip install --upgrade git-factory
$ git factory check --all
farmer/model.py:1: GF503 was compiled by 0.1.0+3f2a; this is 0.2.0+9c41 [data_contracts.entities.block]
```

## Fix

Compile again, `git factory run` or `git factory check --fix`, and commit that by itself, so that a reviewer sees what
the new compiler does. Or install the version that the file names: a team pins it.
"""
