"""The settings of the program, from wherever they stand: environment > git config > ``.factory/config.yaml`` > default.

The table is the only list of settings there is: the man page prints it, the loader refuses what is not in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from factory_git.core.errors import InvalidInput, Place, Problem
from factory_git.gitio.config import Config
from factory_git.gitio.locate import Location

COMMITTED = ".factory/config.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting. ``kind`` is ``bool``, ``int`` (above zero), ``text``, ``words``, or its fixed words (``a|b``).

    One that is ``personal`` names what is run, or told what the ledger says: it is not taken from a committed file.
    """

    name: str  # as in git config after `factory.`, camel case
    kind: str
    default: str
    meaning: str
    personal: bool = False

    @property
    def variable(self) -> str:
        """The environment variable that sets it: ``agentOutput`` → ``FACTORY_AGENT_OUTPUT``."""
        return "FACTORY_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.name).upper()


SETTINGS = (
    Setting(
        name="ref",
        kind="text",
        default="refs/factory/ledger",
        meaning="the ledger's ref, for hosts that take only heads and tags",
    ),
    Setting(
        name="fsync",
        kind="bool",
        default="true",
        meaning="flush every transaction of the ledger to disk before it is acknowledged",
    ),
    Setting(
        name="drift",
        kind="refuse|reconverge",
        default="refuse",
        meaning="what a run does with compiled files that were edited by hand",
    ),
    Setting(
        name="trailers",
        kind="bool",
        default="true",
        meaning="whether the commit-msg hook adds Factory-Spec and Factory-Node; what is there is verified anyway",
    ),
    Setting(
        name="pushLedger",
        kind="bool",
        default="false",
        meaning="whether the pre-push hook sends the ledger, too, to where branches are pushed",
    ),
    Setting(
        name="ownSuppressions",
        kind="bool",
        default="false",
        meaning="let a change's own suppressions and baseline count when it is checked, as `check --own` does",
    ),
    Setting(
        name="signLedger",
        kind="bool",
        default="false",
        meaning="sign every transaction of the ledger with the key that Git signs commits with",
    ),
    Setting(
        name="scan",
        kind="bool",
        default="on",
        meaning="look for secrets in all that is written to the ledger: records are refused, transcripts masked",
    ),
    Setting(
        name="maintenance",
        kind="bool",
        default="true",
        meaning="whether `run` and `sync` start `git factory maintenance` in the background when it is due",
    ),
    Setting(name="agentEnv", kind="words", default="", meaning="environment variables that an agent may see as well"),
    Setting(name="agentOutput", kind="int", default="4000000", meaning="the most bytes an agent may print"),
    Setting(
        name="memoryAgent",
        kind="text",
        default="rules",
        meaning="who writes the summaries of `memory summarize`: rules, or an agent; not from the committed file",
        personal=True,
    ),
    Setting(
        name="embeddings",
        kind="text",
        default="",
        meaning="what makes the vectors of `search --like`: `command: …`, `http: URL MODEL`, `model2vec: FOLDER`; not"
        " from the committed file",
        personal=True,
    ),
)
_BY_NAME = {s.name.lower(): s for s in SETTINGS}
_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True, slots=True)
class _Found:
    setting: Setting
    value: str
    where: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force, each checked; read with the method of its kind."""

    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A setting of kind text or of fixed words."""
        return str(self.values[name])

    def flag(self, name: str) -> bool:
        """A setting of kind bool."""
        return bool(self.values[name])

    def number(self, name: str) -> int:
        """A setting of kind int."""
        return int(self.values[name])

    def words(self, name: str) -> tuple[str, ...]:
        """A setting of kind words."""
        return tuple(str(self.values[name]).replace(",", " ").split())


def load(
    location: Location, config: Config, environ: Mapping[str, str] = os.environ, committed: bytes | None = None
) -> Settings:
    """Read every setting; ``committed`` stands for the committed file on disk (a change is not judged by its own).

    Raises :class:`InvalidInput` that lists each malformed or unknown one with the file and line it stands on.
    """
    problems: list[Problem] = []
    found = {s.name: _Found(s, s.default, "default") for s in SETTINGS}
    layers = (_committed(location, committed, problems), _git(config, problems), _environment(environ))
    for layer in layers:
        for one in layer:
            found[one.setting.name] = one
    values = {name: _value(one, problems) for name, one in found.items()}
    if problems:
        raise InvalidInput("the configuration is not valid", problems, code="config/invalid", hint="git factory -h")
    return Settings(values)


def _committed(location: Location, content: bytes | None, problems: list[Problem]) -> list[_Found]:
    path = (location.worktree or location.common_dir) / COMMITTED
    if content is None and (location.worktree is None or not path.is_file()):
        return []
    from factory_git.core import yaml  # noqa: PLC0415 (PyYAML costs reading verbs more than the whole rest)

    tree = yaml.parse(path.read_bytes() if content is None else content, COMMITTED)
    if isinstance(tree, yaml.Scalar) and yaml.plain(tree) is None:
        return []
    if not isinstance(tree, yaml.Mapping):
        problems.append(
            Problem(code="config/shape", message="settings are `name: value` lines", place=yaml.place(tree))
        )
        return []
    out = []
    for name, (key, node) in tree.entries.items():
        place = yaml.place(key)
        setting = _known(name, place, problems)
        value = yaml.plain(node)
        if setting is None:
            continue
        if setting.personal:
            hint = f"git config factory.{setting.name} …, or {setting.variable}"
            message = f"{setting.name} is not taken from a file that is committed: it names what is run here"
            problems.append(Problem(code="config/personal", message=message, place=place, hint=hint))
            continue
        if not isinstance(value, str | bool | int | Decimal):
            message = f"{name} takes one value, not a list or a mapping"
            problems.append(Problem(code="config/value", message=message, place=place))
            continue
        out.append(_Found(setting, str(value).lower() if isinstance(value, bool) else str(value), COMMITTED, place))
    return out


def _git(config: Config, problems: list[Problem]) -> list[_Found]:
    out = []
    for name, value, origin in config.section("factory"):
        file = str(config.location.common_dir / origin.removeprefix("file:"))  # Git names its own file relatively
        place = Place(file=file, line=_line(file, name)) if origin.startswith("file:") else None
        setting = _known(name, place, problems)
        if setting is not None:
            # `[factory] fsync` with no value is Git's way to say true.
            out.append(_Found(setting, "true" if value is None else value, f"factory.{name}", place))
    return out


def _environment(environ: Mapping[str, str]) -> list[_Found]:
    return [_Found(s, environ[s.variable], s.variable) for s in SETTINGS if s.variable in environ]


def _known(name: str, place: Place | None, problems: list[Problem]) -> Setting | None:
    setting = _BY_NAME.get(name.lower())
    if setting is None:
        import difflib  # noqa: PLC0415 (5 ms that only a wrong setting needs to pay)

        near = difflib.get_close_matches(name.lower(), _BY_NAME, 1)
        hint = f"did you mean {_BY_NAME[near[0]].name}?" if near else "known: " + ", ".join(s.name for s in SETTINGS)
        problems.append(Problem(code="config/unknown", message=f"unknown setting {name!r}", place=place, hint=hint))
    return setting


def _value(found: _Found, problems: list[Problem]) -> Any:
    kind, value = found.setting.kind, found.value
    if kind == "bool" and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    if kind == "int" and value.isascii() and value.isdigit() and int(value) > 0:
        return int(value)
    if kind in ("text", "words") or ("|" in kind and value in kind.split("|")):
        return value
    wanted = {"bool": "true or false", "int": "a whole number above zero"}.get(kind, kind.replace("|", " or "))
    message = f"{found.where} = {value!r}: it is {wanted}"
    problems.append(Problem(code="config/value", message=message, place=found.place))
    return None


def _line(file: str, name: str) -> int:
    """The line of ``factory.NAME`` in a Git configuration file; 0 when it cannot be told (`git -c`, includes)."""
    section, at = "", 0
    try:
        lines = Path(file).read_text(errors="replace").splitlines()
    except OSError:
        return 0
    for number, line in enumerate(lines, 1):
        head = re.match(r"\s*\[\s*([\w.-]+)", line)
        section = head[1].lower() if head else section
        if section == "factory" and re.match(rf"(\s*\[[^]]*\])?\s*{re.escape(name)}\s*(=|$|[;#])", line, re.IGNORECASE):
            at = number
    return at
