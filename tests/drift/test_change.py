"""What a change brings, as a calculation: keys, how often, renamed nodes and declarations."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from factory_git.core.value import replace
from factory_git.drift import baseline, change
from factory_git.drift.baseline import Entry
from factory_git.drift.hit import Hit
from factory_git.drift.suppress import Suppression

_PLAIN = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
_ROW = st.dictionaries(st.sampled_from(["code", "node", "file", "symbol", "about", "x"]), st.text() | st.integers())
_JSON = _PLAIN | st.fixed_dictionaries({"version": st.just(1) | _PLAIN, "entries": st.lists(_ROW | _PLAIN) | _PLAIN})


class Side:
    """A spec in a tree that is nowhere."""

    root = ""
    path = ".factory/baseline.json"
    problem = ""

    def __init__(
        self, hits: Sequence[Hit] = (), marks: Sequence[Suppression] = (), entries: Sequence[Entry] = ()
    ) -> None:
        self.hits = hits
        self.marks = marks
        self.entries = entries

    def exists(self, path: str) -> bool:
        return any(one.file == path for one in self.hits)

    def read(self, path: str) -> bytes:
        return baseline.render(self.entries) if path == self.path else b""


class Moves:
    """Names that changed."""

    def __init__(
        self, nodes: dict[str, str] | None = None, places: dict[tuple[str, str], tuple[str, str]] | None = None
    ):
        self.nodes = nodes or {}
        self.places = places or {}

    def node(self, path: str) -> str:
        return self.nodes.get(path, path)

    def place(self, file: str, symbol: str) -> tuple[str, str]:
        return self.places.get((file, symbol), (file, symbol))


def hit(
    code: str = "GF204", node: str = "n", file: str = "a", symbol: str = "s", about: str = "", line: int = 1
) -> Hit:
    return Hit(code=code, node=node, file=file, symbol=symbol, about=about, line=line, message="m")


def entry(of: Hit) -> Entry:
    return baseline.freeze([of], "")[0]


def mark(of: Hit, *, on: bool = True) -> Suppression:
    return Suppression(file=of.file, line=of.line, symbol=of.symbol, on=on, codes=(of.code,), reason="so")


def brought(new: Side, *bases: Side, own: bool = False, moves: Moves | None = None) -> list[Hit]:
    return change.brought(new, [(one, moves or Moves()) for one in bases], own=own)[0]


def test_as_often_as_the_base_has_it() -> None:
    assert brought(Side([hit(), hit(line=9)]), Side([hit()])) == [hit(line=9)]
    assert brought(Side([hit(), hit(line=9)]), Side([hit(), hit(), hit()])) == []
    assert change.brought(Side([hit(), hit(line=9)]), [(Side([hit()]), Moves())])[1] == 1


def test_every_part_of_the_key_counts_and_the_line_does_not() -> None:
    assert brought(Side([hit(line=5)]), Side([hit(line=1)])) == []
    for other in (hit("GF203"), hit(node="m"), hit(file="b"), hit(symbol="t"), hit(about="x")):
        assert brought(Side([other]), Side([hit()])) == [other]


def test_a_merge_brings_what_no_parent_had() -> None:
    new = Side([hit(), hit(node="m"), hit(node="o")])
    assert brought(new, Side([hit()]), Side([hit(node="m")])) == [hit(node="o")]


def test_renamed_nodes_and_declarations() -> None:
    moves = Moves({"new": "old"}, {("b", "T"): ("a", "S")})
    new = Side([hit(node="new", file="b", symbol="T", about="T")])
    assert brought(new, Side([hit(node="old", file="a", symbol="S", about="S")]), moves=moves) == []
    assert brought(new, Side([hit(node="old", file="a", symbol="S", about="other")]), moves=moves) == list(new.hits)


def test_an_entry_tolerates_one_finding() -> None:
    two = [hit(), hit(line=9)]
    assert change.alone(Side(two, entries=[entry(hit())])) == [hit(line=9)]
    assert change.alone(Side(two, entries=[entry(hit()), entry(hit())])) == []


def test_a_suppression_tolerates_all_that_it_covers_and_goes_first() -> None:
    found = change.alone(Side([hit(), hit(line=9)], [mark(hit())], [entry(hit())]))
    assert [one.code for one in found] == ["GF903"], "the entry is idle now"


def test_what_is_new_of_suppressions_and_baseline_does_not_count() -> None:
    for new in (Side([hit()], [mark(hit())]), Side([hit()], entries=[entry(hit())])):
        codes = [one.code for one in brought(new, Side())]
        assert codes[0] == "GF204"
        assert brought(new, Side(), own=True) == []
    grown = brought(Side([hit()], entries=[entry(hit())]), Side())
    assert [one.about for one in grown] == ["", "grown"]


def test_a_suppression_of_an_old_finding_is_no_finding_and_no_pass_for_another() -> None:
    old = Side([hit()])
    assert brought(Side([hit()], [mark(hit())]), old) == []
    other = hit(symbol="s.inner", line=4)
    why = (f"gf: ignore in line 1 of {other.file} is for this; {change.NOT_COUNTED}", change.OWN)
    assert brought(Side([hit(), other], [mark(hit())]), old) == [replace(other, detail=why)]


def test_what_a_change_takes_away_counts_at_once() -> None:
    assert brought(Side([hit()]), Side([hit()], [mark(hit())])) == [hit()]
    assert brought(Side([hit()]), Side([hit()], entries=[entry(hit())])) == [hit()]


def test_stale_entries_of_the_base_are_not_brought() -> None:
    gone = entry(hit(symbol="gone"))
    assert [one.code for one in brought(Side(entries=[gone]), Side([hit(symbol="gone")], entries=[gone]))] == ["GF903"]
    assert brought(Side(entries=[gone]), Side(entries=[gone])) == []


def test_an_entry_of_a_node_that_lost_its_code_is_not_stale() -> None:
    field = Entry(code="GF104", node="data_contracts.entities.e.fields.f", file="a", symbol="E", about="f")
    other = Entry(code="GF104", node="data_contracts.entities.else", file="a", symbol="O", about="g")
    lost = hit("GF001", node="data_contracts.entities.e", file="factory.yaml", symbol="", about="a::E")
    found = brought(Side([lost], entries=[field, other]), Side(entries=[field, other]))
    assert [one.code for one in found] == ["GF001"]
    left = change.alone(Side([lost], entries=[field, other]))
    assert [(one.code, one.node) for one in left] == [("GF001", lost.node), ("GF903", other.node)]
    assert field.node in left[1].fixes[0].edits[0].text  # what mends the one leaves the other


def test_a_baseline_holds_rules_for_code_only() -> None:
    hits = [hit(code) for code in ("GF001", "GF101", "GF401", "GF504", "GF601", "GF902")]
    assert [one.code for one in baseline.freeze(hits, "")] == ["GF101", "GF401"]


def test_a_baseline_reads_back_as_it_was_written() -> None:
    entries = baseline.freeze([hit(), hit(), hit("GF101", file='x"ä\udcff')], "apps")
    data = baseline.render(entries)
    found, problem = baseline.parse(data, "")
    assert problem == ""
    assert [one.key for one in found] == [one.key for one in entries]
    assert [one.line for one in found] == [2, 3, 4]
    assert data.count(b"\n") == 5


def test_a_renamed_declaration_reads_the_same_or_half_of_it() -> None:
    assert change.moved_text("def a():\n  b()", "def c():\n  b()", "a", "c")
    assert not change.moved_text("def a():\n  b()", "def c():\n  d()", "a", "c")
    body = "\n".join(f"  x{number}()" for number in range(6))
    assert change.moved_text(f"def a():\n{body}\n  new()", f"def c():\n{body}", "a", "c")
    other = "\n".join(f"  y{number}()" for number in range(6))
    assert not change.moved_text(f"def a():\n{body}", f"def c():\n{other}", "a", "c")


@given(st.one_of(st.binary(), st.text().map(str.encode), _JSON.map(lambda one: json.dumps(one).encode())))
def test_whatever_stands_in_a_baseline_is_read_or_refused(data: bytes) -> None:
    entries, problem = baseline.parse(data, "apps")
    assert not (entries and problem)
    assert problem or all(isinstance(text, str) for one in entries for text in one.key)


def test_a_baseline_that_is_too_deep_is_refused() -> None:
    assert baseline.parse(b"[" * 100_000, "")[1].startswith("cannot be read")
