"""What makes vectors: a program, a service, a model in a folder; how each fails, and what it is never told."""

from __future__ import annotations

import json
import math
import sys
from array import array
from pathlib import Path
from typing import Any

import pytest

from factory_git.core.errors import UsageError
from factory_git.embedders.command import CommandEmbedder
from factory_git.embedders.http import HttpEmbedder
from factory_git.embedders.parts import MOST, SIZE, parts
from factory_git.embedders.protocol import Embedder, EmbedderFailed, vectors
from factory_git.embedders.static import StaticEmbedder
from factory_git.embedders.table import embedder
from tests.embedders import scripted

TEXTS = ["basil and\nmint", "", "a lorry"]


def made(text: str, environ: dict[str, str] | None = None) -> Embedder:
    return embedder(text, env={}, environ=environ or {})


def cosine(one: array[float], other: array[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def check(embed: Embedder) -> None:
    """What holds of every embedder: a vector a text, of length one, alike where the texts are."""
    herb, nothing, lorry = embed.embed(TEXTS)
    (truck,) = embed.embed(["truck"])
    assert cosine(lorry, truck) > 0.9 > 0.1 > cosine(herb, truck)
    assert len(nothing) == len(herb)
    assert math.isclose(cosine(herb, herb), 1, abs_tol=1e-6)


def test_a_command_gets_a_text_a_line_and_is_started_once(tmp_path: Path) -> None:
    check(made(scripted.command(tmp_path)))
    assert (tmp_path / "asked.txt").read_text().splitlines() == ["basil and mint", "", "a lorry", "truck"]


def test_a_command_sees_the_environment_it_is_given_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "s3cret")
    script = "import os, sys\nprint([len(os.environ.get('SECRET', '')) + 1, len(os.listdir())])"
    (program := tmp_path / "p.py").write_text(script)
    (found,) = CommandEmbedder(argument=f"{sys.executable} {program}", env={}).embed(["x"])
    assert list(found) == [1.0, 0.0]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("import sys; sys.exit('no model')", "it ended with 1: no model"),
        ("print('no json')", "its answer is no JSON"),
        ("print('[1, 2]')", "1 vectors for 3 texts"),
        ("print('[1, 2]\\n[1]\\n[1, 2]')", "vectors of several lengths"),
        ("print('[1, NaN]\\n[1, 2]\\n[1, 2]')", "no vector"),
        ("print('[1, \"2x\"]\\n[1, 2]\\n[1, 2]')", "no vector"),
        ("print('[]\\n[]\\n[]')", "no vector"),
        ("print('3\\n3\\n3')", "no vector"),
        ("print('[1e300]\\n[1e300]\\n[' + '9' * 400 + ']')", "no vector"),
        ("import os; os.kill(os.getpid(), 9)", "ended by a signal"),
    ],
)
def test_a_command_that_fails_says_how(tmp_path: Path, script: str, words: str) -> None:
    with pytest.raises(EmbedderFailed, match=words):
        made(scripted.command(tmp_path, script)).embed(TEXTS)


def test_a_command_is_bounded_in_time_and_must_be_there(tmp_path: Path) -> None:
    (program := tmp_path / "p.py").write_text("import threading; threading.Event().wait()")
    slow = CommandEmbedder(argument=f"{sys.executable} {program}", timeout=0.2)
    with pytest.raises(EmbedderFailed, match="time-out"):
        slow.embed(["x"])
    with pytest.raises(EmbedderFailed, match="not found"):
        made(f"command: {tmp_path}/none").embed(["x"])


def test_a_service_is_asked_as_openai_is(tmp_path: Path) -> None:
    with scripted.service() as (url, seen):
        check(made(f"http: {url} small-model", {"FACTORY_EMBEDDINGS_KEY": "s3cret"}))
        check(made(f"http: {url}/embeddings small-model", {"OPENAI_API_KEY": "other"}))
    assert {one["path"] for one in seen} == {"/v1/embeddings"}
    assert seen[0]["body"] == {"model": "small-model", "input": TEXTS, "encoding_format": "float"}
    assert [one["key"] for one in seen] == ["Bearer s3cret", "Bearer s3cret", None, None]


def no_data(_: Any) -> tuple[int, bytes]:
    return 200, b'{"data": [{"index": 0}]}'


@pytest.mark.parametrize(
    ("say", "words"),
    [
        (lambda _: (401, b'{"error": "bad s3cret"}'), r"401 Unauthorized.*bad \*\*\*"),
        (lambda _: (500, b""), "500"),
        (lambda _: (200, b"<html>"), "no JSON"),
        (lambda _: (200, b"[]"), "no embeddings"),
        (no_data, "no embeddings"),
        (lambda _: (302, b"http://127.0.0.1:9/v1/embeddings"), "302"),
    ],
)
def test_a_service_that_fails_says_how_and_never_the_key(say: Any, words: str) -> None:
    with scripted.service(say) as (url, seen), pytest.raises(EmbedderFailed, match=words) as caught:
        made(f"http: {url} m", {"FACTORY_EMBEDDINGS_KEY": "s3cret"}).embed(["x"])
    assert "s3cret" not in caught.value.message
    assert len(seen) == 1, "it is asked once, and goes nowhere else"


def test_a_service_that_is_not_there_is_told() -> None:
    with pytest.raises(EmbedderFailed, match="no answer"):
        made("http: http://127.0.0.1:9/v1 m").embed(["x"])


def test_a_key_is_sent_over_https_or_to_this_machine_only() -> None:
    with pytest.raises(UsageError, match="over https only"):
        made("http: http://example.com/v1 m", {"FACTORY_EMBEDDINGS_KEY": "s3cret"})
    made("http: http://example.com/v1 m")
    made("http: https://example.com/v1 m", {"FACTORY_EMBEDDINGS_KEY": "s3cret"})
    assert "s3cret" not in repr(HttpEmbedder(argument="https://example.com/v1 m", key="s3cret"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no embedder ''"),
        ("word2vec: x", "there is no embedder 'word2vec'"),
        ("command:", "has no command"),
        ("command: 'x", "quot"),
        ("http: http://x", "no address and model"),
        ("http: ftp://x m", "no address and model"),
        ("model2vec: /nowhere", "no folder with a model"),
        ("model2vec:", "no folder with a model"),
    ],
)
def test_what_is_no_embedder_is_refused_before_anything_is_asked(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        made(text)


def static_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model of a dozen words, made here: nothing is downloaded."""
    monkeypatch.setenv("KMP_INIT_AT_FORK", "FALSE")  # a library sets it when it is imported
    numpy = pytest.importorskip("numpy")
    pytest.importorskip("model2vec")
    from model2vec import StaticModel
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    words = ["[UNK]", *(word for some in scripted.MEANINGS for word in some)]
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.normalizer = normalizers.Lowercase()
    table = numpy.array([scripted.vector(word)[:3] for word in words], dtype=numpy.float32)
    StaticModel(vectors=table, tokenizer=tokenizer).save_pretrained(str(folder))
    return folder


def test_a_model_in_a_folder_makes_vectors_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = static_model(tmp_path / "model", monkeypatch)
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("something was asked for"))
    embed = made(f"model2vec: {folder}")
    check(embed)
    before = embed.name
    (folder / "config.json").write_text((folder / "config.json").read_text() + "\n")
    assert StaticEmbedder(argument=str(folder)).name != before, "another model in the same folder is another model"


def test_a_folder_with_a_broken_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMP_INIT_AT_FORK", "FALSE")
    pytest.importorskip("model2vec")
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(EmbedderFailed, match="cannot be read"):
        made(f"model2vec: {tmp_path}").embed(["x"])


def test_without_the_extra_the_way_to_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        (tmp_path / name).write_text("{}")
    monkeypatch.setitem(sys.modules, "model2vec", None)
    with pytest.raises(UsageError) as caught:
        made(f"model2vec: {tmp_path}").embed(["x"])
    assert "git-factory[embeddings]" in caught.value.hint


def test_a_vector_of_nothing_stays_nothing() -> None:
    assert [list(one) for one in vectors([[0, 0], [0, 2]], 2, "x")] == [[0.0, 0.0], [0.0, 1.0]]


def test_a_text_has_parts_that_overlap_and_no_ids() -> None:
    words = " ".join(f"word{n}" for n in range(1_000))
    found = parts(f"entry\n{'a' * 40}\n{words}\n{words}\nkept")
    assert "".join(one[200:] if n else one for n, one in enumerate(found)) == words
    assert all(len(one) <= SIZE for one in found)
    assert len(parts("many words " * 100_000)) == MOST
    assert parts("basil") == ["basil"]
    assert parts(f"{'a' * 64}\n \n") == []
    assert parts("a b" * 660) == ["a b" * 660], "a little more than a step is one part"


def test_what_a_service_is_sent_is_json_whatever_the_text() -> None:
    with scripted.service() as (url, seen):
        made(f"http: {url} m").embed(["\ud800 \x00 é"])
    assert json.dumps(seen[0]["body"]["input"]) == '["\\ud800 \\u0000 \\u00e9"]'
