"""Run one command and say on standard output what it took: seconds, those of processors and peak memory
with its children, exit code.

    python -I -S ledger_child.py FOLDER COMMAND…

Alone and small, because Linux counts into a child's peak what the process held that started it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time


def main() -> None:
    """Run it; its output goes to a file, as `grep` stops at the first match where nobody can read it."""
    folder, *command = sys.argv[1:]
    os.chdir(folder)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        files = [(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, err.fileno(), 2)]
        start = time.perf_counter()
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=files)
        _, status, usage = os.wait4(pid, 0)
        seconds = time.perf_counter() - start
        err.seek(0)
        said = err.read().decode(errors="replace")
    peak = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    took = {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "mb": peak}
    print(json.dumps({**took, "code": os.waitstatus_to_exitcode(status), "said": said[-800:]}))


if __name__ == "__main__":
    main()
