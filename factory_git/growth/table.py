"""What a change of a spec is: one row for each kind of mutation. Data, not code; ids are stable and never reused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RISKS = ("none", "minor", "major", "breaking", "forbidden")
VERSIONS = ("none", "patch", "minor", "major", "root")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of mutation.

    ``level`` is ``goal``, ``policy`` or ``mechanism``; ``risk`` is that before any modifier. ``migration``: empty for
    none; ``A`` automatic and losslessly reversible; ``B`` automatic, its reverse restores an archived copy; ``C``
    automatic after a check of the data; ``H`` written by hand; ``X`` irreversible. ``tests``: ``d`` recompile and
    drift; ``a`` acceptance; ``g`` guardrail differential; ``m`` migration up and down; ``s`` simulation; ``e`` evidence
    replay; ``u`` panel smoke. ``version`` is what the application's version must do at least; ``root`` is a new
    lineage. ``mirror`` is a row of the way back.
    """

    id: str
    level: str
    risk: str
    migration: str
    tests: tuple[str, ...]
    version: str
    mirror: str


_LEVELS = {"G": "goal", "P": "policy", "M": "mechanism"}
_TABLE = """\
id                          L  risk       M  tests  version  mirror
app-renamed                 M  breaking   -  a    major  app-renamed
title-changed               M  none       -  d    patch  title-changed
version-changed             M  none       -  -    none   version-changed
stage-advanced              P  minor      -  d    minor  stage-reverted
stage-reverted              P  major      -  d    minor  stage-advanced
variant-added               M  minor      -  d    minor  variant-removed
variant-removed             M  major      -  d    minor  variant-added
note-changed                M  none       -  -    none   note-changed
label-changed               M  none       -  d    patch  label-changed
stability-raised            P  minor      -  d    patch  stability-lowered
stability-lowered           P  breaking   -  d    minor  stability-raised
dependency-added            M  minor      -  a    minor  dependency-removed
dependency-removed          M  major      -  a    minor  dependency-added
reserved-added              M  none       -  d    patch  reserved-removed
reserved-removed            P  major      -  d    minor  reserved-added
desire-added                G  none       -  -    none   desire-removed
desire-changed              G  minor      -  -    none   desire-changed
desire-progressed           G  none       -  -    none   desire-progressed
desire-removed              G  minor      -  -    none   desire-added
purpose-declared            G  minor      -  a    minor  purpose-removed
purpose-removed             G  forbidden  -  -    root   purpose-declared
purpose-changed             G  forbidden  -  -    root   purpose-changed
beneficiary-added           G  major      -  as   minor  beneficiary-removed
beneficiary-removed         G  breaking   -  as   major  beneficiary-added
beneficiary-reworded        G  major      -  a    minor  beneficiary-reworded
safety-envelope-added       G  minor      -  ag   minor  safety-envelope-removed
safety-envelope-removed     G  forbidden  -  -    root   safety-envelope-added
safety-envelope-reworded    G  major      -  a    minor  safety-envelope-reworded
safety-envelope-bound       G  minor      -  ag   minor  safety-envelope-unbound
safety-envelope-unbound     G  forbidden  -  -    root   safety-envelope-bound
prohibited-change-added     G  minor      -  d    minor  prohibited-change-removed
prohibited-change-removed   G  forbidden  -  -    root   prohibited-change-added
prohibited-change-widened   G  minor      -  d    minor  prohibited-change-narrowed
prohibited-change-narrowed  G  forbidden  -  -    root   prohibited-change-widened
prohibited-change-reworded  G  major      -  a    minor  prohibited-change-reworded
plate-added                 P  major      -  d    minor  plate-removed
plate-removed               P  minor      -  d    minor  plate-added
plate-widened               P  major      -  d    minor  plate-narrowed
plate-narrowed              P  minor      -  d    minor  plate-widened
organ-added                 P  minor      -  d    minor  organ-removed
organ-removed               P  major      -  d    minor  organ-added
organ-changed               P  minor      -  d    minor  organ-changed
morph-rule-added            P  minor      -  d    minor  morph-rule-removed
morph-rule-removed          P  major      -  d    minor  morph-rule-added
morph-rule-widened          P  major      -  d    minor  morph-rule-narrowed
morph-rule-narrowed         P  minor      -  d    minor  morph-rule-widened
morph-rule-changed          P  major      -  d    minor  morph-rule-changed
approver-added              P  major      -  d    minor  approver-removed
approver-removed            P  minor      -  d    minor  approver-added
approver-widened            P  major      -  d    minor  approver-narrowed
approver-narrowed           P  minor      -  d    minor  approver-widened
approver-replaced           P  major      -  d    minor  approver-replaced
approvers-closed            P  minor      -  d    minor  approvers-opened
approvers-opened            P  breaking   -  d    major  approvers-closed
signatures-required         P  minor      -  d    minor  signatures-optional
signatures-optional         P  breaking   -  d    major  signatures-required
source-added                M  minor      -  ea   minor  source-removed
source-added-untiered       P  major      -  ea   minor  source-removed
source-removed              P  major      -  ea   minor  source-added
source-removed-fed          P  breaking   B  eam  major  source-added
source-relocated            M  major      -  e    patch  source-relocated
source-feeds-changed        M  breaking   H  eam  major  source-feeds-changed
source-renamed              M  minor      -  e    patch  source-renamed
source-tier-lowered         P  minor      -  ea   minor  source-tier-raised
source-tier-raised          P  major      -  ea   minor  source-tier-lowered
minimum-tier-lowered        P  breaking   -  eg   major  minimum-tier-raised
minimum-tier-raised         P  minor      -  eg   minor  minimum-tier-lowered
tier-added                  P  minor      -  e    minor  tier-removed
tier-removed                P  breaking   -  ea   major  tier-added
tiers-reordered             P  breaking   -  ea   major  tiers-reordered
tier-renamed                M  minor      -  e    patch  tier-renamed
evidence-cadence-faster     M  minor      -  d    patch  evidence-cadence-slower
evidence-cadence-slower     P  major      -  e    minor  evidence-cadence-faster
evidence-cadence-reworded   M  none       -  d    patch  evidence-cadence-reworded
evidence-cadence-declared   M  minor      -  d    patch  evidence-cadence-dropped
evidence-cadence-dropped    P  major      -  e    minor  evidence-cadence-declared
term-added                  M  minor      -  d    patch  term-removed
term-removed                M  minor      -  d    patch  term-added
term-changed                P  minor      -  ga   patch  term-changed
term-renamed                M  none       -  d    patch  term-renamed
entity-added                M  minor      A  am   minor  entity-removed
pii-entity-added            P  major      A  amg  minor  entity-removed
entity-removed              M  breaking   B  ams  major  entity-added
entity-renamed              M  major      A  am   major  entity-renamed
entity-split                M  breaking   H  ams  major  entity-merged
entity-merged               M  breaking   H  ams  major  entity-split
entity-made-set             M  breaking   B  am   major  entity-made-cleared
entity-made-cleared         M  major      A  am   minor  entity-made-set
field-added-optional        M  minor      A  am   minor  field-removed
field-added-default         M  minor      A  am   minor  field-removed
field-added-required        M  breaking   H  am   major  field-removed
field-removed               M  breaking   B  ams  major  field-added-required
field-renamed               M  major      A  am   major  field-renamed
field-order-changed         M  none       -  d    patch  field-order-changed
field-typed                 M  minor      C  am   minor  field-untyped
attribute-declared          M  minor      C  am   minor  attribute-dropped
field-type-widened          M  minor      B  am   minor  field-type-narrowed
field-type-narrowed         M  breaking   C  ams  major  field-type-widened
field-type-changed          M  breaking   H  ams  major  field-type-changed
field-became-required       M  major      C  am   major  field-became-optional
field-became-optional       M  major      A  am   minor  field-became-required
constraint-tightened        M  major      C  am   minor  constraint-loosened
constraint-loosened         M  minor      A  ag   minor  constraint-tightened
enum-value-added            M  minor      -  a    minor  enum-value-removed
enum-value-removed          M  breaking   C  am   major  enum-value-added
enum-value-renamed          M  major      A  am   minor  enum-value-renamed
enum-reordered              M  minor      -  a    patch  enum-reordered
unit-changed                M  breaking   H  ams  major  unit-changed
default-changed             M  minor      -  as   patch  default-changed
key-changed                 M  breaking   H  am   major  key-changed
key-declared                M  minor      C  am   minor  key-dropped
key-dropped                 M  breaking   H  am   major  key-declared
ref-target-changed          M  breaking   H  am   major  ref-target-changed
unique-added                M  major      C  am   minor  unique-removed
unique-removed              M  minor      A  a    minor  unique-added
pii-field-added             P  major      A  amg  minor  field-removed
pii-flag-set                P  major      A  ag   minor  pii-flag-cleared
pii-class-raised            P  major      A  ag   minor  pii-class-lowered
pii-flag-cleared            P  breaking   -  ag   major  pii-flag-set
pii-class-lowered           P  breaking   -  ag   major  pii-class-raised
pipeline-added              M  minor      -  as   minor  pipeline-removed
pipeline-removed            M  breaking   B  as   major  pipeline-added
pipeline-renamed            M  minor      -  as   patch  pipeline-renamed
trigger-changed             M  major      -  as   minor  trigger-changed
trigger-args-changed        M  breaking   -  a    major  trigger-args-changed
step-inserted               M  minor      -  asg  minor  step-removed
step-bound                  M  minor      -  as   minor  step-unbound
gate-bound                  M  minor      -  as   minor  gate-unbound
step-removed                M  breaking   -  asg  major  step-inserted
step-renamed                M  none       -  d    patch  step-renamed
step-reordered              M  minor      -  as   patch  step-reordered
step-swapped                M  major      -  as   minor  step-swapped
step-signature-changed      M  breaking   A  ams  major  step-signature-changed
step-param-changed          M  minor      -  as   patch  step-param-changed
allocation-order-changed    P  major      -  as   minor  allocation-order-changed
gate-inserted               P  major      -  ags  minor  gate-removed
gate-tightened              P  major      -  ags  minor  gate-loosened
gate-removed                P  breaking   -  ags  major  gate-inserted
gate-loosened               P  breaking   -  ags  major  gate-tightened
gate-incomparable           P  breaking   -  ags  major  gate-incomparable
gate-reworded               P  minor      -  ag   patch  gate-reworded
gate-unproven               P  breaking   -  ags  major  gate-unproven
gate-moved-earlier          P  minor      -  ag   patch  gate-moved-later
gate-moved-later            P  breaking   -  ags  major  gate-moved-earlier
gate-alert-dropped          P  major      -  a    minor  gate-alert-added
panel-added                 M  minor      -  u    minor  panel-removed
panel-removed               M  major      -  u    minor  panel-added
panel-renamed               M  none       -  u    patch  panel-renamed
panel-order-changed         M  none       -  u    patch  panel-order-changed
panel-shows-more            M  minor      -  ug   minor  panel-shows-less
panel-shows-less            M  major      -  u    minor  panel-shows-more
panel-filter-changed        M  major      -  ug   minor  panel-filter-changed
action-added                M  major      -  uag  minor  action-removed
action-removed              M  breaking   -  ua   major  action-added
action-renamed              M  minor      -  u    patch  action-renamed
action-condition-changed    P  major      -  uag  minor  action-condition-changed
action-effect-changed       M  major      -  uag  minor  action-effect-changed
role-added                  P  minor      -  u    minor  role-removed
role-removed                P  major      -  u    minor  role-added
role-renamed                M  minor      -  u    patch  role-renamed
role-permission-widened     P  breaking   -  ug   major  role-permission-narrowed
role-permission-narrowed    P  major      -  u    minor  role-permission-widened
guardrail-added             P  major      -  ags  minor  guardrail-removed
guardrail-strengthened      P  major      -  ags  minor  guardrail-weakened
guardrail-weakened          P  forbidden  -  g    root   guardrail-strengthened
guardrail-incomparable      P  forbidden  -  g    root   guardrail-incomparable
guardrail-removed           P  forbidden  -  -    root   guardrail-added
guardrail-reworded          P  minor      -  g    patch  guardrail-reworded
guardrail-unproven          P  breaking   -  ag   major  guardrail-unproven
guardrail-renamed           M  none       -  d    patch  guardrail-renamed
guardrail-formalised        P  minor      -  ag   minor  guardrail-informalised
guardrail-informalised      P  forbidden  -  -    root   guardrail-formalised
on-break-relaxed            P  breaking   -  ag   major  on-break-hardened
on-break-hardened           P  major      -  as   minor  on-break-relaxed
disclaimer-added            P  minor      -  u    patch  disclaimer-removed
disclaimer-removed          P  breaking   -  u    major  disclaimer-added
disclaimer-reworded         P  major      -  u    minor  disclaimer-reworded
preference-added            P  minor      -  u    patch  preference-removed
preference-removed          P  minor      -  u    patch  preference-added
preference-changed          P  minor      -  u    patch  preference-changed
heuristic-changed           P  minor      -  as   patch  heuristic-changed
heuristic-added             P  minor      -  as   patch  heuristic-removed
heuristic-removed           P  minor      -  as   patch  heuristic-added
deploy-cadence-faster       M  minor      -  d    patch  deploy-cadence-slower
deploy-cadence-slower       P  major      -  s    minor  deploy-cadence-faster
deploy-cadence-reworded     M  none       -  d    patch  deploy-cadence-reworded
deploy-cadence-declared     M  minor      -  d    patch  deploy-cadence-dropped
deploy-cadence-dropped      P  major      -  s    minor  deploy-cadence-declared
schedule-added              M  minor      -  s    minor  schedule-removed
schedule-removed            M  major      -  s    minor  schedule-added
schedule-changed            M  major      -  s    minor  schedule-changed
metrics-changed             M  minor      -  d    patch  metrics-changed
device-added                M  minor      -  u    minor  device-removed
device-removed              M  breaking   -  u    major  device-added
retention-declared          P  major      X  m    minor  retention-dropped
retention-shortened         P  breaking   X  m    major  retention-lengthened
retention-lengthened        P  major      -  g    minor  retention-shortened
egress-opened               P  breaking   -  g    major  egress-closed
acceptance-added            M  none       -  a    patch  acceptance-removed
acceptance-removed          P  major      -  ag   minor  acceptance-added
acceptance-changed          P  major      -  ag   minor  acceptance-changed
acceptance-clause-dropped   P  major      -  ag   minor  acceptance-clause-added
acceptance-fewer-runs       P  major      -  ag   minor  acceptance-more-runs
last-proof-removed          P  forbidden  -  -    root   first-proof-added
first-proof-added           P  none       -  g    patch  last-proof-removed
holdout-set                 M  none       -  a    patch  holdout-cleared
holdout-cleared             P  major      -  a    minor  holdout-set
sample-data-changed         M  minor      -  a    patch  sample-data-changed
done-command-added          M  none       -  a    patch  done-command-removed
done-command-removed        P  major      -  a    minor  done-command-added
done-command-changed        P  major      -  a    minor  done-command-changed
done-reordered              M  none       -  d    patch  done-reordered
code-bound                  M  minor      -  d    patch  code-unbound
code-unbound                M  minor      -  d    patch  code-bound
code-moved                  M  minor      -  d    patch  code-moved
code-mode-loosened          P  major      -  da   minor  code-mode-tightened
code-mode-tightened         P  minor      -  da   minor  code-mode-loosened
code-language-changed       M  breaking   -  a    major  code-language-changed
code-package-changed        M  major      -  a    minor  code-package-changed
code-path-added             M  minor      -  d    patch  code-path-removed
code-path-removed           P  major      -  d    minor  code-path-added
id-reused                   M  breaking   H  am   major  id-reused
format-upgraded             M  minor      A  d    patch  format-upgraded
field-untyped               M  breaking   A  am   major  field-typed
attribute-dropped           M  breaking   A  ag   major  attribute-declared
step-unbound                M  breaking   -  asg  major  step-bound
gate-unbound                P  breaking   -  ags  major  gate-bound
gate-alert-added            P  minor      -  a    patch  gate-alert-dropped
egress-closed               P  major      -  a    minor  egress-opened
retention-dropped           P  breaking   -  g    major  retention-declared
retention-reworded          M  none       -  d    patch  retention-reworded
acceptance-clause-added     M  none       -  a    patch  acceptance-clause-dropped
acceptance-more-runs        M  none       -  a    patch  acceptance-fewer-runs
unclassified                P  minor      -  a    minor  unclassified
"""


def _row(line: str) -> Row:
    id_, level, risk, migration, tests, version, mirror = line.split()
    return Row(
        id=id_,
        level=_LEVELS[level],
        risk=risk,
        migration=migration.strip("-"),
        tests=tuple(tests.strip("-")),
        version=version,
        mirror=mirror,
    )


ROWS: Mapping[str, Row] = {row.id: row for row in map(_row, _TABLE.splitlines()[1:])}

# Words of specs that mean rows of another name, beside the row of that very name.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "entity-added": ("pii-entity-added",),
    "field-added": ("pii-field-added",),
    "gate-condition-loosened": ("gate-loosened", "gate-incomparable"),
    "gate-condition-tightened": ("gate-tightened",),
    "gate-made-conditional": ("gate-loosened",),
    "gate-loosened": ("gate-incomparable",),
    "gate-removed": ("gate-moved-later", "gate-unbound"),  # past what it guarded, or unbound, it guards no more
    "guardrail-weakened": ("guardrail-incomparable",),
}


def matches(row_id: str, word: str) -> bool:
    """Whether a spec's ``word`` (in ``forbid``, ``allow``) means the row ``row_id``.

    ``_`` and ``-`` are one. A word is a row's id and covers its special cases (``source_added``:
    ``source-added-untiered``), or a general word: ``field_added`` is every way to add a field, ``panel_changed`` and
    ``panel`` are every row of panels.
    """
    said = word.strip().lower().replace("_", "-").replace(" ", "-")
    if row_id == said or row_id in ALIASES.get(said, ()):
        return True
    stem = said if said in ROWS else said.removesuffix("-changed")
    return bool(stem) and row_id.startswith(f"{stem}-")


def meant(word: str) -> frozenset[str]:
    """Every row that ``word`` means; empty for a word that means none."""
    return frozenset(id_ for id_ in ROWS if matches(id_, word))


def mirrors(one: str, other: str) -> bool:
    """Whether ``other`` is what the way back of ``one`` gives: its mirror, or a special case of that."""
    return matches(other, ROWS[one].mirror) or matches(one, ROWS[other].mirror)
