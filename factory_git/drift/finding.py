"""A finding: one place where the code does not say what its spec says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from factory_git.core.errors import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding: ``code`` (``GF502``), what is wrong, where, the spec path it is about and the way out.

    ``place.file`` is relative to the top of the repository. ``spec`` is the spec's own place; ``detail`` are further
    lines for people (the first differing lines). ``root`` is the folder of the spec that it belongs to.
    """

    code: str
    message: str
    place: Place
    severity: str = "error"
    path: str = ""
    hint: str = ""
    spec: Place | None = None
    detail: tuple[str, ...] = ()
    root: str = ""

    def as_json(self) -> dict[str, Any]:
        """The finding as a JSON object; keys that hold nothing are left out."""
        out: dict[str, Any] = {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
        }
        if self.path:
            out["path"] = self.path
        if self.hint:
            out["hint"] = self.hint
        if self.spec:
            out["spec"] = {"file": self.spec.file, "line": self.spec.line, "column": self.spec.column}
        if self.detail:
            out["detail"] = list(self.detail)
        return out


def order(finding: Finding) -> tuple[str, int, int, str, str]:
    """The key that findings are sorted by: where, then what."""
    return (finding.place.file, finding.place.line, finding.place.column, finding.code, finding.message)
