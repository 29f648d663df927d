"""How each language writes the steps of a made-up flow: one line a template, ``{a}`` from, ``{b}`` to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """``files`` hold the row's type and what else must be there; ``top`` begins the file of the flows.

    ``begin`` and ``end`` enclose one flow, ``source`` reads the field, ``hops`` carry a value on, ``clean`` are what
    nothing personal comes out of, ``sinks`` show a value, ``quiet`` do not.
    """

    name: str
    at: str
    path: str
    files: Mapping[str, str]
    top: str
    begin: str
    end: str
    source: str
    hops: Mapping[str, str]
    clean: Mapping[str, str]
    sinks: Mapping[str, str]
    quiet: Mapping[str, str]
    below: str = field(default="")


PYTHON = Language(
    name="python",
    at="src/rows.py::Buyer",
    path="src/flows.py",
    files={"src/rows.py": "class Buyer:\n    id: str\n    name: str\n    email: str\n"},
    top="from rows import Buyer\n\ndef keep(text):\n    return text\n\n\ndef wrap(one, two):\n    text = one + 'x'\n"
    "    return text\n\n\ndef tell(text):\n    print(text)\n\n",
    begin="def flow_{n}(buyer: Buyer, out):",
    end="",
    source="    {b} = buyer.email",
    hops={
        "assign": "    {b} = {a}",
        "text": "    {b} = 'x' + {a}",
        "template": "    {b} = f'{{{a}}}!'",
        "format": "    {b} = '{{}}'.format({a}.lower())",
        "list": "    {b} = [{a}, 'x'][0]",
        "map": "    {b} = {{'k': {a}, 'l': 1}}['k']",
        "kept": "    {b} = keep({a})",
        "wrapped": "    {b} = wrap({a}, 'x')",
        "branch": "    {b} = {a} if out else ''",
        "loop": "    {b} = ''.join(each for each in [{a}])",
    },
    clean={
        "mask": "    {b} = mask_text({a})",
        "length": "    {b} = len({a})",
        "equal": "    {b} = {a} == 'x'",
        "other key": "    {b} = {{'k': {a}, 'l': 1}}['l']",
        "other argument": "    {b} = wrap('x', {a})",
        "cut": "    {b} = {a}[:2]",
    },
    sinks={"print": "    print({a})", "log": "    log.info('%s', {a})", "told": "    tell({a})"},
    quiet={"sent": "    send({a})", "file": "    out.put({a})"},
)

_ES_BELOW = """
function keep(text) { return text; }
const wrap = (one, two) => { const text = one + "x"; return text; };
function tell(text) { console.log(text); }
"""
_ES_HOPS = {
    "assign": "  const {b} = {a};",
    "text": "  const {b} = 'x' + {a};",
    "template": "  const {b} = `${{{a}}}!`;",
    "method": "  const {b} = {a}.trim().toLowerCase();",
    "list": "  const [{b}] = [{a}, 'x'];",
    "map": "  const {{ k: {b} }} = {{ k: {a}, l: 1 }};",
    "kept": "  const {b} = keep({a});",
    "wrapped": "  const {b} = wrap({a}, 'x');",
    "branch": "  const {b} = out ? {a} : '';",
    "or": "  const {b} = {a} ?? '';",
}
_ES_CLEAN = {
    "mask": "  const {b} = maskText({a});",
    "length": "  const {b} = {a}.length;",
    "equal": "  const {b} = {a} === 'x';",
    "other key": "  const {b} = {{ k: {a}, l: 1 }}.l;",
    "other argument": "  const {b} = wrap('x', {a});",
}
TYPESCRIPT = Language(
    name="typescript",
    at="src/rows.ts::Buyer",
    path="src/flows.ts",
    files={"src/rows.ts": "export interface Buyer { id: string; name: string; email: string }\n"},
    top='import { Buyer } from "./rows";\n',
    begin="export function flow{n}(buyer: Buyer, out: any) {{",
    end="}",
    source="  const {b} = buyer.email;",
    hops=_ES_HOPS,
    clean=_ES_CLEAN,
    sinks={"print": "  console.log({a});", "log": "  logger.info({a});", "told": "  tell({a});"},
    quiet={"sent": "  send({a});", "file": "  out.put({a});"},
    below=_ES_BELOW,
)
TSX = Language(
    name="tsx",
    at="src/rows.ts::Buyer",
    path="src/flows.tsx",
    files=TYPESCRIPT.files,
    top=TYPESCRIPT.top,
    begin="export const Flow{n} = ({{ buyer, out }}: {{ buyer: Buyer; out: any }}) => {{",
    end="  return <b>{buyer.email}</b>;\n};",
    source=TYPESCRIPT.source,
    hops=_ES_HOPS,
    clean=_ES_CLEAN,
    sinks=TYPESCRIPT.sinks,
    quiet=TYPESCRIPT.quiet,
    below=_ES_BELOW,
)
JAVASCRIPT = Language(
    name="javascript",
    at="src/rows.js::Buyer",
    path="src/flows.js",
    files={"src/rows.js": "export class Buyer { constructor(id, name, email) { this.email = email; } }\n"},
    top='import { Buyer } from "./rows";\n',
    begin="export function flow{n}(key, out) {{ const buyer = new Buyer(key, key, key);",
    end="}",
    source="  const {{ email: {b} }} = buyer;",
    hops=_ES_HOPS,
    clean=_ES_CLEAN,
    sinks=TYPESCRIPT.sinks,
    quiet=TYPESCRIPT.quiet,
    below=_ES_BELOW,
)
JAVA = Language(
    name="java",
    at="src/shop/Buyer.java::Buyer",
    path="src/shop/Flows.java",
    files={
        "src/shop/Buyer.java": "package shop;\npublic class Buyer {\n  private String id, name, email;\n"
        "  public String getEmail() { return email; }\n}\n"
    },
    top="package shop;\npublic class Flows {\n  static String keep(String text) { return text; }\n"
    '  static String wrap(String one, String two) { String text = one + "x"; return text; }\n'
    "  static void tell(String text) { System.out.println(text); }\n",
    begin="  void flow{n}(Buyer buyer, Out out) {{",
    end="  }",
    source="    var {b} = buyer.getEmail();",
    hops={
        "assign": "    var {b} = {a};",
        "text": '    var {b} = "x" + {a};',
        "format": '    var {b} = String.format("%s", {a});',
        "method": "    var {b} = {a}.trim().toLowerCase();",
        "list": "    var {b} = List.of({a}).get(0);",
        "kept": "    var {b} = keep({a});",
        "wrapped": '    var {b} = wrap({a}, "x");',
        "branch": '    var {b} = out.on() ? {a} : "";',
        "cast": "    String {b} = (String) {a};",
    },
    clean={
        "mask": "    var {b} = maskText({a});",
        "length": "    var {b} = {a}.length();",
        "equal": '    var {b} = {a}.equals("x");',
        "other argument": '    var {b} = wrap("x", {a});',
        "cut": "    var {b} = {a}.substring(2);",
    },
    sinks={
        "print": "    System.out.println({a});",
        "log": '    log.info("{{}}", {a});',
        "told": "    tell({a});",
    },
    quiet={"sent": "    send({a});", "file": "    out.put({a});"},
    below="}",
)
PHP = Language(
    name="php",
    at="src/Buyer.php::Buyer",
    path="src/Flows.php",
    files={"src/Buyer.php": "<?php\nnamespace Shop;\nclass Buyer { public string $id; public string $email; }\n"},
    top="<?php\nnamespace Shop;\nclass Flows {\n  private static function keep($text) { return $text; }\n"
    "  private static function wrap($one, $two) { $text = $one . 'x'; return $text; }\n"
    "  private static function tell($text) { echo $text; }\n",
    begin="  public function flow{n}(Buyer $buyer, $out) {{",
    end="  }",
    source="    ${b} = $buyer->email;",
    hops={
        "assign": "    ${b} = ${a};",
        "text": "    ${b} = 'x' . ${a};",
        "template": '    ${b} = "{{${a}}}!";',
        "format": "    ${b} = sprintf('%s', strtolower(${a}));",
        "list": "    [${b}] = [${a}, 'x'];",
        "map": "    ${b} = ['k' => ${a}, 'l' => 1]['k'];",
        "kept": "    ${b} = self::keep(${a});",
        "wrapped": "    ${b} = self::wrap(${a}, 'x');",
        "branch": "    ${b} = $out ? ${a} : '';",
    },
    clean={
        "mask": "    ${b} = mask_text(${a});",
        "length": "    ${b} = strlen(${a});",
        "equal": "    ${b} = ${a} === 'x';",
        "other key": "    ${b} = ['k' => ${a}, 'l' => 1]['l'];",
        "other argument": "    ${b} = self::wrap('x', ${a});",
    },
    sinks={"print": "    echo ${a};", "log": "    $this->logger->info(${a});", "told": "    self::tell(${a});"},
    quiet={"sent": "    send(${a});", "file": "    $out->put(${a});"},
    below="}",
)
GO = Language(
    name="go",
    at="src/shop/buyer.go::Buyer",
    path="src/shop/flows.go",
    files={
        "go.mod": "module shop\n",
        "src/shop/buyer.go": "package shop\n\ntype Buyer struct {\n\tId string\n\tName string\n\tEmail string\n}\n",
    },
    top='package shop\n\nimport "fmt"\n\nfunc keep(text string) string { return text }\n\n'
    'func wrap(one string, two string) string {\n\ttext := one + "x"\n\treturn text\n}\n\n'
    "func tell(text string) { fmt.Println(text) }\n\n",
    begin="func flow{n}(buyer *Buyer, out Out) {{",
    end="}",
    source="\t{b} := buyer.Email",
    hops={
        "assign": "\t{b} := {a}",
        "text": '\t{b} := "x" + {a}',
        "format": '\t{b} := fmt.Sprintf("%s", strings.ToLower({a}))',
        "list": '\t{b} := []string{{{a}, "x"}}[0]',
        "map": '\t{b} := map[string]string{{"k": {a}, "l": "x"}}["k"]',
        "kept": "\t{b} := keep({a})",
        "wrapped": '\t{b} := wrap({a}, "x")',
        "cast": "\t{b} := string([]byte({a}))",
    },
    clean={
        "mask": "\t{b} := maskText({a})",
        "length": "\t{b} := len({a})",
        "equal": '\t{b} := {a} == "x"',
        "other key": '\t{b} := map[string]string{{"k": {a}, "l": "x"}}["l"]',
        "other argument": '\t{b} := wrap("x", {a})',
        "cut": "\t{b} := {a}[:2]",
    },
    sinks={"print": "\tfmt.Println({a})", "log": '\tlog.Printf("%s", {a})', "told": "\ttell({a})"},
    quiet={"sent": "\tsend({a})", "file": "\tout.Put({a})"},
)
RUST = Language(
    name="rust",
    at="src/buyer.rs::Buyer",
    path="src/flows.rs",
    files={
        "Cargo.toml": '[package]\nname = "shop"\n',
        "src/lib.rs": "pub mod buyer;\npub mod flows;\n",
        "src/buyer.rs": "pub struct Buyer { pub id: String, pub name: String, pub email: String }\n",
    },
    top="use crate::buyer::Buyer;\n\nfn keep(text: String) -> String { text }\n\n"
    'fn wrap(one: String, two: String) -> String {\n    let text = one + "x";\n    text\n}\n\n'
    'fn tell(text: &str) { println!("{}", text); }\n\n',
    begin="pub fn flow{n}(buyer: &Buyer, out: &Out) {{",
    end="}",
    source="    let {b} = buyer.email.clone();",
    hops={
        "assign": "    let {b} = {a};",
        "reference": "    let {b} = &{a};",
        "format": '    let {b} = format!("to {{}}", {a});',
        "named": '    let {b} = format!("to {{{a}}}");',
        "method": "    let {b} = {a}.to_lowercase();",
        "list": '    let {b} = vec![{a}, "x".into()][0].clone();',
        "tuple": "    let ({b}, _) = ({a}, 1);",
        "kept": "    let {b} = keep({a});",
        "wrapped": '    let {b} = wrap({a}, "x".into());',
        "branch": '    let {b} = if out.on {{ {a} }} else {{ "".into() }};',
    },
    clean={
        "mask": "    let {b} = mask_text(&{a});",
        "length": "    let {b} = {a}.len();",
        "equal": '    let {b} = {a} == "x";',
        "other argument": '    let {b} = wrap("x".into(), {a});',
        "cut": "    let {b} = &{a}[..2];",
    },
    sinks={"print": '    println!("{{}}", {a});', "log": '    log::info!("{{}}", {a});', "told": "    tell(&{a});"},
    quiet={"sent": "    send(&{a});", "file": "    out.put(&{a});"},
)
LANGUAGES = (PYTHON, TYPESCRIPT, TSX, JAVASCRIPT, JAVA, PHP, GO, RUST)
