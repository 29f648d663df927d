"""The gate's comment on a pull request or merge request: one, kept up to date in place.

It is found again by a hidden marker in its first line and by who wrote it: what other people wrote is never touched.
That the service does not take the comment is told and never changes the verdict.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from factory_git.app.hosting import ATTEMPTS, Host, HostError, pause
from factory_git.core.errors import InvalidInput, UsageError
from factory_git.gitio import lock

MARKER = "<!-- git-factory: gate -->"
LONGEST = 60_000  # characters; GitHub takes 65,536 and GitLab a million
GITHUB, GITLAB = "github", "gitlab"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One comment as the service has it. ``mine``: the token's owner wrote it."""

    id: str
    body: str
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What became of the comment: ``created``, ``updated``, ``unchanged``, ``none`` (nothing to say) or ``refused``."""

    state: str
    said: str = ""


class Thread(Protocol):
    """The comments of one pull request."""

    @property
    def host(self) -> Host:
        """The service."""

    def comments(self) -> Iterator[Comment]:
        """Every comment, oldest first."""

    def create(self, body: str) -> None:
        """Write a new one."""

    def update(self, id: str, body: str) -> None:  # noqa: A002
        """Change one."""

    def delete(self, id: str) -> None:  # noqa: A002
        """Take one away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A pull request as its job's environment tells of it.

    ``base`` is the name of the branch it is for, ``head`` the commit that is proposed (empty: the job does not say).
    """

    platform: str
    base: str
    thread: Thread | None
    head: str = ""
    why: str = ""  # why there is no thread
    summary: Path | None = None  # a file whose text the service shows beside the job
    outputs: Path | None = None  # a file that takes name=value lines


def publish(thread: Thread, body: str, *, quiet: bool) -> Posted:
    """Make ``body`` the one comment. ``quiet``: where there is none yet, none is made. Never raises for the service."""
    for attempt in range(ATTEMPTS):
        try:
            return _publish(thread, body, quiet=quiet)
        except HostError as error:
            if error.again is None or attempt == ATTEMPTS - 1:
                words = "the token may not comment here" if error.denied else "the comment could not be written"
                return Posted(state="refused", said=f"{words} ({error.message})")
            thread.host.wait(pause(error, attempt))
    raise AssertionError


def _publish(thread: Thread, body: str, *, quiet: bool) -> Posted:
    ours = [one for one in thread.comments() if one.mine and one.body.lstrip().startswith(MARKER)]
    if not ours:
        if quiet:
            return Posted(state="none", said="nothing to say: no comment was made")
        thread.create(body)
        return Posted(state="created")
    for double in ours[1:]:  # two jobs at once
        thread.delete(double.id)
    if _same(ours[0].body, body):
        return Posted(state="unchanged")
    thread.update(ours[0].id, body)
    return Posted(state="updated")


def fitted(body: str) -> str:
    """A body that the services take: what is folded away goes first, then what is at the end."""
    while len(body) > LONGEST and "<details>" in body:
        head, _, tail = body.rpartition("<details>")
        body = f"{head}(the details are in the job's log){tail.partition('</details>')[2]}"
    if len(body) > LONGEST:
        body = f"{body[:LONGEST].rpartition(chr(10))[0]}\n\n… the rest is in the job's log."
    return body


def request(environ: Mapping[str, str], platform: str = "auto", wait: lock.Wait = lock.sleep) -> Request:
    """The pull request that a job runs for; ``wait`` is how its service is waited for.

    Raises :class:`UsageError` where the environment is of no job for one, :class:`InvalidInput` for a broken event.
    """
    if platform == "auto":
        platform = GITHUB if environ.get("GITHUB_ACTIONS") else GITLAB if environ.get("GITLAB_CI") else ""
    if platform == GITHUB:
        return _github(environ, wait)
    if platform == GITLAB:
        return _gitlab(environ, wait)
    raise UsageError(
        "this is no job of a pull request", code="comment/platform",
        hint="in CI it is found by itself; to judge here: git factory diff --gate; to see the comment: --dry-run",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _GitHub:
    host: Host
    repository: str
    number: int

    def comments(self) -> Iterator[Comment]:
        me = self._me()
        for one in self.host.pages(f"/repos/{self.repository}/issues/{self.number}/comments"):
            user = one.get("user") or {}
            # The token of a job belongs to an app, which cannot ask for its own name; its comments are a bot's.
            mine = user.get("login") == me if me else user.get("type") == "Bot"
            yield Comment(id=str(one["id"]), body=str(one.get("body") or ""), mine=mine)

    def create(self, body: str) -> None:
        self.host.create(f"/repos/{self.repository}/issues/{self.number}/comments", {"body": body})

    def update(self, id: str, body: str) -> None:  # noqa: A002
        self.host.change("PATCH", f"/repos/{self.repository}/issues/comments/{id}", {"body": body})

    def delete(self, id: str) -> None:  # noqa: A002
        self.host.change("DELETE", f"/repos/{self.repository}/issues/comments/{id}")

    def _me(self) -> str:
        try:
            return str((self.host.get("/user") or {}).get("login") or "")
        except HostError as error:
            if error.denied:
                return ""
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class _GitLab:
    host: Host
    project: str
    number: str

    @property
    def _notes(self) -> str:
        return f"/projects/{quote(self.project, safe='')}/merge_requests/{self.number}/notes"

    def comments(self) -> Iterator[Comment]:
        me = (self.host.get("/user") or {}).get("id")
        for one in self.host.pages(f"{self._notes}?sort=asc&order_by=created_at"):
            mine = not one.get("system") and (one.get("author") or {}).get("id") == me
            yield Comment(id=str(one["id"]), body=str(one.get("body") or ""), mine=mine)

    def create(self, body: str) -> None:
        self.host.create(self._notes, {"body": body})

    def update(self, id: str, body: str) -> None:  # noqa: A002
        self.host.change("PUT", f"{self._notes}/{id}", {"body": body})

    def delete(self, id: str) -> None:  # noqa: A002
        self.host.change("DELETE", f"{self._notes}/{id}")


def _github(environ: Mapping[str, str], wait: lock.Wait) -> Request:
    event = _event(environ.get("GITHUB_EVENT_PATH", ""))
    change, queued = event.get("pull_request"), event.get("merge_group")
    files = {"summary": _path(environ, "GITHUB_STEP_SUMMARY"), "outputs": _path(environ, "GITHUB_OUTPUT")}
    if isinstance(queued, dict):
        base = str(queued["base_ref"]).removeprefix("refs/heads/")
        why = "a merge queue has no comments"
        return Request(platform=GITHUB, base=base, head=str(queued["head_sha"]), thread=None, why=why, **files)
    if not isinstance(change, dict):
        name = environ.get("GITHUB_EVENT_NAME") or "this event"
        raise UsageError(f"{name} is of no pull request", code="comment/event", hint="on: pull_request")
    token = environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN") or ""
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    url = environ.get("GITHUB_API_URL") or "https://api.github.com"
    thread = _GitHub(
        host=Host(url=url, headers=headers, secret=token, wait=wait),
        repository=environ.get("GITHUB_REPOSITORY", ""),
        number=int(change["number"]),
    )
    return Request(
        platform=GITHUB,
        base=str(change["base"]["ref"]),
        head=str((change.get("head") or {}).get("sha") or ""),
        thread=thread if token else None,
        why="" if token else "no token: GITHUB_TOKEN is not set",
        **files,
    )


def _gitlab(environ: Mapping[str, str], wait: lock.Wait) -> Request:
    number = environ.get("CI_MERGE_REQUEST_IID", "")
    if not number:
        hint = 'rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]'
        raise UsageError("this pipeline is of no merge request", code="comment/event", hint=hint)
    token = environ.get("FACTORY_GITLAB_TOKEN") or environ.get("GITLAB_TOKEN") or ""
    thread = _GitLab(
        host=Host(url=environ.get("CI_API_V4_URL", ""), headers={"PRIVATE-TOKEN": token}, secret=token, wait=wait),
        project=environ.get("CI_MERGE_REQUEST_PROJECT_ID") or environ.get("CI_PROJECT_ID", ""),
        number=number,
    )
    return Request(
        platform=GITLAB,
        base=environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", ""),
        head=environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environ.get("CI_COMMIT_SHA", ""),
        thread=thread if token else None,
        why="" if token else "no token: FACTORY_GITLAB_TOKEN is not set (a job's own token may not comment)",
    )


def _event(path: str) -> dict[str, Any]:
    try:
        found = json.loads(Path(path).read_bytes()) if path else {}
    except (OSError, ValueError) as error:
        raise InvalidInput(f"the event {path} cannot be read: {error}", code="comment/event") from error
    return found if isinstance(found, dict) else {}


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None


def _same(one: str, other: str) -> bool:
    """Whether two bodies are one: services change line ends and strip."""
    return _lines(one) == _lines(other)


def _lines(text: str) -> Sequence[str]:
    return [line.rstrip() for line in text.strip().splitlines()]
