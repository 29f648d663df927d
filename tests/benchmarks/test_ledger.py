"""The ledger's benchmark runs, and every figure is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_figure_is_there(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "tests.benchmarks.ledger", "--sizes", "10,200", "--writers", "1,2", "--quick"]
    call += ["--keep", str(tmp_path / "keep"), "--json", str(tmp_path / "figures")]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    found = json.loads((tmp_path / "figures").read_bytes())
    for table in ("by 1", "by 100"):
        assert {size: min(row.values()) > 0 for size, row in found[table].items()} == {"10": True, "200": True}
    small, large = found["work"].values()
    assert small.keys() == large.keys()
    for work in (small, large):
        assert all(value > 0 for value in work.pop("disk").values())
        assert all(row["seconds"] > 0 and row["mb"] > 5 for row in work.values())
        for name in (
            "show",
            "list, all",
            "tree --json up, deep",
            "state",
            "verify, new",
            "sync, receive new",
            "clone of the ref",
        ):
            assert work[name]["plain_seconds"] > 0, name
        assert {"search, phrase", "index rebuild", "show, new caught up", "maintenance"} <= work.keys()
    for count, row in found["together"].items():
        assert (row["records"], row["lost"], row["failed"]) == (320 // 20 // int(count) * int(count), 0, 0)
    # What the tables show is what was built: it is found again, unchanged.
    assert len(list((tmp_path / "keep").glob("200-*/plain/*.json"))) == 200
    assert "### Whole processes at 200 records" in done.stdout
