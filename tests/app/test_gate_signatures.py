"""Where the base asks for signatures, an approval counts by its key; whose key is good, the change does not say."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from factory_git.app import approve
from factory_git.app.gate_base import KEYS, SIGNERS, base_of
from factory_git.core.errors import Negative, RepositoryError, UsageError
from factory_git.gitio import signature
from factory_git.gitio.locate import locate
from tests.app.gate_support import ANN, APPROVERS, BOB, MAJOR, MAL, Project, identity, spec

SIGNED = APPROVERS + "  signatures: required\n"
needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
needs_gpg = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Path]:
    """A real SSH key for everybody."""
    folder = tmp_path / "keys"
    folder.mkdir()
    made = {}
    for name, _ in (ANN, BOB, MAL):
        made[name] = folder / name
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(made[name])]
        subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
    return made


def signers(keys: dict[str, Path], *people: tuple[str, str]) -> str:
    return "".join(f"{email} {keys[name].with_suffix('.pub').read_text()}" for name, email in people)


@pytest.fixture
def project(tmp_path: Path, keys: dict[str, Path]) -> Project:
    """The application; its base asks for signatures and vouches for Ann's and Bob's keys."""
    made = Project(tmp_path / "shop")
    made.write(spec(growth=SIGNED))
    (made.path / SIGNERS).write_text(signers(keys, ANN, BOB))
    made.commit("first", by=BOB)
    made.git("config", "gpg.format", "ssh")
    made.change(growth=SIGNED, **MAJOR)
    return made


def say(project: Project, who: tuple[str, str], patch: pytest.MonkeyPatch, **options: Any) -> approve.Result:
    said: dict[str, Any] = {"why": "looked at it", "base": "main", **options}
    asked = approve.Options(fingerprints=(project.judge().open[0].mutation.fingerprint,), **said)
    with patch.context() as inside:
        for name, value in identity(who).items():
            inside.setenv(name, value)
        return approve.run(locate(project.path), asked)


def use(project: Project, key: Path) -> None:
    project.git("config", "user.signingKey", str(key))


@needs_ssh
def test_an_approval_is_signed_where_the_base_asks_for_it(
    project: Project, keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use(project, keys["Ann"])
    assert say(project, ANN, monkeypatch).signed
    assert project.judge().exit_code == 0
    allowed = tmp_path / "allowed"
    allowed.write_text(signers(keys, ANN))
    project.git("-c", f"gpg.ssh.allowedSignersFile={allowed}", "verify-commit", "refs/factory/ledger")
    project.git("fsck", "--strict")


@needs_ssh
def test_an_unsigned_approval_does_not_count_and_can_be_given_again_signed(
    project: Project, keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(project, keys["Ann"])
    with pytest.raises(UsageError):
        say(project, ANN, monkeypatch, sign=False)
    with monkeypatch.context() as patch:  # a program that does not sign, or somebody who sets GIT_COMMITTER_EMAIL
        patch.setattr(signature, "sign", lambda location, payload: b"")
        patch.setattr("factory_git.app.approve._signs", lambda *_: False)
        with pytest.raises(Negative, match="it is not signed"):
            say(project, ANN, patch)
    assert any("it is not signed" in line for line in project.judge().lines())
    assert project.judge().exit_code == 1
    say(project, ANN, monkeypatch)
    assert project.judge().exit_code == 0


@needs_ssh
@pytest.mark.parametrize(
    ("vouched", "why"), [(False, "nobody vouches for"), (True, "is by mal@example.com, not by ann")]
)
def test_a_forged_email_is_seen_by_its_key(
    project: Project, keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch, vouched: bool, why: str
) -> None:
    if vouched:
        project.git("switch", "-q", "main")
        (project.path / SIGNERS).write_text(signers(keys, ANN, BOB, MAL))
        project.commit("Mal's key", by=BOB)
        project.git("rebase", "-q", "main", "change")
    use(project, keys["Mal"])
    with pytest.raises(Negative, match=r"it is recorded .* and does not count"):
        say(project, ANN, monkeypatch)
    assert any(why in line for line in project.judge().lines()), project.judge().lines()
    assert project.judge().exit_code == 1


@needs_ssh
def test_a_key_that_the_change_brings_along_does_not_count_and_needs_approval(
    project: Project, keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.path / SIGNERS).write_text(signers(keys, BOB) + signers({"Ann": keys["Mal"]}, ANN))
    project.commit("Ann's new key, honest")
    assert [one.mutation.path for one in project.judge().open] == ["interface.panels.catch", SIGNERS]
    use(project, keys["Mal"])
    with pytest.raises(Negative, match=r"it is recorded .* and does not count"):
        say(project, ANN, monkeypatch)
    assert any("nobody vouches for" in line for line in project.judge().lines())
    assert len(project.judge().open) == 2


@needs_ssh
def test_allowed_signers_of_gits_configuration_count_unless_they_lie_in_the_working_tree(
    project: Project, keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project.git("switch", "-q", "main")
    project.git("rm", "-q", SIGNERS)
    project.commit("no list of keys", by=BOB)
    project.git("rebase", "-q", "main", "change")
    use(project, keys["Mal"])
    with pytest.raises(Negative, match=r"it is recorded .* and does not count"):
        say(project, ANN, monkeypatch)
    (project.path / "mine").write_text(signers({"Ann": keys["Mal"]}, ANN))
    project.git("config", "gpg.ssh.allowedSignersFile", "mine")
    verdict = project.judge()
    assert verdict.exit_code == 1
    assert any("in the working tree, where the change itself could write it" in line for line in verdict.lines())
    outside = tmp_path / "allowed"
    outside.write_text(signers({"Ann": keys["Mal"]}, ANN))
    project.git("config", "gpg.ssh.allowedSignersFile", str(outside))
    assert project.judge().exit_code == 0


@needs_ssh
def test_a_signed_trailer_counts_and_an_unsigned_one_does_not(project: Project, keys: dict[str, Path]) -> None:
    message = f"x\n\nFactory-Approve: {project.judge().open[0].mutation.fingerprint} fine"
    project.commit(message, by=ANN)
    assert project.judge().exit_code == 1
    use(project, keys["Mal"])
    project.commit(message, "-S", by=ANN)
    assert project.judge().exit_code == 1
    use(project, keys["Ann"])
    project.commit(message, "-S", by=ANN)
    assert project.judge().exit_code == 0


@needs_ssh
def test_an_edge_of_a_shallow_ledger_vouches_for_nothing(
    project: Project, keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All older records seem to come with the oldest transaction that is there, whoever made that one."""
    use(project, keys["Ann"])
    say(project, ANN, monkeypatch)
    clone = tmp_path / "clone"
    project.git("clone", "-q", "--no-local", str(project.path), str(clone))
    ledger = "refs/factory/ledger:refs/factory/ledger"
    subprocess.run(["git", "branch", "-q", "main", "origin/main"], cwd=clone, check=True)
    subprocess.run(["git", "fetch", "-q", "--depth=1", "origin", ledger], cwd=clone, check=True)
    there = Project.__new__(Project)
    there.path = clone
    assert any("fetch the whole ledger" in line for line in there.judge().lines())
    subprocess.run(["git", "fetch", "-q", "--unshallow", "origin", ledger], cwd=clone, check=True)
    assert there.judge().exit_code == 0


@needs_ssh
def test_a_key_that_cannot_sign_is_told_and_nothing_is_written(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RepositoryError, match="which SSH key"):
        say(project, ANN, monkeypatch)
    use(project, tmp_path / "none")
    with pytest.raises(RepositoryError, match="made no signature"):
        say(project, ANN, monkeypatch)
    assert project.git("for-each-ref", "refs/factory") == ""


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A key ring of Ann's own, with a key that has no passphrase."""
    home = tmp_path / "g"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    who = f"{ANN[0]} <{ANN[1]}>"
    argv = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", who, "ed25519", "sign", "never"]
    done = subprocess.run(argv, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"gpg makes no key here: {done.stderr.decode(errors='replace').strip()[-200:]}")
    yield home
    subprocess.run(["gpgconf", "--kill", "all"], capture_output=True, check=False)


@needs_gpg
def test_openpgp_keys_of_the_base_count(tmp_path: Path, ring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Project(tmp_path / "shop")
    made.write(spec(growth=SIGNED))
    exported = subprocess.run(["gpg", "--armor", "--export", ANN[1]], capture_output=True, check=True).stdout
    (made.path / KEYS).mkdir()
    listed = made.path / KEYS / f"{BOB[1]}.asc"
    listed.write_bytes(exported)  # its user id says Ann: whoever lists a key says whose it is
    made.commit("first", by=BOB)
    made.change(growth=SIGNED, **MAJOR)
    with pytest.raises(Negative, match=r"is by bob@.*, not by ann@"):
        say(made, ANN, monkeypatch)
    made.git("switch", "-q", "main")
    listed.rename(listed.with_name("Ann@example.com.asc"))
    made.commit("it is Ann's", by=BOB)
    made.git("rebase", "-q", "main", "change")
    with monkeypatch.context() as elsewhere:  # a job that knows no key but the base's
        empty = tmp_path / "e"
        empty.mkdir(mode=0o700)
        elsewhere.setenv("GNUPGHOME", str(empty))
        assert made.judge().exit_code == 0, made.judge().lines()
    made.git("verify-commit", "refs/factory/ledger")
    (made.path / KEYS / f"{BOB[1]}.asc").write_bytes(exported)
    made.commit("Bob's key, honest")
    assert [one.mutation.path for one in made.judge().open] == [f"{KEYS}{BOB[1]}.asc"]


@needs_gpg
def test_openpgp_keys_that_nobody_vouches_for_do_not_count(
    tmp_path: Path, ring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a list on the base the user's own ring counts, with its own trust: none for a key just imported."""
    made = Project(tmp_path / "shop")
    made.write(spec(growth=SIGNED))
    made.commit("first", by=BOB)
    made.change(growth=SIGNED, **MAJOR)
    say(made, ANN, monkeypatch)
    assert made.judge().exit_code == 0  # Ann's own ring trusts Ann's own key
    exported = subprocess.run(["gpg", "--export", ANN[1]], capture_output=True, check=True).stdout
    with monkeypatch.context() as elsewhere:
        other = tmp_path / "o"
        other.mkdir(mode=0o700)
        elsewhere.setenv("GNUPGHOME", str(other))
        assert any("cannot be checked" in line for line in made.judge().lines())
        subprocess.run(["gpg", "--batch", "--quiet", "--import"], input=exported, capture_output=True, check=True)
        said = made.judge().lines()
        subprocess.run(["gpgconf", "--kill", "all"], capture_output=True, check=False)  # importing started an agent
    assert any("nobody vouches for" in line for line in said), said


def test_what_is_not_in_the_repository_has_no_seal(tmp_path: Path) -> None:
    made = Project(tmp_path / "shop")
    made.write(spec())
    oid = made.commit("first")
    found = signature.seals(locate(made.path), [oid, "0" * 39 + "1"], base_of(locate(made.path), "main", "HEAD").keys)
    assert {one: seal.wrong for one, seal in found.items()} == {oid: "it is not signed"}
    assert "GNUPGHOME" not in os.environ


def test_control_characters_in_a_name_part_no_seals(tmp_path: Path) -> None:
    made = Project(tmp_path / "shop")
    made.write(spec())
    odd = made.commit("first", by=("A\x01B", "a@example.com"))
    plain = made.commit("second", by=("B", "b@example.com"))
    keys = base_of(locate(made.path), "main", "HEAD").keys
    for asked in (None, keys):
        found = signature.seals(locate(made.path), [odd, plain], asked)
        assert {one: seal.email for one, seal in found.items()} == {odd: "a@example.com", plain: "b@example.com"}
