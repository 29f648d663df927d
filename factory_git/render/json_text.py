"""``json``: the picture's items, arrows and groups as data, for programs that draw on their own."""

from __future__ import annotations

import json
from dataclasses import asdict

from factory_git.render.picture import Picture


def write(picture: Picture) -> str:
    """One object: mode, title, layout, items, arrows, groups."""
    return json.dumps(asdict(picture), ensure_ascii=False, indent=2)
