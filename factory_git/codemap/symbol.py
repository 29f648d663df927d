"""A definition as a value. Apart from the rest of the model, because a search by name needs nothing else."""

from __future__ import annotations

from factory_git.core.value import value


@value
class Parameter:
    """One parameter.

    ``kind`` is empty, ``rest``, ``keywords``, ``keyword-only``, ``positional-only``, ``block`` or ``promoted``.
    """

    name: str
    type: str = ""
    default: str = ""
    kind: str = ""


@value
class Symbol:
    """One definition. ``id`` is its qualified name in the file; ``parent`` the index of what it is defined in, or -1.

    ``type`` is the type of a field or variable and the result of a function; ``default`` the value it starts with.
    ``wire`` is the declared name outside the program (JSON tag, alias), where there is one.
    """

    id: str
    name: str
    kind: str
    parent: int = -1
    exported: bool = True
    type: str = ""
    default: str = ""
    parameters: tuple[Parameter, ...] = ()
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    doc: str = ""
    wire: str = ""
    line: int = 0
    end_line: int = 0
    start: int = 0
    end: int = 0
