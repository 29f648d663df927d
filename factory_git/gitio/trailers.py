"""``git interpret-trailers``: where Git sees trailers in a message, and where it puts new ones.

The child runs outside of any repository and configuration: a user's ``trailer.*`` settings would add trailers of their
own, and move ours. Only the comment character counts, which tells the message from Git's own remarks.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from factory_git.core.trailers import Trailer
from factory_git.gitio.child import git

_NOWHERE = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_COUNT": "0"}
_ENCODING = "utf-8"


def parse(message: bytes, comment: str = "#") -> list[Trailer]:
    """The trailers of a message, comments and everything below the scissors left out."""
    out = _ask(comment, "--only-trailers", "--only-input", "--unfold", stdin=message)
    found = []
    for line in text(out).splitlines():
        key, colon, value = line.partition(":")
        if colon:
            found.append(Trailer(key=key.strip(), value=value.strip()))
    return found


def add(message: bytes, trailers: Sequence[Trailer], comment: str = "#") -> bytes:
    """The message with these trailers at the end of its own ones, above comments and scissors; none twice."""
    if not trailers:
        return message
    if message and not message.endswith(b"\n"):
        message += b"\n"  # Git would go on in the paragraph
    asked = [part for one in trailers for part in ("--trailer", f"{one.key}: {one.value}")]
    out = _ask(comment, "--where=end", "--if-exists=addIfDifferent", "--if-missing=add", *asked, stdin=message)
    if message.split(b"\n", 1)[0].endswith(b"\r"):  # an editor that ends lines as on Windows
        new = {f"{one.key}: {one.value}".encode() for one in trailers}
        out = b"\n".join(line + b"\r" if line in new else line for line in out.split(b"\n"))
    return out


def text(data: bytes) -> str:
    """Bytes of a message as text; what is not UTF-8 survives a round trip."""
    return data.decode(_ENCODING, "surrogateescape")


def _ask(comment: str, *args: str, stdin: bytes) -> bytes:
    # No repository at all: the user's settings of this one must not count either.
    env = {**_NOWHERE, "GIT_DIR": os.path.join(os.devnull, "none")}  # noqa: PTH118 (a path that leads nowhere)
    # In a commit message `---` divides nothing.
    return git(
        "-c",
        f"core.commentChar={comment}",
        "interpret-trailers",
        "--no-divider",
        *args,
        cwd=os.sep,
        stdin=stdin,
        env=env,
    )
