"""One call: who is asked for what, with what. Lean."""

from __future__ import annotations

from factory_git.drift.flow.op import NOTHING, dotted
from factory_git.drift.flow.words import snake

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.flow.op import Op
    from factory_git.drift.flow.run import Run


class Call:
    """One call: ``label`` is its name in small words, ``chain`` what it is asked of, as names."""

    __slots__ = ("chain", "label", "op", "receiver", "values")

    def __init__(self, run: Run, op: Op) -> None:
        self.op = op
        self.receiver = run.value(op.parts[0])
        self.chain = dotted(op.parts[0])
        self.values = [run.handed(one) for one in op.parts[1:]]
        self.label = snake(op.name) if op.name else ""

    @property
    def full(self) -> str:
        """What is called, as written."""
        if self.chain:
            return f"{self.chain}.{self.op.name}"
        return self.op.name if self.op.parts[0] is NOTHING else f"().{self.op.name}"

    def said(self, language: str) -> str:
        """What is called, for people."""
        head, dot, rest = self.full.partition(".")
        if dot and language == "rust":
            return (
                f"{head}::{rest.replace('.', '::') if self.op.kind == 'macro' else rest}"
                if _is_path(head)
                else self.full
            )
        return spoken(self.full, language)


def spoken(chain: str, language: str) -> str:
    """A chain of names as the language writes it."""
    head, dot, rest = chain.partition(".")
    if not dot or language != "php":
        return chain
    rest = rest.replace(".", "->")
    return (
        f"{head}::{rest}" if head[:1].isupper() else f"{head if head[0] in '$(' or '(' in head else '$' + head}->{rest}"
    )


def _is_path(head: str) -> bool:
    return head[:1].isupper() or head in ("tracing", "log", "slog", "web", "axum")
