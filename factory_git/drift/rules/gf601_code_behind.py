"""GF601: the spec changed and the code that is read from it did not.

## What it does

A warning. For bound code: a node of the spec changed (its digest is another one than in the base), and the
declaration that is bound to it reads the same as before. Only nodes that the change touches are told, each at the
nearest declaration that holds it, and only where no other finding already says what is missing. A node that is new is
not told: whether its code is there is for the other rules to say.

Where a spec is committed before its code (`--spec-first`, which the hook sets), everything that its change asks of
code which the change does not touch becomes one such warning a spec: missing compiled files as well as missing bound
code.

## Why

A changed rule that no code was changed for is either not implemented, or was never a rule. Structure cannot see it:
the function is still there, is still called, and still does what the old words said.

## Example

```yaml
terms:
  phi_locked: {args: [s, day], is: day < s.date + days(s.phi_days)}     # was: day <=
```

```python
# gf: terms.phi_locked
def phi_locked(s, day):
    return day <= s.date + timedelta(days=s.phi_days)   # GF601: nobody touched it
```

## Fix

Look at the code that the finding names. Change it, or have it written again; where it already does what the spec now
says, commit: the warning is told once, with the change that brings it.
"""
