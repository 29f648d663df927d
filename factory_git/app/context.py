"""What a verb works with: the repository and, opened when first asked for, its ledger and configuration."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from factory_git.app.settings import Settings, load
from factory_git.core.clock import Clock, SystemClock
from factory_git.gitio.config import Config
from factory_git.gitio.locate import Location, locate

if TYPE_CHECKING:
    from factory_git.app.folds import Folds
    from factory_git.gitio.repository import Repository
    from factory_git.ledger.projection import Projection
    from factory_git.ledger.secrets import Allowed, Scanner
    from factory_git.ledger.store import Ledger
    from factory_git.ledger.store import Settings as LedgerSettings


@dataclass(frozen=True)
class Context:
    """One repository. A verb pays for what it uses: ``repo`` loads pygit2, ``ledger`` opens the index.

    ``committed`` stands for the committed settings on disk: a gate reads those of the base branch.
    """

    location: Location
    config: Config
    clock: Clock = field(default_factory=SystemClock)
    committed: bytes | None = None

    @functools.cached_property
    def settings(self) -> Settings:
        """The settings in force; raises :class:`InvalidInput` that names each malformed one."""
        return load(self.location, self.config, committed=self.committed)

    @functools.cached_property
    def repo(self) -> Repository:
        """The repository's objects and refs."""
        from factory_git.gitio.repository import Repository  # noqa: PLC0415 (pygit2 costs 70 ms)

        return Repository(self.location)

    @functools.cached_property
    def ledger(self) -> Ledger:
        """The repository's ledger."""
        from factory_git.ledger.store import Ledger  # noqa: PLC0415 (opened by the verbs that need it)

        return Ledger(*self.ledger_parts())

    @functools.cached_property
    def folds(self) -> Folds:
        """What is folded of the ledger and kept."""
        from factory_git.app.folds import Folds  # noqa: PLC0415 (opened by the verbs that need it)

        return Folds(self.location, self.repo, self.ledger, self.settings.text("ref"))

    def ledger_on(self, ref: str) -> Ledger:
        """The ledger on another ref: a fork's."""
        from factory_git.ledger.store import Ledger  # noqa: PLC0415

        return Ledger(*self.ledger_parts(ref))

    def ledger_parts(self, ref: str = "") -> tuple[Repository, Projection, LedgerSettings]:
        """What a ledger of this repository is made of: the one on ``ref``, by default that of the settings."""
        from factory_git.index.sqlite import NAME, SqliteIndex  # noqa: PLC0415
        from factory_git.ledger import forks, store  # noqa: PLC0415

        ref = ref or self.settings.text("ref")
        settings = store.Settings(
            author=lambda: self.config.author,
            committer=lambda: self.config.committer,
            ref=ref,
            fsync=self.settings.flag("fsync"),
            clock=self.clock,
            sign=self._sign if self.settings.flag("signLedger") else None,
            scanner=self.scanner,
        )
        return self.repo, SqliteIndex(self.repo, forks.folder(self.location, ref) / NAME), settings

    @functools.cached_property
    def scanner(self) -> Scanner:
        """What looks for secrets; one that finds nothing where ``factory.scan`` is off."""
        from factory_git.ledger.secrets import NOTHING, Scanner  # noqa: PLC0415 (for who writes)

        return Scanner(self.allowed_secrets) if self.settings.flag("scan") else NOTHING

    def allowed_secrets(self) -> tuple[Allowed, ...]:
        """What is no secret, as the checked out commit says: what is only on disk nobody has reviewed.

        Raises :class:`InvalidInput` for a list with a malformed line.
        """
        from factory_git.gitio.trees import read_blobs  # noqa: PLC0415
        from factory_git.ledger.secrets import ALLOW, parse  # noqa: PLC0415

        return parse(read_blobs(self.location, [f"HEAD:{ALLOW}"]).get(f"HEAD:{ALLOW}", b""))

    def _sign(self, payload: bytes) -> bytes:
        from factory_git.gitio.signature import sign  # noqa: PLC0415 (for who signs)

        return sign(self.location, payload)


def open_context(start: Path | str | None = None, *, clock: Clock | None = None) -> Context:
    """The context of the repository that Git finds from ``start`` (default: the current folder, ``GIT_DIR`` honoured).

    Raises :class:`RepositoryError` when there is none.
    """
    location = locate(start)
    return Context(location=location, config=Config(location), clock=clock or SystemClock())
