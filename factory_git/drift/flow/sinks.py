"""Who shows what it is given: logs, prints, and answers to requests. Lean."""

from __future__ import annotations

from factory_git.drift.flow import words as say
from factory_git.drift.flow.op import NOTHING, dotted
from factory_git.drift.flow.rows import JSON
from factory_git.drift.flow.shown import LOG, RESPONSE
from factory_git.drift.flow.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.flow.callee import Call
    from factory_git.drift.flow.op import Op
    from factory_git.drift.flow.run import Run
    from factory_git.drift.flow.value import Value

_NOT_ALWAYS = frozenset({"with", "str", "any", "write", "bind", "catch", "http", "config", "group", "interface"})
_ALWAYS = frozenset({"Str", "Any", "With", "bind", "Interface"})


def shows(run: Run, at: Call) -> bool:
    """Whether a call shows what it is given; if so, that is noted."""
    op, shape = at.op, run.program.shape(run.path)
    how = shape.prints.get(at.full)
    if how is not None and not _is_own(run, at):
        if _elsewhere(op):
            return True
        run.show(LOG, at.said(run.language), at.values, op.text or how, op.line)
        return True
    if _logs(op, at.label, at.chain):
        run.show(LOG, at.said(run.language), at.values, shape.logged, op.line)
        return True
    if at.label in say.REPORTS and set(words(at.chain)) & say.REPORTERS:
        run.show(LOG, at.said(run.language), at.values, JSON, op.line)
        return True
    how = _answers(run, at)
    if how:
        run.show(RESPONSE, at.said(run.language), at.values, how, op.line)
    return bool(how)


def _is_own(run: Run, at: Call) -> bool:
    return at.op.parts[0] is NOTHING and run.program.names.own(run.path, run.owner, at.op.name)


def _elsewhere(op: Op) -> bool:
    """``print(…, file=f)``: a file is no log."""
    return "file" in op.names and dotted(op.parts[1 + op.names.index("file")]) not in ("sys.stderr", "sys.stdout")


def _logs(op: Op, label: str, chain: str) -> bool:
    if not chain or label not in say.LEVELS:
        return False
    parts = chain.replace("()", "").split(".")
    if _is_logger(parts[-1]):
        return label not in _NOT_ALWAYS or op.name in _ALWAYS
    # `logger.atInfo().log(…)`, `log.Info().Str("k", v).Msg(…)`, `logging.getLogger(…).info(…)`, `logger()->info(…)`
    return "()" in chain and any(_is_logger(part) for part in parts[:-1])


def _is_logger(name: str) -> bool:
    named = words(name)
    return bool(named) and named[-1] in say.LOGGERS


def _answers(run: Run, at: Call) -> str:
    """How an answer to a request shows what this call is given; empty when it is none."""
    op, shape = at.op, run.program.shape(run.path)
    how = shape.responses.get(at.full) or shape.responses.get(f"*.{op.name}" if at.chain else "") or ""
    kinds = shape.responders.get(op.name) if at.chain else None
    if not how and kinds is not None:
        parts = at.chain.replace("()", "").split(".")
        ends = {*words(parts[0])[-1:], *words(parts[-1])[-1:]}
        how = kinds[1] if ends & kinds[0] else ""
    if not how and shape.written(op, at.chain, at.receiver, run.env):
        how = JSON
    return how if how and not _is_own(run, at) else ""


def assigned(run: Run, target: Op, found: Value, line: int) -> None:
    """``ctx.body = …``, ``response.data = …``: an answer that is no call."""
    chain = dotted(target)
    if chain in run.program.shape(run.path).answers:
        run.show(RESPONSE, chain, [found], JSON, line)
