"""GF502: a compiled file was edited by hand.

## What it does

Compiles the spec again and compares every compiled file with it, byte for byte, `.factory/lock.json` too: a file that
is edited together with its lock is found. The finding names the first line that differs and the spec node it belongs
to. Also reported: a compiled file that became a symbolic link, a submodule or executable, that is in conflict, that
has CRLF line ends in the repository, or that is what an older state of the spec compiles to.

## Why

Truth is the spec. An edit in a compiled file is lost with the next compile, and until then the program does something
that nobody has written down: no rule about structure can see that `day <` became `day <=`.

## Example

```text
$ git factory check
farmer/terms.py:17: GF502 was edited by hand: it is not what the spec compiles to [terms.phi_locked]
```

## Fix

To keep the edit, change the spec so that it says the same, and compile with `git factory run`. To drop it, `git
factory check --fix` writes the file as the spec compiles it. What no spec can say belongs in bound code: bind the
node with `code: {at: src/x.py::name, mode: bound}`.
"""
