"""The compiler's own version: what the stamp of every file says and what decides whether a file is up to date.

``EPOCH`` is the digest of everything that decides the bytes of an application: the sources below ``compiler/`` and
``skills/``. It is written down, not computed, so that the gate pays nothing for it; a test computes it and fails where
it is not what stands here (``python -m tests.compiler.epoch --update`` writes it).
"""

from __future__ import annotations

from factory_git._version import __version__

EPOCH = "36a311eef19270f1"
COMPILER = f"{__version__}+{EPOCH[:8]}"
