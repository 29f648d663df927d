"""Kill commands thousands of times and print what that came to: ``python -m tests.benchmarks.crash [MOST]``.

``MOST`` is how many deaths of each kind are tried in each scene (default 120; 0: every one there is).
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import IDENTITY
from tests.crash.campaign import campaign, table


def main() -> int:
    """Run it; 1 where a fault was found."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="factory-crash-") as folder:
        home = Path(folder, "home")
        home.mkdir()
        (home / ".gitconfig").write_text("[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n")
        os.environ.update(IDENTITY, HOME=str(home), GIT_CONFIG_GLOBAL=str(home / ".gitconfig"))
        rows, faults = [], []
        for scene, kind, tally in campaign(Path(folder), most):
            rows.append((scene, kind, tally))
            faults += tally.faults
            print(f"{time.monotonic() - began:7.1f} s  {scene}: {kind}", file=sys.stderr)
    print(table(rows))
    print(f"{time.monotonic() - began:.0f} s in all, {len(faults)} faults", *faults, sep="\n")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
