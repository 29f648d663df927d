"""The same program in each language; None where the language has no such construct."""

from __future__ import annotations

from collections.abc import Callable

from tests.drift.control.programs import Node, Program, holds

NAMES = {
    "snake": {"gate": "phi_gate", "step": "pick_lots", "guard": "lots_small", "help": "help_out", "other": "log_it"},
    "camel": {"gate": "phiGate", "step": "pickLots", "guard": "lotsSmall", "help": "helpOut", "other": "logIt"},
}


class Renderer:
    """One language: braces or indentation, and the words."""

    style = "camel"
    ends = ";"
    call = "{}()"
    truth, opaque = "true", "ok()"
    both, either, no = "&&", "||", "!"
    missing: tuple[str, ...] = ()
    falls = True

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 1

    def can(self, program: Program) -> bool:
        """Whether the language has every construct of a program."""
        whole = (program.body, program.helper)
        return not any(_uses(whole, kind) for kind in self.missing)

    def say(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def name(self, what: str) -> str:
        return self.call.format(NAMES[self.style][what])

    def block(self, node: Node) -> None:
        self.depth += 1
        self.node(node)
        self.depth -= 1

    def node(self, node: Node) -> None:
        getattr(self, f"do_{node[0]}")(*node[1:])

    def do_seq(self, parts: tuple[Node, ...]) -> None:
        for part in parts:
            self.node(part)

    def do_call(self, what: str) -> None:
        self.say(f"{self.name(what)}{self.ends}")

    def do_return(self) -> None:
        self.say(f"return{self.ends}")

    def do_break(self) -> None:
        self.say(f"break{self.ends}")

    def do_continue(self) -> None:
        self.say(f"continue{self.ends}")

    def condition(self, node: Node) -> str:
        if node[0] == "opaque":
            return self.opaque
        if node[0] == "true":
            return self.truth
        if node[0] == "not":
            return f"{self.no}({self.condition(node[1])})"
        if node[0] in ("and", "or"):
            word = self.both if node[0] == "and" else self.either
            return f"({self.condition(node[1])}) {word} ({self.condition(node[2])})"
        return self.name(node[1])

    def file(self, program: Program) -> tuple[str, str]:
        """Path and text of the file with the pipeline, its helper, and what they call."""
        raise NotImplementedError

    # Languages with braces.

    def do_if(self, condition: Node, then: Node, other: Node) -> None:
        self.say(f"if ({self.condition(condition)}) {{")
        self.block(then)
        if other != ("seq", ()):
            self.say("} else {")
            self.block(other)
        self.say("}")

    def do_while(self, condition: Node, body: Node) -> None:
        self.say(f"while ({self.condition(condition)}) {{")
        self.block(body)
        self.say("}")

    def do_forever(self, body: Node) -> None:
        self.say("for (;;) {")
        self.block(body)
        self.say("}")

    def do_do(self, body: Node, condition: Node) -> None:
        self.say("do {")
        self.block(body)
        self.say(f"}} while ({self.condition(condition)});")

    def do_try(self, body: Node, handler: Node | None, last: Node | None) -> None:
        self.say("try {")
        self.block(body)
        if handler is not None or last is None:
            self.say(f"}} catch {self.caught}{{")
            self.block(handler if handler is not None else ("raise",))
        if last is not None:
            self.say("} finally {")
            self.block(last)
        self.say("}")

    caught = "(e) "

    def do_switch(self, arms: tuple[tuple[Node, bool], ...], sure: bool) -> None:
        self.say("switch (kind) {")
        for place, (body, falls) in enumerate(arms):
            self.say("default:" if sure and place == len(arms) - 1 else f"case {place}:")
            self.block(body)
            if not falls:
                self.depth += 1
                self.say("break;")
                self.depth -= 1
        self.say("}")


class Python(Renderer):
    """Indentation."""

    style, ends, truth, both, either, no = "snake", "", "True", "and", "or", "not "
    missing = ("do",)
    falls = False

    def block(self, node: Node) -> None:
        self.depth += 1
        before = len(self.lines)
        self.node(node)
        if len(self.lines) == before:
            self.say("pass")
        self.depth -= 1

    def do_raise(self) -> None:
        self.say("raise ValueError")

    def do_if(self, condition: Node, then: Node, other: Node) -> None:
        self.say(f"if {self.condition(condition)}:")
        self.block(then)
        if other != ("seq", ()):
            self.say("else:")
            self.block(other)

    def do_while(self, condition: Node, body: Node) -> None:
        self.say(f"while {self.condition(condition)}:")
        self.block(body)

    def do_for(self, body: Node) -> None:
        self.say("for x in xs:")
        self.block(body)

    def do_forever(self, body: Node) -> None:
        self.say("while True:")
        self.block(body)

    def do_try(self, body: Node, handler: Node | None, last: Node | None) -> None:
        self.say("try:")
        self.block(body)
        if handler is not None or last is None:
            self.say("except ValueError:")
            self.block(handler if handler is not None else ("raise",))
        if last is not None:
            self.say("finally:")
            self.block(last)

    def do_switch(self, arms: tuple[tuple[Node, bool], ...], sure: bool) -> None:
        self.say("match kind:")
        self.depth += 1
        for place, (body, _) in enumerate(arms):
            self.say("case _:" if sure and place == len(arms) - 1 else f"case {place}:")
            self.block(body)
        self.depth -= 1

    def do_later(self, body: Node) -> None:
        parts = [self.name(part[1]) for part in body[1]]
        self.say(f"later(lambda: [{', '.join(parts)}])")

    def whole(self, name: str, node: Node) -> str:
        self.lines = []
        self.node(node)
        body = "\n".join(self.lines) or "    pass"
        return f"def {name}():\n{body}\n"

    def file(self, program: Program) -> tuple[str, str]:
        code = self.whole("sell", program.body) + self.whole("help_out", program.helper)
        stubs = "".join(f"def {n}():\n    ...\n" for n in ("phi_gate", "pick_lots", "lots_small"))
        return "src/sell.py", code + stubs


class JavaScript(Renderer):
    def do_raise(self) -> None:
        self.say("throw new Error();")

    def do_for(self, body: Node) -> None:
        self.say("for (const x of xs) {")
        self.block(body)
        self.say("}")

    def do_later(self, body: Node) -> None:
        self.say("later(() => {")
        self.block(body)
        self.say("});")

    def whole(self, name: str, node: Node) -> str:
        self.lines = []
        self.node(node)
        return f"export function {name}() {{\n" + "\n".join(self.lines) + "\n}\n"

    def file(self, program: Program) -> tuple[str, str]:
        code = self.whole("sell", program.body) + self.whole("helpOut", program.helper)
        stubs = "".join(f"export function {n}() {{}}\n" for n in ("phiGate", "pickLots", "lotsSmall"))
        return "src/sell.js", code + stubs


class TypeScript(JavaScript):
    def file(self, program: Program) -> tuple[str, str]:
        return "src/sell.ts", super().file(program)[1].replace("() {", "(): void {")


class Java(JavaScript):
    caught = "(Exception e) "

    def do_raise(self) -> None:
        self.say("throw new IllegalStateException();")

    def do_for(self, body: Node) -> None:
        self.say("for (var x : xs) {")
        self.block(body)
        self.say("}")

    def do_later(self, body: Node) -> None:
        self.say("later(() -> {")
        self.block(body)
        self.say("});")

    def whole(self, name: str, node: Node) -> str:
        self.lines = []
        self.node(node)
        return f"public void {name}() {{\n" + "\n".join(self.lines) + "\n}\n"

    def file(self, program: Program) -> tuple[str, str]:
        code = self.whole("sell", program.body) + self.whole("helpOut", program.helper)
        stubs = "".join(f"public void {n}() {{}}\n" for n in ("phiGate", "pickLots", "lotsSmall"))
        return "src/Farm.java", f"public class Farm {{\n{code}{stubs}}}\n"


class Php(Renderer):
    caught = "(Exception $e) "

    def do_raise(self) -> None:
        self.say("throw new Exception();")

    def do_for(self, body: Node) -> None:
        self.say("foreach ($xs as $x) {")
        self.block(body)
        self.say("}")

    def do_switch(self, arms: tuple[tuple[Node, bool], ...], sure: bool) -> None:
        super().do_switch(arms, sure)

    def do_later(self, body: Node) -> None:
        self.say("later(function () {")
        self.block(body)
        self.say("});")

    def whole(self, name: str, node: Node) -> str:
        self.lines = []
        self.node(node)
        return f"function {name}() {{\n" + "\n".join(self.lines) + "\n}\n"

    def file(self, program: Program) -> tuple[str, str]:
        code = self.whole("sell", program.body) + self.whole("helpOut", program.helper)
        stubs = "".join(f"function {n}() {{}}\n" for n in ("phiGate", "pickLots", "lotsSmall"))
        return "src/sell.php", f"<?php\n{code}{stubs}"


class Unbracketed(Renderer):
    """Languages whose conditions stand without brackets; they differ in the words that begin a loop."""

    while_word: str
    for_head: str
    forever_head: str

    def do_if(self, condition: Node, then: Node, other: Node) -> None:
        self.say(f"if {self.condition(condition)} {{")
        self.block(then)
        if other != ("seq", ()):
            self.say("} else {")
            self.block(other)
        self.say("}")

    def do_while(self, condition: Node, body: Node) -> None:
        self.braced(f"{self.while_word} {self.condition(condition)}", body)

    def do_for(self, body: Node) -> None:
        self.braced(self.for_head, body)

    def do_forever(self, body: Node) -> None:
        self.braced(self.forever_head, body)

    def braced(self, head: str, body: Node) -> None:
        self.say(f"{head} {{")
        self.block(body)
        self.say("}")


class Go(Unbracketed):
    ends = ""
    missing = ("do", "try")
    while_word, for_head, forever_head = "for", "for _, x := range xs", "for"

    def do_raise(self) -> None:
        self.say('panic("no")')

    def do_switch(self, arms: tuple[tuple[Node, bool], ...], sure: bool) -> None:
        self.say("switch kind {")
        for place, (body, falls) in enumerate(arms):
            self.say("default:" if sure and place == len(arms) - 1 else f"case {place}:")
            self.block(body)
            if falls and place < len(arms) - 1:
                self.depth += 1
                self.say("fallthrough")
                self.depth -= 1
        self.say("}")

    def do_later(self, body: Node) -> None:
        self.say("later(func() {")
        self.block(body)
        self.say("})")

    def whole(self, name: str, node: Node) -> str:
        self.lines = []
        self.node(node)
        return f"func {name}() {{\n" + "\n".join(self.lines) + "\n}\n"

    def file(self, program: Program) -> tuple[str, str]:
        code = self.whole("sell", program.body) + self.whole("helpOut", program.helper)
        stubs = "".join(f"func {n}() {{}}\n" for n in ("phiGate", "pickLots", "lotsSmall"))
        return "src/sell.go", f"package farm\n\n{code}{stubs}"


class Rust(Unbracketed):
    style = "snake"
    missing = ("do", "try")
    falls = False
    while_word, for_head, forever_head = "while", "for x in xs", "loop"

    def do_raise(self) -> None:
        self.say('panic!("no");')

    def do_switch(self, arms: tuple[tuple[Node, bool], ...], sure: bool) -> None:
        self.say("match kind {")
        self.depth += 1
        for place, (body, _) in enumerate(arms):
            self.say("_ => {" if sure and place == len(arms) - 1 else f"{place} => {{")
            self.block(body)
            self.say("}")
        if not sure:
            self.say("_ => {}")
        self.depth -= 1
        self.say("}")

    def do_later(self, body: Node) -> None:
        self.say("later(|| {")
        self.block(body)
        self.say("});")

    def whole(self, name: str, node: Node) -> str:
        self.lines = []
        self.node(node)
        return f"pub fn {name}() {{\n" + "\n".join(self.lines) + "\n}\n"

    def file(self, program: Program) -> tuple[str, str]:
        code = self.whole("sell", program.body) + self.whole("help_out", program.helper)
        stubs = "".join(f"pub fn {n}() {{}}\n" for n in ("phi_gate", "pick_lots", "lots_small"))
        return "src/sell.rs", code + stubs


def _uses(node: object, kind: str) -> bool:
    return isinstance(node, tuple) and (bool(node and node[0] == kind) or any(_uses(one, kind) for one in node))


LANGUAGES: dict[str, Callable[[], Renderer]] = {
    "python": Python,
    "javascript": JavaScript,
    "typescript": TypeScript,
    "java": Java,
    "php": Php,
    "go": Go,
    "rust": Rust,
}
__all__ = ["LANGUAGES", "Renderer", "holds"]
