"""The program's entry. Paths with a time budget leave here before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> int:
    """Run ``git factory`` with ``sys.argv``; returns the exit code."""
    args = sys.argv[1:]
    if args == ["--version"]:
        from factory_git._version import __version__  # noqa: PLC0415

        sys.stdout.write(f"git-factory {__version__}\n")
        return 0
    if args == ["check", "--hook"]:
        from factory_git.hook import quick  # noqa: PLC0415

        if quick():
            return 0
    if args[:2] == ["hooks", "commit-msg"] and len(args) == 3:
        from factory_git.app.message_quick import called  # noqa: PLC0415

        if called(args[2]):
            return 0
    if args[:2] == ["diff-driver", "--text"] and len(args) == 3:
        from factory_git.app.diff_text import text_at  # noqa: PLC0415 (once for every version that `git log -p` shows)

        found = text_at(args[2])
        if found is not None:
            sys.stdout.buffer.write(found)
            return 0
    if args[:1] == ["map"]:
        from factory_git.cli.map_quick import answer  # noqa: PLC0415

        code = answer(args[1:])
        if code is not None:
            return code
    from factory_git.cli.main import run  # noqa: PLC0415

    return run(args)


if __name__ == "__main__":
    sys.exit(main())
