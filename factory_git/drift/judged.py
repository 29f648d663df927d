"""One spec under judgement, and which of its findings a change is answerable for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from factory_git.core.errors import Place
from factory_git.drift.compiled import Expected
from factory_git.drift.finding import Finding, of_hit
from factory_git.drift.hit import Hit

if TYPE_CHECKING:
    from factory_git.drift.bind import Ignore
    from factory_git.drift.world import World
    from factory_git.spec.model import Spec

UNREAD = "GF504"  # what rules could not look at is no pass, whatever the change touches


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One spec: its folder, the files it is read from, what it compiles to (None: it does not) and the findings.

    ``inputs`` are all files that decide what it compiles to: sources, lock, migrations. ``left`` are files that an
    older compile left behind. ``findings`` are those of the comparison with a recompile, ``hits`` those of the rules
    for bound code in ``world`` (None: the spec does not load, or binds nothing), before the suppressions (``ignores``)
    and the baseline are looked at. ``quiet``: the rules found nothing, and there is neither suppression nor baseline
    that could matter: what they say hangs on this tree alone.
    """

    root: str
    sources: tuple[str, ...]
    expected: Mapping[str, Expected] | None
    findings: tuple[Finding, ...]
    inputs: frozenset[str] = field(default_factory=frozenset)
    left: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    world: World | None = None
    ignores: tuple[Ignore, ...] = ()
    quiet: bool = True
    spec: Spec | None = None  # None where it does not load

    def told(self, hits: Iterable[Hit]) -> list[Finding]:
        """Hits as findings of this spec."""
        return [of_hit(one, self.root, self.world.nodes if self.world else {}) for one in hits]


def brought(findings: Iterable[Finding], judged: Sequence[Judged], changed: AbstractSet[str]) -> list[Finding]:
    """Those findings that a change of the paths ``changed`` can have brought."""
    by_root = {each.root: each for each in judged}
    return [one for one in findings if _touched(one, by_root.get(one.root), changed)]


def spec_first(findings: Iterable[Finding], judged: Sequence[Judged], changed: AbstractSet[str]) -> list[Finding]:
    """Findings with those of a spec that runs ahead of its code made into one warning.

    A spec is committed before the run that compiles it. Where a change touches a spec's sources and nothing that is
    compiled from it, missing and differing files are what is still to be done, not an edit by hand.
    """
    ahead = {each.root: each for each in judged if _ahead(each, changed)}
    out, behind = [], set()
    for one in findings:
        if one.root in ahead and one.code in ("GF402", "GF501", "GF502", "GF503"):
            behind.add(one.root)
        else:
            out.append(one)
    return out + [_behind(root, min(changed & set(ahead[root].sources))) for root in sorted(behind)]


def below(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or lies in it; everything lies in the top folder."""
    return folder in ("", ".") or path == folder or path.startswith(f"{folder}/")


def _touched(finding: Finding, judged: Judged | None, changed: AbstractSet[str]) -> bool:
    if finding.place.file in changed or finding.code == UNREAD:
        return True
    if judged is None or judged.expected is None:  # what it compiles to is not known: any file below may be one
        return any(below(path, finding.root) for path in changed)
    return not changed.isdisjoint(judged.inputs)


def _behind(root: str, source: str) -> Finding:
    words = "the spec changed and its code did not yet"
    hint = "run `git factory run` once this is committed"
    return Finding(code="GF601", severity="warning", message=words, place=Place(file=source), hint=hint, root=root)


def _ahead(judged: Judged, changed: AbstractSet[str]) -> bool:
    if judged.expected is None or changed.isdisjoint(judged.sources):
        return False
    compiled = {path for path, want in judged.expected.items() if want.content is not None}
    return changed.isdisjoint(compiled | set(judged.left) | (judged.inputs - set(judged.sources)))
