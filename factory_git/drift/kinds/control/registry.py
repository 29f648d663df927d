"""The languages whose control structure can be read, one literal table; modules are imported when a file needs them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.kinds.control.lower import Language

MODULES = {
    "python": "python",
    "javascript": "ecmascript",
    "typescript": "ecmascript",
    "tsx": "ecmascript",
    "java": "java",
    "php": "php",
    "go": "go",
    "rust": "rust",
}


def language(name: str) -> Language | None:
    """How to read a language, None for one that only the map knows."""
    import sys  # noqa: PLC0415 (beside the import it belongs to)

    if name not in MODULES:
        return None
    full = f"factory_git.drift.kinds.control.{MODULES[name]}"
    __import__(full)
    module: Language = sys.modules[full]
    return module
