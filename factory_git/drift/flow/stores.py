"""Who stores, changes or deletes rows. Lean."""

from __future__ import annotations

from factory_git.drift.flow.op import NOTHING
from factory_git.drift.flow.value import Value
from factory_git.drift.flow.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.flow.callee import Call
    from factory_git.drift.flow.run import Run

_STORING = frozenset({
    "save", "create", "insert", "insert_one", "insert_many", "bulk_create", "update", "update_one",
    "update_or_create", "upsert", "add", "add_all", "persist", "merge", "push", "append", "unshift", "delete",
    "remove", "destroy", "delete_one", "delete_many", "delete_all", "update_many", "save_all", "extend", "appendleft",
    "force_delete", "update_or_insert", "first_or_create", "bulk_update", "bulk_save_objects", "save_and_flush",
    "put", "replace_one", "create_many", "get_or_create", "insert_or_ignore", "updates", "update_column", "add_last",
    "add_first", "offer", "push_back",
})  # fmt: skip
_ADDING = frozenset({
    "add", "push", "append", "unshift", "extend", "appendleft", "add_all", "add_last", "add_first", "put", "offer",
    "push_back", "insert", "remove", "merge",
})  # fmt: skip
_STORES = frozenset({
    "repo", "repository", "repositories", "session", "db", "database", "store", "storage", "dao", "manager", "em",
    "orm", "collection", "table", "tx", "transaction", "conn", "connection", "prisma", "model", "mapper", "context",
    "uow", "ledger",
})  # fmt: skip


def stored(run: Run, at: Call) -> None:
    """Note a call that stores, changes or deletes rows.

    Adding to a list that was made in the same function is no storing, what belongs to an object is: what is only read
    is put into lists as well.
    """
    label, receiver, line = at.label, at.receiver, at.op.line
    if at.op.parts[0] is NOTHING:
        return
    if receiver.row is not None and not receiver.many and label.removeprefix("set_") in receiver.row.columns:
        if label.startswith("set_") and at.values:
            run.touch("set", receiver, f"{at.said(run.language)}()", line)
        return
    if label not in _STORING or run.program.called(run, at) is not None:
        return
    said = f"{at.said(run.language)}()"
    how = "remove" if label.startswith(("delete", "destroy", "remove", "force_delete")) else "store"
    if receiver.row is not None and (not receiver.many or label in ("update", "delete", "delete_all", "save_all")):
        run.touch(how, receiver, said, line)
    elif receiver.cls is not None:
        row = run.program.rows.of(*receiver.cls)
        if row is not None:
            run.touch(how, Value(row=row), said, line)
    elif receiver.row is not None:
        if label not in _ADDING or "." in at.chain:
            run.touch(how, receiver, said, line)
    elif set(words(at.chain)) & _STORES:
        for one in at.values:
            if one.row is not None:
                run.touch(how, one, said, line)
                break
