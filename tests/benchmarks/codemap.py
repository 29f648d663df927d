"""The code map over whole source trees, beside universal-ctags and ast-grep in the same run; a table in Markdown.

``python tests/benchmarks/codemap.py FOLDER…`` copies each folder's files into a repository of its own first. ``ctags``
and ``ast-grep`` are measured where they are on PATH. Each figure is the best of a few: what else the machine does
only adds. Questions are whole processes of the installed command; a bare ``python -c pass`` stands in the table and is
part of each of them.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from factory_git.app.map import open_map
from factory_git.codemap import extract, walk, workers
from factory_git.codemap.build import CACHE, Which
from factory_git.codemap.languages.registry import MODULES, language_of
from factory_git.codemap.lookup import find
from factory_git.gitio.locate import locate

TIMES = 5


def cpu(action: Callable[[], object], times: int = 1) -> float:
    """The best processor time of an action in this process, in seconds: what else runs here adds little to it."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        action()
        best = min(best, time.process_time() - start)
    return best


def process(args: list[str], cwd: Path, times: int = 1) -> tuple[float, float, float]:
    """Wall and processor seconds and peak megabytes of a process and what it starts: the best of some."""
    best = [float("inf")] * 3
    for _ in range(times):
        start = time.perf_counter()
        with subprocess.Popen(args, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            _, _, used = os.wait4(child.pid, 0)
            child.returncode = 0
        now = (time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
        best = [min(pair) for pair in zip(best, now, strict=True)]
    return best[0], best[1], best[2]


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


def floor(files: list[tuple[Path, str]]) -> tuple[float, float, float]:
    """Seconds to parse all files in one process, to extract them, and to extract them without what is in functions."""
    data = [(extract.readable(path.read_bytes()), language) for path, language in files]
    data = [(text, language) for text, language in data if len(text) <= extract.SIZE_LIMIT]
    for language in {language for _, language in data}:
        extract.extract(b"", language)
    gc.disable()  # as in the processes of a cold build
    parse = cpu(lambda: [extract.parse(text, language) and None for text, language in data], 2)
    whole = cpu(lambda: [extract.extract(text, language) and None for text, language in data], 2)
    true = walk.Walk.inside
    walk.Walk.inside = lambda self, symbol, node: (  # type: ignore[method-assign]
        true(self, symbol, node) if symbol.kind in walk.TYPES else None
    )
    outside = cpu(lambda: [extract.extract(text, language) and None for text, language in data], 2)
    walk.Walk.inside = true  # type: ignore[method-assign]
    gc.enable()
    return parse, whole, outside


def command(*args: str) -> list[str]:
    """``git factory map ARGS`` as it is installed."""
    return [str(Path(sys.executable).with_name("git-factory")), "map", *args]


def cold(repo: Path, name: str) -> tuple[float, float, float]:
    """Wall and processor seconds and peak megabytes of the first question in a repository, as a whole process."""
    shutil.rmtree(locate(repo).factory_dir, ignore_errors=True)
    return process(command("find", name, "--staged"), repo)


def names(repo: Path) -> tuple[str, str]:
    """A name that is called from some dozens of files, and the one that is called from most."""
    the = open_map(Which(staged=True), repo)
    query = (
        "SELECT name FROM word WHERE role = 'd' AND name IN (SELECT name FROM word WHERE role = 'c')"
        " AND length(name) > 3 AND name != 'super'"
    )
    dozens = the.tree.store.db.execute(f"{query} ORDER BY abs(length(blobs) - 40), name LIMIT 1").fetchone()
    most = the.tree.store.db.execute(
        f"{query} ORDER BY (SELECT length(c.blobs) FROM word c WHERE c.role = 'c' AND c.name = word.name) DESC LIMIT 9"
    ).fetchall()
    callable_ = [
        name for (name,) in most if any(one.symbol.kind in ("function", "method") for one in find(the.tree, name))
    ]
    return dozens[0] if dozens else "main", callable_[0] if callable_ else "main"


def questions(repo: Path, files: list[tuple[Path, str]], name: str, most: str) -> dict[str, str]:
    """Milliseconds of whole processes, wall and processor: the best of some."""
    middle = files[len(files) // 2][0].relative_to(repo).as_posix()
    out = {"bare python": both(process([sys.executable, "-c", "pass"], repo, TIMES))}
    for label, args in {
        "find": ["find", name, "--staged"],
        "find --json": ["find", name, "--staged", "--json"],
        "find, worktree": ["find", name],
        "find --at HEAD": ["find", name, "--at", "HEAD"],
        "outline": ["outline", middle, "--staged"],
        "imports": ["imports", middle, "--staged"],
        "importers": ["importers", middle, "--staged"],
        "callers": ["callers", name, "--staged"],
        "impact": ["impact", name, "--staged"],
        "callers, everyday name": ["callers", most, "--staged"],
        "impact, everyday name": ["impact", most, "--staged"],
    }.items():
        out[label] = both(process(command(*args), repo, 2 if "everyday" in label else TIMES))
    return out


def both(used: tuple[float, float, float]) -> str:
    """Wall and processor milliseconds."""
    return f"{used[0] * 1e3:.0f} / {used[1] * 1e3:.0f}"


def changed(repo: Path, files: list[tuple[Path, str]], name: str) -> tuple[str, str]:
    """Milliseconds of a whole process that finds one file changed: after ``git add``, and in the worktree."""
    path = sorted(files, key=lambda f: f[0].stat().st_size)[len(files) // 2][0]
    before, best = path.read_bytes(), [(float("inf"),) * 3] * 2
    try:
        for turn in range(TIMES):
            for place, args in enumerate((["--staged"], [])):
                path.write_bytes(before + b"\n" * (2 * turn + place + 1))
                if args:
                    subprocess.run(["git", "add", str(path)], cwd=repo, check=True)
                used = process(command("find", name, *args), repo)
                best[place] = (min(best[place][0], used[0]), min(best[place][1], used[1]), 0)
    finally:
        path.write_bytes(before)
        subprocess.run(["git", "add", str(path)], cwd=repo, check=True)
    return both(best[0]), both(best[1])


def measure(source: Path, folder: Path) -> dict[str, str]:
    """One row of the table."""
    repo = repository(source, folder / source.name)
    files = sources(repo)
    cold(repo, "main")
    name, most = names(repo)
    turns: list[tuple[float, ...]] = []
    outline = ["ast-grep", "outline", "."]
    for _ in range(2):  # one after the other, so that both have the same machine
        other = process(outline, repo) if shutil.which("ast-grep") else (0.0,) * 3
        turns.append((*cold(repo, name), *other))
    wall, used, memory, their_wall, theirs, _ = (min(turn[i] for turn in turns) for i in range(6))
    size = sum(p.stat().st_size for p in locate(repo).factory_dir.glob(f"{CACHE}*"))
    asked = questions(repo, files, name, most)
    staged, worktree = changed(repo, files, name)
    parse, whole, outside = floor(files)
    source_size = sum(p.stat().st_size for p, _ in files)
    row = {
        "tree": source.name,
        "files": str(len(files)),
        "MB": f"{source_size / 1e6:.1f}",
        "parse, CPU s": f"{parse:.2f}",
        "extract / parse": f"{whole / parse:.2f}",
        "without bodies / parse": f"{outside / parse:.2f}",
        "cold, wall / CPU s": f"{wall:.2f} / {used:.2f}",
        "cold, MB of memory": f"{memory:.0f}",
        "cache MB": f"{size / 1e6:.1f}",
        "cache / source": f"{size / source_size:.2f}",
    }
    if theirs:
        row |= {
            "ast-grep outline, wall / CPU s": f"{their_wall:.2f} / {theirs:.2f}",
            "cold / ast-grep, wall, CPU": f"{wall / their_wall:.2f}, {used / theirs:.2f}",
        }
    if shutil.which("ctags"):
        row["ctags, CPU s"] = f"{process(['ctags', '-R', '-f', '-', '.'], repo)[1]:.2f}"
    row |= {"1 changed, staged": staged, "1 changed, worktree": worktree}
    return row | asked | {"names": f"{name}, {most}"}


def main() -> int:
    """Measure every folder that is named, each in a process of its own, and print the table, one tree a column."""
    if sys.argv[1:2] == ["--one"]:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(Path(sys.argv[2]).resolve(), Path(folder))))
        return 0
    if not sys.argv[1:]:
        print(__doc__)
        return 2
    rows = []
    for name in sys.argv[1:]:
        args = [sys.executable, __file__, "--one", name]
        rows.append(json.loads(subprocess.run(args, check=True, capture_output=True, text=True).stdout))
        print(f"{name}: done", file=sys.stderr)
    cores = min(os.cpu_count() or 1, 8)
    print(f"processes for a cold build: {cores} from {workers.MANY} files on; questions in ms, wall / CPU")
    for label in rows[0]:
        print("| " + " | ".join([label, *(row.get(label, "") for row in rows)]) + " |")
        if label == "tree":
            print("|" + "---|" * (len(rows) + 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
