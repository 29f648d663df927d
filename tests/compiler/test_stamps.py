"""A change of one node rewrites the files that read it, and no others; the same spec gives the same bytes anywhere."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from factory_git.compiler.compile import compile_spec, readers
from factory_git.compiler.files import Compilation
from factory_git.compiler.python.package import runtime
from factory_git.compiler.stamp import node_digests
from factory_git.compiler.version import COMPILER, EPOCH
from factory_git.core.ids import SpecPath, blob_oid
from tests.compiler import epoch
from tests.compiler.support import farmer, farmer_text, previous, spec_of

LOCK = ".factory/lock.json"

# One edit of every kind of node: what is written, what instead, the node it belongs to.
EDITS: dict[str, tuple[str, str, str]] = {
    "purpose": ("Farm planning and", "Farm planning or", "identity.purpose"),
    "envelope": ('"No medical claims"', '"No claims"', "identity.safety_envelope"),
    "plate": ("max_risk: major", "max_risk: minor", "growth.plates.workflows_pipelines_contract_allocation_steps"),
    "source": ("data/contracts.csv", "data/deals.csv", "evidence_policy.sources.contracts"),
    "term body": ("s.date + days(s.phi_days)", "s.date + days(s.phi_days + 1)", "terms.phi_locked"),
    "other term": ("contract_id).map(a, a.qty))", "contract_id).map(a, a.qty + 0))", "terms.reserved"),
    "field of an input": ("name: text, email", "name: text?, email", "data_contracts.entities.buyer.fields.name"),
    "field of a made row": ("{subject: text, reason", "{subject: text?, reason", "data_contracts.entities.alert"),
    "pii": ("pii: contact", "pii: identity", "data_contracts.entities.buyer.fields.email"),
    "unit": ("unit: EUR/kg", "unit: USD/kg", "data_contracts.entities.contract.fields.price_floor"),
    "trigger": ('cron: "0 2', 'cron: "0 3', "workflows.pipelines.contract_allocation.trigger"),
    "step": (
        "it.plant_count * it.kg",
        "it.plant_count * 2 * it.kg",
        "workflows.pipelines.contract_allocation.steps.yield_forecast",
    ),
    "gate": ('"PHI locked"\'', '"locked"\'', "workflows.pipelines.contract_allocation.steps.phi_gate"),
    "panel": ("{name: Brief, shows: [Forecast]}", "{name: Brief, shows: [Forecast, Alert]}", "interface.panels.brief"),
    "guardrail": ("<= f.qty", "<= f.qty + 0", "safety.guardrails.never_oversell_a_block"),
    "on break": ("abort\n\npersonal", "alert\n\npersonal", "safety.guardrails.never_oversell_a_block"),
    "preference": ("No jira links", "No links", "personalization.preferences"),
    "retention": ("Invoice: 10y", "Invoice: 11y", "deployment.retention"),
    "given": ("herb, basil, 80", "herb, basil, 81", "acceptance.no_harvest_from_phi_locked_blocks"),
    "then": ("i.amount == 360", "i.amount >= 360", "acceptance.invoices_generated_for_reserved_buyers"),
    "runs": ("runs: 100", "runs: 101", "acceptance.guardrails_hold_for_any_farm"),
    "title": ("Farm contract allocation", "Farm contracts", "app.title"),
    "version": ("version: 1.0.0", "version: 1.0.1", "app.version"),
}


@pytest.fixture(scope="module")
def base() -> Compilation:
    return compile_spec(farmer())


def changed(base: Compilation, text: str) -> tuple[set[str], Compilation]:
    other = compile_spec(spec_of(text))
    paths = base.files.keys() | other.files.keys()
    both = {p for p in paths if p in base.files and p in other.files}
    return {p for p in paths if p not in both or base.files[p].content != other.files[p].content}, other


@pytest.mark.parametrize(("old", "new", "node"), EDITS.values(), ids=EDITS)
def test_a_change_of_one_node_rewrites_the_files_that_read_it_and_no_others(
    base: Compilation, old: str, new: str, node: str
) -> None:
    text = farmer_text()
    assert old in text
    files, _ = changed(base, text.replace(old, new))
    after = node_digests(spec_of(text.replace(old, new)))
    moved = {p for p, digest in node_digests(farmer()).items() if after.get(p) != digest}
    assert any(p == node or p.startswith(f"{node}.") or node.startswith(f"{p}.") for p in moved)
    read = {p for p, f in base.files.items() if moved & set(f.nodes)}
    sql = {p for p in files if p.startswith("migrations/")}
    assert files - sql - {LOCK} == read
    assert LOCK in files


def test_comments_and_formatting_change_nothing(base: Compilation) -> None:
    text = farmer_text().replace("terms:\n", "terms:   # the words\n\n")
    assert changed(base, text)[0] == set()


def test_what_the_lock_says_is_what_the_files_are(base: Compilation) -> None:
    lock = json.loads(base.files[LOCK].content)
    assert set(lock["files"]) == set(base.files) - {LOCK}
    for path, entry in lock["files"].items():
        file = base.files[path]
        assert entry["oid"] == blob_oid(file.content)
        assert entry.get("nodes", []) == list(file.nodes)
        head = file.content.decode().split("\n")[:2]
        if path.endswith(".py"):
            assert f"Compiled by git-factory {COMPILER} from " in head[0]
            assert head[1] == f"# digest: {file.digest}"


def test_the_head_of_a_file_names_nodes_that_are_there(base: Compilation) -> None:
    known = set(node_digests(farmer()))
    for file in base.files.values():
        assert {n for n in file.nodes if n not in known} <= {"interface.roles", "interface.actions"}


def test_every_tag_names_a_node_and_stands_above_a_declaration(base: Compilation) -> None:
    known = set(node_digests(farmer()))
    for path, file in base.files.items():
        lines = file.content.decode().split("\n") if path.endswith(".py") else []
        for number, line in enumerate(lines):
            found = re.match(r"# gf: (covers )?(\S+)$", line)
            if found:
                assert found[2] in known, f"{path}:{number + 1}"
                assert re.match(r"# gf|@|def |class |[A-Z]+ = ", lines[number + 1]), f"{path}:{number + 1}"


def test_the_read_graph_leads_from_guardrail_to_term_to_field(base: Compilation) -> None:
    reads = json.loads(base.files[LOCK].content)["reads"]
    guardrail = reads["safety.guardrails.no_harvest_from_phi_locked_blocks"]
    assert "terms.phi_locked" in guardrail
    assert "data_contracts.entities.spray_event.fields.phi_days" in reads["terms.phi_locked"]
    assert "terms.phi_locked" in reads["workflows.pipelines.contract_allocation.steps.phi_gate"]


def test_readers_of_a_node(base: Compilation) -> None:
    found = readers(base, SpecPath("terms.phi_locked"))
    assert "farmer/terms.py" in found
    assert "farmer/guardrails.py" in found
    assert "farmer/store.py" not in found


def test_compiling_on_top_of_its_own_result_changes_nothing(base: Compilation) -> None:
    again = compile_spec(farmer(), previous(base))
    assert {p: f.content for p, f in again.files.items()} == {p: f.content for p, f in base.files.items()}


SCRIPT = """
import hashlib, sys
from factory_git.compiler.compile import compile_spec
from tests.compiler.support import farmer
files = compile_spec(farmer()).files
print(hashlib.sha256(b"".join(p.encode() + f.content for p, f in sorted(files.items()))).hexdigest())
"""


def machines() -> Iterator[dict[str, str]]:
    yield {"PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland", "LANG": "tr_TR.UTF-8", "LC_ALL": "C"}
    yield {"PYTHONHASHSEED": "4242", "TZ": "America/Los_Angeles", "LANG": "C", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "0"}


def test_the_bytes_are_the_same_in_other_processes_zones_languages_and_folders(
    base: Compilation, tmp_path: Path
) -> None:
    here = Path(__file__).resolve().parents[2]
    joined = b"".join(p.encode() + f.content for p, f in sorted(base.files.items()))
    for number, machine in enumerate(machines()):
        folder = tmp_path / str(number)
        folder.mkdir()
        env = {**os.environ, "PYTHONPATH": str(here), **machine}
        command = [sys.executable, "-c", SCRIPT]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        assert done.stdout.strip() == hashlib.sha256(joined).hexdigest(), done.stderr


def test_the_compiler_version_is_that_of_its_sources() -> None:
    assert epoch.current() == EPOCH, "the compiler changed: python -m tests.compiler.epoch --update"


def test_the_application_carries_the_very_text_of_the_library(base: Compilation) -> None:
    for name in ("kit", "storage", "migrating", "loading", "rows", "values"):
        assert base.files[f"farmer/{name}.py"].content.decode().split("\n", 2)[2] == runtime(name)
