"""``git factory attest``: what a promoted commit was made of and how it was proven, for others to check."""

from __future__ import annotations

from collections.abc import Iterator

import click

from factory_git.app import attest
from factory_git.app.context import open_context
from factory_git.cli import output, records


@click.command(short_help="what a promoted commit was made of, as an in-toto statement")
@click.argument("commit", default="HEAD")
@click.option("--json", "as_json", is_flag=True, help="Print the statement: in-toto v1 with SLSA provenance v1.")
@click.option("--sign", is_flag=True, help="Print it in a DSSE envelope, signed with the key Git signs commits with.")
def command(commit: str, as_json: bool, sign: bool) -> None:
    """Say what COMMIT (default: HEAD) was made of: spec, compiler, agent, run, tests, verdict; from the ledger.

    Exits 3 for a commit that no run promoted.
    """
    result = attest.run(open_context(), attest.Options(commit=commit, sign=sign))
    if sign or as_json:
        records.emit_json(result.envelope or result.statement)
    else:
        output.page(_lines(result))
    records.say_notices(result.notices)


def _lines(result: attest.Result) -> Iterator[str]:
    definition = result.statement["predicate"]["buildDefinition"]
    given, inner = definition["externalParameters"], definition["internalParameters"]
    verdict, promoted = result.evidence.verdict.record, result.evidence.promotion.record
    yield f"commit:    {output.style(promoted.payload['commit'], fg='yellow')}"
    yield f"branch:    {given['branch']}"
    yield f"spec:      {given['spec']} {given['specDigest']}"
    for path, oid in sorted(given["sources"].items()):
        yield f"source:    {oid} {path}"
    yield f"compiler:  {inner['compiler'] or '-'}"
    for one in inner["agents"]:
        yield f"agent:     {one['name']}{' ' if 'model' in one else ''}{one.get('model', '')}"
    yield f"run:       {result.evidence.run.record.id}"
    yield f"verdict:   {verdict.payload['outcome']} {verdict.id}"
    yield f"tests:     {verdict.payload.get('passed', 0)} of {verdict.payload.get('tests', 0)} passed"
    yield f"files:     {len(result.evidence.files)} compiled"
