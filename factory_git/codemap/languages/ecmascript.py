"""What JavaScript, TypeScript and TSX share: the three provider files name their grammars and take this table."""

from __future__ import annotations

from factory_git.codemap.languages import control, es_calls, es_definitions, es_modules
from factory_git.codemap.languages.es_definitions import finish
from factory_git.codemap.walk import LEAF, leaving

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.codemap.walk import Table

__all__ = ["finish", "table"]

table: Table = {
    "class_declaration": es_definitions.class_,
    "abstract_class_declaration": es_definitions.class_,
    "interface_declaration": es_definitions.interface,
    "type_alias_declaration": es_definitions.type_alias,
    "enum_declaration": es_definitions.enum,
    "internal_module": es_definitions.namespace,
    "module": es_definitions.namespace,
    "function_declaration": es_definitions.function,
    "generator_function_declaration": es_definitions.function,
    "function_signature": es_definitions.function,
    "function_expression": es_definitions.function,
    "generator_function": es_definitions.function,
    "method_definition": es_definitions.method,
    "method_signature": es_definitions.method,
    "abstract_method_signature": es_definitions.method,
    "public_field_definition": es_definitions.field,
    "field_definition": es_definitions.field,
    "property_signature": es_definitions.field,
    "decorator": es_definitions.decorator,
    "variable_declarator": es_modules.variable,
    "import_statement": es_modules.import_,
    "export_statement": es_modules.export,
    "assignment_expression": es_modules.assignment,
    "call_expression": es_calls.call,
    "new_expression": es_calls.new,
    "jsx_opening_element": es_calls.element,
    "jsx_self_closing_element": es_calls.element,
    "arrow_function": control.callback(),
    "if_statement": es_calls.if_,
    "ternary_expression": control.branch(),
    "for_statement": control.loop(once=("initializer",), again=("condition", "increment")),
    "for_in_statement": control.loop(once=("right",)),
    "while_statement": control.loop(once=("condition",)),
    "do_statement": control.loop(once=("condition",)),
    "try_statement": control.attempt(handlers=("catch_clause",), finals=("finally_clause",)),
    "switch_statement": control.choice(subjects=("value",), body="body", cases=("switch_case", "switch_default")),
    "binary_expression": control.short(("&&", "||", "??")),
    "augmented_assignment_expression": control.short(("&&=", "||=", "??=")),
    "return_statement": leaving("return"),
    "throw_statement": leaving("raise"),
    "break_statement": leaving("break"),
    "continue_statement": leaving("continue"),
    **dict.fromkeys(
        ("identifier", "property_identifier", "number", "string", "comment", "this", "regex", "null", "undefined",
         "true", "false", "type_annotation", "type_arguments", "type_parameters", "template_chars", "string_fragment",
         "super", "shorthand_property_identifier", "private_property_identifier", "jsx_text", "predefined_type",
         "formal_parameters", "html_comment", "hash_bang_line", "index_signature", "call_signature",
         "construct_signature", "object_type"),
        LEAF,
    ),
}  # fmt: skip
