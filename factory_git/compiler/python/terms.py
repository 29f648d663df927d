"""``terms.py`` of the application: a function for each term."""

from __future__ import annotations

from factory_git.compiler.python import names, source
from factory_git.compiler.python.expressions import emit as expression
from factory_git.compiler.python.pytypes import python_type
from factory_git.spec.check import Analysis, analyse
from factory_git.spec.expr.parse import unparse
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Spec, Term

OWN = {"World": "model.World", "kit": "kit", "values": "values"}


def emit(spec: Spec, analysis: Analysis | None = None) -> str:
    """The source of ``terms.py``. ``analysis`` is that of ``spec``, where the caller has it already."""
    found = analysis or analyse(spec)
    body = ["\n".join(_function(spec, term, found.terms[term.path])) for term in spec.terms]
    return source.module(f"The words of {spec.title}: what its rules and steps are said with", body, own(spec))


def own(spec: Spec) -> dict[str, str]:
    """The application's names that expressions may use, as :func:`source.module` wants them, ``terms`` left out."""
    return {**OWN, **{names.class_name(e): f"model.{names.class_name(e)}" for e in spec.entities}}


def calls(spec: Spec) -> dict[str, str]:
    """How terms are called outside ``terms.py``, as :func:`expression` wants it: ``terms.phi_locked``."""
    return {f"term {t.id}": f"terms.{names.term_name(t)}" for t in spec.terms}


def _function(spec: Spec, term: Term, body: Typed) -> list[str]:
    given = parameters(term)
    args = "".join(f", {given[name]}: {python_type(spec, kind)}" for name, kind in term.args.items())
    name = names.term_name(term)
    return [
        source.tag(term.path),
        f"def {name}(world: World{args}) -> {python_type(spec, body.type)}:",
        *source.docstring(f"``{unparse(body.node)}``", 4),
        f"    return {expression(body, given)}",
    ]


def parameters(term: Term) -> dict[str, str]:
    """The Python names of a term's arguments; no two are the same."""
    found: dict[str, str] = {}
    for name in term.args:
        wanted = names.variable(name)
        while wanted in found.values() or wanted == names.term_name(term):
            wanted += "_"
        found[name] = wanted
    return found
