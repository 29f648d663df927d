"""Signatures of commits: verified by Git itself, made by the program that Git's configuration names.

Whose key counts is never read from the working tree: the caller gives the keys (those of the base branch), or Git's
own configuration names a file that lies outside of it.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path

from factory_git.core.errors import RepositoryError
from factory_git.gitio.ask import ask
from factory_git.gitio.child import GitFailed, environment
from factory_git.gitio.config import Config
from factory_git.gitio.locate import Location
from factory_git.gitio.objects import Object

# Not %GT: Git 2.39 dies of it where a signature cannot be checked. %G? tells unknown trust (U) from good (G).
_WHO, _SEAL = "%H%x00%cn%x00%ce", "%x00%G?%x00%GS%x00%GP"
_UNASKED = "its signature was not looked at"
_UNREAD = "its signature cannot be checked: gpg.ssh.allowedSignersFile is not set"
_WORDS = {
    "N": "it is not signed",
    "B": "its signature is bad",
    "U": "its signature is by a key that nobody vouches for",
    "X": "its signature has expired",
    "Y": "its signature is by a key that has expired",
    "R": "its signature is by a key that was revoked",
    "?": "its signature cannot be read",
    "E": "its signature cannot be checked: the key is not known",
}
_OPENPGP = re.compile(r"[0-9A-F]{32,64}")  # the fingerprint of a key; SSH has SHA256:…
_OUTSIDE = "gpg.ssh.allowedSignersFile is in the working tree, where the change itself could write it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Whose keys are good: ``ssh`` in the form of ``allowed_signers``, ``openpgp`` as exported public keys by email.

    Where one is None, Git's own configuration says: ``gpg.ssh.allowedSignersFile``, the user's key ring. Whom an
    OpenPGP key stands for is said by who lists it: its user ids are whatever its owner wrote.
    """

    ssh: bytes | None = None
    openpgp: Mapping[str, bytes] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Who made a commit, and whether a good signature of theirs is on it. ``wrong`` says why not; empty: it is good."""

    name: str
    email: str
    wrong: str


def seals(
    location: Location, commits: Iterable[str], keys: Keys | None, *, beside: Sequence[Object] = ()
) -> dict[str, Seal]:
    """Commit → its seal: the committer's name and email, and whether their signature is good. Absent ones are left out.

    Good is what ``git log --format=%G?`` calls good, by a key that stands for the committer's email. Without ``keys``
    nothing is verified, and none is good. ``beside`` are commits that are not in the repository, and do not get there.
    """
    wanted = list(dict.fromkeys(commits))
    if not wanted:
        return {}
    if keys is None:
        rows = _ask(location, wanted, _WHO, ["-c", "log.showSignature=false"], {})
        return {oid: Seal(name=name, email=email, wrong=_UNASKED) for oid, name, email in rows}
    found = {}
    with _verifier(location, keys) as (settings, env, note, owners), _folder_of(location, beside) as also:
        for oid, name, email, state, signer, key in _looked_at(location, wanted, settings, env | also):
            who = owners.get(key, "") if owners is not None and _OPENPGP.fullmatch(key) else signer
            found[oid] = Seal(name=name, email=email, wrong=_wrong(email, state, who, note))
        unsigned = [oid for oid, seal in found.items() if seal.wrong == _WORDS["N"]]
        for oid in _by_ssh(location, unsigned, env | also) if keys.ssh is None else ():
            found[oid] = replace(found[oid], wrong=_UNREAD)
    return found


def _by_ssh(location: Location, unsigned: list[str], env: dict[str, str]) -> Iterator[str]:
    """Those with an SSH signature after all: where no file of allowed signers is named Git says that there is none."""
    if not unsigned:
        return
    form = "--batch=%(objectname) %(objectsize)"
    out = ask(location, "cat-file", form, stdin="\n".join(unsigned).encode() + b"\n", also=env)
    start = 0
    while start < len(out):
        end = out.index(b"\n", start)
        oid, size = out[start:end].split()
        start = end + int(size) + 2
        if b"\ngpgsig -----BEGIN SSH SIGNATURE" in out[end + 1 : start].partition(b"\n\n")[0]:
            yield oid.decode()


def _looked_at(location: Location, wanted: list[str], settings: list[str], env: dict[str, str]) -> list[list[str]]:
    """What Git says of each. It dies of one signature that is in no form it knows: that one is found by halves."""
    try:
        return _ask(location, wanted, _WHO + _SEAL, settings, env)
    except GitFailed:
        if len(wanted) == 1:
            return [[*row, "?", "", ""] for row in _ask(location, wanted, _WHO, settings, env)]
        half = len(wanted) // 2
        return [row for some in (wanted[:half], wanted[half:]) for row in _looked_at(location, some, settings, env)]


def _ask(location: Location, wanted: list[str], form: str, settings: list[str], env: dict[str, str]) -> list[list[str]]:
    args = [*settings, "log", "-z", "--no-walk=unsorted", "--stdin", "--encoding=UTF-8", f"--format={form}"]
    # What is not here is asked of nobody: Git would answer for none of them.
    batch = ["cat-file", "--batch-check=%(objectname) %(objecttype)"]
    known = ask(location, *batch, stdin="\n".join(wanted).encode(), also=env)
    here = [line.split()[0] for line in known.decode().splitlines() if line.endswith(" commit")]
    if not here:
        return []
    out = ask(location, *args, stdin="\n".join(here).encode() + b"\n", also=env).decode(errors="replace")
    fields, count = out.split("\0")[:-1], form.count("%x00") + 1  # no name of a commit can hold a NUL
    return [fields[start : start + count] for start in range(0, len(fields), count)]


@contextmanager
def _folder_of(location: Location, made: Sequence[Object]) -> Iterator[dict[str, str]]:
    """The environment in which Git finds these objects, too."""
    if not made:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="gf-") as folder:
        for item in made:
            path = Path(folder, item.oid[:2], item.oid[2:])
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(f"{item.kind} {len(item.data)}\0".encode() + item.data))
        stored = str(location.common_dir / "objects")
        yield {"GIT_OBJECT_DIRECTORY": folder, "GIT_ALTERNATE_OBJECT_DIRECTORIES": stored}


def _wrong(email: str, state: str, signer: str, note: str) -> str:
    if state == "G":
        return "" if _stands_for(signer, email) else f"its signature is by {signer or 'nobody listed'}, not by {email}"
    words = _WORDS.get(state, f"Git says {state!r} of its signature")
    return f"{words} ({note})" if note and state in "NU" else words


def _stands_for(signer: str, email: str) -> bool:
    """Whether a signer is this email. Git names an SSH key's by its principals, an OpenPGP key's by its user id."""
    wanted = email.strip().casefold()
    if "<" in signer:
        return signer.rpartition("<")[2].rstrip("> ").strip().casefold() == wanted
    patterns = [one.strip().casefold() for one in signer.split(",")]
    if any(one.startswith("!") and fnmatchcase(wanted, one[1:]) for one in patterns):
        return False
    return any(fnmatchcase(wanted, one) for one in patterns if one and not one.startswith("!"))


@contextmanager
def _verifier(
    location: Location, keys: Keys
) -> Iterator[tuple[list[str], dict[str, str], str, Mapping[str, str] | None]]:
    """The settings and the environment that make Git verify by ``keys``; what to note; whose OpenPGP key is whose."""
    with tempfile.TemporaryDirectory(prefix="gf-") as folder:  # a short name: sockets of gpg have room for 100 bytes
        settings, env, note = ["-c", "log.showSignature=false"], {}, ""
        owners: Mapping[str, str] | None = None
        signers = Path(folder, "signers")
        if keys.ssh is not None:
            signers.write_bytes(keys.ssh)
            settings += ["-c", f"gpg.ssh.allowedSignersFile={signers}"]
        elif not _is_outside(location):
            settings += ["-c", f"gpg.ssh.allowedSignersFile={os.devnull}"]
            note = _OUTSIDE
        if keys.openpgp is not None:
            env["GNUPGHOME"], owners = _ring(Path(folder), keys.openpgp)
        yield settings, env, note, owners


def _is_outside(location: Location) -> bool:
    named = next((v for k, v, _ in Config(location).section("gpg") if k.lower() == "ssh.allowedsignersfile"), None)
    if not named or location.worktree is None:
        return True
    file = Path(location.worktree, Path(named).expanduser()).resolve()
    inside = file.is_relative_to(location.worktree.resolve())
    return not inside or file.is_relative_to(location.git_dir.resolve())


def _ring(folder: Path, listed: Mapping[str, bytes]) -> tuple[str, dict[str, str]]:
    """A key ring of exactly these public keys, and fingerprint → the email that it is listed for."""
    home = folder / "g"
    home.mkdir(mode=0o700)
    (home / "gpg.conf").write_text("trust-model always\nno-auto-key-retrieve\nno-auto-key-locate\n")
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--no-autostart"]
    owners: dict[str, str] = {}
    for email, exported in sorted(listed.items()):
        shown = _program([*gpg, "--with-colons", "--show-keys"], exported).stdout.decode(errors="replace")
        lines = [line.split(":") for line in shown.splitlines()]
        for above, line in pairwise(lines):
            if above[0] == "pub" and line[0] == "fpr":
                owners.setdefault(line[9], email)
        _program([*gpg, "--import"], exported)
    return str(home), owners


def sign(location: Location, payload: bytes) -> bytes:
    """The armoured signature of ``payload`` by the user's key, as ``git commit -S`` would make it.

    ``gpg.format``, ``gpg.<format>.program`` and ``user.signingKey`` decide. Raises :class:`RepositoryError` with what
    the program said.
    """
    config = Config(location)
    gpg = {k.lower(): v or "" for k, v, _ in config.section("gpg")}
    key = next((v or "" for k, v, _ in config.section("user") if k.lower() == "signingkey"), "")
    form = gpg.get("format", "openpgp")
    if form == "ssh":
        return _sign_ssh(gpg.get("ssh.program") or "ssh-keygen", key or _default_key(gpg), payload)
    default = "gpgsm" if form == "x509" else "gpg"
    program = gpg.get(f"{form}.program") or (gpg.get("program") if form == "openpgp" else "") or default
    who = key or f"{config.committer.name} <{config.committer.email}>"
    done = _program([program, "--status-fd=2", "-bsau", who], payload)
    if b"[GNUPG:] SIG_CREATED " not in done.stderr:
        raise _refused(program, done)
    return done.stdout


def _sign_ssh(program: str, key: str, payload: bytes) -> bytes:
    if not key:
        raise RepositoryError(
            "Git does not know which SSH key signs", code="signature/no-key",
            hint="git config user.signingKey ~/.ssh/id_ed25519.pub",
        )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="gf-") as folder:
        text = Path(folder, "text")
        text.write_bytes(payload)
        literal = key.removeprefix("key::")
        agent = []
        if literal != key or key.startswith("ssh-"):  # the public key itself: its secret half is with the agent
            file, agent = Path(folder, "key"), ["-U"]
            file.write_text(literal + "\n")
            file.chmod(0o600)
        else:
            file = Path(key).expanduser()
        done = _program([program, "-Y", "sign", "-n", "git", "-f", str(file), *agent, str(text)], b"")
        made = Path(folder, "text.sig")
        if not made.is_file():
            raise _refused(program, done)
        return made.read_bytes()


def _default_key(gpg: dict[str, str]) -> str:
    command = gpg.get("ssh.defaultkeycommand", "")
    if not command:
        return ""
    first = _program(["sh", "-c", command], b"").stdout.decode(errors="replace").strip().split("\n")[0]
    return first if first.startswith("key::") or not first else f"key::{first}"


def _program(argv: list[str], stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(argv, input=stdin, capture_output=True, env=environment(inherit=True), check=False)
    except OSError as error:
        message = f"{argv[0]} cannot be started: {error.strerror}"
        raise RepositoryError(message, code="signature/program", hint=f"install {argv[0]}") from error


def _refused(program: str, done: subprocess.CompletedProcess[bytes]) -> RepositoryError:
    words = done.stderr.decode(errors="replace").strip() or f"exit {done.returncode}"
    hint = "git commit -S must work first: look at gpg.format and user.signingKey"
    return RepositoryError(f"{program} made no signature: {words}", code="signature/failed", hint=hint)
