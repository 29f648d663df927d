"""Canonical JSON: one value, one text, and the text read back is the value."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_git.core import canonical
from factory_git.core.errors import InvalidInput

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False).filter(lambda d: "." in str(d) or "E" in str(d))
    | TEXT
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20)


@given(VALUES)
def test_reading_and_writing_again_gives_the_same_bytes(value: Any) -> None:
    data = canonical.dumps(value)
    assert canonical.dumps(canonical.loads(data)) == data


@given(VALUES)
def test_what_was_written_is_canonical_and_nothing_else_that_reads_the_same(value: Any) -> None:
    data = canonical.dumps(value)
    read = canonical.loads(data)
    assert canonical.is_canonical(data, read)
    assert not canonical.is_canonical(data + b" ", read)
    for other in (json.dumps(read, default=float), json.dumps(read, default=float, indent=0)):
        assert canonical.is_canonical(other.encode(), canonical.loads(other)) == (
            other.encode() == canonical.dumps(canonical.loads(other))
        )


def test_what_has_no_canonical_form_is_not_canonical() -> None:
    deep = b"[" * 300 + b"]" * 300
    with pytest.raises(InvalidInput, match="deeper"):
        canonical.is_canonical(deep, canonical.loads(deep))
    assert not canonical.is_canonical(b'"\\ud800"', canonical.loads(b'"\\ud800"'))
    astral = '{"\uffff":2,"\U0001f600":1}'.encode()  # by code points, which RFC 8785 does not sort by
    assert not canonical.is_canonical(astral, canonical.loads(astral))


@given(VALUES)
def test_any_json_reader_reads_the_same_value(value: Any) -> None:
    def plain(item: Any) -> Any:
        if isinstance(item, float | Decimal):
            return float(item)
        if isinstance(item, dict):
            return {key: plain(inner) for key, inner in item.items()}
        return [plain(inner) for inner in item] if isinstance(item, list) else item

    assert json.loads(canonical.dumps(value)) == plain(value)


@given(st.dictionaries(TEXT, st.integers(), min_size=2))
def test_key_order_does_not_matter(value: dict[str, int]) -> None:
    turned = dict(reversed(list(value.items())))
    assert canonical.dumps(turned) == canonical.dumps(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1.0"),
        (Decimal("1.00"), "1.00"),
        (1e16, "1E+16"),
        (Decimal("1e16"), "1E+16"),
        (10**40, "1" + "0" * 40),
        ("é\u2028\x1f/", '"é\u2028\\u001f/"'),
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ({"\U0001f600": 1, "\uffff": 2}, '{"\U0001f600":1,"\uffff":2}'),  # by UTF-16 code units, as RFC 8785 has it
        ((), "[]"),
    ],
)
def test_the_form_is_fixed(value: Any, text: str) -> None:
    assert canonical.dumps(value) == text.encode()


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        Decimal("NaN"),
        Decimal("-Infinity"),
        "\ud800",
        {1: 2},
        {1, 2},
        b"x",
        object(),
        pytest.param(10**5000, id="huge"),
    ],
)
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"\$\.here"):
        canonical.dumps({"here": value})


def test_deep_nesting_is_refused_without_overflow() -> None:
    value: Any = 1
    for _ in range(5000):
        value = [value]
    with pytest.raises(InvalidInput, match="deeper"):
        canonical.dumps(value)


@pytest.mark.parametrize(
    "text", [b'{"a":1,"a":2}', b"NaN", b"[Infinity]", b'"\xff"', b"{", b"", b"1 2", b"[" * 100_000, b"\xef\xbb\xbf1"]
)
def test_what_is_not_strict_json_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidInput):
        canonical.loads(text)


def test_no_digit_of_a_fraction_is_lost() -> None:
    text = b"[0.1000000000000000055511151231257827,1.10]"
    assert canonical.dumps(canonical.loads(text)) == text
