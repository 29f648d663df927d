"""What the pictures of a spec show, and that every format says it in a form that its reader takes."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest

from factory_git.core.resources import folder
from factory_git.render import board
from factory_git.render.layout import Box, place
from factory_git.render.picture import Picture
from factory_git.render.table import FORMATS, MODES
from factory_git.spec.graph import Graph, build
from factory_git.spec.load import load
from factory_git.spec.model import Source

HOSTILE = 'a "quoted" <script> [x](y) {z} `code` #35; | \\n end; & ' + "\u65e5\u672c"
SPEC = {
    "app": {"id": "x", "title": HOSTILE},
    "data_contracts": [{"name": "Lot", "fields": {"id": "text key", "qty": "decimal"}}],
    "workflows": [{"name": "Flow", "steps": [{"name": HOSTILE}, "plain hole"]}],
    "desires": [HOSTILE],
}


def _graph(content: bytes) -> Graph:
    return build(load([Source(path="factory.yaml", content=content)]))


@pytest.fixture(scope="module")
def farmer() -> Graph:
    return _graph((folder("templates") / "farmer" / "factory.yaml").read_bytes())


@pytest.fixture(scope="module")
def hostile() -> Graph:
    return _graph(json.dumps(SPEC).encode())


def _arrows(picture: Picture) -> set[tuple[str, str]]:
    return {(arrow.source.rpartition(".")[2], arrow.target.rpartition(".")[2]) for arrow in picture.arrows}


def test_a_flowchart_follows_the_rows(farmer: Graph) -> None:
    picture = MODES["flowchart"](farmer)
    kinds = {item.id.rpartition(".")[2]: item.kind for item in picture.items}
    assert kinds["phi_gate"] == "gate"
    assert (kinds["block"], kinds["forecast"], kinds["triage"]) == ("stored", "made", "panel")
    found = _arrows(picture)
    assert {("yield_forecast", "phi_gate"), ("block", "yield_forecast"), ("invoices", "invoice")} <= found
    assert {("alert", "triage"), ("allocation", "never_oversell_a_block")} <= found
    # What the step right before makes is not drawn again as read.
    assert ("forecast", "phi_gate") not in found
    assert [group.label for group in picture.groups] == ["Contract allocation (0 2 * * *)"]


def test_a_step_without_a_skill_is_drawn_as_a_hole(hostile: Graph) -> None:
    holes = [item for item in MODES["flowchart"](hostile).items if item.kind == "hole"]
    assert [item.note for item in holes] == ["not bound", "not bound"]
    assert "stroke-dasharray" in FORMATS["svg"](MODES["flowchart"](hostile))


def test_a_mindmap_is_one_tree_with_every_node(hostile: Graph) -> None:
    picture = MODES["mindmap"](hostile)
    assert picture.items[0].id == "root"
    above = {arrow.target: arrow.source for arrow in picture.arrows}
    assert set(above) == {item.id for item in picture.items} - {"root"}
    assert above["data_contracts.entities.lot.fields.qty"] == "data_contracts.entities.lot"
    assert {item.id or "root" for item in picture.items} >= {path for path in hostile.nodes if path.count(".") == 1}


def test_a_large_mindmap_leaves_fields_out(farmer: Graph) -> None:
    kinds = {item.kind for item in MODES["mindmap"](farmer).items}
    assert "entity" in kinds
    assert not kinds & {"field", "step"}


def test_a_graph_lifts_fields_to_their_entity(farmer: Graph) -> None:
    picture = MODES["graph"](farmer)
    assert not any(".fields." in item.id for item in picture.items)
    labels = {(a.source.rpartition(".")[2], a.target.rpartition(".")[2]): a.label for a in picture.arrows}
    assert labels["phi_gate", "forecast"] == "guards, reads"
    assert labels["no_harvest_from_phi_locked_blocks", "phi_locked"] == "reads"


def test_a_board_has_its_four_columns_and_counts_them() -> None:
    cards = [board.Card(id="1", label="one", state="review"), board.Card(id="2", label="two", state="review")]
    picture = board.draw("App", cards)
    assert [g.label for g in picture.groups] == ["Backlog (0)", "In progress (0)", "Review (2)", "Done (0)"]
    assert [item.label for item in picture.within("review")] == ["one", "two"]


def _pictures(graph: Graph) -> list[Picture]:
    cards = [board.Card(id=str(n), label=HOSTILE, state=state, note=HOSTILE) for n, state in enumerate(board.STATES)]
    return [draw(graph) for draw in MODES.values()] + [board.draw(HOSTILE, cards)]


def test_no_text_of_a_spec_breaks_mermaid(hostile: Graph) -> None:
    for picture in _pictures(hostile):
        text = FORMATS["mermaid"](picture)
        for line in text.splitlines():
            assert len(re.findall(r'(?<!\\)"', line)) in (0, 2), line  # one label a line, and nothing ends it early
        shown = re.sub(r"#(\d+);", lambda m: chr(int(m[1])), text)
        assert all(" ".join(item.label.split()) in shown for item in picture.items)


def test_no_text_of_a_spec_breaks_dot(hostile: Graph) -> None:
    string = r'"(?:[^"\\\n]|\\.)*"'
    box = rf"{string} \[label={string}(?:, shape=\w+)?\];"
    edge = rf"{string} -> {string}(?: \[(?:label={string}|style=dashed|, )+\])?;"
    lines = rf"digraph {string} {{|}}|rankdir=\w+;|node \[.*\];|subgraph cluster_\d+ {{|label={string};|{box}|{edge}"
    for picture in _pictures(hostile):
        for line in FORMATS["dot"](picture).splitlines():
            assert re.fullmatch(lines, line.strip()), line


def test_svg_is_well_formed_and_has_every_label(hostile: Graph) -> None:
    for picture in _pictures(hostile):
        root = ET.fromstring(FORMATS["svg"](picture))
        texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
        assert {item.label for item in picture.items} <= texts
        assert not [element for element in root.iter() if element.tag.endswith("script")]


def test_json_gives_items_and_arrows_back(farmer: Graph) -> None:
    picture = MODES["graph"](farmer)
    data = json.loads(FORMATS["json"](picture))
    assert len(data["items"]) == len(picture.items)
    assert data["arrows"][0].keys() == {"source", "target", "label", "dashed"}


def _overlap(one: Box, other: Box) -> bool:
    apart = one.x + one.width <= other.x or other.x + other.width <= one.x
    return not (apart or one.y + one.height <= other.y or other.y + other.height <= one.y)


def test_no_box_stands_on_another(farmer: Graph) -> None:
    for picture in _pictures(farmer):
        boxes = list(place(picture).values())
        assert len(boxes) == len(picture.items)
        assert not [(a, b) for n, a in enumerate(boxes) for b in boxes[:n] if _overlap(a, b)], picture.mode


def test_what_an_arrow_leads_to_stands_below(farmer: Graph) -> None:
    picture = MODES["flowchart"](farmer)
    boxes = place(picture)
    assert all(boxes[arrow.source].y < boxes[arrow.target].y for arrow in picture.arrows)


def test_an_empty_spec_is_drawn() -> None:
    graph = _graph(b"app: nothing\n")
    for draw in MODES.values():
        for write in FORMATS.values():
            assert write(draw(graph))
