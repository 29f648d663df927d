"""One spec and the code of one tree, tied together: what every rule is given. Lean: it is on the hook's path."""

from __future__ import annotations

from factory_git.core.value import value
from factory_git.drift.hit import Hit
from factory_git.drift.skipped import Skipped, in_folders
from factory_git.drift.skipped import of as skipped_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from factory_git.codemap.model import Symbol
    from factory_git.drift.contract import Contract
    from factory_git.drift.hit import Fix
    from factory_git.drift.view import Code

CONVENTION = "convention"


@value
class Target:
    """The one declaration that a spec node is tied to.

    ``how`` is ``lock``, ``code``, ``tag`` or ``convention``, the surest first. ``index`` is the declaration's place
    among the file's symbols; -1 stands for the whole file. ``calls`` are the names that ``gf: calls a, b`` on it
    declares: calls that no parser sees.
    """

    node: str
    how: str
    file: str
    index: int
    calls: tuple[str, ...] = ()


class World:
    """A contract, the code, and which declaration each node is tied to.

    ``bound`` has the nodes with exactly one declaration; ``trouble`` those whose binding is wrong (resolved to nothing
    or to several places: the rules for bindings have said so, others leave these nodes alone). A node in neither has no
    code: whether that is a finding is for the rule of its kind to say, if ``wants`` it.
    """

    def __init__(
        self,
        contract: Contract,
        code: Code,
        bound: Mapping[str, Target],
        trouble: Mapping[str, tuple[Hit, ...]],
        skipped: Skipped | None = None,
    ) -> None:
        self.contract = contract
        self.code = code
        self.bound = bound
        self.trouble = trouble
        self.skipped = skipped or skipped_of(contract, code)
        self.compiled = frozenset(contract.compiled)
        self._own = {target.file for target in bound.values()}
        self.nodes = {path: (file, line) for path, file, line in contract.nodes}
        self.memory: dict[str, Any] = {}  # what several rules share, worked out once
        self.at: dict[tuple[str, int], list[str]] = {}
        for node, target in bound.items():
            self.at.setdefault((target.file, target.index), []).append(node)

    def wants(self, node: str, mode: str) -> bool:
        """Whether a node that has no code should have some: its mode is ``bound``, its binding not in trouble."""
        return mode == "bound" and node not in self.bound and node not in self.trouble

    def judged(self, file: str) -> bool:
        """Whether rules look at a file: a node is tied to something in it, or it is one of :meth:`files`."""
        return (file in self._own or self._inside(file)) and file not in self.compiled

    def files(self) -> Iterator[str]:
        """The files that the spec's code is looked for in, sorted: those of its folders that are neither compiled nor
        tests, vendored or generated."""
        seen: set[str] = set()
        for folder in self.contract.folders:
            seen.update(self.code.under(folder) if not self.code.tree.has(folder) else (folder,))
        return iter([path for path in sorted(seen) if path not in self.compiled and self._inside(path)])

    def _inside(self, file: str) -> bool:
        return in_folders(self.contract, file) and not self.skipped.why(file)

    def symbol(self, target: Target) -> Symbol | None:
        """The declaration; None for a whole file."""
        return self.code.symbol(target.file, target.index) if target.index >= 0 else None

    def hit(
        self,
        code: str,
        target: Target,
        message: str,
        *,
        node: str = "",
        line: int = 0,
        about: str = "",
        severity: str = "error",
        confidence: str = "high",
        hint: str = "",
        detail: tuple[str, ...] = (),
        fixes: tuple[Fix, ...] = (),
    ) -> Hit:
        """A finding at a bound declaration: a warning where only its name ties it to the spec, or confidence is low."""
        symbol = self.symbol(target)
        weak = target.how == CONVENTION or confidence == "low"
        return Hit(
            code=code,
            node=node or target.node,
            file=target.file,
            line=line or (symbol.line if symbol else 1),
            symbol=symbol.id if symbol else "",
            about=about,
            message=message,
            severity="warning" if weak else severity,
            confidence=confidence,
            hint=hint,
            detail=detail,
            fixes=fixes,
        )

    def missing(self, code: str, node: str, message: str, *, about: str = "", hint: str = "") -> Hit:
        """A finding at the spec itself: a node has no code anywhere."""
        file, line = self.nodes.get(node, ("", 0))
        return Hit(code=code, node=node, file=file, line=line, message=message, about=about, hint=hint)
