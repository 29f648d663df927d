"""GF500: the spec is invalid: nothing can be compared.

## What it does

Reports each problem of a spec that does not load or does not compile: broken YAML, an unknown key, an entity that is
named and not there, an expression that does not type, an open merge conflict, a spec file that is a symbolic link or
whose content the repository lacks.

Such a spec says nothing that code could be compared with, so the check fails: what it cannot read is a finding, never
a pass.

## Why

A gate that lets everything through while the spec is broken would be open exactly when somebody works on the spec.

## Example

```yaml
workflows:
  pipelines:
    - name: Labels
      steps:
        - {name: Make labels, each: Item, make: Lable}   # no entity is called Lable
```

## Fix

Mend the place that the finding names: file, line, column and spec path stand in it. `git factory spec lint` tells the
same without looking at code.
"""
