"""The same small application in every language, written as a person would, and the spec that it is bound to.

The code stands in ``apps/*.md``. Its nodes are tied in all three ways: ``code:``, tags, and names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from factory_git.drift import suppress
from factory_git.drift.finding import Finding, of_hit, order
from factory_git.drift.kinds.names import written
from tests.drift.memory_tree import judge
from tests.drift.rules.cases import read

HERE = Path(__file__).parent / "apps"
Files = dict[str, bytes]

FIELDS = {
    "Grower": {"id": "text key", "name": "text", "email": "text", "rating": "int"},
    "Block": {"id": "text key", "grower_id": "ref Grower", "crop": "text", "hectares": "decimal", "clear_on": "date"},
    "Contract": {
        "id": "text key", "grower_id": "ref Grower", "crop": "text", "tonnes": "decimal", "due": "date", "open": "bool",
    },
    "Allocation": {"id": "text key", "contract_id": "ref Contract", "block_id": "ref Block", "tonnes": "decimal"},
    "Delivery": {"id": "text key", "allocation_id": "ref Allocation", "tonnes": "decimal", "day": "date"},
    "Invoice": {"id": "text key", "delivery_id": "ref Delivery", "amount": "decimal", "paid": "bool"},
}  # fmt: skip
BY_CODE = ("Block", "Delivery")
"""The entities that ``code:`` ties. Contract is tied by its name, the others by tags."""

GATES = ("phi_gate", "credit_gate")
STEPS = ("allocate", "deliver", "bill", "notify_growers")
GUARDRAILS = {"no_overselling": "allocate", "deliveries_weighed": "deliver", "invoices_positive": "bill"}
"""Each with the step that writes what it reads."""

SPEC = """\
factory: 1
app: {id: farm}
code:
  default: bound
  language: %(language)s
  paths: [%(folder)s]
  data_contracts.entities.block: %(Block)s
  data_contracts.entities.delivery: %(Delivery)s
  workflows.pipelines.contract_fulfilment.steps.phi_gate: %(phi_gate)s
  workflows.pipelines.contract_fulfilment.steps.allocate: %(allocate)s
  workflows.pipelines.contract_fulfilment.steps.bill: %(bill)s
  safety.guardrails.no_overselling: %(no_overselling)s
  safety.guardrails.invoices_positive: %(invoices_positive)s
  interface.panels.ledger: %(ledger)s
data_contracts:
  entities:
    - name: Grower
      fields: {id: text key, name: text, email: {type: text, pii: contact}, rating: int}
    - {name: Block, fields: {%(Block.fields)s}}
    - {name: Contract, fields: {%(Contract.fields)s}}
    - {name: Allocation, made: true, fields: {%(Allocation.fields)s}}
    - {name: Delivery, made: true, fields: {%(Delivery.fields)s}}
    - {name: Invoice, made: true, fields: {%(Invoice.fields)s}}
workflows:
  pipelines:
    - name: Contract fulfilment
      steps:
        - {name: PHI gate, gate: Block, keep: it.hectares > 0}
        - {name: Credit gate, gate: Contract, keep: it.open}
        - {name: Allocate, reads: [Block, Contract], writes: [Allocation]}
        - {name: Deliver, reads: [Allocation], writes: [Delivery]}
        - {name: Bill, reads: [Delivery], writes: [Invoice]}
        - {name: Notify growers, reads: [Grower, Invoice]}
safety:
  guardrails:
    - {name: No overselling, always: "Allocation.all(it, it.tonnes > 0)"}
    - {name: Deliveries weighed, always: "Delivery.all(it, it.tonnes > 0)"}
    - {name: Invoices positive, always: "Invoice.all(it, it.amount >= 0)"}
interface:
  panels:
    - {name: Harvest board, shows: [Allocation]}
    - {name: Ledger, shows: [Invoice]}
acceptance:
  - {name: Nothing is oversold, covers: [safety.guardrails.no_overselling], test: "%(test1)s"}
  - {name: What is delivered was weighed, covers: [safety.guardrails.deliveries_weighed], test: "%(test2)s"}
  - {name: Invoices are positive, covers: [safety.guardrails.invoices_positive], test: "%(test3)s"}
"""

MODEL = "{}"
"""In a layout: each entity has a file of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Where the application has its parts: the files, the class around functions, the tests of its scenarios."""

    name: str
    folder: str
    model: str
    steps: str
    rules: str
    pipeline: str
    web: str
    tests: tuple[str, ...]
    test_file: str
    around: Mapping[str, str]

    def named(self, node: str) -> str:
        """A node's function as this language writes it."""
        name = written(node, self.name)
        if self.name == "go" or (self.name == "tsx" and node in ("harvest_board", "ledger")):
            return name[:1].upper() + name[1:]
        return name

    def entity_file(self, entity: str) -> str:
        return self.model.format(entity)

    def function_file(self, node: str) -> str:
        if node in GUARDRAILS:
            return self.rules
        if node in ("harvest_board", "ledger"):
            return self.web
        return self.pipeline if node == "contract_fulfilment" else self.steps

    def symbol(self, node: str) -> str:
        """The qualified name of a node's function."""
        around = self.around.get(self.function_file(node), "")
        return f"{around}.{self.named(node)}" if around else self.named(node)

    def place(self, node: str) -> str:
        """What ``code:`` says of a node: an entity by its name, a function by its id."""
        if node in FIELDS:
            return f"{self.entity_file(node)}::{node}"
        return f"{self.function_file(node)}::{self.symbol(node)}"

    @property
    def spec(self) -> str:
        """The application's spec, bound to this language's code."""
        words = {
            "language": "typescript" if self.name == "tsx" else self.name,
            "folder": self.folder,
            **{f"test{number}": one for number, one in enumerate(self.tests, 1)},
            **{f"{one}.fields": ", ".join(f"{k}: {v}" for k, v in some.items()) for one, some in FIELDS.items()},
        }
        tied = (*BY_CODE, "phi_gate", "allocate", "bill", "no_overselling", "invoices_positive", "ledger")
        return SPEC % {**words, **{one: self.place(one) for one in tied}}


def _flat(name: str, folder: str, ending: str, test_file: str, tests: tuple[str, ...], web: str = "web") -> Language:
    """A language whose functions stand by themselves, one file for each part."""
    model, steps, rules, pipeline, web = (
        f"{folder}/{one}.{ending}" for one in ("model", "steps", "rules", "fulfilment", web)
    )
    return Language(
        name=name, folder=folder, model=model, steps=steps, rules=rules, pipeline=pipeline, web=web, tests=tests,
        test_file=test_file, around={},
    )  # fmt: skip


_TITLES = ("oversells nothing", "weighs what it delivers", "writes positive invoices")
_JAVA, _PHP = "src/main/java/farm", "src"
LANGUAGES = (
    _flat("python", "src/farm", "py", "tests/test_farm.py",
        tuple(f"tests/test_farm.py::test_{one}" for one in (
            "nothing_is_oversold", "what_is_delivered_was_weighed", "invoices_are_positive")),
    ),
    _flat("typescript", "src", "ts", "test/farm.test.ts",
        tuple(f"npx vitest run test/farm.test.ts -t '{one}'" for one in _TITLES),
    ),
    _flat("tsx", "src", "tsx", "test/farm.test.tsx",
        tuple(f"test/farm.test.tsx > a fulfilment > {one}" for one in _TITLES),
        web="HarvestBoard",
    ),
    _flat("javascript", "src", "js", "test/farm.test.js",
        tuple(f"npx jest test/farm.test.js -t '{one}'" for one in _TITLES),
    ),
    Language(
        name="java", folder="src/main/java", model=f"{_JAVA}/{MODEL}.java", steps=f"{_JAVA}/Steps.java",
        rules=f"{_JAVA}/Rules.java", pipeline=f"{_JAVA}/Fulfilment.java", web=f"{_JAVA}/WebController.java",
        test_file="src/test/java/farm/FulfilmentTest.java",
        tests=tuple(f"mvn test -Dtest=FulfilmentTest#{one}" for one in (
            "oversellsNothing", "weighsWhatItDelivers", "writesPositiveInvoices")),
        around={f"{_JAVA}/{one}.java": one for one in ("Steps", "Rules", "Fulfilment", "WebController")},
    ),
    Language(
        name="php", folder=_PHP, model=f"{_PHP}/{MODEL}.php", steps=f"{_PHP}/Steps.php", rules=f"{_PHP}/Rules.php",
        pipeline=f"{_PHP}/Fulfilment.php", web=f"{_PHP}/WebController.php", test_file="tests/FulfilmentTest.php",
        tests=tuple(f"vendor/bin/phpunit --filter {one}" for one in (
            "testOversellsNothing", "testWeighsWhatItDelivers", "testWritesPositiveInvoices")),
        around={f"{_PHP}/{one}.php": one for one in ("Steps", "Rules", "Fulfilment", "WebController")},
    ),
    _flat("go", "src/farm", "go", "src/farm/farm_test.go", tuple(f"go test ./... -run ^{one}$" for one in (
            "TestOversellsNothing", "TestWeighsWhatItDelivers", "TestWritesPositiveInvoices")),
    ),
    _flat("rust", "src", "rs", "tests/farm.rs", tuple(f"cargo test {one}" for one in (
            "oversells_nothing", "weighs_what_it_delivers", "writes_positive_invoices")),
    ),
)  # fmt: skip


def application(language: Language) -> Files:
    """The whole application: its spec and its code."""
    return {"factory.yaml": language.spec.encode(), **_code(language.name)}


@cache
def _code(language: str) -> Files:
    (case,) = read(HERE / f"{language}.md")
    return case.files


def findings(files: Files | Mapping[str, bytes]) -> list[Finding]:
    """What the gate says of some files, sorted by place."""
    (judged,) = judge(files)
    world = judged.world
    waived = [suppress.in_code(one, world.code.facts(one.file)) for one in judged.ignores]
    left = [hit for hit in judged.hits if not any(one.covers(hit) for one in waived)]
    return sorted((of_hit(hit, world.contract.root, world.nodes) for hit in left), key=order)
