"""States of the index in which bound code was judged: what was found, and all that the next judgement needs. Lean.

Like :mod:`factory_git.drift.memory` this holds no verdict: it says what one content of a repository *is*. A state is
told by what differs from a tree that the code map keeps whole, so that a hook need not list all files.
"""

from __future__ import annotations

import marshal
import zlib

from factory_git.codemap.languages.registry import CONFIGURATION, language_of
from factory_git.core.value import content, value
from factory_git.drift import memory
from factory_git.drift.skipped import ATTRIBUTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from factory_git.drift.world import World

HEAD = b"git-factory code 2\n"
KEPT = 4
MOST = 300  # files that may differ from the kept tree; with more, the whole check makes a nearer tree


@value
class Spec:
    """One spec whose code rules judge. ``contract`` is packed; ``hits``, ``marks``, ``spec_marks`` and ``entries`` hold
    the content of such values: what the rules found, all suppressions, those in the spec itself, the baseline.

    ``gone`` are files that the baseline names and the tree does not have; ``tied`` tells which declaration each node is
    tied to, and how.
    """

    contract: Any
    hits: tuple[tuple[Any, ...], ...]
    marks: tuple[tuple[Any, ...], ...]
    spec_marks: tuple[tuple[Any, ...], ...]
    entries: tuple[tuple[Any, ...], ...]
    baseline: str
    gone: tuple[str, ...]
    tied: tuple[tuple[Any, ...], ...]

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to say of this content, whatever it is compared with."""
        return not (self.hits or self.marks or self.entries)


@value
class Known:
    """A state. ``over`` (path → ``mode oid``, empty: gone) is what differs from the tree ``base``; ``site`` is where
    the parsers lie. ``sources`` are the files of the specs.

    ``fixed`` are paths of which nothing may differ for the comparison with a recompile to hold: files, and folders
    with all below them. ``stubs`` are files in such folders that somebody else writes. ``packages`` are folders in
    which a file may be left over from a compile. ``named`` are files and folders whose content rules may see though no
    language tells them; ``everything``: all may matter. ``attributes`` are the texts of ``.gitattributes``.
    """

    stamp: str
    base: str
    site: str
    over: dict[str, str]
    specs: tuple[Spec, ...]
    sources: tuple[str, ...]
    fixed: tuple[str, ...]
    stubs: tuple[str, ...]
    packages: tuple[str, ...]
    named: tuple[str, ...]
    everything: bool
    pathspecs: tuple[str, ...]
    attributes: dict[str, bytes]

    @property
    def quiet(self) -> bool:
        """Whether no spec has anything to be compared with another state."""
        return all(one.quiet for one in self.specs)

    def matters(self, path: str) -> bool:
        """Whether a verdict can hang on the content of a file."""
        return (
            bool(self.everything or is_odd(path) or language_of(path)) or self.is_fixed(path) or _in(path, self.named)
        )

    def is_fixed(self, path: str) -> bool:
        """Whether a file is of what a compile made, or is made from."""
        return path not in self.stubs and _in(path, self.fixed)

    def is_plain(self, path: str) -> bool:
        """Whether a file is code, and nothing else, so that rules can say all that there is to say of its content."""
        name = path.rpartition("/")[2]
        return bool(language_of(path)) and name not in CONFIGURATION and not is_odd(path) and not self.is_fixed(path)

    def differing(self, over: dict[str, str]) -> list[str]:
        """The paths that matter and have another content in the tree that ``over`` tells."""
        paths = over.keys() | self.over.keys()
        return sorted(path for path in paths if over.get(path) != self.over.get(path) and self.matters(path))


def tied(world: World) -> tuple[tuple[Any, ...], ...]:
    """Which declaration each node is tied to, by its name, and how."""
    return tuple(
        [
            (node, one.how, one.file, symbol.id if (symbol := world.symbol(one)) else "", one.calls)
            for node, one in sorted(world.bound.items())
        ]
    )


def is_odd(path: str) -> bool:
    """Whether a file may be a spec, or of the kind that decides what is judged."""
    if path.endswith(".yaml") and "spec/" in path:
        return True
    return path.endswith(("factory.yaml", ATTRIBUTES)) or ".factory/" in path


def _in(path: str, places: Iterable[str]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in places)


def path_in(common_dir: str) -> str:
    """Where the states of a repository lie."""
    return f"{common_dir}/factory/gate.code"


def read(path: str) -> list[Known]:
    """The states, the latest first; none when the file is missing or not what was written."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (pathlib costs as much as Git's answer)
            data = file.read()
        head, crc, body = data[: len(HEAD)], data[len(HEAD) : len(HEAD) + 4], data[len(HEAD) + 4 :]
        if head != HEAD or crc != zlib.crc32(body).to_bytes(4, "big"):
            return []
        return [_made(row) for row in marshal.loads(body)]  # noqa: S302 (our own bytes: the checksum says so)
    except (OSError, ValueError, EOFError, TypeError):
        return []


def write(path: str, states: Iterable[Known]) -> None:
    """Keep ``states``, the first ones where they are too many, each content once."""
    seen: dict[Any, Known] = {}
    for one in states:
        seen.setdefault((one.stamp, one.base, tuple(sorted(one.over.items()))), one)
    rows = [
        tuple(tuple([content(spec) for spec in part]) if name == "specs" else part for name, part in _parts(one))
        for one in list(seen.values())[:KEPT]
    ]
    body = marshal.dumps(rows, 2)  # version 2 reads alike in every Python that shares the repository
    memory.keep(path, HEAD + zlib.crc32(body).to_bytes(4, "big") + body)


def _parts(one: Known) -> Iterable[tuple[str, Any]]:
    return zip(Known.__slots__, content(one), strict=True)  # type: ignore[attr-defined]


def _made(row: tuple[Any, ...]) -> Known:
    names: tuple[str, ...] = Known.__slots__  # type: ignore[attr-defined]
    given = dict(zip(names, row, strict=True))
    slots: tuple[str, ...] = Spec.__slots__  # type: ignore[attr-defined]
    given["specs"] = tuple([Spec(**dict(zip(slots, one, strict=True))) for one in given["specs"]])
    return Known(**given)
