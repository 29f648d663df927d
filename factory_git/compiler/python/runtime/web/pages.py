"""The pages: panels with their tables, single rows, the forms to act and to run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from .. import acting, kit, view
from .cells import TONES, Lens, cell, is_long, state
from .forms import form, inputs
from .frame import Visit, as_of, page
from .markup import NOTHING, Markup, element, join

SIZE = 50
"""Rows of a table on one page."""


def panel_page(visit: Visit, panel: view.Panel, at: Mapping[str, int]) -> str:
    """A panel. ``at`` is the page of each of its tables."""
    lens = visit.lens
    found = [(s, s.rows(lens.world)) for s in panel.sections]
    head = element("div", element("h1", panel.title), as_of(visit), css="title")
    note = element("p", panel.note, css="note") if panel.note else NOTHING
    parts = [head, note, tiles(lens, found) if len(found) > 1 else NOTHING]
    for section, rows in found:
        parts.append(table_of(visit, panel, section, rows, at.get(section.entity, 1)))
    if not found:
        words = "This panel shows nothing yet: it names no entities."
        parts.append(element("p", words, css="empty"))
    return page(visit, panel.title, *parts)


def tiles(lens: Lens, found: Sequence[tuple[view.Section, list[Any]]]) -> Markup:
    """How many rows of each kind, at a glance."""
    items = []
    for section, rows in found:
        entity = _entity(lens, section.entity)
        count = element("b", str(len(rows)))
        items.append(
            element(
                "a",
                count,
                element("span", _counted(entity, rows)),
                href=f"#{section.entity}",
            )
        )
    return element("div", *items, css="tiles")


def table_of(
    visit: Visit, panel: view.Panel, section: view.Section, rows: list[Any], at: int
) -> Markup:
    """One table of a panel: heading, what it counts, rows, the way to further rows."""
    entity = _entity(visit.lens, section.entity)
    columns = section.shown_of(entity)
    pages = max(1, -(-len(rows) // SIZE))
    at = min(max(at, 1), pages)
    count = element("span", str(len(rows)), css="count")
    heading = element("h2", entity.many, " ", count, id=entity.attribute)
    head = element(
        "div", heading, _summary(columns, rows), _free(visit, entity), css="head"
    )
    if not rows:
        body = element("p", f"No {entity.many.lower()}.", css="empty")
    else:
        shown = rows[(at - 1) * SIZE : at * SIZE]
        body = table(visit, entity, columns, shown)
    more = _pager(panel, entity, at, pages) if pages > 1 else NOTHING
    return element("section", head, body, more, aria_labelledby=entity.attribute)


def table(
    visit: Visit,
    entity: view.Entity,
    columns: Sequence[view.Column],
    rows: Sequence[Any],
) -> Markup:
    """Rows as a table, which narrow screens show as cards."""
    lens = visit.lens
    digits = {
        c.field: view.places([lens.value(c, row) for row in rows]) for c in columns
    }
    refs = frozenset(c.ref for c in columns if c.ref)
    actions = actions_on(lens, entity)
    numeric = {c.field for c in columns if c.kind in ("int", "decimal") and not c.ref}
    heads = [
        element("th", c.title, scope="col", css="num" if c.field in numeric else "")
        for c in columns
    ]
    heads += (
        [element("th", element("span", "Actions", css="hide"), scope="col")]
        if actions
        else []
    )
    lines = []
    for row in rows:
        cells = []
        for number, column in enumerate(columns):
            inner = cell(lens, column, row, digits[column.field], refs)
            if not number and lens.opens(entity, row):
                inner = _linked(lens, entity, column, row, inner)
            value = element("span", inner, css="value")
            css = "num" if column.field in numeric else ""
            name = "td" if number else "th"
            scope = None if number else "row"
            cells.append(
                element(name, value, data_label=column.title, css=css, scope=scope)
            )
        if actions:
            cells.append(
                element("td", *buttons(visit, entity, row, actions), css="acts")
            )
        lines.append(element("tr", *cells))
    inner = element(
        "table", element("thead", element("tr", *heads)), element("tbody", *lines)
    )
    return element(
        "div", inner, css="scroll", tabindex="0", role="region", aria_label=entity.many
    )


def actions_on(lens: Lens, entity: view.Entity) -> list[acting.Action]:
    """The actions on rows of an entity that are open to the role."""
    name, role = entity.attribute, lens.role.id
    return [a for a in lens.app.actions if a.on == name and a.open_to(role)]


def buttons(
    visit: Visit, entity: view.Entity, row: Any, actions: Sequence[acting.Action]
) -> list[str]:
    """Links to the forms of the actions that are possible on a row now."""
    found: list[str] = []
    for action in actions:
        if possible(visit, action, row):
            query = urlencode({"on": visit.lens.handle(entity, row)})
            found.append(
                element(
                    "a", action.title, css="button", href=f"/act/{action.id}?{query}"
                )
            )
    return found


def possible(visit: Visit, action: acting.Action, row: Any) -> bool:
    """Whether the action could be done on the row now."""
    lens = visit.lens
    act = acting.Act(actor=visit.actor or "?", role=lens.role.id, day=lens.today)
    try:
        return action.may(lens.world, row, act)
    except kit.AppError:
        return False


def row_page(visit: Visit, entity: view.Entity, row: Any) -> str:
    """A row on its own: every field, what can be done, what refers to it."""
    lens = visit.lens
    name = view.label(entity, row, lens.role)
    actions = buttons(visit, entity, row, actions_on(lens, entity))
    parts = [
        element("p", entity.title, css="kicker"),
        element("h1", name),
        element("div", *actions, css="acts") if actions else NOTHING,
        *facts(lens, entity, row),
        *related(visit, entity, row),
    ]
    return page(visit, f"{entity.title} {name}", *parts)


def facts(lens: Lens, entity: view.Entity, row: Any) -> list[str]:
    """Every field of a row; long texts stand below, whole."""
    items: list[str] = []
    texts: list[str] = []
    for column in entity.columns:
        inner = cell(lens, column, row, -1)
        if is_long(getattr(row, column.attribute)):
            texts += [element("h2", column.title), element("div", inner, css="letter")]
        else:
            term, value = element("dt", column.title), element("dd", inner)
            items.append(element("div", term, value))
    return [element("dl", *items, css="facts"), *texts]


def related(visit: Visit, entity: view.Entity, row: Any) -> list[str]:
    """The rows that refer to a row, as far as the role may see them."""
    lens = visit.lens
    key = getattr(row, entity.key)
    found: list[str] = []
    for other in lens.app.entities:
        columns = [c for c in other.columns if c.ref == entity.attribute]
        if not columns:
            continue
        rows = [
            r
            for r in lens.app.open_rows(lens.role, other.attribute, lens.world)
            if any(
                key == getattr(r, c.attribute)
                for c in columns
                if not c.hidden(lens.role)
            )
        ]
        if rows:
            count = element("span", str(len(rows)), css="count")
            shown = [c for c in other.columns if c not in columns]
            body = table(visit, other, shown or other.columns, rows[:SIZE])
            found.append(
                element("section", element("h2", other.many, " ", count), body)
            )
    return found


def act_page(
    visit: Visit,
    action: acting.Action,
    row: Any,
    given: Mapping[str, str],
    wrong: str = "",
) -> str:
    """The form of an action, with the row it is about."""
    lens = visit.lens
    entity = lens.app.entity(action.on) if action.on else None
    about: list[str] = []
    fields: list[str] = []
    if entity is not None:
        about = facts(lens, entity, row)
        fields.append(
            element("input", type="hidden", name="on", value=lens.handle(entity, row))
        )
    who = acting.Arg(name="actor", attribute="actor", title="Signed by", kind="text")
    fields += inputs(lens, [*action.args, who], {"actor": visit.actor, **given})
    title = f"{action.title}"
    parts = [
        element("p", "Action", css="kicker"),
        element("h1", title),
        element("p", f"As {lens.role.title}.", css="asof") if lens.role.id else NOTHING,
        element("p", wrong, css="wrong", role="alert") if wrong else NOTHING,
        *about,
        form(visit, f"/act/{action.id}", fields, action.title),
    ]
    return page(visit, title, *parts)


def run_page(visit: Visit, given: Mapping[str, str], wrong: str = "") -> str:
    """The forms to run pipelines."""
    parts = [element("div", element("h1", "Run"), as_of(visit), css="title")]
    parts += [element("p", wrong, css="wrong", role="alert")] if wrong else []
    for pipeline in visit.lens.app.pipelines:
        fields = inputs(visit.lens, pipeline.args, given, prefix=f"{pipeline.id}-")
        inner = form(
            visit, f"/run/{pipeline.id}", fields, f"Run {pipeline.title.lower()}"
        )
        parts.append(element("section", element("h2", pipeline.title), inner))
    return page(visit, "Run", *parts)


def role_page(visit: Visit, wrong: str = "") -> str:
    """Choosing a role."""
    lens = visit.lens
    choices = []
    for role in lens.app.roles:
        sees = ", ".join(role.sees) or "no personal data"
        box = element(
            "input",
            type="radio",
            name="role",
            value=role.id,
            required=True,
            checked=role.id == lens.role.id,
        )
        panels = ", ".join(p.title for p in lens.app.open_panels(role)) or "no panels"
        words = [element("b", role.title), element("small", f"Sees {sees} · {panels}")]
        choices.append(element("label", box, element("span", *words), css="choice"))
    who = acting.Arg(name="actor", attribute="actor", title="Your name", kind="text")
    note = (
        "This is a tool on this machine, not a login: anybody who can open this page "
        "can choose any role. The name you give is written beside what you do."
    )
    parts = [
        element("h1", "Who is using this?"),
        element("p", note, css="note"),
        element("p", wrong, css="wrong", role="alert") if wrong else NOTHING,
        form(
            visit,
            "/role",
            [
                element("fieldset", element("legend", "Role"), *choices),
                *inputs(lens, [who], {"actor": visit.actor}),
            ],
            "Continue",
        ),
    ]
    return page(visit, "Role", *parts)


def error_page(visit: Visit, title: str, words: str) -> str:
    """A page that says what went wrong and where to go."""
    back = element("p", element("a", "Back to the start", href="/"))
    return page(visit, title, element("h1", title), element("p", words), back)


def _entity(lens: Lens, name: str) -> view.Entity:
    entity = lens.app.entity(name)
    assert entity is not None
    return entity


def _counted(entity: view.Entity, rows: Sequence[Any]) -> str:
    return entity.title if len(rows) == 1 else entity.many


def _summary(columns: Sequence[view.Column], rows: Sequence[Any]) -> Markup:
    """How many rows per word of the first column that has coloured words."""
    for column in columns:
        if not (column.pii or column.via) and any(
            TONES.get(word) for word in column.words
        ):
            counts = Counter(getattr(row, column.attribute) for row in rows)
            words = [w for w in column.words if counts[w]]
            if len(words) > 1:
                parts = [element("li", f"{counts[w]} ", state(w)) for w in words]
                return element("ul", *parts, css="summary")
    return NOTHING


def _free(visit: Visit, entity: view.Entity) -> Markup:
    """Actions on no row that make rows of this entity."""
    lens = visit.lens
    found = [
        element("a", a.title, css="button", href=f"/act/{a.id}")
        for a in lens.app.actions
        if not a.on and a.make == entity.attribute and a.open_to(lens.role.id)
    ]
    return element("div", *found, css="acts") if found else NOTHING


def _linked(
    lens: Lens, entity: view.Entity, column: view.Column, row: Any, inner: Markup
) -> Markup:
    if column.ref and not column.hidden(lens.role):
        return join(
            [
                inner,
                " ",
                element("a", "details", css="open", href=lens.address(entity, row)),
            ]
        )
    return element("a", inner, href=lens.address(entity, row))


def _pager(panel: view.Panel, entity: view.Entity, at: int, pages: int) -> Markup:
    def link(words: str, to: int) -> str:
        if not 1 <= to <= pages:
            return element("span", words, css="off")
        return element("a", words, href=f"?{entity.attribute}={to}#{entity.attribute}")

    middle = element("span", f"Page {at} of {pages}")
    name = f"{panel.title}: {entity.many}"
    parts = [link("Previous", at - 1), middle, link("Next", at + 1)]
    return element("nav", *parts, css="pager", aria_label=name)
