"""One module a phase: each executes one action and returns the report of what it measured."""
