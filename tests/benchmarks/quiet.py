"""How much the gate says about an application that is released again and again: prints a table and the findings.

    python -m tests.benchmarks.quiet CLONE OLDEST TAG… [--json FILE]
    python -m tests.benchmarks.quiet templates

Works in a copy that shares the clone's objects; the clone itself is only read. ``git factory adopt`` is run on the
oldest release and committed. Each further release is one commit on top that holds the release's files and the spec as
it was: the team changed its code and forgot its spec. ``git factory check --base HEAD~1`` judges it. Then the release
is accepted in a commit of its own: ``adopt`` again (new tables come into the spec, bindings follow moved files),
and what is left of the release's findings goes into the baseline (``check --write-baseline``). Bindings whose code went
for good cannot be in a baseline; they stay open, and no later release is told of them. So every release is judged by
itself. Lines are what ``--format concise`` prints: it tells bindings that broke together in one.

``templates`` compiles the three templates, each in a repository of its own, and counts what ``check --all`` finds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from factory_git.compiler.compile import compile_spec
from factory_git.core.resources import folder
from factory_git.spec.load import load
from factory_git.spec.model import Source
from tests.compiler.support import write

FACTORY = [sys.executable, "-m", "factory_git"]
NAME = ("-c", "user.name=quiet", "-c", "user.email=quiet@example.org", "-c", f"core.hooksPath={os.devnull}")
OURS = ("factory.yaml", "spec", ".factory")


def main(argv: list[str]) -> int:
    """Judge the releases of one application."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("clone", type=Path)
    parser.add_argument("tags", nargs="*", metavar="TAG")
    parser.add_argument("--json", type=Path, help="write the findings there, one object a line")
    options = parser.parse_args(argv)
    if str(options.clone) == "templates":
        return _templates()
    with tempfile.TemporaryDirectory(prefix="quiet-") as name:
        top = Path(name) / options.clone.name
        _git(Path(name), "clone", "-q", "--shared", "--no-checkout", str(options.clone.resolve()), str(top))
        for key in NAME[1::2]:
            _git(top, "config", *key.split("="))
        rows = _releases(top, options.tags)
    if options.json:
        options.json.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows), "utf-8")
    return 0


def _templates() -> int:
    """Every template, compiled and committed; nothing may be found."""
    total = 0
    for kind in ("farmer", "immigration", "minimal"):
        with tempfile.TemporaryDirectory(prefix="quiet-") as name:
            top = Path(name)
            content = (folder("templates") / kind / "factory.yaml").read_bytes()
            (top / "factory.yaml").write_bytes(content)
            write(compile_spec(load([Source(path="factory.yaml", content=content)])), top)
            _git(top, "init", "-q")
            _git(top, "add", "--all")
            _git(top, *NAME, "commit", "-q", "-m", kind)
            result = json.loads(_factory(top, "check", "--all", "--json").stdout)
        print(f"{kind}: {len(result['findings'])} findings in {result['files']} compiled files")
        total += len(result["findings"])
    return int(total > 0)


def _releases(top: Path, tags: list[str]) -> list[dict[str, Any]]:
    """Every finding of every release, each with its ``tag``; prints while it goes."""
    _git(top, "update-ref", "--no-deref", "HEAD", f"{tags[0]}^{{commit}}")
    _release(top, tags[0])
    print(f"{top.name} {tags[0]}: {_adopt(top)}")
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    for before, tag in pairwise(tags):
        _release(top, tag)
        started = time.perf_counter()
        done = _factory(top, "check", "--base", "HEAD~1", "--json")
        took = time.perf_counter() - started
        found = json.loads(done.stdout)["findings"] if done.stdout else [{"code": "none", "message": done.stderr}]
        shown = _factory(top, "check", "--base", "HEAD~1").stdout.splitlines()
        changed = len(_git(top, "diff", "--name-only", "HEAD~1", "HEAD").splitlines())
        many = Counter(f"{one['code']}{'w' if one.get('severity') == 'warning' else ''}" for one in found)
        told = " ".join(f"{code}×{count}" for code, count in sorted(many.items()))
        print(f"\n{before} → {tag}: {changed} files, {len(found)} findings, {len(shown)} lines in {took:.1f} s  {told}")
        print("".join(f"  {one}\n" for one in shown), end="")
        rows += [{"app": top.name, "tag": tag, **one} for one in found]
        lines.append(len(shown))
        print(f"  accepted: {_adopt(top)}", flush=True)
    per = Counter(one["tag"] for one in rows)
    print(f"\n{top.name}: {len(rows)} findings in {len(tags) - 1} releases:", *(str(per[tag]) for tag in tags[1:]))
    print(f"{top.name}: {sum(lines)} lines:", *lines)
    return rows


def _release(top: Path, tag: str) -> None:
    """Commit the files of a release under the spec that stands."""
    kept = _git(top, "ls-files", "--stage", "--", *OURS)
    theirs = set(_git(top, "ls-tree", "-r", "--name-only", tag, "--", "spec").splitlines())
    lines = [one for one in kept.splitlines() if one.partition("\t")[2] not in theirs]
    _git(top, "read-tree", tag)
    lines += [f"0 {'0' * 40}\t{path}" for path in _lacking(top)]
    _git(top, "update-index", "--index-info", given="".join(f"{one}\n" for one in lines))
    tree = _git(top, "write-tree").strip()
    commit = _git(top, "commit-tree", tree, "-p", "HEAD", "-m", tag).strip()
    _git(top, "read-tree", "--reset", "HEAD")
    _git(top, "checkout", "-q", "--force", "--detach", commit)
    _git(top, "clean", "-qfdx")


def _lacking(top: Path) -> list[str]:
    """Files of the index whose content the clone does not have: mirrors leave out large ones. They are left out."""
    staged = [(one.split()[1], one.partition("\t")[2]) for one in _git(top, "ls-files", "--stage").splitlines()]
    known = _git(top, "cat-file", "--batch-check=%(objectname)", given="".join(f"{blob}\n" for blob, _ in staged))
    gone = {one.split()[0] for one in known.splitlines() if one.endswith(" missing")}
    return [path for blob, path in staged if blob in gone]


def _adopt(top: Path) -> str:
    """Bring the spec up to what the code is now, commit it, and say in a line what came of it."""
    done = _factory(top, "adopt")
    words = (done.stdout + done.stderr).strip().splitlines()
    if (top / "factory.yaml").exists() or (top / "spec").exists():
        _factory(top, "check", "--worktree", "--write-baseline")
    _git(top, "add", "--all", "--force", "--", *(one for one in OURS if (top / one).exists()))
    _git(top, "commit", "-q", "--allow-empty", "-m", "adopt")
    still = _factory(top, "check", "--all", "--json")
    open_ = len(json.loads(still.stdout)["findings"]) if still.stdout else f"unknown ({still.stderr.strip()[:200]})"
    return f"{words[0] if words else done.returncode}; {open_} open"


def _factory(top: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*FACTORY, *words], cwd=top, capture_output=True, text=True, check=False)


def _git(top: Path, *words: str, given: str | None = None) -> str:
    done = subprocess.run(["git", *words], cwd=top, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"git {' '.join(words)}: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
