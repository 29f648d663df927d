"""Files that travel with the program: JSON Schemas, hooks, templates.

In a wheel ``schemas/`` and ``hooks/`` lie inside the package; in a checkout (editable installation) beside it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """The folder ``schemas``, ``hooks`` or ``templates`` that ships with the program.

    Raises ``FileNotFoundError`` when the installation is damaged.
    """
    for place in (_PACKAGE / f"_{name}", _PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"the installation lacks its folder {name!r}; reinstall git-factory")
