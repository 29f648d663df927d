"""Write what is documented from the program itself: the man page, a page for each rule, one for mutations.

``python docs/generate.py`` writes it all; ``python docs/generate.py --check`` exits 1 when something is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from factory_git.app.settings import COMMITTED, SETTINGS
from factory_git.cli.main import group
from factory_git.cli.table import COMMANDS
from factory_git.drift import pages
from factory_git.drift.rules.table import RULES
from factory_git.growth import pages as mutations
from factory_git.growth.table import ROWS

HERE = Path(__file__).parent
MAN = HERE / "man" / "git-factory.1"
RULE_PAGES = HERE / "rules"
MUTATIONS = HERE / "mutations.md"

ABOUT = """\
A team writes down what it wants in a spec: data contracts, workflows, interface, safety rules, acceptance. git-factory
compiles the spec into a running application, proves it with the spec's own acceptance tests, promotes the commit, and
records every step in Git on the ref refs/factory/ledger. No server and no database are needed."""

EXITS = [
    ("0", "fine"),
    ("1", "a negative verdict: drift, not converged, a check that failed"),
    ("2", "usage or invalid input"),
    ("3", "not found"),
    ("4", "forbidden by identity"),
    ("5", "lost race, or busy"),
    ("70", "internal error; the message names a report file"),
    ("128", "no usable repository"),
    ("130", "interrupted"),
]


def escape(text: str) -> str:
    """``text`` as roff: backslashes, dashes and leading dots kept literal."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in text.splitlines())


def options(command: click.Command) -> list[str]:
    """The roff of a command's options."""
    lines: list[str] = []
    context = click.Context(command)
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and isinstance(parameter, click.Option) and "--help" not in parameter.opts:
            lines += [".TP", f".B {escape(record[0])}", escape(record[1] or "")]
    return lines


def verb(name: str, command: click.Command) -> list[str]:
    """The roff of one verb, its subcommands included."""
    usage = " ".join(command.collect_usage_pieces(click.Context(command)))
    lines = [f".SS git factory {escape(name)} {escape(usage)}"]
    for paragraph in (command.help or "").replace("\b", "").split("\n\n"):
        lines += [escape(" ".join(paragraph.split())), ".PP"]
    lines += options(command)
    if isinstance(command, click.Group):
        for child in sorted(command.commands):
            lines += verb(f"{name} {child}", command.commands[child])
    return lines


def man_page() -> str:
    """The whole man page."""
    lines = ['.TH GIT\\-FACTORY 1 "" "git\\-factory" "Git Manual"', ".nh", ".ad l", ".SH NAME"]
    lines += ["git\\-factory \\- from a spec to proven, promoted code, every step recorded in Git"]
    lines += [".SH SYNOPSIS", ".B git factory", ".I verb", "[options] [arguments]", ".SH DESCRIPTION", escape(ABOUT)]
    lines += [".SH OPTIONS", ".TP", ".B \\-\\-version", "Print the version.", ".TP", ".B \\-h"]
    lines += ["Print the list of verbs; after a verb, its own help.", ".SH VERBS"]
    context = click.Context(group)
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        lines += verb(name, command)
    lines += [".SH EXIT STATUS"]
    for code, meaning in EXITS:
        lines += [".TP", f".B {code}", escape(meaning)]
    lines += [".SH CONFIGURATION", "Each setting is read from the environment, then"]
    lines += [
        ".BR git\\-config (1),",
        f"then the committed file {escape(COMMITTED)}. Unknown or malformed ones are errors.",
    ]
    for setting in SETTINGS:
        lines += [".TP", f'.BR factory.{setting.name} " (" {escape(setting.variable)} ")"']
        lines += [escape(f"{setting.meaning} (default: {setting.default or 'none'})")]
    lines += [".TP", ".B color.factory", escape("auto, always or never; NO_COLOR wins")]
    lines += [".SH FILES", ".TP", ".B refs/factory/ledger", "The ledger: every record of every run, as Git history."]
    lines += [".TP", ".B .factory/lock.json", "What the compiler wrote, from which nodes of the spec; committed."]
    lines += [".TP", ".B $GIT_COMMON_DIR/factory/"]
    lines += ["Local and disposable: index, journal, locks, worktrees of runs in progress."]
    lines += [".SH SEE ALSO", ".BR git (1),", ".BR git\\-worktree (1),", ".BR githooks (5)", ""]
    return "\n".join(lines)


def rule_pages() -> dict[Path, str]:
    """The page of every rule, and the list of them."""
    lines = [
        "# Rules",
        "",
        "What `git factory check` finds; `git factory explain CODE` prints these pages. They are written from the",
        "rules' own modules by `python docs/generate.py`.",
        "",
        "| rule | finds | severity |",
        "|---|---|---|",
    ]
    out = {}
    for code, rule in sorted(RULES.items()):
        page = pages.page(code)
        if page is not None:
            lines.append(f"| [{code}]({code}.md) | {rule.title} | {rule.severity} |")
            out[RULE_PAGES / f"{code}.md"] = page.markdown() + "\n"
    return out | {RULE_PAGES / "README.md": "\n".join([*lines, ""])}


MUTATIONS_ABOUT = """\
# Mutations

What a change of a spec can be, as `git factory diff` tells it; `git factory explain ID` prints a part of this page. It
is written from the table of mutations and its words by `python docs/generate.py`.

- **level**: goal (what the application is for), policy (what it must respect), mechanism (how it works).
- **risk**: none and minor need no approval, major needs one, breaking two; forbidden can have none. It is what the row
  has before the modifiers: what reads the node, where growth is allowed, and the stage raise or lower it.
- **migration**: A automatic and reversible without loss; B automatic, its way back restores an archived copy; C
  automatic after a check of the data; H written by hand; X irreversible.
- **version**: what the application's version must do at least.
- An id is stable and never gets another meaning. The way back of a mutation is a mutation, too.
"""


def mutations_page() -> str:
    """The page of all kinds of mutations."""
    found = [mutations.page(id_) for id_ in ROWS]
    lines = [MUTATIONS_ABOUT]
    for area in mutations.AREAS:
        those = [one for one in found if one.area == area]
        lines += [
            f"## {mutations.title(area)}",
            "",
            "| id | level | risk | migration | version |",
            "|---|---|---|---|---|",
        ]
        for one in those:
            row = one.row
            version = "new lineage" if row.version == "root" else row.version
            lines.append(
                f"| [{row.id}](#{row.id}) | {row.level} | {row.risk} | {row.migration or 'none'} | {version} |"
            )
        lines += ["", *(part for one in those for part in (one.markdown("###"), ""))]
    return "\n".join(lines)


def main() -> int:
    """Write everything, or with ``--check`` compare it."""
    wanted = {MAN: man_page(), MUTATIONS: mutations_page(), **rule_pages()}
    there = {path: path.read_text() if path.exists() else None for path in {*wanted, *RULE_PAGES.glob("*.md")}}
    stale = sorted(path for path, text in there.items() if wanted.get(path) != text)
    if "--check" in sys.argv:
        for path in stale:
            sys.stderr.write(f"{path} is stale: run python docs/generate.py\n")
        return 1 if stale else 0
    for path in stale:
        if path not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted[path])
    return 0


if __name__ == "__main__":
    sys.exit(main())
