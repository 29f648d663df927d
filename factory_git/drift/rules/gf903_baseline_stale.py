"""GF903: a baseline entry that matches nothing, or that does not count.

## What it does

Looks after `.factory/baseline.json`, which holds the findings that were there when a spec came to existing code.
Reports an entry that no finding has any more; a change that adds entries; a baseline that cannot be read (it then
tolerates nothing).

Entries are keyed by code, spec path, file, declaration and what is found about it, never by line. An entry whose file
is gone follows its declaration to the file that it moved to.

## Why

A baseline may only shrink. An entry that stays behind when its finding is mended would allow the finding to come
back; one that a change adds for itself would let the change pass the rule that it breaks.

## Example

```text
$ git factory check
.factory/baseline.json:4: GF903 baseline entry matches nothing any more: GF401 storage.Cache
```

## Fix

`git factory check --fix` removes entries that match nothing. Entries that a change adds do not count in that change;
a maintainer who reviewed them lets them count with `git factory check --own`, or for one commit with `git -c
factory.ownSuppressions=true commit`. Afterwards they are in the base and count for everybody.
"""
