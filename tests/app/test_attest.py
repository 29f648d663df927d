"""`git factory attest`: a statement that the ecosystem's own library takes, made of the ledger's records only."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from factory_git.app import attest
from factory_git.app.context import open_context
from factory_git.core.errors import Conflict, NotFound
from factory_git.core.ids import blob_oid
from factory_git.engine.phases import validate
from factory_git.ledger.attest import MEDIA, authenticated
from tests.engine.fakes import WRITE_GOOD, Git, Shop, make_shop
from tests.engine.test_kill import proves

needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")


@pytest.fixture
def shop(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(validate, "prove", proves)
    return make_shop(tmp_path / "shop", git, monkeypatch)


@pytest.fixture
def promoted(shop: Shop) -> Shop:
    one = shop.run(agent=shop.agent(WRITE_GOOD) + " --model made-up-3").specs[0]
    assert one.outcome == "converged", one
    return shop


def statement(shop: Shop, commit: str = "HEAD") -> dict[str, Any]:
    return attest.run(open_context(shop.path), attest.Options(commit=commit)).statement


def test_it_says_what_the_records_say(promoted: Shop) -> None:
    made = statement(promoted)
    (run,), (verdict,) = promoted.records("run"), promoted.records("verdict")
    head = promoted.git("rev-parse", "HEAD")
    assert made["subject"][0] == {"name": "shop refs/heads/main", "digest": {"gitCommit": head}}
    build, details = made["predicate"]["buildDefinition"], made["predicate"]["runDetails"]
    given = build["externalParameters"]
    assert given["specDigest"] == run.payload["spec_digest"]
    assert given["sources"] == {"factory.yaml": promoted.git("rev-parse", "HEAD:factory.yaml")}
    assert build["internalParameters"]["compiler"] == "fake-1"
    (agent,) = build["internalParameters"]["agents"]
    assert agent["model"] == "made-up-3"
    assert {"name": "base", "digest": {"gitCommit": run.payload["base"]}} in build["resolvedDependencies"]
    assert details["metadata"]["invocationId"] == run.id
    assert details["metadata"]["startedOn"] == run.payload["started"]
    (proof,) = (one for one in details["byproducts"] if one["name"] == "verdict")
    assert proof["digest"] == {"gitBlob": verdict.id}
    assert proof["annotations"]["outcome"] == "converged"
    assert proof["annotations"]["tests"] == proof["annotations"]["passed"] == 1


def test_its_files_are_those_of_the_commit(promoted: Shop) -> None:
    files = {one["name"]: one["digest"]["sha256"] for one in statement(promoted)["subject"][1:]}
    assert set(files) >= {".factory/lock.json", "shop/model.py", "tests/test_acceptance.py"}
    assert "shop/bound/main_fill.py" not in files, "what an agent wrote the compiler did not"
    for path, digest in files.items():
        assert hashlib.sha256((promoted.path / path).read_bytes()).hexdigest() == digest, path


def test_the_same_records_give_the_same_statement_in_every_clone(promoted: Shop, tmp_path: Path, git: Git) -> None:
    git("clone", "-q", str(promoted.path), str(tmp_path / "clone"), cwd=tmp_path)
    clone = tmp_path / "clone"
    git("fetch", "-q", "origin", "refs/factory/ledger:refs/factory/ledger", cwd=clone)
    assert attest.run(open_context(clone), attest.Options(commit="HEAD")).statement == statement(promoted)


def test_a_commit_that_nobody_promoted_is_not_found(promoted: Shop) -> None:
    mine = promoted.commit({"README": "by hand"})
    for revision, code in (
        (mine, "attest/not-promoted"),
        ("HEAD~2", "attest/not-promoted"),
        ("no", "attest/no-commit"),
    ):
        with pytest.raises(NotFound) as caught:
            statement(promoted, revision)
        assert caught.value.code == code
    assert statement(promoted, "HEAD~1")["_type"] == "https://in-toto.io/Statement/v1"


def test_a_run_without_a_verdict_attests_nothing(shop: Shop) -> None:
    def dies(name: str) -> None:
        if name == "verdict:record":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shop.run(dies, agent=shop.agent(WRITE_GOOD))
    with pytest.raises(Conflict, match="has no verdict yet"):
        statement(shop)


def test_the_reference_library_takes_it(promoted: Shop) -> None:
    pytest.importorskip("in_toto_attestation", reason="in-toto-attestation is not installed: pip install it")
    from google.protobuf import json_format
    from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
    from in_toto_attestation.v1 import statement_pb2
    from in_toto_attestation.v1.statement import Statement

    made = json.loads(json.dumps(statement(promoted)))
    parsed = json_format.ParseDict(made, statement_pb2.Statement())
    Statement.copy_from_pb(parsed).validate()
    assert json_format.MessageToDict(parsed) == made
    provenance = json_format.ParseDict(made["predicate"], provenance_pb2.Provenance())
    assert provenance.build_definition.build_type == "urn:git-factory:run:v1"
    assert provenance.run_details.builder.id
    seconds = provenance.run_details.metadata.finished_on.seconds - provenance.run_details.metadata.started_on.seconds
    assert seconds >= -1, "the ledger's times are whole seconds"


@needs_ssh
def test_a_signed_one_is_an_envelope_that_the_key_verifies(promoted: Shop, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    promoted.git("config", "gpg.format", "ssh")
    promoted.git("config", "user.signingKey", str(key))
    result = attest.run(open_context(promoted.path), attest.Options(commit="HEAD", sign=True))
    assert result.envelope is not None
    assert result.envelope["payloadType"] == MEDIA
    data = base64.b64decode(result.envelope["payload"])
    assert json.loads(data) == result.statement
    (tmp_path / "signers").write_text(f"a@example.com {key.with_suffix('.pub').read_text()}")
    (tmp_path / "sig").write_bytes(base64.b64decode(result.envelope["signatures"][0]["sig"]))
    argv = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "a@example.com", "-n", "git", "-s", "sig"]
    for said, good in ((data, True), (data.replace(b"converged", b"convergeD"), False)):
        done = subprocess.run(argv, cwd=tmp_path, input=authenticated(said), capture_output=True, check=False)
        assert (done.returncode == 0) is good, done.stderr


def test_on_the_command_line(promoted: Shop) -> None:
    argv = [sys.executable, "-m", "factory_git", "attest"]

    def call(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*argv, *more], cwd=promoted.path, capture_output=True, text=True, check=False)

    shown = call()
    assert shown.returncode == 0, shown.stderr
    assert "verdict:   converged" in shown.stdout
    assert json.loads(call("HEAD", "--json").stdout) == statement(promoted)
    assert call("HEAD~1").returncode == 3


def test_records_are_named_by_their_blob_ids(promoted: Shop) -> None:
    ledger = open_context(promoted.path)
    for one in statement(promoted)["predicate"]["runDetails"]["byproducts"]:
        assert blob_oid(ledger.repo.blob(one["digest"]["gitBlob"])) == one["digest"]["gitBlob"]
