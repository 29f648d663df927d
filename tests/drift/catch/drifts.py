"""Drifts of the application in every language: what somebody changes, and the finding that must come of it.

Each kind yields all that the application has room for; ``chosen`` takes some of every kind, by a seed. What must be
found is known from what is changed, not from the gate.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from itertools import chain, zip_longest

from factory_git.drift.kinds.names import written
from tests.drift.catch.apps import BY_CODE, FIELDS, GATES, GUARDRAILS, STEPS, Files, Language, application
from tests.drift.catch.drift import Drift
from tests.drift.catch.source import Source, framed, renamed
from tests.drift.catch.speech import SPEECHES

SPEC = "factory.yaml"
ENTITIES, PIPELINE = "data_contracts.entities", "workflows.pipelines.contract_fulfilment"
RULES, PANELS = "safety.guardrails", "interface.panels"
TIED = ("phi_gate", "allocate", "bill", "no_overselling", "invoices_positive")
ORDERS = (("allocate", "deliver"), ("deliver", "bill"), ("bill", "notify_growers"))
Change = Callable[[Source], None]
SPOKEN = {"delivery": "deliveries"}


class Maker:
    """The drifts of one language."""

    def __init__(self, language: Language) -> None:
        self.language, self.speech = language, SPEECHES[language.name]
        self.whole = application(language)

    # How the application is changed

    def edit(self, file: str, change: Change) -> Files:
        """The application with one file changed."""
        source = Source.of(self.whole[file])
        change(source)
        assert source.content != self.whole[file]
        return {**self.whole, file: source.content}

    def call(self, node: str) -> str:
        """The bare call of a step."""
        return self.speech.calls.format(self.language.named(node))

    def node(self, name: str) -> str:
        """The spec path of a step, a guardrail, a panel or an entity."""
        if name in FIELDS:
            return f"{ENTITIES}.{name.lower()}"
        if name in GUARDRAILS:
            return f"{RULES}.{name}"
        return f"{PIPELINE}.steps.{name}" if name in (*GATES, *STEPS) else f"{PANELS}.{name}"

    def in_pipeline(self, kind: str, title: str, change: Change, code: str, name: str, **more: object) -> Drift:
        """A change of the pipeline's function, and found there."""
        language = self.language
        return Drift(
            kind=kind, title=title, files=self.edit(language.pipeline, change), code=code, node=self.node(name),
            file=language.pipeline,
            symbol=language.symbol("contract_fulfilment"), names=name, **more,  # type: ignore[arg-type]
        )  # fmt: skip

    # Entities

    def fields(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Entity, field, type of the spec, name in the code, file; but for those that accessors have as well."""
        for entity, fields in FIELDS.items():
            for name, type_ in fields.items():
                if self.language.name == "java" and entity == "Contract" and name in ("id", "tonnes", "open"):
                    continue
                code = written(name, self.language.name)
                yield entity, name, type_.split()[0], code, self.language.entity_file(entity)

    def field_dropped(self) -> Iterator[Drift]:
        for entity, name, _, code, file in self.fields():

            def change(source: Source, entity: str = entity, code: str = code) -> None:
                source.drop(source.field(entity, code))

            yield self.of_field("drop a field", entity, name, file, change, "GF102")

    def field_renamed(self) -> Iterator[Drift]:
        for entity, name, _, code, file in self.fields():
            new = written("grower_remark", self.language.name)

            def change(source: Source, entity: str = entity, code: str = code, new: str = new) -> None:
                at = source.field(entity, code)
                source.lines[at] = re.sub(rf"\b{code}\b", new, source.lines[at])

            yield self.of_field("rename a field", entity, name, file, change, "GF102", also=("GF104",))

    def field_retyped(self) -> Iterator[Drift]:
        for entity, name, type_, code, file in self.fields():
            wrong = list(self.speech.wrong.get(type_, ()))
            if self.speech.maybe and type_ not in ("text", "ref"):
                wrong.append(self.speech.maybe.format(self.speech.right[type_]))
            for new in wrong:

                def change(
                    source: Source, entity: str = entity, code: str = code, type_: str = type_, new: str = new
                ) -> None:
                    at = source.field(entity, code)
                    right = rf"(?<![\w.]){re.escape(self.speech.right[type_])}\b"
                    source.lines[at] = re.sub(right, new, source.lines[at], count=1)

                yield self.of_field("change a type", entity, name, file, change, "GF103", new)

    def of_field(
        self, kind: str, entity: str, name: str, file: str, change: Change, code: str, new: str = "",
        also: tuple[str, ...] = (),
    ) -> Drift:  # fmt: skip
        title = f"{entity}.{name} {new}".rstrip()
        node = f"{self.node(entity)}.fields.{name}"
        return Drift(
            kind=kind, title=title, files=self.edit(file, change), code=code, node=node, file=file, names=name,
            symbol=entity, also=also, warns=entity == "Contract",
        )  # fmt: skip

    def entity_renamed(self) -> Iterator[Drift]:
        for entity in (*BY_CODE, "Contract"):
            files = {
                path: renamed(text, entity, "Thing") if path != SPEC else text for path, text in self.whole.items()
            }
            code = "GF001" if entity in BY_CODE else "GF101"
            yield Drift(
                kind="rename a declaration", title=f"{entity} → Thing", files=files, code=code, node=self.node(entity),
                file=SPEC, names=entity, also=("GF401", "GF105"),
            )  # fmt: skip

    # The pipeline

    def steps_reordered(self) -> Iterator[Drift]:
        for first, second in ORDERS:

            def change(source: Source, first: str = first, second: str = second) -> None:
                taken = source.cut(source.called(self.language.named(second)))
                source.put(source.called(self.language.named(first))[0], taken)

            also = ("GF203",)
            yield self.in_pipeline("reorder steps", f"{second} before {first}", change, "GF203", second, also=also)

        def back(source: Source) -> None:
            taken = source.cut(source.called(self.language.named("deliver")))
            source.put(source.called(self.language.named("notify_growers"))[1], taken)

        yield self.in_pipeline("reorder steps", "deliver last", back, "GF203", "bill", also=("GF203",))

    def gate_hoisted(self) -> Iterator[Drift]:
        for gate in GATES:
            for name, frame in self.speech.frames.items():

                def change(source: Source, gate: str = gate, frame: tuple[str, ...] = frame) -> None:
                    span = source.called(self.language.named(gate))
                    statement = source.cut(span)
                    source.put(span[0], framed(frame, statement, self.call(gate)))

                yield self.in_pipeline(
                    "hoist a gate", f"{gate} in {name}", change, "GF202" if name == "never" else "GF204", gate
                )
            for step in STEPS:

                def after(source: Source, gate: str = gate, step: str = step) -> None:
                    taken = source.cut(source.called(self.language.named(gate)))
                    source.put(source.called(self.language.named(step))[1], taken)

                yield self.in_pipeline("move a gate behind", f"{gate} after {step}", after, "GF204", gate)

    def call_removed(self) -> Iterator[Drift]:
        for name in (*GATES, *STEPS, *GUARDRAILS):
            kind = "remove a guardrail's call" if name in GUARDRAILS else "remove a step's call"
            code = "GF302" if name in GUARDRAILS else "GF202"
            for how in ("cut", "comment"):

                def change(source: Source, name: str = name, how: str = how) -> None:
                    start, end = source.called(self.language.named(name))
                    if how == "cut":
                        source.cut((start, end))
                    for at in range(start, end) if how == "comment" else ():
                        mark = "#" if self.language.name == "python" else "//"
                        source.lines[at] = f"{source.indent(at)}{mark} {source.lines[at].strip()}"

                yield self.in_pipeline(kind, f"{name}, {how}", change, code, name, warns=name == "notify_growers")

    def guardrail_early(self) -> Iterator[Drift]:
        for name, step in GUARDRAILS.items():

            def change(source: Source, name: str = name, step: str = step) -> None:
                taken = source.cut(source.called(self.language.named(name)))
                source.put(source.called(self.language.named(step))[0], taken)

            yield self.in_pipeline("call a guardrail too early", f"{name} before {step}", change, "GF302", name)

            def leave(source: Source, name: str = name) -> None:
                start, _ = source.called(self.language.named(name))
                source.put(start, [source.indent(start) + line for line in self.speech.leave])

            yield self.in_pipeline("return before a guardrail", name, leave, "GF302", name, also=("GF302",))

            def branch(source: Source, name: str = name) -> None:
                span = source.called(self.language.named(name))
                statement = source.cut(span)
                source.put(span[0], framed(self.speech.frames["branch"], statement, ""))

            yield self.in_pipeline("call a guardrail sometimes", name, branch, "GF302", name)

    # Declarations

    def function_renamed(self) -> Iterator[Drift]:
        for name in (*TIED, "notify_growers"):
            old = self.language.named(name)
            new = re.sub(r"^\w", lambda match: "Z" if match[0].isupper() else "z", old)
            files = {path: renamed(text, old, new) if path != SPEC else text for path, text in self.whole.items()}
            code = "GF001" if name in TIED else "GF201"
            yield Drift(
                kind="rename a declaration", title=name, files=files, code=code, node=self.node(name), file=SPEC,
                names=name if name not in TIED else old, also=("GF401",),
            )  # fmt: skip

    def function_removed(self) -> Iterator[Drift]:
        """Declaration and call are gone, the import with them."""
        for name in (*GATES, *STEPS, *GUARDRAILS):
            word = self.language.named(name)
            file = self.language.function_file(name)
            home, pipeline = Source.of(self.whole[file]), Source.of(self.whole[self.language.pipeline])
            home.cut(home.whole(word))
            pipeline.cut(pipeline.called(word))
            pipeline.lines = [re.sub(rf"\b{word}, |, {word}\b", "", line) for line in pipeline.lines]
            code = "GF001" if name in TIED else "GF301" if name in GUARDRAILS else "GF201"
            yield Drift(
                kind="remove a declaration", title=name, code=code, node=self.node(name), file=SPEC,
                files={**self.whole, file: home.content, self.language.pipeline: pipeline.content},
                names=word if name in TIED else name, also=("GF401", "GF205"),  # what only the step called stands alone
            )  # fmt: skip

    def tag_spoiled(self) -> Iterator[Drift]:
        for node, file in (
            (f"{ENTITIES}.grower", self.language.entity_file("Grower")),
            (f"{PIPELINE}.steps.deliver", self.language.steps),
            (f"{RULES}.deliveries_weighed", self.language.rules),
            (PIPELINE, self.language.pipeline),
        ):
            text = self.whole[file].replace(f"gf: {node}\n".encode(), f"gf: {node}s\n".encode())
            assert text != self.whole[file]
            yield Drift(
                kind="spoil a tag", title=node, files={**self.whole, file: text}, code="GF001", node=f"{node}s",
                file=file, names=f"{node}s",
            )  # fmt: skip

    def something_added(self) -> Iterator[Drift]:
        language, speech = self.language, self.speech
        apart = "{}" in language.model
        path = language.model.format("Tractor")
        files = {**self.whole, path: (b"" if apart else self.whole[path]) + speech.thing.encode()}
        yield Drift(
            kind="add something public", title="a type", files=files, code="GF401", node="", file=path, names="Tractor",
            symbol="Tractor", warns=True,
        )  # fmt: skip
        for file in (language.steps, language.rules):
            text = self.whole[file].decode()
            text = text[: text.rstrip().rindex("}")] if apart else text
            name = language.named("export_everything")
            around = language.around.get(file)
            yield Drift(
                kind="add something public", title=file, files={**self.whole, file: (text + speech.work).encode()},
                code="GF401", node="", file=file, names=name, symbol=f"{around}.{name}" if around else name, warns=True,
            )  # fmt: skip

    def written_elsewhere(self) -> Iterator[Drift]:
        language = self.language
        for entity, file in (("Allocation", language.web), ("Delivery", language.web), ("Allocation", language.rules)):
            for number, sneak in enumerate(self.speech.sneaks):
                if file != language.web and (
                    language.name in ("java", "php", "tsx") or "_WORLD" in sneak or "shown" in sneak
                ):
                    continue
                if entity == "Delivery" and ("blockId" in sneak or "block" in sneak.lower() or "tonnes" not in sneak):
                    continue
                text = self.whole[file].decode()
                apart = "{}" in language.model
                text = text[: text.rstrip().rindex("}")] if apart else text
                plural = SPOKEN.get(entity.lower(), f"{entity.lower()}s")
                body = sneak.replace("Allocation", entity).replace("allocations", plural)
                yield Drift(
                    kind="write a guarded entity elsewhere", title=f"{entity} in {file}, {number}",
                    files=self.imported(file, text + body, entity), code="GF205", node=self.node(entity), file=file,
                    names=entity,
                )  # fmt: skip

    def imported(self, file: str, text: str, entity: str) -> Files:
        """The application with a file that imports an entity as well."""
        first = {
            "python": ("from farm.model import ", f"from farm.model import {entity}, "),
            "rust": ("use crate::model::{", f"use crate::model::{{{entity}, "),
            "javascript": ("", f"import {{ {entity} }} from './model.js';\n"),
            "typescript": ("", f"import type {{ {entity} }} from './model';\n"),
            "tsx": ("", f"import type {{ {entity} }} from './model';\n"),
        }.get(self.language.name, ("", ""))
        return {**self.whole, file: text.replace(*first, 1).encode()}

    def leaked(self) -> Iterator[Drift]:
        language = self.language
        node = f"{ENTITIES}.grower.fields.email"
        ids = r"(grower(?:->|\.))(?:id|ID)(\(\))?"
        names = r"(grower(?:->|\.))(?:name|Name)(\(\))?"
        email = "Email" if language.name == "go" else "email"
        for title, file, pattern in (
            ("in a log of a step", language.steps, ids), ("in a log of a page", language.web, ids + r"(?!.*name)"),
            ("in an answer", language.web, names),
        ):  # fmt: skip
            if language.name == "tsx" and title == "in an answer":
                continue  # a page is what shows it to people: the component's own text
            text = self.whole[file].decode()
            changed = re.sub(pattern, rf"\g<1>{email}\g<2>", text, count=1)
            assert changed != text, title
            # No type is written: of a parameter, of an array's items, of a variable of the package.
            weak = (language.name, file) in (
                ("javascript", language.steps),
                ("php", language.steps),
                ("go", language.web),
            )
            yield Drift(
                kind="leak personal data", title=title, files={**self.whole, file: changed.encode()}, code="GF105",
                node=node, file=file, names="Grower.email", warns=weak,
            )  # fmt: skip

    # Tests and panels

    def test_deleted(self) -> Iterator[Drift]:
        language = self.language
        for guardrail, test in zip(GUARDRAILS, language.tests, strict=True):
            name = re.split(r"::| > |-t |=|--filter |-run |#|cargo test ", test)[-1].strip("'^$")
            node = self.node(guardrail)

            def gone(source: Source, name: str = name) -> None:
                at = next(number for number, line in enumerate(source.lines) if name in line)
                start, end = source.block(at)
                marked = source.lines[start - 1].strip().startswith(("@Test", "#[test]"))
                source.cut((start - marked, end))

            new = self.whole[language.test_file].replace(name.encode(), b"other" + name[5:].encode())
            renamed_ = {**self.whole, language.test_file: new}
            for kind, files in (("delete a test", self.edit(language.test_file, gone)), ("rename a test", renamed_)):
                yield Drift(
                    kind=kind, title=name, files=files, code="GF303", node=node, file=SPEC, names=guardrail,
                )  # fmt: skip
        left = {path: text for path, text in self.whole.items() if path != language.test_file}
        yield Drift(
            kind="delete a test", title="the file", files=left, code="GF303", node=f"{RULES}.no_overselling", file=SPEC,
            names="no_overselling", also=("GF303",),
        )  # fmt: skip

    def panel_removed(self) -> Iterator[Drift]:
        for name in ("harvest_board", "ledger"):

            def change(source: Source, name: str = name) -> None:
                word = self.language.named(name)
                source.cut(source.whole(word))
                route = name.replace("_", "-")
                source.lines = [line for line in source.lines if f"/{route}" not in line]

            file = self.language.web
            files = self.edit(file, change)
            if self.language.name == "tsx" and name == "harvest_board":
                files["src/Pages.tsx"] = files.pop(file)
                files[SPEC] = files[SPEC].replace(file.encode(), b"src/Pages.tsx")
            code = "GF001" if name == "ledger" else "GF311"
            names = self.language.named(name) if name == "ledger" else name
            yield Drift(
                kind="remove a panel", title=name, files=files, code=code, node=self.node(name), file=SPEC, names=names,
            )  # fmt: skip

    def all(self) -> list[list[Drift]]:
        """Every drift, by kind of change."""
        kinds = (
            self.field_dropped, self.field_retyped, self.gate_hoisted, self.steps_reordered, self.call_removed,
            self.guardrail_early, self.function_renamed, self.something_added, self.leaked, self.written_elsewhere,
            self.test_deleted, self.panel_removed, self.field_renamed, self.entity_renamed, self.function_removed,
            self.tag_spoiled,
        )  # fmt: skip
        return [list(kind()) for kind in kinds]


def chosen(language: Language, count: int, seed: int = 0) -> list[Drift]:
    """At most so many drifts of a language: one of every kind, then a second one, and so on."""
    chance = random.Random(f"{language.name} {seed}")
    kinds = [chance.sample(some, len(some)) for some in Maker(language).all()]
    return [one for one in chain(*zip_longest(*kinds)) if one is not None][:count]
