"""Git's configuration as the program reads it: ``git config factory.*`` and who the user is."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from factory_git.core.errors import RepositoryError
from factory_git.gitio.child import GitFailed, git, run
from factory_git.gitio.locate import Location
from factory_git.gitio.objects import Person, parse_person


def own(location: Location) -> frozenset[str]:
    """The names (lower case) that the repository's own file sets."""
    done = run(["config", "--local", "--list", "-z", "--name-only"], cwd=location.common_dir, ok=(0, 1))
    return frozenset(done.stdout.decode(errors="replace").lower().split("\0")[:-1])


def rename(location: Location, old: str, new: str) -> None:
    """Give the last value of a setting in the repository's own file another name."""
    value = git("config", "--local", "--get", old, cwd=location.common_dir).decode(errors="surrogateescape")
    git("config", "--local", new, value.removesuffix("\n"), cwd=location.common_dir)
    git("config", "--local", "--unset-all", old, cwd=location.common_dir)


@dataclass(frozen=True)
class Config:
    """The settings of one repository; Git is asked once, when the first one is needed. ``git -c`` is honoured."""

    location: Location

    @functools.cached_property
    def _values(self) -> dict[str, tuple[str | None, str]]:
        # The repository is named by its folder; values that the caller's environment sets (`git -c`) still count.
        out = git("config", "--list", "-z", "--show-origin", "--includes", cwd=self.location.common_dir)
        fields = out.decode(errors="replace").split("\0")[:-1]
        values: dict[str, tuple[str | None, str]] = {}
        for origin, item in zip(fields[::2], fields[1::2], strict=True):
            name, newline, value = item.partition("\n")
            values[name] = (value if newline else None, origin)
        return values

    def section(self, name: str) -> list[tuple[str, str | None, str]]:
        """The settings ``name.*``: key (lower case), last value (None: written without one), origin as Git says it."""
        head = f"{name}."
        return [(k.removeprefix(head), v, origin) for k, (v, origin) in self._values.items() if k.startswith(head)]

    @functools.cached_property
    def author(self) -> Person:
        """Who Git says commits are by (``GIT_AUTHOR_NAME``, ``user.name`` …)."""
        return self._identity("GIT_AUTHOR_IDENT")

    @functools.cached_property
    def committer(self) -> Person:
        """Who Git says makes commits."""
        return self._identity("GIT_COMMITTER_IDENT")

    def _identity(self, variable: str) -> Person:
        try:
            return parse_person(git("var", variable, cwd=self.location.common_dir).decode(errors="replace").strip())
        except GitFailed as error:
            raise RepositoryError(
                f"Git does not know who you are: {error.stderr.strip().splitlines()[-1]}",
                code="repository/identity",
                hint='git config --global user.name "…"; git config --global user.email "…"',
            ) from error
