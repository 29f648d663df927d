"""The GitHub Action and the GitLab template: what they say holds, and their shell steps do what a job needs."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from factory_git.app import approve
from factory_git.gitio.locate import locate
from tests.app.gate_support import ANN, BOB, MAJOR, Project, identity, spec
from tests.app.stand_in import TOKEN, Service, serving

TOP = Path(__file__).parents[2]
ACTION = yaml.safe_load((TOP / "action.yml").read_text())
TEMPLATE = (TOP / "templates" / "gate.yml").read_text()
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SCRIPTS = [step for step in STEPS if "run" in step]
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


# -- what they say -----------------------------------------------------------------------------------------------------


def test_no_expression_stands_in_a_script() -> None:
    """A branch may be called ``$(…)``: what people name comes into a script by its environment only."""
    assert SCRIPTS
    assert not [step["name"] for step in SCRIPTS if "${{" in step["run"]]
    assert all(step["shell"] == "bash" for step in SCRIPTS)
    head, _, jobs = TEMPLATE.partition("\n---\n")
    assert head
    assert not [
        line for job in yaml.safe_load(jobs).values() for line in job["script"] + job["before_script"] if "$[[" in line
    ]


def test_every_input_is_used_and_every_output_is_written() -> None:
    text = json.dumps(STEPS)
    assert all(f"inputs.{name}" in text for name in ACTION["inputs"])
    assert all("description" in one for one in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.gate.outputs.{name} }}}}"
    assert {step["id"] for step in SCRIPTS} == {"install", "fetch", "gate"}


def test_every_variable_of_a_script_is_given_to_it() -> None:
    given = {"RUNNER_TEMP", "GITHUB_PATH", "GITHUB_TOKEN", "GH_TOKEN"}
    for step in SCRIPTS:
        used = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", step["run"]))
        assert used <= given | step["env"].keys(), step["name"]


def test_the_template_is_two_documents_with_defaults_for_every_input() -> None:
    about, jobs = yaml.safe_load_all(TEMPLATE)
    inputs = about["spec"]["inputs"]
    assert all("default" in one and "description" in one for one in inputs.values())
    assert set(re.findall(r"\$\[\[ inputs\.(\w+) \]\]", TEMPLATE)) == set(inputs)
    (job,) = jobs.values()
    assert "merge_request_event" in job["rules"][0]["if"]


# -- a job, played -----------------------------------------------------------------------------------------------------


@pytest.fixture
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    with serving(getattr(request, "param", "github")) as made:
        yield made


@pytest.fixture
def origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A repository whose change was approved by record; beside it ``origin.git``, as the hosting service has it."""
    made = Project(tmp_path / "shop")
    made.write(spec())
    for number in range(3):
        (made.path / "README").write_text(f"{number}\n")
        made.commit(str(number), by=BOB)
    made.change(**MAJOR)
    made.git("switch", "-q", "main")
    (made.path / "README").write_text("later\n")
    made.commit("main moved on", by=BOB)
    made.git("switch", "-q", "--detach", "main")
    made.git("merge", "-q", "--no-ff", "-m", "Merge change into main", "change")
    made.git("update-ref", "refs/pull/5/merge", "HEAD")
    made.git("switch", "-q", "change")
    made.git("clone", "-q", "--mirror", str(made.path), str(tmp_path / "origin.git"))
    return made


def send(origin: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ann approves and sends the ledger."""
    (one,) = origin.judge().open
    asked = approve.Options(fingerprints=(one.mutation.fingerprint,), why="nobody needs it", base="main")
    with monkeypatch.context() as patch:
        for name, value in identity(ANN).items():
            patch.setenv(name, value)
        approve.run(locate(origin.path), asked)
    origin.git("push", "-q", str(origin.path.parent / "origin.git"), "refs/factory/ledger")


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


class Job:
    """A job on a fresh clone of one commit. ``python`` stands for an interpreter that can make environments."""

    def __init__(self, tmp_path: Path, service: Service, ref: str) -> None:
        self.place, self.temp, self.service = tmp_path / "work", tmp_path / "temp", service
        for folder in (self.place, self.temp):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        url = (tmp_path / "origin.git").as_uri()
        for line in (
            ["init", "-q"],
            ["remote", "add", "origin", url],
            ["fetch", "-q", "--no-tags", "--depth=1", "origin", f"+{ref}:refs/remotes/pull/5/merge"],
            ["checkout", "-q", "--detach", "refs/remotes/pull/5/merge"],
        ):
            subprocess.run(["git", *line], cwd=self.place, check=True, capture_output=True)
        self.env = {
            **os.environ,
            "PYTHONPATH": str(TOP),
            "RUNNER_TEMP": str(self.temp),
            "PATH": os.environ["PATH"],
        }
        self.log: list[str] = []

    def shell(self, script: str, **env: str) -> int:
        """One step, as the runner starts it."""
        file = self.temp / "step.sh"
        file.write_text(script)
        argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)]
        done = subprocess.run(
            argv, cwd=self.place, env={**self.env, **env}, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        self.log.append(done.stdout + done.stderr)
        return done.returncode

    @property
    def said(self) -> str:
        return "\n".join(self.log)


def python(tmp_path: Path) -> Path:
    """Makes environments whose pip notes what it is asked for, and whose git-factory is this one."""
    made = tmp_path / "stub"
    factory = executable(made / "git-factory", f'#!/bin/sh\nexec "{sys.executable}" -m factory_git "$@"\n')
    pip = executable(made / "pip", f'#!/bin/sh\necho "$@" > "{tmp_path}/pip-args"\n')
    return executable(
        made / "python3",
        f'#!/bin/sh\nif [ "$1" = -c ]; then exec "{sys.executable}" "$@"; fi\n'
        f'mkdir -p "$3/bin"; cp "{factory}" "$3/bin/git-factory"; cp "{pip}" "$3/bin/python"\n',
    )


def github(tmp_path: Path, service: Service, **inputs: str) -> tuple[Job, dict[str, str], int]:
    """Play every script of the action; the job, its outputs, and the first exit that is not 0."""
    job = Job(tmp_path, service, "refs/pull/5/merge")
    event = job.temp / "event.json"
    origin = tmp_path / "origin.git"
    asked = ["git", "rev-parse", "refs/heads/change"]
    head = subprocess.run(asked, cwd=origin, check=True, capture_output=True, text=True).stdout.strip()
    event.write_text(json.dumps({"pull_request": {"number": 5, "base": {"ref": "main"}, "head": {"sha": head}}}))
    files = {name: job.temp / name.lower() for name in ("GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.touch()
    job.env |= {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": service.url,
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
        **{name: str(file) for name, file in files.items()},
    }
    known = {f"inputs.{name}": str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
    known |= {"inputs.python": str(python(tmp_path)), "inputs.token": TOKEN, "github.action_path": str(TOP)}
    known |= {"inputs.base || github.base_ref || github.event.merge_group.base_ref": "main"} | {
        f"inputs.{name}": text for name, text in inputs.items()
    }
    code = 0
    for step in SCRIPTS:
        more = [line for line in files["GITHUB_PATH"].read_text().splitlines() if line]
        path = os.pathsep.join([*reversed(more), job.env["PATH"]])
        env = {name: EXPRESSION.sub(lambda m: known[m[1]], text) for name, text in step["env"].items()}
        code = job.shell(step["run"], PATH=path, **env)
        if code:
            break
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return job, outputs, code


def test_a_job_judges_a_shallow_checkout_and_writes_the_comment(
    tmp_path: Path, origin: Project, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, outputs, code = github(tmp_path, service)
    assert (code, outputs["verdict"], outputs["needs"]) == (1, "approval needed", "1"), job.said
    assert len(service.mine) == 1
    assert "no ledger" in job.said
    send(origin, monkeypatch)
    job, outputs, code = github(tmp_path, service)
    assert (code, outputs["verdict"], outputs["comment"]) == (0, "passed", "updated"), job.said
    assert "approved by Ann" in service.mine[0]
    assert len(service.mine) == 1
    assert TOKEN not in job.said
    assert (tmp_path / "pip-args").read_text().split()[-1] == str(TOP)


def test_a_job_without_rights_or_wish_to_comment_fills_its_summary(
    tmp_path: Path, origin: Project, service: Service
) -> None:
    service.read_only = True
    job, outputs, code = github(tmp_path, service, sarif="true")
    assert (code, outputs["comment"]) == (1, "refused")
    assert "Gate: approval needed" in (job.temp / "github_step_summary").read_text()
    assert {file.name for file in (job.temp / "git-factory-sarif").iterdir()} == {"mutations.sarif", "drift.sarif"}
    service.asked.clear()
    job, outputs, code = github(tmp_path, service, comment="false")
    assert (code, outputs["comment"], service.asked) == (1, "refused", [])


def test_a_branch_with_a_hostile_name_is_a_name(tmp_path: Path, origin: Project, service: Service) -> None:
    job, _, code = github(
        tmp_path, service, **{"base || github.base_ref || github.event.merge_group.base_ref": "$(touch${IFS}owned)"}
    )
    assert code != 0
    assert not (job.place / "owned").exists()


def test_an_old_python_is_told(tmp_path: Path, origin: Project, service: Service) -> None:
    old = executable(tmp_path / "old", "#!/bin/sh\nexit 1\n")
    job, _, code = github(tmp_path, service, python=str(old))
    assert code == 1
    assert "Python 3.11 or later" in job.said


@pytest.mark.parametrize("service", ["gitlab"], indirect=True)
def test_a_merge_request_is_judged_by_the_template(
    tmp_path: Path, origin: Project, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(origin, monkeypatch)
    job = Job(tmp_path, service, "refs/heads/change")
    subprocess.run(["git", "fetch", "-q", "--unshallow"], cwd=job.place, check=True)  # GIT_DEPTH: 0
    _, jobs = yaml.safe_load_all(TEMPLATE)
    (said,) = jobs.values()
    env: Mapping[str, str] = {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": service.url,
        "CI_PROJECT_ID": "42",
        "CI_PROJECT_DIR": str(job.place),
        "CI_MERGE_REQUEST_IID": "5",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "FACTORY_GITLAB_TOKEN": TOKEN,
        "FACTORY_PACKAGE": "git-factory",
        "PATH": f"{python(tmp_path).parent}{os.pathsep}{job.env['PATH']}",
    }
    code = job.shell("\n".join([*said["before_script"], *said["script"]]), **env)
    assert code == 0, job.said
    assert (tmp_path / "pip-args").read_text().split()[-1] == "git-factory"
    assert len(service.mine) == 1
    assert "Gate: passed" in service.mine[0]
    assert TOKEN not in job.said
