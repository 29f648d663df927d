"""A finding: one place where the code does not say what its spec says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from factory_git.core.errors import Place
from factory_git.drift.hit import Fix, Hit

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding: ``code`` (``GF502``), what is wrong, where, the spec path it is about and the way out.

    ``place.file`` is relative to the top of the repository. ``spec`` is the spec's own place; ``detail`` are further
    lines for people (the first differing lines). ``root`` is the folder of the spec that it belongs to. ``symbol`` is
    the declaration it is in, ``about`` tells several findings of one node and declaration apart, ``confidence`` is
    ``high`` or ``low``, ``fixes`` are the ways to mend it by machine, ``group`` names a cause that it shares with
    others. ``bound`` says that a rule made it, of code that somebody wrote; the others come of the comparison with what
    the spec compiles to.
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
    symbol: str = ""
    about: str = ""
    confidence: str = "high"
    fixes: tuple[Fix, ...] = ()
    group: str = ""
    bound: bool = False

    @property
    def key(self) -> Key:
        """What stays the same of a finding when lines move: code, spec path, file, declaration, and what about it."""
        return (self.code, self.path, self.place.file, self.symbol, self.about)

    @property
    def fingerprint(self) -> str:
        """The key as 32 hexadecimal digits, for the tools that follow a finding from one report to the next."""
        # Two compiled files of one node differ in nothing else but their words.
        told = self.key if self.bound else (*self.key, self.message)
        return hashlib.sha256("\0".join(told).encode(errors="surrogatepass")).hexdigest()[:32]

    def as_json(self) -> dict[str, Any]:
        """The finding as a JSON object; keys that hold nothing are left out."""
        out: dict[str, Any] = {
            "code": self.code,
            "severity": self.severity,
            "confidence": self.confidence,
            "message": self.message,
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "fingerprint": self.fingerprint,
        }
        for name in ("path", "symbol", "about", "hint", "root"):
            if value := getattr(self, name):
                out[name] = value
        if self.spec:
            out["spec"] = {"file": self.spec.file, "line": self.spec.line, "column": self.spec.column}
        if self.detail:
            out["detail"] = list(self.detail)
        if self.fixes:
            out["fixes"] = [_fix(one) for one in self.fixes]
        return out


def of_hit(hit: Hit, root: str, nodes: Mapping[str, tuple[str, int]]) -> Finding:
    """What a rule said, as a finding. ``nodes`` has the file and line of each spec path (``World.nodes``)."""
    file, line = nodes.get(hit.node, ("", 0))
    return Finding(
        code=hit.code,
        message=hit.message,
        place=Place(file=hit.file, line=hit.line, column=hit.column),
        severity="warning" if hit.confidence == "low" else hit.severity,
        path=hit.node,
        hint=hit.hint,
        spec=Place(file=file, line=line) if file else None,
        detail=hit.detail,
        root=root,
        symbol=hit.symbol,
        about=hit.about,
        confidence=hit.confidence,
        fixes=hit.fixes,
        group=hit.group,
        bound=True,
    )


def order(finding: Finding) -> tuple[str, int, int, str, str]:
    """The key that findings are sorted by: where, then what."""
    return (finding.place.file, finding.place.line, finding.place.column, finding.code, finding.message)


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{"file": one.file, "start": one.start, "end": one.end, "text": one.text} for one in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}
