"""GF901: a suppression without code or reason.

## What it does

Reports a comment `gf: ignore` that names no code, gives no reason, or names a code that cannot be suppressed. It
suppresses nothing. What can be suppressed are the rules for bound code, GF1xx to GF4xx; an invalid spec, a compiled
file and a binding that leads nowhere cannot.

## Why

A suppression is a decision that somebody will have to understand later. Without the code it hides more than was
meant; without the reason nobody can ever take it away.

## Example

```python
# gf: ignore
def notify(user):
    ...
```

## Fix

Write the code in brackets and the reason behind it, on the declaration or on the line of the finding:

```python
# gf: ignore[GF105] the address goes into the user's own session, which only the user can read
def notify(user):
    ...
```
"""
