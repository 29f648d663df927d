"""``redact`` as people use it: clones and remotes, signatures, forks, what is said, and what is never done unasked."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_git.app import fork, knowledge, memory, redact, verify
from factory_git.app.context import Context, open_context
from factory_git.cli.main import run as main
from factory_git.core.errors import NotFound, RepositoryError
from factory_git.core.ids import RecordId, blob_oid
from factory_git.gitio import push
from factory_git.ledger.redaction import Redacted, Unaccepted
from factory_git.ledger.store import REF
from tests.app.clones import go, titles
from tests.conftest import Git
from tests.ledger.conftest import ANY
from tests.ledger.redacting import reachable

TRACKING = "refs/factory-remotes/origin/ledger"
Clone = Callable[[str], Path]


@pytest.fixture
def origin(tmp_path: Path, repo: Path, git: Git) -> Path:
    path = tmp_path / "origin.git"
    git("config", "factory.fsync", "false", cwd=repo)
    open_context(repo).ledger.register("note", ANY)
    git("clone", "-q", "--bare", str(repo), str(path), cwd=tmp_path)
    git("push", "-q", str(path), REF, cwd=repo)
    return path


@pytest.fixture
def clone(tmp_path: Path, origin: Path, git: Git) -> Clone:
    def make(name: str) -> Path:
        git("clone", "-q", f"file://{origin}", name, cwd=tmp_path)
        git("config", "factory.fsync", "false", cwd=tmp_path / name)
        go(tmp_path / name)
        return tmp_path / name

    return make


def note(path: Path, text: str, *, blob: bytes = b"") -> RecordId:
    ctx = open_context(path)
    made = ctx.ledger.put("note", {"title": text}, blobs=[blob] if blob else [])
    ctx.ledger.close()
    return made


def take_out(path: Path, *ids: str) -> redact.Result:
    ctx = open_context(path)
    made = redact.run(ctx, ids, "a real token")
    ctx.ledger.close()
    return made


def everything(path: Path, git: Git) -> set[str]:
    """What any ref of a repository reaches."""
    return reachable(path, git, "--all")


def tips(git: Git, *places: Path) -> set[str]:
    return {git("rev-parse", REF, cwd=place) for place in places}


def test_it_goes_from_the_remote_and_from_every_clone_that_accepts(clone: Clone, origin: Path, git: Git) -> None:
    one, other = clone("one"), clone("other")
    secret, kept = note(one, "secret", blob=b"words"), note(one, "kept")
    go(one)
    go(other)
    late = note(other, "late")
    take_out(one, secret, blob_oid(b"words"))
    assert go(one).rewritten == 0
    assert secret not in everything(origin, git)
    with pytest.raises(Unaccepted, match=r"takes out note .*a real token") as caught:
        go(other)
    assert caught.value.exit_code == 1
    assert "git factory sync --accept-redactions origin" in caught.value.hint
    assert "git push --force origin" in caught.value.hint
    with pytest.raises(Unaccepted):
        go(other, dry_run=True)
    assert titles(other) == ["secret", "kept", "late"], "nothing was changed"
    tried = go(other, accept_redactions=True, dry_run=True)
    assert (tried.rewritten, titles(other)) == (0, ["secret", "kept", "late"])
    result = go(other, accept_redactions=True)
    assert result.rewritten == 0
    for said, words in ((tried.notices, "would be taken out here, too"), (result.notices, "taken out here, too: ")):
        assert len(said) == 1
        assert said[0].startswith(words)
        assert f"note {secret[:12]}" in said[0]
        assert said[0].endswith("a real token)")
    assert go(one).received == 1
    assert tips(git, one, other, origin) == {git("rev-parse", REF, cwd=one)}
    for place in (one, other, origin):
        assert not everything(place, git) & {secret, blob_oid(b"words")}
        assert {kept, late} <= everything(place, git)
        assert git("fsck", "--strict", "--no-dangling", cwd=place) == ""
    assert verify.run(open_context(other), verify.Options(full=True)).report.problems == ()
    assert go(other).attempts == 1, "and it is not asked again"


def test_two_that_redact_different_things_at_once_agree(clone: Clone, origin: Path, git: Git) -> None:
    one, other = clone("one"), clone("other")
    first, second, kept = (note(one, text) for text in ("first", "second", "kept"))
    go(one)
    go(other)
    take_out(one, first)
    take_out(other, second)
    note(one, "from one")
    note(other, "from other")
    go(one)
    go(other, accept_redactions=True)
    go(one, accept_redactions=True)
    assert len(tips(git, one, other, origin)) == 1
    for place in (one, other, origin):
        assert not everything(place, git) & {first, second}
        assert kept in everything(place, git)
    assert sorted(titles(one)) == ["from one", "from other", "kept"]
    assert verify.run(open_context(one), verify.Options(full=True)).report.redacted == 2


def test_a_remote_that_got_it_back_is_put_right_and_that_is_said(clone: Clone, origin: Path, git: Git) -> None:
    one, other = clone("one"), clone("other")
    secret = note(one, "secret")
    go(one)
    go(other)
    old = git("rev-parse", REF, cwd=other).strip()
    take_out(one, secret)
    go(one)
    git("push", "-q", "--force", "origin", f"{old}:{REF}", cwd=other)  # by a clone that does not know
    result = go(one)
    assert result.rewritten == 2, "the note, and the transaction as it was made again"
    assert secret not in everything(origin, git)
    assert secret not in everything(one, git)
    assert tips(git, one) == tips(git, origin)


def test_fetching_alone_keeps_no_ref_to_what_was_taken_out(clone: Clone, origin: Path, git: Git) -> None:
    one = clone("one")
    secret = note(one, "secret")
    go(one)
    take_out(one, secret)
    go(one, fetch_only=True)
    assert secret in everything(origin, git)
    assert secret not in everything(one, git)
    assert titles(one) == []


def test_only_a_ledger_that_ours_has_all_of_is_replaced(
    clone: Clone, origin: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = clone("one"), clone("other")
    secret = note(one, "secret")
    go(one)
    go(other)
    take_out(one, secret)
    replace, raced = push.replace, [False]

    def meanwhile(*args: object) -> push.Sent:
        if not raced[0]:
            raced[0] = True
            note(other, "just now")
            go(other)
        return replace(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(push, "replace", meanwhile)
    result = go(one)
    assert result.attempts == 2
    assert titles(one) == ["just now"]
    assert secret not in everything(origin, git)


def test_a_remote_that_nobody_may_set_back_is_named(clone: Clone, origin: Path, git: Git) -> None:
    one = clone("one")
    git("config", "factory.ref", "refs/heads/ledger", cwd=one)
    git("branch", "ledger", REF, cwd=one)
    secret = note(one, "secret")
    go(one)
    git("config", "receive.denyNonFastForwards", "true", cwd=origin)
    take_out(one, secret)
    with pytest.raises(RepositoryError, match="origin keeps what it has") as caught:
        go(one)
    assert "must allow it to go back" in caught.value.hint
    assert titles(one) == []


def test_a_plain_rewrite_is_never_followed(clone: Clone, origin: Path, git: Git) -> None:
    """A remote that lost something without a note gets it again."""
    one = clone("one")
    note(one, "a")
    before = git("rev-parse", REF, cwd=one).strip()
    secret = note(one, "b")
    go(one)
    git("update-ref", REF, before, cwd=origin)
    assert go(one).rewritten == 1
    assert secret in everything(origin, git)


# -- who may ---


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path


def signs(path: Path, git: Git, key: Path) -> None:
    for name, value in {"gpg.format": "ssh", "user.signingKey": str(key), "factory.signLedger": "true"}.items():
        git("config", name, value, cwd=path)


@pytest.fixture
def signers(tmp_path: Path, key: Path) -> Path:
    path = tmp_path / "signers"
    path.write_text(f"committer@example.com {key.with_suffix('.pub').read_text()}")
    return path


def test_a_sealed_note_counts_where_its_key_is_vouched_for(
    clone: Clone, git: Git, key: Path, signers: Path, tmp_path: Path
) -> None:
    one, other, third = clone("one"), clone("other"), clone("third")
    signs(one, git, key)
    secret = note(one, "secret")
    for place in (one, other, third):
        go(place)
    take_out(one, secret)
    go(one)
    stranger = tmp_path / "stranger"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(stranger)], check=True)
    nobody = tmp_path / "nobody"
    nobody.write_text(f"committer@example.com {stranger.with_suffix('.pub').read_text()}")
    with pytest.raises(Unaccepted, match="nobody vouches for"):
        go(other, signers=nobody)
    assert titles(other) == ["secret"]
    go(other, signers=signers)
    assert titles(other) == []
    git("config", "gpg.ssh.allowedSignersFile", str(signers), cwd=third)
    go(third)
    assert titles(third) == []


def test_a_seal_of_another_note_is_none(clone: Clone, git: Git, key: Path, signers: Path) -> None:
    from factory_git.ledger import redaction

    one = clone("one")
    signs(one, git, key)
    ctx = open_context(one)
    ctx.ledger.redact([ctx.ledger.put("note", {"n": 1})], "mine")
    sound = ctx.ledger.redactions()[0]
    from dataclasses import replace

    target = replace(sound.targets[0], id="1" * 40)  # type: ignore[arg-type]
    forged = replace(sound, targets=(target,))
    wrong = verify.seals(ctx, signers.read_bytes()).notes([sound, forged, replace(sound, seal="")])
    assert wrong[sound.id] != "", "all three have one id: the last one's answer"
    assert verify.seals(ctx, signers.read_bytes()).notes([sound]) == {sound.id: ""}
    assert "bad" in verify.seals(ctx, signers.read_bytes()).notes([forged])[forged.id]
    assert redaction.sealed(replace(sound, seal="")) is None


def test_a_signed_ledger_stays_one_under_a_sealed_note(clone: Clone, git: Git, key: Path, signers: Path) -> None:
    one, other = clone("one"), clone("other")
    signed = clone("signed")
    for place in (one, other, signed):
        signs(place, git, key)
    git("update-ref", "-d", REF, cwd=signed)
    ctx = open_context(signed)
    (signed / ".git/factory/acknowledged").unlink(missing_ok=True)
    ctx.ledger.register("note", ANY)
    first = ctx.ledger.put("note", {"title": "first"}, blobs=[b"words"])
    second = ctx.ledger.put("note", {"title": "second"}, [first])

    def codes() -> list[tuple[str, str]]:
        report = verify.run(
            open_context(signed), verify.Options(require_signed=True, signers=signers, full=True)
        ).report
        return [(problem.code, problem.path) for problem in report.problems]

    assert codes() == []
    ctx.ledger.redact([blob_oid(b"words")], "a content")
    assert codes() == []
    ctx.ledger.redact([second], "a record")
    assert codes() == [], "also the note of the first, which was made again"
    ctx.ledger.close()
    git("config", "factory.signLedger", "false", cwd=signed)
    note(signed, "unsigned, after the note")
    assert codes() == [("ledger/unsigned", git("rev-parse", REF, cwd=signed).strip())]
    signers.write_text("")
    assert len(codes()) > 4, "the notes of a key that nobody vouches for carry nothing"


def test_unsealed_notes_carry_no_unsigned_transactions(clone: Clone, git: Git, key: Path, signers: Path) -> None:
    one = clone("one")
    signs(one, git, key)
    secret = note(one, "secret")
    git("config", "factory.signLedger", "false", cwd=one)
    take_out(one, secret)
    report = verify.run(open_context(one), verify.Options(require_signed=True, signers=signers, full=True)).report
    assert [problem.code for problem in report.problems].count("ledger/unsigned") == 4
    assert any("it has no seal" in problem.message for problem in report.problems)


# -- beside the ledger ---


def test_forks_that_have_it_are_made_anew_with_a_note_of_their_own(repo: Path, git: Git) -> None:
    ctx = open_context(repo)
    ctx.ledger.register("note", ANY)
    before = fork.run(ctx, "1", name="before")
    secret = ctx.ledger.put("note", {"title": "secret"})
    fork.run(ctx, "2", name="after")
    there = ctx.ledger_on("refs/factory/forks/after")
    kept = there.put("note", {"title": "on the fork"}, [secret])
    there.close()
    result = redact.run(ctx, [secret], "why")
    assert [*result.taken] == ["refs/factory/forks/after", REF]
    assert result.refs == ()
    assert secret not in everything(repo, git)
    assert git("rev-parse", before.ref, cwd=repo).strip() == before.tip
    there = ctx.ledger_on("refs/factory/forks/after")
    assert there.get(kept)
    assert there.verify().problems == ()
    assert ctx.ledger.verify().problems == ()


def test_what_is_not_gone_is_said(repo: Path, git: Git) -> None:
    ctx = open_context(repo)
    ctx.ledger.register("note", ANY)
    content = blob_oid(b"its transcript")
    secret = ctx.ledger.put("note", {"log": content}, blobs=[b"its transcript"], subject="the token is hunter2")
    child = ctx.ledger.put("note", {"summary": "hunter2 works"}, [secret], subject="sum up")
    git("tag", "mine", REF, cwd=repo)
    result = redact.run(ctx, [secret], "why")
    assert result.contents == (content,)
    assert result.children == (child,)
    assert result.refs == ("refs/tags/mine",)
    assert "hunter2" not in git("log", REF, cwd=repo), "the subject often says the same"
    assert ctx.ledger.blob(content)


def test_what_is_folded_goes_on_without_it(repo: Path, git: Git) -> None:
    ctx = open_context(repo)
    first = memory.add(ctx, "the first version of it")
    second = memory.add(ctx, "the second version of it", replace=first)
    other = memory.add(ctx, "something else")
    redact.run(ctx, [second], "why")
    ctx = open_context(repo)
    assert {one.id for one in memory.listing(ctx)} == {first, other}, "what it replaced stands again"
    with pytest.raises(Redacted):
        memory.forget(ctx, second)


def test_a_snapshot_does_not_bring_it_back(repo: Path, tmp_path: Path) -> None:
    ctx = open_context(repo)
    store = knowledge.knowledge(ctx)
    store.collections.add("docs")
    store.artifacts.add("docs", "note", b"hunter2")
    knowledge.export(ctx, tmp_path / "snapshot", bundle=False)
    knowledge.export(ctx, tmp_path / "bundle", bundle=True)
    redact.run(ctx, [blob_oid(b"hunter2")], "why")
    tip = open_context(repo).ledger.tip
    ctx = open_context(repo)
    knowledge.import_(ctx, tmp_path / "snapshot")
    knowledge.import_(ctx, tmp_path / "bundle")
    assert ctx.ledger.tip == tip
    with pytest.raises(Redacted):
        ctx.ledger.blob(blob_oid(b"hunter2"))


def test_a_store_without_a_redacted_content_is_exported_and_imported(repo: Path, tmp_path: Path, git: Git) -> None:
    ctx = open_context(repo)
    store = knowledge.knowledge(ctx)
    store.collections.add("docs")
    secret, kept = (store.artifacts.add("docs", name, name.encode()) for name in ("secret", "kept"))
    redact.run(ctx, [blob_oid(b"secret")], "why")
    ctx = open_context(repo)
    knowledge.export(ctx, tmp_path / "one", bundle=False)
    git("init", "-q", "elsewhere", cwd=tmp_path)
    there = open_context(tmp_path / "elsewhere")
    knowledge.import_(there, tmp_path / "one")
    assert knowledge.knowledge(there).artifacts.content(kept) == b"kept"
    with pytest.raises(NotFound):
        knowledge.knowledge(there).artifacts.content(secret)


def test_verifying_what_is_new_knows_what_was_taken_out_before(clone: Clone, git: Git) -> None:
    one, other = clone("one"), clone("other")
    secret = note(one, "secret")
    go(one)
    go(other)
    take_out(one, secret)
    assert verify.run(open_context(one)).report.ok
    ctx = open_context(other)
    ctx.ledger.put("note", {"title": "came of it"}, [secret])
    ctx.ledger.close()
    go(one)
    go(other, accept_redactions=True)
    assert go(one).received
    result = verify.run(open_context(one))
    assert result.since
    assert (result.report.problems, result.report.redacted) == ((), 1)


def test_the_command_says_what_it_did(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ctx: Context = open_context(repo)
    ctx.ledger.register("note", ANY)
    secret = ctx.ledger.put("note", {"title": "secret"})
    ctx.ledger.close()
    with monkeypatch.context() as there:
        there.chdir(repo)
        assert main(["redact", secret[:8], "--reason", "why", "--dry-run"]) == 0
        out = capsys.readouterr().out
        assert f"would be taken out of {REF}: note {secret[:12]} (1 transactions made again)" in out
        assert "note: " not in out
        assert open_context(repo).ledger.get(secret).id == secret
        assert main(["redact", secret[:8], "--reason", "why", "--json"]) == 0
        shown = json.loads(capsys.readouterr().out)
        assert [one["id"] for one in shown["targets"]] == [secret]
        assert main(["show", secret[:8]]) == 3
        assert main(["redact", secret[:8], "--reason", "why"]) == 3
        assert main(["redact", secret[:8]]) == 2
        assert main(["verify", "--full"]) == 0
        assert "1 redacted: all well" in capsys.readouterr().err
