"""git-factory: from a spec to proven, promoted code, every step recorded in Git.

``factory_git.open(path)`` gives the ledger of a repository; see :mod:`factory_git.api`.
"""

from __future__ import annotations

from factory_git._version import __version__

TYPE_CHECKING = False  # the name that type checkers know; importing `typing` costs more than the commit hook has
if TYPE_CHECKING:
    from typing import Any

    from factory_git.api import Ledger, open  # noqa: A004 (factory_git.open is the name that reads)

__all__ = ["Ledger", "__version__", "open"]


def __getattr__(name: str) -> Any:
    # Every start of the program imports the package itself: the API comes when it is asked for.
    if name in ("Ledger", "open"):
        from factory_git import api  # noqa: PLC0415

        return getattr(api, name)
    raise AttributeError(name)
