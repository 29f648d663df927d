"""The digest of all that decides the bytes of an application: ``python -m tests.compiler.epoch --update``."""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

import factory_git

ROOT = Path(factory_git.__file__).parent
VERSION = ROOT / "compiler" / "version.py"
FOLDERS = ("compiler", "skills")
_LINE = re.compile(r'^EPOCH = "([0-9a-f]*)"$', re.MULTILINE)


def current() -> str:
    """The digest of the sources as they are; ``version.py`` itself counts without its number."""
    digest = hashlib.sha256()
    paths = [p for folder in FOLDERS for p in (ROOT / folder).rglob("*") if p.suffix in (".py", ".css") and p.is_file()]
    for path in sorted(paths, key=lambda p: p.relative_to(ROOT).as_posix()):
        content = (
            _LINE.sub("", path.read_text(encoding="utf-8")) if path == VERSION else path.read_text(encoding="utf-8")
        )
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0{len(content)}\0{content}".encode())
    return digest.hexdigest()[:16]


def update() -> bool:
    """Write the digest down; whether it changed."""
    text = VERSION.read_text(encoding="utf-8")
    new = _LINE.sub(f'EPOCH = "{current()}"', text)
    VERSION.write_text(new, encoding="utf-8")
    return new != text


if __name__ == "__main__" and "--update" in sys.argv:
    update()
