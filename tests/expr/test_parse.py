"""The grammar: what binds tighter, what comes back from a tree's own text, what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory_git.core.errors import SpecError
from factory_git.spec.expr.ast import (
    Binary,
    Call,
    Index,
    Items,
    Literal,
    Macro,
    Member,
    Name,
    Node,
    Ternary,
    Unary,
)
from factory_git.spec.expr.parse import MAX_LENGTH, parse, unparse
from tests.expr.farm import text

GROUPED = {
    "a || b && c": "a || (b && c)",
    "a && b || c && d": "(a && b) || (c && d)",
    "a == b && c": "(a == b) && c",
    "!a == b": "(!a) == b",
    "!a && b": "(!a) && b",
    "a + b == c - d": "(a + b) == (c - d)",
    "a < b == c": "(a < b) == c",
    "a in b && c": "(a in b) && c",
    "a + b * c": "a + (b * c)",
    "a - b - c": "(a - b) - c",
    "a / b * c": "(a / b) * c",
    "a - b + c": "(a - b) + c",
    "-a * b": "(-a) * b",
    "-a.b": "-(a.b)",
    "!a.b(c)": "!(a.b(c))",
    "- -a": "-(-a)",
    "a ? b : c ? d : e": "a ? b : (c ? d : e)",
    "a || b ? c : d": "(a || b) ? c : d",
    "a ? b : c || d": "a ? b : (c || d)",
    "a.b.c[d].e": "(((a.b).c)[d]).e",
    "a % b % c": "(a % b) % c",
}


@pytest.mark.parametrize("source", GROUPED)
def test_operators_bind_as_in_cel(source: str) -> None:
    assert parse(text(source)) == parse(text(GROUPED[source]))


@pytest.mark.parametrize("source", GROUPED)
def test_no_parentheses_are_written_that_are_not_needed(source: str) -> None:
    assert "(" not in unparse(parse(text(source))).replace("b(c)", "")


LITERALS: dict[str, object] = {
    "0": 0,
    "007": 7,
    "12.50": Decimal("12.50"),
    "1e3": Decimal("1e3"),
    "2.5E-2": Decimal("0.025"),
    "true": True,
    "false": False,
    "null": None,
    '"it\'s"': "it's",
    "'say \"x\"'": 'say "x"',
    r"'a\tb\\\''": "a\tb\\'",
    r"'\x41é\U0001F600\101'": "Aé😀A",
    r"r'\d+'": r"\d+",
    "'''two\nlines'''": "two\nlines",
}


@pytest.mark.parametrize("source", LITERALS)
def test_literals_keep_their_value(source: str) -> None:
    node = parse(text(source))
    assert isinstance(node, Literal)
    assert node.value == LITERALS[source]
    assert type(node.value) is type(LITERALS[source])


def test_a_decimal_keeps_its_digits_as_written() -> None:
    assert parse(text("1.0")) != parse(text("1.00"))
    assert parse(text("1.0")) != parse(text("1"))


def test_comments_and_lines_are_space() -> None:
    assert parse(text("a // one\n  + b // two")) == parse(text("a + b"))


def test_a_token_on_a_later_line_has_its_own_place() -> None:
    with pytest.raises(SpecError) as caught:
        parse(text("a +\n= b"))
    place = caught.value.problems[0].place
    assert place is not None
    assert place.file == "f.yaml"


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000,
        "a" * (MAX_LENGTH + 1),
        "-" * 5000 + "1",
        "a" + ".b" * 3000,
        "1" + "+1" * 2000,
        "1" * 5000,
        "1e99999",
        "٣",
    ],
)
def test_depth_and_length_are_bounded(source: str) -> None:
    with pytest.raises(SpecError):
        parse(text(source))


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_parsed_or_refused(source: str) -> None:
    try:
        node = parse(text(source))
    except SpecError:
        return
    assert parse(text(unparse(node))) == node


@given(st.text(alphabet="ab.()[]!-+*/%&|=<>?:, \"'01e\n", max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_soup_of_tokens_is_parsed_or_refused(source: str) -> None:
    try:
        node = parse(text(source))
    except SpecError:
        return
    assert parse(text(unparse(node))) == node


NAMES = st.sampled_from(["a", "b2", "_c", "SprayEvent", "größe", "all", "package"])
LEAVES: st.SearchStrategy[Node] = st.one_of(
    NAMES.map(Name),
    st.integers(0, 10**20).map(Literal),
    st.decimals(0, 10**9, allow_nan=False, allow_infinity=False, places=3).map(Literal),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8).map(Literal),
    st.sampled_from([True, False, None]).map(Literal),
)


def _above(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    operators = st.sampled_from(["||", "&&", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"])
    several = st.lists(inner, max_size=3).map(tuple)
    macros = st.sampled_from(["all", "exists", "exists_one", "filter", "map"])
    functions = st.sampled_from(["f", "size", "has"])
    return st.one_of(
        st.builds(Binary, operators, inner, inner),
        st.builds(Unary, st.sampled_from(["!", "-"]), inner),
        st.builds(Ternary, inner, inner, inner),
        st.builds(Member, inner, NAMES),
        st.builds(Index, inner, inner),
        st.builds(Items, several),
        st.builds(Call, st.none() | inner, functions, several),
        st.builds(Macro, macros, inner, NAMES, inner),
    )


@given(st.recursive(LEAVES, _above, max_leaves=12))
@settings(max_examples=300, deadline=None)
def test_a_tree_is_the_tree_of_its_text(node: Node) -> None:
    assert parse(text(unparse(node))) == node


def test_offsets_point_at_the_token_that_matters() -> None:
    node = parse(text("one.two + f(three)"))
    assert isinstance(node, Binary)
    assert (node.at, node.end) == (8, 9)
    assert isinstance(node.left, Member)
    assert (node.left.at, node.left.end) == (4, 7)
    assert isinstance(node.right, Call)
    assert isinstance(node.right.args[0], Name)
    assert node.right.args[0].at == 12
