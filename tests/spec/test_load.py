"""Loading: rules 1 to 11 of the language, and messages that say where and what to do."""

from __future__ import annotations

from decimal import Decimal

import pytest

from factory_git.core.errors import SpecError
from factory_git.spec.load import find, load
from factory_git.spec.model import Source
from factory_git.spec.types import ANY, DATE, TEXT, Enum, ListOf, Ref
from tests.spec.helpers import FARMER, MINIMAL, at, problem, problems, source, spec


def test_the_farmer_spec_is_typed() -> None:
    farm = load([source(FARMER)], root="apps/farm")
    assert (farm.id, farm.title, farm.version, farm.stage) == ("farmer", "Farm contract allocation", "1.0.0", "mature")
    assert (farm.root, farm.package) == ("apps/farm", "farmer")
    contract = farm.entity("Contract")
    assert contract is not None
    assert contract.key is not None
    assert contract.key.name == "id"
    assert [str(f.type) for f in contract.fields] == [
        "text", "ref Buyer", "text", "decimal", "decimal", "enum mon tue wed thu fri", "int",
    ]  # fmt: skip
    qty = contract.field("qty_per_week")
    assert qty is not None
    assert (qty.minimum, qty.unit, qty.optional) == ("0", "kg", False)
    buyer = farm.entity("buyer")
    email = buyer.field("email") if buyer else None
    assert email is not None
    assert (email.optional, email.pii, email.type) == (True, "contact", TEXT)
    steps = farm.pipelines[0].steps
    assert [s.skill for s in steps] == ["each", "gate", "allocate", "allocate", "group", "route", "each"]
    assert farm.pipelines[0].args == {"date": DATE}
    assert farm.pipelines[0].cron == "0 2 * * *"
    assert [s.kind for s in farm.scenarios] == ["example"] * 4 + ["property"]
    assert farm.scenarios[0].when == ({"run": "contract_allocation", "date": "2026-06-09"},)
    assert farm.scenarios[4].when[0]["date"] == "any"


def test_the_minimal_spec_of_plain_strings_is_valid() -> None:
    sketch = load([source(MINIMAL)])
    assert sketch.id == "farmer"
    assert [s.skill for s in sketch.pipelines[0].steps] == [None] * 7
    assert [f.type for e in sketch.entities for f in e.fields] == [ANY] * 13
    assert sketch.raw["identity"]["safety_envelope"][2] == {"name": "PHI respected", "id": "phi_respected"}


def test_layers_that_are_lists_or_strings_stand_for_their_main_part() -> None:
    short = spec(
        """
        identity: Sell things
        data_contracts: [Buyer]
        workflows: [Nightly]
        interface: [Home]
        safety: [Never sell twice]
        personalization: [Terse]
        deployment: nightly
        growth: [New panels]
        """
    )
    assert short.raw["identity"] == {"purpose": "Sell things"}
    assert (short.entities[0].name, short.pipelines[0].name, short.panels[0].name) == ("Buyer", "Nightly", "Home")
    assert short.guardrails[0].always is None
    assert short.raw["deployment"] == {"cadence": "nightly"}


def test_ids_are_slugs_unless_given() -> None:
    made = spec("data_contracts: {entities: [SprayEvent, PHI gate, {name: Größe, id: size}]}")
    assert [(e.id, e.path) for e in made.entities] == [
        ("spray_event", "data_contracts.entities.spray_event"),
        ("phi_gate", "data_contracts.entities.phi_gate"),
        ("size", "data_contracts.entities.size"),
    ]


def test_two_siblings_with_one_id_are_refused_with_both_places() -> None:
    found = problem("data_contracts:\n  entities:\n    - Phi gate\n    - PHI gate\n")
    assert (found.code, at(found)) == ("spec/duplicate-id", (4, 7))
    assert "factory.yaml:5:7" in found.message
    spec("data_contracts:\n  entities:\n    - Phi gate\n    - {name: PHI gate, id: other}\n")


def test_one_id_in_two_places_is_fine() -> None:
    spec("data_contracts: {entities: [Alert]}\ninterface: {panels: [Alert]}\n")


@pytest.mark.parametrize("id_", ["Buyer", "a b", "a.b", "../x", "ä"])
def test_an_id_that_is_no_id_is_refused(id_: str) -> None:
    found = problem(f"data_contracts: {{entities: [{{name: X, id: '{id_}'}}]}}")
    assert found.code == "spec/id"


def test_a_name_that_gives_no_id_is_refused() -> None:
    assert problem("safety: {guardrails: ['!!!']}").code == "spec/name"


def test_reserved_ids_may_not_come_back() -> None:
    found = problem("data_contracts: {entities: [Lot]}\nreserved: [data_contracts.entities.lot]\n")
    assert (found.code, found.path, at(found)) == ("spec/reserved-id", "data_contracts.entities.lot", (1, 29))
    assert "factory.yaml:4:12" in found.hint
    assert problem("reserved: [data_contract.entities.lot]").hint == "did you mean 'data_contracts'?"


def test_a_rename_is_declared_and_leaves_no_old_node() -> None:
    renamed = spec("data_contracts: {entities: [{name: Parcel, was: Lot}]}")
    assert renamed.entities[0].was == "Lot"
    found = problem("data_contracts: {entities: [{name: Parcel, was: Lot}, Lot]}")
    assert found.code == "spec/was"
    assert problem("data_contracts: {entities: [{name: Lot, was: Lot}]}").code == "spec/was"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("text", TEXT),
        ("ref Buyer", Ref("Buyer")),
        ("ref buyer", Ref("Buyer")),
        ("enum mon tue", Enum(("mon", "tue"))),
        ("list text", ListOf(TEXT)),
        ("list ref Buyer", ListOf(Ref("Buyer"))),
        ("any", ANY),
    ],
)
def test_type_words(word: str, expected: object) -> None:
    made = spec(f"data_contracts: {{entities: [Buyer, {{name: X, fields: {{a: '{word}'}}}}]}}")
    assert made.entities[1].fields[0].type == expected
    optional = spec(f"data_contracts: {{entities: [Buyer, {{name: X, fields: {{a: '{word}?'}}}}]}}")
    assert optional.entities[1].fields[0].type == expected
    assert optional.entities[1].fields[0].optional


def test_an_enum_with_spaces_in_its_words_lists_them_under_values() -> None:
    made = spec("data_contracts: {entities: [{name: X, fields: {a: {type: enum, values: [in review, done]}}}]}")
    assert made.entities[0].fields[0].type == Enum(("in review", "done"))


@pytest.mark.parametrize(
    ("word", "code", "hint"),
    [
        ("decimaal", "spec/type-word", "did you mean 'decimal'?"),
        ("ref Byer", "spec/unknown-entity", "did you mean 'Buyer'?"),
        ("ref", "spec/type-word", "ref …"),
        ("text more", "spec/type-word", "suffixes are ' key' and '?'"),
        ("text? key", "spec/type-word", "drop the ? or the key"),
        ("enum a b a", "spec/type-word", ""),
        ("list list text", "spec/type-word", "make the inner list an entity of its own, or use json"),
        ("enum", "spec/type-word", "as in: enum low high"),
    ],
)
def test_type_words_that_are_wrong(word: str, code: str, hint: str) -> None:
    found = problem(f"data_contracts: {{entities: [Buyer, {{name: X, fields: {{a: '{word}'}}}}]}}")
    assert (found.code, found.hint, found.path) == (code, hint, "data_contracts.entities.x.fields.a")


def test_the_place_of_a_wrong_type_is_the_wrong_word() -> None:
    found = problem("data_contracts:\n  entities:\n    - name: X\n      fields:\n        a: ref Nope\n")
    assert at(found) == (5, 16)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("saftey: {}", "unknown key 'saftey'", "did you mean 'safety'?"),
        ("safety: {gardrails: []}", "unknown key 'gardrails'", "did you mean 'guardrails'?"),
        ("data_contracts: {entities: [{name: A, feilds: [a]}]}", "unknown key 'feilds'", "did you mean 'fields'?"),
        ("workflows: {pipelines: [{name: P, steps: [{eech: A, name: S}]}]}",
         "this step has 'eech' but no skill", "did you mean 'each'?"),
        ("acceptance: [{name: A, giben: {}}]", "unknown key 'giben'", "did you mean 'given'?"),
        ("identity: {purpos: x}", "unknown key 'purpos'", "did you mean 'purpose'?"),
        ("deployment: {retention: {Alrt: 90d}}\ndata_contracts: [Alert]",
         "the spec has no entity 'Alrt'", "did you mean 'Alert'?"),
    ],
)  # fmt: skip
def test_an_unknown_word_is_met_with_the_nearest_known_one(text: str, message: str, hint: str) -> None:
    found = problem(text)
    assert (found.message, found.hint) == (message, hint)


def test_keys_of_one_s_own_pass_through() -> None:
    made = spec("x-team: {lead: ana}\ndata_contracts: {entities: [{name: A, x-owner: [1, two]}]}")
    assert made.raw["x-team"] == {"lead": "ana"}
    assert made.entities[0].extra == {"x-owner": [1, "two"]}


def test_a_newer_format_is_refused_with_the_way_out() -> None:
    found = problem("", head="factory: 2\napp: x\n")
    assert (found.code, found.hint) == ("spec/format", "upgrade git-factory")


def test_an_application_must_introduce_itself() -> None:
    found = problem("identity: x", head="factory: 1\n")
    assert (found.code, found.message) == ("spec/missing-key", "'app' is missing")
    assert problems("", head="")[0].message == "this file is empty"
    assert problems("[]", head="")[0].message == "a spec is a mapping of layers"


def test_every_problem_is_reported_once_sorted_by_place() -> None:
    text = (
        FARMER.read_text()
        .replace("ref Buyer", "ref Buyr", 1)
        .replace("shows: [Alert", "shows: [Alrt")
        .replace("tue, 1]", "tues, 1]")  # in a table that four scenarios share
        .replace("stage: mature", "stage: matur")
        .replace("each: Block", "each: Blok")
    )
    with pytest.raises(SpecError) as caught:
        load([Source(path="factory.yaml", content=text.encode())])
    found = [(p.place.line, p.code) for p in caught.value.problems if p.place]
    assert found == sorted(found)
    assert [code for _, code in found] == [
        "spec/word", "spec/unknown-entity", "spec/unknown-entity", "spec/unknown-entity", "spec/value",
    ]  # fmt: skip
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("identity: {beneficiaries: {a: 1}}", "spec/type"),
        ("workflows: {pipelines: [{name: P, steps: [{each: A}]}]}\ndata_contracts: [A]", "spec/missing-key"),
        ("safety: {guardrails: [[a]]}", "spec/type"),
        ("safety: {guardrails: [~]}", "spec/type"),
        ("safety: {guardrails: [{name: G, always: [a, b]}]}", "spec/type"),
        ("safety: {guardrails: [{name: G, on_break: stop}]}", "spec/word"),
        ("interface: {panels: [{name: A, first: yes}]}", "spec/type"),
        ("interface: {panels: [{name: A, first: true}, {name: B, first: true}]}", "spec/panel"),
        ("interface: {panels: [{name: A, roles: [boss]}]}", "spec/unknown-role"),
        ("interface: {roles: [{name: clerk, sees: [health]}]}", "spec/unknown-pii"),
        ("interface: {actions: [{name: A, set: {x: 1}}]}", "spec/action"),
        ("workflows: {pipelines: [{name: P, trigger: {cron: often}}]}", "spec/cron"),
        ("evidence_policy: {trust_tiers: [high], sources: [{name: x, tier: low}]}", "spec/unknown-tier"),
        ("acceptance: [{name: A, covers: [safety.guardrails.nope]}]", "spec/unknown-path"),
        ("acceptance: [{name: A, when: {run: nope}, then: [1 == 1]}]", "spec/unknown-pipeline"),
        ("acceptance: [{name: A, when: {date: x}, then: [1 == 1]}]", "spec/scenario"),
        ("acceptance: [{name: A, test: x, judge: y}]", "spec/scenario"),
        ("acceptance: [{name: A, forall: {runs: 0}, then: [1 == 1]}]", "spec/scenario"),
        ("code: {package: not-a-name}", "spec/name"),
        ("code: {safety.guardrails.nope: src/x.py}", "spec/unknown-path"),
        ("data_contracts: [{name: A, code: /etc/passwd}]", "spec/binding"),
        ("data_contracts: [{name: A, code: ../x.py}]", "spec/binding"),
        ("terms: {t: {args: {a: text key}, is: a}}", "spec/type-word"),
        ("terms: {t: {args: {a: text}}}", "spec/missing-key"),
    ],
)
def test_what_else_is_refused(text: str, code: str) -> None:
    assert [p.code for p in problems(text)] == [code]


def test_a_step_names_one_skill() -> None:
    found = problems(
        "workflows: {pipelines: [{name: P, steps: [{name: S, each: A, gate: A, make: A}]}]}\ndata_contracts: [A]"
    )
    assert [(p.code, p.message) for p in found] == [("spec/skill", "a step names one skill, this one names each, gate")]


def test_a_mistyped_skill_is_one_problem_whatever_else_the_step_says() -> None:
    step = "{name: S, gaet: A, keep: 'true', else: {make: A}, short: {make: A}}"
    found = problem(f"workflows: {{pipelines: [{{name: P, steps: [{step}]}}]}}\ndata_contracts: [A]")
    assert (found.code, found.hint) == ("spec/skill", "did you mean 'gate'?")


def test_bounds_defaults_and_keys_are_checked() -> None:
    def field(body: str) -> str:
        return f"data_contracts: {{entities: [{{name: A, fields: {{{body}}}}}]}}"

    assert problem(field("a: {type: int, min: 1.5}")).code == "spec/value"
    assert problem(field("a: {type: text, min: 1}")).code == "spec/bound"
    assert problem(field("a: {type: decimal, min: 3, max: 2}")).code == "spec/bound"
    assert problem(field("a: {type: date, min: 2026-13-01}")).code == "spec/value"
    assert problem(field("a: {type: enum x y, default: z}")).code == "spec/value"
    assert problem(field("a: text key, b: text key")).code == "spec/key"
    made = spec(
        field(
            "a: {type: decimal, min: 0, default: 1.50}, b: {type: text, default: no}, c: {type: text?, default: null}"
        )
    )
    a, b, c = made.entities[0].fields
    assert (a.default, str(a.default), a.minimum) == (Decimal("1.50"), "1.50", "0")
    assert (b.default, c.default, c.has_default) == ("no", None, True)


TABLE = """
data_contracts:
  entities:
    - {name: Buyer, fields: {id: int key, name: text, since: date?}}
    - {name: Sale, fields: {buyer: ref Buyer, qty: {type: decimal}, tags: list text, ok: bool}}
acceptance:
  - name: A
    given:
"""


def test_cells_have_the_values_their_fields_want() -> None:
    rows = """
      Buyer: [[id, name, since], [1, 007, 2026-06-05], [2, no, ~]]
      sale: [[buyer, qty, tags, ok], [1, 1.50, [a, b], true]]
"""
    made = spec(TABLE + rows)
    given = made.scenarios[0].given
    assert given["Buyer"] == (("id", "name", "since"), ((1, "007", "2026-06-05"), (2, "no", None)))
    assert given["Sale"] == (("buyer", "qty", "tags", "ok"), ((1, Decimal("1.50"), ["a", "b"], True),))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Buyer: [[id, name], [x, a]]", "Buyer.id is a whole number, not 'x'"),
        ("Buyer: [[id, name, since], [1, a, 5.6.2026]]", "Buyer.since is a date, not '5.6.2026'"),
        ("Buyer: [[id, name], [1, ~]]", "Buyer.name is required and has no value"),
        ("Buyer: [[id, name], [1]]", "this row has 1 values, the header 2"),
        ("Buyer: [[id, nam], [1, a]]", "Buyer has no field 'nam'"),
        ("Buyer: [[id], [1]]", "the table of Buyer has no column 'name', which is required"),
        ("Buyer: [[id, name], [1, a], [1, b]]", "two rows of Buyer have the key '1'"),
        ("Sale: [[buyer, qty, tags, ok], [1, 1, [], yes]]", "Sale.ok is true or false, not 'yes'"),
        ("Sale: [[buyer, qty, tags, ok], [1, 1, a, true]]", "Sale.tags is a list text, not 'a'"),
        ("Buyer: {id: 1}", "expected a table: a list of rows, the header first, found a mapping"),
        ("Nobody: [[id], [1]]", "the spec has no entity 'Nobody'"),
    ],
)
def test_tables_that_do_not_fit_their_entity(row: str, message: str) -> None:
    found = problems(TABLE + f"      {row}\n    then: [1 == 1]\n")
    assert message in [p.message for p in found]
    assert all(p.place and p.place.line for p in found)


def test_runs_need_the_arguments_of_their_pipeline() -> None:
    text = (
        "workflows: {{pipelines: [{{name: P, trigger: {{args: {{date: date}}}}, steps: [S]}}]}}\n"
        "acceptance: [{{name: A, when: {when}, then: [1 == 1]}}]"
    )
    assert problem(text.format(when="{run: p}")).message == "pipeline p needs the argument 'date'"
    assert problem(text.format(when="{run: p, date: soon}")).message == "argument date is a date, not 'soon'"
    assert problem(text.format(when="{run: p, date: any, dat: any}")).hint == "did you mean 'date'?"
    made = spec(text.format(when="[{run: P, date: 2026-06-09}, {run: p, date: any}]"))
    assert made.scenarios[0].when == ({"run": "p", "date": "2026-06-09"}, {"run": "p", "date": "any"})


def test_code_is_bound_from_the_layer_and_from_the_node() -> None:
    made = spec(
        "workflows: {pipelines: [{name: P, steps: [{name: S, code: src/s.py}]}]}\n"
        "code: {package: shoplib, workflows.pipelines.p: {at: 'src/p.py::P', mode: free}}\n"
    )
    assert [(b.path, b.at, b.mode) for b in made.bindings] == [
        ("workflows.pipelines.p", "src/p.py::P", "free"),
        ("workflows.pipelines.p.steps.s", "src/s.py", "bound"),
    ]
    assert made.package == "shoplib"


def test_one_key_lives_in_one_file() -> None:
    parts = {
        "spec/app.yaml": "factory: 1\napp: {id: shop}\n",
        "spec/data_contracts/buyer.yaml": "name: Buyer\nfields: {id: text key}\n",
        "spec/data_contracts/sale.yaml": "{name: Sale, fields: {buyer: ref Buyer}}\n",
        "spec/safety.yaml": "safety: [Never]\n",
    }
    made = load([Source(path=p, content=c.encode()) for p, c in parts.items()])
    assert [e.name for e in made.entities] == ["Buyer", "Sale"]
    assert made.entities[1].place.file == "spec/data_contracts/sale.yaml"
    parts["spec/more.yaml"] = "safety: [Again]\n"
    with pytest.raises(SpecError) as caught:
        load([Source(path=p, content=c.encode()) for p, c in parts.items()])
    (found,) = caught.value.problems
    assert found.code == "spec/duplicate-key"
    assert str(found.place) == "spec/safety.yaml:1:1"
    assert "spec/more.yaml:1:1" in found.message


def test_broken_yaml_in_several_files_is_reported_for_each() -> None:
    with pytest.raises(SpecError) as caught:
        load([Source(path="spec/app.yaml", content=b"a: [\n"), Source(path="spec/b.yaml", content=b"b: {\n")])
    assert {p.place.file for p in caught.value.problems if p.place} == {"spec/app.yaml", "spec/b.yaml"}


def test_specs_are_found_at_any_depth() -> None:
    paths = [
        "factory.yaml", "a/x.factory.yaml", "b/spec/app.yaml", "b/spec/terms.yaml", "b/spec/data_contracts/lot.yaml",
        "b/spec/deeper/other.yaml", "c/spec/terms.yaml", "c/factory.yml", "d/e/factory.yaml", "z/app.yaml", "README",
    ]  # fmt: skip
    assert find(paths) == [
        ("", ["factory.yaml"]),
        ("a", ["a/x.factory.yaml"]),
        ("b", ["b/spec/app.yaml", "b/spec/data_contracts/lot.yaml", "b/spec/terms.yaml"]),
        ("d/e", ["d/e/factory.yaml"]),
    ]


@pytest.mark.parametrize("pair", [["a/factory.yaml", "a/b.factory.yaml"], ["factory.yaml", "spec/app.yaml"]])
def test_two_specs_in_one_folder_are_refused(pair: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        find(pair)
    assert caught.value.code == "spec/two-in-one"
    assert all(p in caught.value.message for p in pair)


def test_text_knows_the_place_of_each_of_its_characters() -> None:
    made = spec("safety:\n  guardrails:\n    - name: G\n      always: >-\n        1 == 1 &&\n        2 == 2\n")
    always = made.guardrails[0].always
    assert always is not None
    at_two = always.at(always.text.index("2 =="))
    assert (at_two.line - 2, at_two.column) == (6, 9)
    assert (always.at(0).line - 2, always.at(0).column) == (5, 9)


@pytest.mark.parametrize(
    ("code", "compiled"),
    [
        ("{}", True),
        ("{language: python}", True),
        ("{default: compiled}", True),
        ("{default: compiled, language: python}", True),
        ("{default: bound}", False),
        ("{language: go}", False),
        ("{language: go, default: compiled}", False),
    ],
)
def test_only_python_is_compiled_and_only_where_nobody_writes_it(code: str, compiled: bool) -> None:
    assert spec(f"code: {code}\n").compiled is compiled
