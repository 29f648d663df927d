"""The environment a foreign program gets: an allow-list, never the caller's whole environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

# What a program needs to find its tools, its home, the user's language and the network. No name of Git's own is here:
# a child that inherits GIT_DIR or GIT_INDEX_FILE works on the caller's repository instead of its folder. No secret is
# here either: keys are passed on by name (`git config --add factory.agentEnv NAME`).
BASE = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "TMPDIR",
    "TZ",
    "XDG_*",
    "VIRTUAL_ENV",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "SYSTEMROOT",
)


def allowed(extra: Iterable[str] = (), source: Mapping[str, str] | None = None, **values: str) -> dict[str, str]:
    """The variables of ``source`` (default: this process) that the allow-list or ``extra`` names, and ``values``.

    Patterns are shell patterns (``LC_*``). The folder of the running interpreter is put at the end of ``PATH``, so that
    the tools of an environment that is not activated are found, and the user's own win.
    """
    patterns = (*BASE, *extra)
    given = os.environ if source is None else source
    env = {name: value for name, value in given.items() if any(fnmatchcase(name, p) for p in patterns)}
    here = str(Path(sys.executable).parent)
    paths = env.get("PATH", os.defpath).split(os.pathsep)
    if here not in paths:
        paths.append(here)
    env["PATH"] = os.pathsep.join(paths)
    env.update(values)
    return env
