"""What is drafted of a spec before it is written: plain values, and the code they are taken from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from factory_git.core.ids import slug


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field; ``type`` as the spec writes it, empty for none."""

    name: str
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A type of the code. ``at`` is ``file::Name``; ``personal`` are fields that look like personal data."""

    name: str
    at: str
    path: str
    index: int
    tier: int
    fields: tuple[Field, ...] = ()
    personal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A function that a pipeline calls."""

    name: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A function that calls several in order."""

    name: str
    at: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A page; ``shows`` are names of entities."""

    name: str
    at: str
    shows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Something that was not adopted: how many, of what, why, and a few by name."""

    count: int
    what: str
    why: str
    some: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """As a JSON object."""
        return {"count": self.count, "what": self.what, "why": self.why, "some": list(self.some)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A spec to be. ``paths`` are where its code is looked for, from the spec's folder."""

    name: str
    language: str
    paths: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    panels: tuple[Panel, ...] = ()
    left: tuple[Left, ...] = field(default=())


def named(places: Iterable[tuple[str, str]], taken: Iterable[str] = ()) -> list[str]:
    """A name for each (name, file), so that no two have one id: those that clash get their folder's name before them.

    ``taken`` are ids that others have. The names depend on nothing but the places: adding one elsewhere changes none.
    """
    wanted = list(places)
    names = [name for name, _ in wanted]
    used = set(taken)
    for depth in range(1, 8):
        counts: dict[str, int] = {}
        for name in names:
            counts[slug(name)] = counts.get(slug(name), 0) + 1
        clashing = [n for n, name in enumerate(names) if counts[slug(name)] > 1 or slug(name) in used]
        if not clashing:
            return names
        for n in clashing:
            names[n] = _prefixed(*wanted[n], depth)
    return [_numbered(names, n, used) for n in range(len(names))]  # as good as never: one path, several of one name


def _numbered(names: Sequence[str], n: int, used: Collection[str]) -> str:
    """The name, with its number among those of its id where it is not the first."""
    before = sum(slug(one) == slug(names[n]) for one in names[:n]) + (slug(names[n]) in used)
    return f"{names[n]}{before + 1}" if before else names[n]


_DULL = (
    "src",
    "app",
    "lib",
    "internal",
    "models",
    "model",
    "index",
    "page",
    "main",
    "mod",
    "views",
    "controllers",
    "pages",
)


def _prefixed(name: str, file: str, depth: int) -> str:
    """The name with the nearest ``depth`` parts of its path before it; the file's own counts as the nearest."""
    *folders, last = file.split("/")
    stem = last.partition(".")[0]
    parts = [one for one in (*folders, stem) if one.isidentifier() or one.replace("-", "_").isidentifier()]
    plain = [one for one in parts if slug(one) not in (*_DULL, slug(name))]
    chosen = plain[-depth:]
    if " " in name or "_" in name or name.islower():
        return "_".join([*(slug(one) for one in chosen), name])
    return "".join(["".join(w.capitalize() for w in slug(one).split("_")) for one in chosen]) + name
