"""One comment on a pull request, kept up to date in place; and what happens where the service does not take it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from factory_git.app import comment, gate_comment, hosting, pull_request
from factory_git.app.comment import Options
from factory_git.app.hosting import Host, HostError
from factory_git.app.pull_request import MARKER, fitted, publish, request
from factory_git.cli.main import group
from factory_git.core.errors import UsageError
from factory_git.gitio.locate import locate
from tests.app.gate_support import BREAKING, FORBIDDEN, MAJOR, MINOR, Project, spec
from tests.app.stand_in import TOKEN, Service, serving


@pytest.fixture(params=["github", "gitlab"])
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    with serving(request.param) as made:
        yield made


@pytest.fixture
def github() -> Iterator[Service]:
    with serving("github") as made:
        yield made


def environ(service: Service, tmp_path: Path, **more: str) -> dict[str, str]:
    """The environment of a job for request 5."""
    if service.kind == "gitlab":
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": service.url,
            "CI_PROJECT_ID": "42",
            "CI_MERGE_REQUEST_IID": "5",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "FACTORY_GITLAB_TOKEN": TOKEN,
        } | more
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 5, "base": {"ref": "main"}}}))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": service.url,
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_OUTPUT": str(tmp_path / "outputs"),
    } | more


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "shop")
    made.write(spec())
    made.commit("first")
    return made


def run(project: Project, env: dict[str, str], waits: list[float] | None = None, **options: Any) -> comment.Result:
    wait = (waits if waits is not None else []).append
    return comment.run(locate(project.path), Options(**options), env, wait=wait)


# -- one comment -------------------------------------------------------------------------------------------------------


def test_two_runs_make_one_comment_and_others_keep_theirs(service: Service, project: Project, tmp_path: Path) -> None:
    others = ["nice", "I quote:\n\n> " + MARKER, MARKER + "\nfaked by a person", "four", "five"]
    service.people_say(*others)
    kept = [one["body"] for one in service.comments]
    project.change(**MAJOR)
    env = environ(service, tmp_path)
    first = run(project, env)
    assert first.posted.state == "created"
    assert first.verdict.exit_code == 1
    assert run(project, env).posted.state == "unchanged"
    project.write(spec(**BREAKING))
    project.commit()
    assert run(project, env).posted.state == "updated"
    assert len(service.mine) == 1
    assert "needs 2 approvals" in service.mine[0]
    assert [one["body"] for one in service.comments[:5]] == kept


def test_what_only_quotes_the_marker_is_another_comment(service: Service, project: Project, tmp_path: Path) -> None:
    service.add(f"the gate writes {MARKER}")
    project.change(**MAJOR)
    assert run(project, environ(service, tmp_path)).posted.state == "created"
    assert service.comments[0]["body"] == f"the gate writes {MARKER}"


def test_a_double_of_two_jobs_at_once_is_taken_away(service: Service, project: Project, tmp_path: Path) -> None:
    service.add(f"{MARKER}\none")
    service.people_say("between")
    service.add(f"{MARKER}\ntwo")
    project.change(**MAJOR)
    assert run(project, environ(service, tmp_path)).posted.state == "updated"
    assert len(service.mine) == 1
    assert len(service.comments) == 2


def test_where_there_is_nothing_to_say_no_comment_is_made_but_an_old_one_is_updated(
    service: Service, project: Project, tmp_path: Path
) -> None:
    project.git("switch", "-q", "-c", "change")
    (project.path / "README").write_text("x\n")
    project.commit()
    env = environ(service, tmp_path)
    assert run(project, env).posted.state == "none"
    service.add(f"{MARKER}\nneeds 1 approval")
    assert run(project, env).posted.state == "updated"
    assert "Gate: passed" in service.mine[0]


def test_a_person_with_a_token_of_their_own_is_known_by_name(github: Service, project: Project, tmp_path: Path) -> None:
    github.app = False
    github.add(f"{MARKER}\nof another bot", login="other[bot]")
    project.change(**MAJOR)
    assert run(project, environ(github, tmp_path)).posted.state == "created"
    assert "of another bot" in github.comments[0]["body"]


# -- bad days ----------------------------------------------------------------------------------------------------------


def test_a_token_that_may_only_read_sends_the_comment_to_the_summary(
    github: Service, project: Project, tmp_path: Path
) -> None:
    github.read_only = True
    project.change(**MAJOR)
    result = run(project, environ(github, tmp_path))
    assert result.posted.state == "refused"
    assert "the comment is in the job's summary instead" in result.said
    assert (tmp_path / "summary.md").read_text() == result.body
    assert result.verdict.exit_code == 1


def test_without_a_token_it_says_so_and_judges_all_the_same(service: Service, project: Project, tmp_path: Path) -> None:
    project.change(**MINOR)
    env = environ(service, tmp_path)
    env = {name: value for name, value in env.items() if not name.endswith("_TOKEN")}
    result = run(project, env)
    assert (result.verdict.exit_code, result.posted.state) == (0, "refused")
    assert any("no token" in line for line in result.said)
    assert service.asked == []


def test_it_tries_again_after_what_passes_and_waits_as_it_is_told(
    service: Service, project: Project, tmp_path: Path
) -> None:
    waits: list[float] = []
    project.change(**MAJOR)
    service.bad = [(502, {}), (429, {"Retry-After": "7"}), (503, {"Retry-After": "86400"})]
    assert run(project, environ(service, tmp_path), waits).posted.state == "created"
    assert waits == [0.5, 7.0, hosting.LONGEST_WAIT]


def test_what_was_created_in_spite_of_an_error_is_not_created_twice(
    service: Service, project: Project, tmp_path: Path
) -> None:
    waits: list[float] = []
    project.change(**MAJOR)
    service.bad, service.bad_for, service.lands = [(502, {})], "POST", True
    assert run(project, environ(service, tmp_path), waits).posted.state == "unchanged"
    assert len(service.mine) == 1
    assert len(waits) == 1


def test_a_service_that_stays_down_is_told_and_changes_no_verdict(
    service: Service, project: Project, tmp_path: Path
) -> None:
    waits: list[float] = []
    project.change(**MINOR)
    service.bad = [(500, {})] * 1000
    result = run(project, environ(service, tmp_path), waits)
    assert (result.verdict.exit_code, result.posted.state) == (0, "refused")
    assert sum(waits) < 120
    service.url = "http://127.0.0.1:9"  # nobody listens there
    assert run(project, environ(service, tmp_path), waits).posted.state == "refused"


def test_the_token_is_never_told(service: Service, project: Project, tmp_path: Path) -> None:
    waits: list[float] = []
    project.change(**MINOR)
    service.bad = [(500, {})] * 1000  # the stand-in repeats the token in its message
    result = run(project, environ(service, tmp_path), waits)
    told = [*result.said, result.body, json.dumps(result.as_json()), repr(request(environ(service, tmp_path)))]
    assert not [text for text in told if TOKEN in text]
    assert "***" in result.posted.said


def test_a_token_goes_over_https_or_loopback_only() -> None:
    with pytest.raises(UsageError, match="https only"):
        Host(url="http://example.com", headers={}).get("/user")


def test_a_redirect_takes_the_token_nowhere_else(github: Service) -> None:
    with serving("github") as other:
        github.bad = [(302, {"Location": f"{other.url}/user"})]
        with pytest.raises(HostError):
            Host(url=github.url, headers={"Authorization": f"Bearer {TOKEN}"}, secret=TOKEN).get("/user")
        assert other.asked == []


# -- what it runs for --------------------------------------------------------------------------------------------------


def test_outside_of_a_request_it_says_what_to_do(project: Project) -> None:
    with pytest.raises(UsageError, match="no job of a pull request"):
        run(project, {})
    with pytest.raises(UsageError, match="push is of no pull request"):
        run(project, {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push"})
    with pytest.raises(UsageError, match="no merge request"):
        run(project, {"GITLAB_CI": "true"})


def test_a_job_that_checked_out_something_else_is_told(github: Service, project: Project, tmp_path: Path) -> None:
    """As on ``pull_request_target``: the base would be compared with itself, and pass."""
    head = project.change(**FORBIDDEN)
    event = tmp_path / "target.json"
    event.write_text(json.dumps({"pull_request": {"number": 5, "base": {"ref": "main"}, "head": {"sha": head}}}))
    env = environ(github, tmp_path, GITHUB_EVENT_PATH=str(event))
    assert run(project, env).verdict.exit_code == 4
    project.git("switch", "-q", "main")
    with pytest.raises(UsageError, match="something else would be judged"):
        run(project, env)


def test_a_merge_queue_is_judged_and_has_no_comment(github: Service, project: Project, tmp_path: Path) -> None:
    head = project.change(**MAJOR)
    event = tmp_path / "queue.json"
    event.write_text(json.dumps({"merge_group": {"base_ref": "refs/heads/main", "head_sha": head}}))
    result = run(project, environ(github, tmp_path, GITHUB_EVENT_PATH=str(event)))
    assert (result.verdict.exit_code, result.posted.state, github.asked) == (1, "refused", [])


def test_a_dry_run_shows_the_comment_anywhere_and_writes_it_nowhere(
    service: Service, project: Project, tmp_path: Path
) -> None:
    project.change(**MAJOR)
    assert run(project, {}, dry_run=True).body.startswith(MARKER)
    run(project, environ(service, tmp_path), dry_run=True)
    assert service.asked == []


def test_the_base_is_the_remotes_branch(github: Service, project: Project, tmp_path: Path) -> None:
    """A local branch of the same name may be old, or the change's own."""
    project.change(**MAJOR)
    project.git("update-ref", "refs/remotes/origin/main", "main")
    project.git("branch", "-f", "main", "change")
    result = run(project, environ(github, tmp_path))
    assert (result.verdict.base, result.verdict.exit_code) == ("origin/main", 1)


def test_outputs_and_sarif_are_for_later_steps(github: Service, project: Project, tmp_path: Path) -> None:
    project.change(**FORBIDDEN)
    run(project, environ(github, tmp_path), sarif=tmp_path / "sarif")
    outputs = dict(line.split("=", 1) for line in (tmp_path / "outputs").read_text().splitlines())
    assert outputs == {
        "verdict": "forbidden",
        "risk": "forbidden",
        "exit-code": "4",
        "comment": "created",
        "needs": "0",
    }
    runs = [run for file in (tmp_path / "sarif").iterdir() for run in json.loads(file.read_text())["runs"]]
    assert sorted(one["automationDetails"]["id"] for one in runs) == ["git-factory/drift/", "git-factory/mutations/"]
    assert any("guardrail-weakened" in json.dumps(one["results"]) for one in runs)


def test_the_command_exits_as_the_gate_does(
    github: Service, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.change(**FORBIDDEN)
    with monkeypatch.context() as patch:
        patch.chdir(project.path)
        for name, value in environ(github, tmp_path).items():
            patch.setenv(name, value)
        done = CliRunner().invoke(group, ["comment"], standalone_mode=False)
    assert done.return_value == 4
    assert "gate: forbidden" in done.output
    assert TOKEN not in done.output


# -- the text ----------------------------------------------------------------------------------------------------------


def test_names_are_told_and_addresses_are_not(project: Project) -> None:
    project.change(**MAJOR)
    body = gate_comment.body(project.judge())
    assert "**needs 1 approval** of Ann or Bob" in body
    assert "@" not in body


def test_no_text_of_a_change_leaves_its_place(project: Project) -> None:
    project.git("switch", "-q", "-c", "change")
    project.write(spec(**MAJOR))
    project.commit()
    fingerprint = project.judge().open[0].mutation.fingerprint
    project.commit(
        f"x\n\nFactory-Approve: {fingerprint} `code` </details> @everyone <img src=x>",
        by=("*Ann* |", "ann@example.com"),
    )
    body = gate_comment.body(project.judge(head="HEAD"))
    line = next(line for line in body.splitlines() if "approved by" in line or "not counted" in line)
    assert "*Ann*" not in line
    assert line.rstrip().endswith("`")


def test_a_long_body_loses_its_details_first() -> None:
    body = MARKER + "\nhead\n<details>" + "x" * pull_request.LONGEST + "</details>\ntail"
    assert fitted(body) == MARKER + "\nhead\n(the details are in the job's log)\ntail"
    assert len(fitted(MARKER + "\n" + "y\n" * pull_request.LONGEST)) < pull_request.LONGEST + 60


def test_publishing_raises_nothing_for_the_service() -> None:
    class Down:
        host = Host(url="http://127.0.0.1:9", headers={})

        def comments(self) -> Iterator[pull_request.Comment]:
            raise HostError("gone", status=404)

        create = update = delete = lambda *_: None

    assert replace(publish(Down(), "x", quiet=False), said="").state == "refused"
