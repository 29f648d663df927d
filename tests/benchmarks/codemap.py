"""The code map over whole source trees, beside universal-ctags and ast-grep in the same run; a table in Markdown.

``python tests/benchmarks/codemap.py FOLDER…`` copies each folder's files into a repository of its own first. ``ctags``
and ``ast-grep`` are measured where they are on PATH. Each figure is the best of a few: what else the machine does
only adds.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from factory_git.app.map import open_map
from factory_git.codemap import extract, workers
from factory_git.codemap.build import CACHE, Which
from factory_git.codemap.languages.registry import MODULES, language_of
from factory_git.gitio.locate import locate

TIMES = 5


def seconds(action: Callable[[], object], times: int = 1) -> float:
    """The best wall time of an action."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - start)
    return best


def run(args: list[str], cwd: Path) -> None:
    """A child whose output is thrown away."""
    subprocess.run(args, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def repository(source: Path, target: Path) -> Path:
    """A repository with the files of ``source`` in its index."""
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    for args in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=b", "-c", "user.email=b@b", "-c", "gc.auto=0", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *args], cwd=target, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["git", "gc", "-q"], cwd=target, check=False)
    return target


def sources(repo: Path) -> list[tuple[Path, str]]:
    """The files of the map and their languages."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=repo, check=True, capture_output=True).stdout.split(b"\0")
    named = [(repo / os.fsdecode(name), language_of(os.fsdecode(name))) for name in listed if name]
    return [(path, lang) for path, lang in named if lang in MODULES and path.is_file() and not path.is_symlink()]


def floor(files: list[tuple[Path, str]]) -> tuple[float, float]:
    """Seconds to parse all files in one process, and to extract them."""
    data = [(extract.readable(path.read_bytes()), language) for path, language in files]
    data = [(text, language) for text, language in data if len(text) <= extract.SIZE_LIMIT]
    for language in {language for _, language in data}:
        extract.extract(b"", language)
    parse = seconds(lambda: [extract.parse(text, language) and None for text, language in data])
    return parse, seconds(lambda: [extract.extract(text, language) and None for text, language in data])


def cold(repo: Path) -> float:
    """Seconds of the first question in a repository."""
    shutil.rmtree(locate(repo).factory_dir, ignore_errors=True)
    return seconds(lambda: open_map(Which(staged=True), repo))


def questions(repo: Path, files: list[tuple[Path, str]]) -> dict[str, float]:
    """Milliseconds of whole processes over a bare ``python -c pass``: the best of some."""
    the = open_map(Which(staged=True), repo)
    called = the.tree.store.db.execute(
        "SELECT name FROM word WHERE role = 'd' AND name IN (SELECT name FROM word WHERE role = 'c')"
        " AND length(name) > 6"
        " ORDER BY abs(length(blobs) - 40), name LIMIT 1"
    ).fetchone()
    name = called[0] if called else "main"
    middle = files[len(files) // 2][0].relative_to(repo).as_posix()
    me = [sys.executable, "-P", "-m", "factory_git", "map"]
    bare = seconds(lambda: run([sys.executable, "-c", "pass"], repo), TIMES)
    out = {"bare": bare * 1e3}
    for label, args in {
        "find": ["find", name, "--staged"],
        "find, worktree": ["find", name],
        "outline": ["outline", middle, "--staged"],
        "callers": ["callers", name, "--staged"],
        "importers": ["importers", middle, "--staged"],
        "impact": ["impact", name, "--staged"],
    }.items():
        out[label] = (seconds(lambda a=args: run([*me, *a], repo), TIMES) - bare) * 1e3  # type: ignore[misc]
    return out


def changed(repo: Path, files: list[tuple[Path, str]]) -> tuple[float, float]:
    """Milliseconds until one edited file is on the map: in this process, and as a whole process after ``git add``."""
    path = files[len(files) // 3][0]
    before = path.read_bytes()
    try:
        path.write_bytes(before + b"\n")
        subprocess.run(["git", "add", str(path)], cwd=repo, check=True)
        inside = seconds(lambda: open_map(Which(staged=True), repo)) * 1e3
        path.write_bytes(before + b"\n\n")
        subprocess.run(["git", "add", str(path)], cwd=repo, check=True)
        args = [sys.executable, "-P", "-m", "factory_git", "map", "find", "xyz*", "--staged"]
        return inside, seconds(lambda: run(args, repo)) * 1e3
    finally:
        path.write_bytes(before)
        subprocess.run(["git", "add", str(path)], cwd=repo, check=True)


def measure(source: Path, folder: Path) -> dict[str, str]:
    """One row of the table."""
    repo = repository(source, folder / source.name)
    files = sources(repo)
    parse, walk = floor(files)
    first = min(cold(repo) for _ in range(2))
    size = sum(p.stat().st_size for p in locate(repo).factory_dir.glob(f"{CACHE}*"))
    asked = questions(repo, files)
    warm = seconds(lambda: open_map(Which(staged=True), repo), TIMES)
    inside, outside = changed(repo, files)
    others = {}
    if shutil.which("ctags"):
        others["ctags"] = seconds(lambda: run(["ctags", "-R", "-f", "-", "."], repo), 2)
    if shutil.which("ast-grep"):
        others["ast-grep outline"] = seconds(lambda: run(["ast-grep", "outline", "."], repo), 2)
    row = {
        "tree": source.name,
        "files": str(len(files)),
        "MB": f"{sum(p.stat().st_size for p, _ in files) / 1e6:.1f}",
        "parse s": f"{parse:.2f}",
        "extract / parse": f"{walk / parse:.2f}",
        "cold s": f"{first:.2f}",
        "cache MB": f"{size / 1e6:.1f}",
        "warm ms": f"{warm * 1e3:.1f}",
        "1 changed ms": f"{inside:.0f} ({outside:.0f} whole)",
    }
    row |= {f"{name} ms": f"{value:.0f}" for name, value in asked.items()}
    row |= {f"{name} s": f"{value:.2f}" for name, value in others.items()}
    return row


def main() -> int:
    """Measure every folder that is named and print the table, one tree a column."""
    if not sys.argv[1:]:
        print(__doc__)
        return 2
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:]:
            rows.append(measure(Path(name).resolve(), Path(folder)))
            print(f"{name}: done", file=sys.stderr)
    print(f"processes for a cold build: {min(os.cpu_count() or 1, 8)} from {workers.MANY} files on")
    for label in rows[0]:
        print("| " + " | ".join([label, *(row.get(label, "") for row in rows)]) + " |")
        if label == "tree":
            print("|" + "---|" * (len(rows) + 1))
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"peak memory of a process, this one included: {peak / 1024:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
