"""GF501: a compiled file is missing.

## What it does

Compares the tree with what its spec compiles to, and reports each file that the compiler writes and the tree does not
have. Where the very content lies under another name, the finding names it: the file was moved. Code that was left for
somebody to write (a hole's stub) must be there, too: the application imports it.

## Why

An application that lacks one of its files does not run, or runs without the guardrail that stood there.

## Example

```text
$ git rm farmer/terms.py
$ git factory check
farmer/terms.py: GF501 compiled file is missing [terms]
```

## Fix

`git factory check --fix` writes the file as the spec compiles it; so does `git factory run`, with proof. To be rid of
the file, remove its node from the spec.
"""
