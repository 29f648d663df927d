"""``diff``: what changed in meaning, from one tree to another, spec by spec."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from factory_git.app.revisions import HEAD, Side, pairs, sides
from factory_git.core.errors import NotFound, Place, Problem, UsageError
from factory_git.gitio import renames
from factory_git.gitio.locate import Location
from factory_git.gitio.trees import INDEX, WORKTREE
from factory_git.growth.compare import compare
from factory_git.growth.mutation import Diff
from factory_git.growth.report import version
from factory_git.growth.report.told import APPROVED_FROM, CHANGED, GONE, NEW, SAME, Told
from factory_git.growth.table import RISKS
from factory_git.spec.graph import build
from factory_git.spec.names import suggest
from factory_git.spec.renames import undeclared


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is compared: ``base`` and ``head`` are ``index``, ``worktree`` or revisions.

    ``parted``: compare with the commit where both parted instead of ``base``. ``specs`` narrow: files and folders from
    the top of the repository, or ids of applications; none: all.
    """

    base: str = HEAD
    head: str = WORKTREE
    parted: bool = False
    specs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One spec in both trees; ``old`` is None for a new one, ``new`` for one that is gone."""

    diff: Diff
    old: Side | None
    new: Side | None
    problems: tuple[Problem, ...] = ()

    @property
    def state(self) -> str:
        """``changed``, ``unchanged`` (in meaning), ``new`` or ``removed``."""
        if self.old is None:
            return NEW
        if self.new is None:
            return GONE
        return CHANGED if self.diff.mutations or self.problems else SAME

    @property
    def reworded(self) -> bool:
        """Whether files differ and the meaning does not."""
        if self.old is None or self.new is None:
            return False
        return self.state == SAME and list(self.old.files.values()) != list(self.new.files.values())

    def told(self, least: str = "none", approved: frozenset[str] = frozenset()) -> Told:
        """What the formats tell; mutations below the risk ``least`` are counted only, ``approved`` need nobody more."""
        side = self.new or self.old
        assert side is not None
        return Told(
            diff=self.diff,
            state=self.state,
            root=side.root,
            old=self.old.label if self.old else "",
            new=self.new.label if self.new else "",
            place=_version_place(self.new),
            problems=self.problems,
            least=least,
            approved=approved,
        )


def run(location: Location, options: Options) -> list[Result]:
    """Compare every spec of two trees that ``options`` ask for, by root.

    Both versions must be valid: raises :class:`SpecError` that names the side, and :class:`UsageError` for revisions
    that are not there or have nothing in common, :class:`NotFound` for a spec that neither tree has.
    """
    base, head = options.base, options.head
    if location.worktree is None and not {base, head}.isdisjoint((INDEX, WORKTREE)):
        message = "a bare repository has neither index nor working tree"
        raise UsageError(message, code="usage/bare", hint="name two revisions: git factory diff main~1 main")
    label = ""
    if options.parted:
        base, label = _parted(location, base, head)
    old = sides(location, base, label=label, also=options.specs)
    new = sides(location, head, also=options.specs)
    return [_compare(before, after) for before, after in _asked(pairs(old, new), options.specs)]


def exit_code(results: Sequence[Result]) -> int:
    """The verdict: 0 nothing to approve, 1 approval needed or a problem, 4 forbidden by identity."""
    risks = [each.told().risk for each in results]
    if "forbidden" in risks:
        return 4
    errors = any(problem.severity == "error" for each in results for problem in each.problems)
    return 1 if errors or any(RISKS.index(risk) >= APPROVED_FROM for risk in risks) else 0


def _parted(location: Location, base: str, head: str) -> tuple[str, str]:
    end = head if head not in (INDEX, WORKTREE) else HEAD
    commit = renames.merge_base(location, base, end)
    if commit == renames.commit_id(location, base):
        return commit, base
    return commit, f"{commit[:12]}, where {base} and {end} part"


def _compare(old: Side | None, new: Side | None) -> Result:
    if old is None or new is None:
        side = old or new
        assert side is not None
        spec = side.checked() if new is not None else side.spec
        digest = build(spec).digest if spec is not None else ""
        app = {"id": side.name, "title": spec.title if spec else ""}
        app |= {"from" if new is None else "to": spec.version if spec else ""}
        diff = Diff(base=digest if new is None else "", head="" if new is None else digest, mutations=(), app=app)
        return Result(diff=diff, old=old, new=new)
    if old.files == new.files and old.root == new.root and old.spec is not None:
        return Result(diff=_same(old), old=old, new=new)
    before, after = old.checked(), new.checked()
    diff = compare(before, after)
    problem = version.problem(diff, _version_place(new))
    # What may have been renamed is told as gone and as new, which is as grave as it gets: a person knows which it was.
    asked = [replace(one, severity="warning") for one in undeclared(build(before), build(after))]
    return Result(diff=diff, old=old, new=new, problems=(*((problem,) if problem else ()), *asked))


def _same(side: Side) -> Diff:
    spec = side.spec
    assert spec is not None
    digest = build(spec).digest
    app = {"id": spec.id, "title": spec.title, "from": spec.version, "to": spec.version}
    return Diff(base=digest, head=digest, mutations=(), app=app)


def _version_place(side: Side | None) -> Place | None:
    spec = side.spec if side is not None else None
    return next((place for path, place in spec.places.items() if path == "app"), None) if spec else None


def _asked(
    found: Sequence[tuple[Side | None, Side | None]], specs: Sequence[str]
) -> Iterator[tuple[Side | None, Side | None]]:
    """The pairs that are asked for. Raises :class:`NotFound` for a word that names none."""
    named: set[str] = set()
    for pair in found:
        words = [word for word in specs if any(_names(word, side) for side in pair if side is not None)]
        named.update(words)
        if words or not specs:
            yield pair
    for word in specs:
        if word not in named:
            ids = [side.name for pair in found for side in pair if side is not None]
            message = f"neither side has a spec {word!r}"
            raise NotFound(message, code="spec/none", hint=suggest(word, ids), details={"spec": word})


def _names(word: str, side: Side) -> bool:
    """Whether a file, a folder (of the spec, around it, or its ``spec/``) or an id means this spec."""
    if word in (side.name, side.root):
        return True
    return any(path == word or path.startswith(f"{word}/") for path in side.files) or not word
