"""The pieces of a file that ``gf:`` tags give to spec nodes, compared by their text. On the commit-msg hook's path."""

from __future__ import annotations

from factory_git.drift import tags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LARGE = 1_000_000  # bytes of a file that is not read for tags
_TAGS = (b"gf:", b"Gf", b"gf(")


def touched(old: bytes, new: bytes) -> set[str]:
    """The spec paths whose pieces differ between two contents of a file (empty: it is not there)."""
    a, b = pieces(old), pieces(new)
    return {node for node in a.keys() | b.keys() if a.get(node) != b.get(node)}


def pieces(data: bytes) -> Mapping[str, list[str]]:
    """Spec path → the text of each declaration that a tag gives to it, tagged declarations inside left out."""
    if not any(sign in data for sign in _TAGS) or len(data) > LARGE:
        return {}
    lines = data.decode(errors="replace").splitlines()
    owner = [0] * (len(lines) + 1)
    blocks = list(tags.blocks(lines))
    for number, (start, _, end) in enumerate(blocks, 1):
        owner[start : end + 1] = [number] * (end + 1 - start)  # later ones start deeper
    found: dict[str, list[str]] = {}
    for number, (start, path, end) in enumerate(blocks, 1):
        text = "\n".join(lines[at - 1] for at in range(start, end + 1) if owner[at] == number).rstrip()
        found.setdefault(path, []).append(text)
    return {path: sorted(texts) for path, texts in found.items()}
