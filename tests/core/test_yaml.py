"""The YAML reader: 1.2 scalars, places, and refusals that name the place, whatever the bytes are."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory_git.core import yaml, yaml_text
from factory_git.core.errors import SpecError


def read(text: str | bytes) -> yaml.Node:
    return yaml.parse(text if isinstance(text, bytes) else text.encode(), "f.yaml")


def value(text: str) -> object:
    return yaml.plain(read(text))


def entry(text: str, key: str) -> yaml.Node:
    node = read(text)
    assert isinstance(node, yaml.Mapping)
    return node.entries[key][1]


def scalar(text: str, key: str) -> yaml.Scalar:
    node = entry(text, key)
    assert isinstance(node, yaml.Scalar)
    return node


def refused(text: str | bytes) -> SpecError:
    with pytest.raises(SpecError) as caught:
        read(text)
    assert caught.value.problems
    return caught.value


@pytest.mark.parametrize("word", ["no", "on", "yes", "off", "y", "12:30", "2026-06-05", "1_000", "0777x", "1.0.0", "="])
def test_what_old_yaml_takes_for_something_else_stays_text(word: str) -> None:
    assert value(f"a: {word}") == {"a": word}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.50", Decimal("1.50")),
        (".5", Decimal("0.5")),
        ("1e3", Decimal("1E+3")),
    ],
)
def test_core_scalars_have_values(word: str, expected: object) -> None:
    found = value(f"a: {word}")
    assert isinstance(found, dict)
    assert found["a"] == expected
    assert type(found["a"]) is type(expected)


def test_decimals_keep_their_digits() -> None:
    assert str(scalar("a: 1.50", "a").value) == "1.50"
    assert scalar("a: 007", "a").text == "007"


def test_quoted_scalars_are_text() -> None:
    assert value("a: '1'\nb: \"true\"\nc: ''\nd: !!str 5") == {"a": "1", "b": "true", "c": "", "d": "5"}


def test_keys_are_text_as_written() -> None:
    assert value("on: 1\n1.0: 2\ntrue: 3") == {"on": 1, "1.0": 2, "true": 3}


def test_an_empty_file_is_nothing() -> None:
    assert value("") is None
    assert value("# only a comment\n") is None


def test_duplicate_keys_are_all_refused_with_both_places() -> None:
    error = refused("a: 1\nb: {c: 1, d: 2, c: 3}\na: 2\n")
    assert [(p.place.line, p.place.column) for p in error.problems if p.place] == [(2, 17), (3, 1)]
    assert "f.yaml:2:5" in error.problems[0].message
    assert "f.yaml:1:1" in error.problems[1].message


def test_a_second_document_is_refused() -> None:
    error = refused("a: 1\n---\nb: 2\n")
    assert error.code == "yaml/documents"
    assert error.problems[0].place
    assert error.problems[0].place.line == 2


def test_aliases_and_merge_keys_work() -> None:
    text = "base: &b {x: 1, y: 2}\nother: {<<: *b, y: 3}\nboth: {<<: [*b, {z: 4}]}\nagain: *b\n"
    found = value(text)
    assert isinstance(found, dict)
    assert found["other"] == {"x": 1, "y": 3}
    assert found["both"] == {"x": 1, "y": 2, "z": 4}
    assert found["again"] == found["base"]


def test_a_cycle_of_aliases_is_refused() -> None:
    error = refused("a: &x\n  b: [1, *x]\n")
    assert error.code == "yaml/cycle"
    assert error.problems[0].place
    assert (error.problems[0].place.line, error.problems[0].place.column) == (2, 10)


def test_an_alias_bomb_is_refused_before_it_goes_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert refused("\n".join(lines)).code == "yaml/bomb"


def test_an_unknown_alias_and_a_doubled_anchor_are_refused() -> None:
    assert refused("a: *nope").code == "yaml/alias"
    assert refused("a: &x 1\nb: &x 2").code == "yaml/anchor"


def test_depth_size_numbers_and_tags_have_limits() -> None:
    assert refused("[" * 100 + "]" * 100).code == "yaml/depth"
    assert refused(b"a: " + b"x" * yaml.MAX_BYTES).code == "yaml/size"
    assert refused("a: " + "9" * 100).code == "yaml/number"
    assert refused("a: .inf").code == "yaml/number"
    assert refused("a: !python/object:os.system x").code == "yaml/tag"


def test_a_tab_in_front_is_named_as_such() -> None:
    error = refused("a:\n\t- b\n")
    assert error.code == "yaml/tab"
    assert error.problems[0].place
    assert (error.problems[0].place.line, error.problems[0].place.column) == (2, 1)


def test_bytes_that_are_not_utf8_are_refused_where_they_stand() -> None:
    error = refused(b"a: 1\nb: \xff\n")
    assert error.code == "yaml/encoding"
    assert error.problems[0].place
    assert (error.problems[0].place.line, error.problems[0].place.column) == (2, 4)
    assert refused("a: x".encode("utf-16")).code == "yaml/encoding"


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    assert yaml.same(read(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - c\r\n"), read("a: 1\nb:\n  - c\n"))
    assert scalar("\ufeffa: 1\r\nbb: 2\r\n", "bb").line == 2


def test_control_characters_and_odd_line_separators_are_refused() -> None:
    assert refused("a: \x00").code == "yaml/character"
    error = refused("a: 1\nb: x\u2028y\n")
    assert error.problems[0].place
    assert (error.problems[0].place.line, error.problems[0].place.column) == (2, 5)


def test_places_are_those_of_the_text_s_first_character() -> None:
    text = "a: plain\nb:   'single'\nc: \"double\"\nd: &x anchored\ne: |\n  literal\nf: {g: 1,\n  hé: deep}\n"
    places = {key: (n.line, n.column) for key in "abcde" for n in [scalar(text, key)]}
    assert places == {"a": (1, 4), "b": (2, 7), "c": (3, 5), "d": (4, 7), "e": (6, 3)}
    flow = entry(text, "f")
    assert isinstance(flow, yaml.Mapping)
    assert (flow.entries["hé"][0].line, flow.entries["hé"][1].column) == (8, 7)


WRITTEN = st.sampled_from(
    [
        "a: it.x == 1 && it.y\n",
        "a: 'it''s x == 1'\n",
        'a: "tab\\tand \\u0041 \\x42c"\n',
        "a: |\n    x == 1 &&\n      y\n",
        "a: >-\n  folded over\n  two lines\n\n  and more\n",
        "a: plain over\n   two lines\n",
        "a: &n anchored over\n  two\n",
        'a: "quoted over\n   two \\\n   joined"\n',
        "a: 'quoted over\n\n   lines'\n",
    ]
)


@given(WRITTEN)
def test_every_character_of_a_scalar_can_be_found_in_the_file(text: str) -> None:
    node = scalar(text, "a")
    lines = text.split("\n")
    assert lines[node.line - 1][node.column - 1] == node.text[0] or node.style == '"'
    at = {0: (node.line, node.column)} | {offset: (line, column) for offset, line, column in node.breaks}
    line, column = at[0]
    for offset, char in enumerate(node.text):
        line, column = at.get(offset, (line, column))
        here = lines[line - 1][column - 1 : column]
        if char not in " \n\t'" and here != "\\":
            assert here == char, (text, offset, char, line, column)
        column += 1


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_node_or_a_spec_error(content: bytes) -> None:
    try:
        yaml.parse(content, "f")
    except SpecError as error:
        assert error.problems  # noqa: PT017 (either outcome is right)


YAMLISH = st.text(alphabet=st.sampled_from("ab01 \n\t:-,[]{}&*!|>'\"#?%@`~.<é\\"), max_size=80)


@settings(max_examples=500)
@given(YAMLISH)
def test_anything_like_yaml_gives_a_node_or_a_spec_error(text: str) -> None:
    try:
        yaml.parse(text.encode(), "f")
    except SpecError as error:
        assert all(p.place is not None for p in error.problems)  # noqa: PT017


@settings(max_examples=200)
@given(YAMLISH)
def test_the_parser_without_libyaml_agrees(text: str) -> None:
    def outcome() -> object:
        try:
            return yaml.plain(yaml.parse(text.encode(), "f"))
        except SpecError:
            return SpecError

    fast = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "_Parser", yaml_text.SlowParser)
        slow = outcome()
    # The two differ in what they refuse at the rim of the language; where both read, they read the same.
    assert fast == slow or SpecError in (fast, slow)
