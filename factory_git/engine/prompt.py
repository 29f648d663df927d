"""The prompt of an implementing agent: a fixed part, the spec, the holes, then what went wrong last time.

From the least to the most changing, so that what providers cache stays the same to the byte: the fixed part in every
prompt there is, the spec and the files in every iteration of a run.
"""

from __future__ import annotations

from collections.abc import Iterable

from factory_git.engine.holdout import open_spec, texts
from factory_git.engine.making import Made, OpenHole, join
from factory_git.memory.context import section
from factory_git.memory.entry import Memory

FIXED = """\
You write the parts of an application that its spec leaves open.

Most of the application is compiled from the spec and is already here. Some steps have no skill that compiles them:
each is a function in a file of its own that raises NotBound. Write these functions. Read the compiled code around them
first: the data classes in model.py, the pipeline that calls the function, and the acceptance tests.

Rules:
- Edit only the files listed below, and add modules beside them if you need to.
- Compiled files, the spec, the tests and Git's own files are not yours: changes to them are not taken.
- Keep each function's name and signature. Use the standard library; the application has no other dependency.
- The same input must give the same output: no clock, no randomness, no network.
- Your work is judged by running the acceptance tests and the project's own checks, not by what you say about it.
- You need not commit. When you are done, exit.
"""


BOUND = """\
You write code that a spec describes. Nothing is compiled from it: the code is yours, and rules hold it against the
spec.

Each node of the spec has one declaration: an entity a type with its fields, a pipeline a function that calls its steps
in order, a gate before the steps that it guards and outside any condition, a guardrail a function, a panel a component.
Tie a declaration to its node by a comment right above it with the node's path, `gf: workflows.pipelines.x`.

Rules:
- The spec, the tests that it names and Git's own files are not yours: changes to them are not taken.
- A comment that suppresses a rule (`gf: ignore`) does not count when you add it.
- Your work is judged by the rules (`git factory check`), by the tests that the spec names and by the project's own
  checks, not by what you say about it.
- You need not commit. When you are done, exit.
"""


def prompt(made: Made, holes: Iterable[OpenHole], feedback: str, told: Iterable[Memory] = ()) -> str:
    """The whole prompt of one iteration; ``told`` is what is remembered."""
    compiled = made.spec.compiled
    parts = [FIXED if compiled else BOUND, f"# The spec\n\n```yaml\n{open_spec(made.spec)}```\n"]
    parts += [remembered] if (remembered := section(told)) else []
    parts += [_files(made), _holes(holes)] if compiled else [_folders(made), _unwritten(holes)]
    if feedback:
        parts.append(f"# What went wrong last time\n\n{feedback}\n")
    return "\n".join(parts)


def withheld(made: Made) -> tuple[str, ...]:
    """The texts that no prompt may hold."""
    return texts(made.spec)


def _files(made: Made) -> str:
    lines = [f"- {path}" for path in sorted(made.bound)]
    return "# The files that are yours\n\n" + "\n".join(lines) + "\n"


def _folders(made: Made) -> str:
    spec = made.spec
    folders = [f"- {join(spec.root, path)}" for path in spec.paths] or [f"- {spec.root or 'the whole repository'}"]
    return f"# Where the code is, in {spec.language}\n\n" + "\n".join(folders) + "\n"


def _unwritten(holes: Iterable[OpenHole]) -> str:
    lines = [f"- {hole.path}" for hole in holes]
    return "# Nodes without code\n\n" + ("\n".join(lines) or "None: all are written. Mend what failed.") + "\n"


def _holes(holes: Iterable[OpenHole]) -> str:
    parts = []
    for hole in holes:
        why = (
            "is not written yet" if hole.why == "empty" else "was written for an older spec; look whether it still fits"
        )
        stub = hole.stub.decode(errors="replace")
        parts.append(
            f"## {hole.path}\n\n`{hole.function}` in {hole.file} {why}. It began as:\n\n```python\n{stub}```\n"
        )
    return "# The open steps\n\n" + ("\n".join(parts) or "None: all are written. Mend what failed.\n")
