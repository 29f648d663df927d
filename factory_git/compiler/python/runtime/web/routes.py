"""What is served where: a route takes a request that passed the checks, and answers."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from .. import acting, kit, view
from . import pages, session
from .cells import Lens
from .frame import LastRun, Visit, address

STYLE = Path(__file__).with_name("style.css")


class Data(Protocol):
    """The application's data, opened for one request."""

    def world(self) -> Any:
        """Every row."""

    def history(self) -> list[tuple[Any, ...]]:
        """The runs, oldest first."""

    def seen(self, panel: str) -> None:
        """Count that a panel was looked at, where the application counts."""

    def act(self, action: acting.Action, on: Any, act: acting.Act) -> None:
        """Carry out an action and store what it did; on kit.AppError nothing is."""

    def run(self, pipeline: str, args: Mapping[str, Any]) -> Mapping[str, int]:
        """Run a pipeline; rows made per entity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is served. ``role`` fixes one role; else each browser chooses."""

    app: view.App
    open: Callable[[], AbstractContextManager[Data]]
    role: str = ""
    actor: str = ""
    today: Callable[[], dt.date] = dt.date.today
    log: Callable[[str], None] = lambda line: print(line, file=sys.stderr)
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


class Stop(Exception):
    """A request that ends in an error page."""

    def __init__(self, status: int, title: str, words: str, allow: str = "") -> None:
        super().__init__(title)
        self.status, self.title, self.words, self.allow = status, title, words, allow


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that passed the checks every request must."""

    site: Site
    data: Data
    session: session.Session
    path: tuple[str, ...]
    query: Mapping[str, str]
    form: Mapping[str, str]

    def role(self) -> view.Role:
        """The role that asks; a redirect to the choice where none is chosen."""
        return self.site.app.role(self.site.role or self.session.role)

    def known(self) -> bool:
        """Whether it is known who asks."""
        return not self.site.app.roles or bool(self.site.role or self.session.role)

    def visit(self, here: str = "", said: str = "") -> Visit:
        """What the pages need."""
        site, app = self.site, self.site.app
        role = self.role() if self.known() else view.Role(id="", title="")
        last = LastRun.of(app, self.data.history())
        lens = Lens(
            app=app,
            world=self.data.world(),
            role=role,
            today=_as_of(last) or site.today(),
            secret=site.secret,
        )
        return Visit(
            lens=lens,
            actor=site.actor or self.session.actor,
            token=self.session.token(site.secret),
            choose=bool(app.roles) and not site.role,
            here=here,
            last=last,
            said=said,
        )


def _as_of(last: LastRun | None) -> dt.date | None:
    """The day that the made rows are for: a date the last run was given."""
    for value in last.args.values() if last else ():
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            continue
    return None


# Routes. Each takes the request and gives an answer.


def show_home(request: Request) -> Answer:
    """The first panel that the role may see."""
    found = request.site.app.open_panels(request.role())
    if not found:
        raise Stop(404, "No panels", "No panel is open to this role.")
    request.data.seen(found[0].id)
    return _panel(request, found[0])


def show_panel(request: Request) -> Answer:
    """A panel, or its rows as JSON."""
    name, as_json = (
        request.path[1].removesuffix(".json"),
        request.path[1].endswith(".json"),
    )
    panel = request.site.app.panel(name)
    if panel is None or panel.id != name:
        raise Stop(404, "No such panel", "There is no panel of this name.")
    if not panel.open_to(request.role()):
        raise Stop(403, "Not for this role", f"{panel.title} is not open to this role.")
    request.data.seen(panel.id)
    return _json(request, panel) if as_json else _panel(request, panel)


def _panel(request: Request, panel: view.Panel) -> Answer:
    at = {
        name: int(v)
        for name, v in request.query.items()
        if v.isdecimal() and len(v) < 9
    }
    said = _SAID.get(request.query.get("done", ""), "")
    return _page(pages.panel_page(request.visit(panel.id, said), panel, at))


def _json(request: Request, panel: view.Panel) -> Answer:
    app, role, world = request.site.app, request.role(), request.data.world()
    found: dict[str, Any] = {"panel": panel.title, "rows": {}}
    for section in panel.sections:
        entity = _entity(app, section.entity)
        rows = [view.shown(entity, row, role) for row in section.rows(world)]
        found["rows"][entity.name] = rows
    text = json.dumps(found, ensure_ascii=False, indent=1)
    return Answer(body=text.encode(), kind="application/json; charset=utf-8")


def show_row(request: Request) -> Answer:
    """A row of an entity that some panel shows to the role."""
    visit = request.visit()
    entity = request.site.app.entity(request.path[1])
    row = visit.lens.find(entity, request.query.get("is", "")) if entity else None
    if entity is None or row is None or not visit.lens.opens(entity, row):
        raise Stop(
            404, "No such row", "There is no such row, or it is not open to this role."
        )
    return _page(pages.row_page(visit, entity, row))


def show_act(request: Request) -> Answer:
    """The form of an action."""
    action, row, visit = _action(request, request.query)
    return _page(pages.act_page(visit, action, row, {}))


def do_act(request: Request) -> Answer:
    """Carry out an action, or show the form again with what is wrong."""
    action, row, visit = _action(request, request.form)
    lens = visit.lens
    given = dict(request.form)
    for name in ("token", "on"):
        given.pop(name, None)
    actor = request.site.actor or given.pop("actor", "")
    given.pop("actor", None)
    try:
        who = acting.Act(actor=actor, role=lens.role.id, day=request.site.today())
        act = acting.make_act(action, who, _keys(lens, action, given))
        request.data.act(action, _key(lens, action, row), act)
    except kit.AppError as error:
        status = 403 if isinstance(error, acting.Refused) else 409
        shown = pages.act_page(
            visit, action, row, {**given, "actor": actor}, str(error)
        )
        return replace(_page(shown), status=status)
    panel = _panel_of(request, action)
    later = replace(request.session, actor=actor)
    return _see_other(request, f"{panel}?done=act", later)


def _action(
    request: Request, given: Mapping[str, str]
) -> tuple[acting.Action, Any, Visit]:
    app, visit = request.site.app, request.visit()
    action = next((a for a in app.actions if a.id == request.path[1]), None)
    if action is None:
        raise Stop(404, "No such action", "There is no action of this name.")
    if not action.open_to(visit.lens.role.id):
        raise Stop(
            403, "Not for this role", f"{action.title} is not open to this role."
        )
    if not action.on:
        return action, None, visit
    entity = _entity(app, action.on)
    row = visit.lens.find(entity, given.get("on", ""))
    if row is None or not visit.lens.opens(entity, row):
        raise Stop(
            404, "No such row", "There is no such row, or it is not open to this role."
        )
    return action, row, visit


def _key(lens: Lens, action: acting.Action, row: Any) -> Any:
    return getattr(row, _entity(lens.app, action.on).key) if action.on else None


def _keys(
    lens: Lens, action: acting.Action, given: Mapping[str, str]
) -> dict[str, str]:
    """The texts of a form, with the keys of the rows that references were chosen as."""
    found = dict(given)
    for arg in action.args:
        entity = lens.app.entity(arg.ref) if arg.ref else None
        if entity is not None and found.get(arg.name):
            row = lens.find(entity, found[arg.name])
            if row is None:
                raise kit.Missing(
                    f"{arg.title}: there is no such {entity.title.lower()}"
                )
            found[arg.name] = str(getattr(row, entity.key))
    return found


def _panel_of(request: Request, action: acting.Action) -> str:
    """Where to go after an action: the panel that shows the rows it was on."""
    found = request.site.app.open_panels(request.role())
    for name in (action.on, action.make):
        for panel in found:
            if any(s.entity == name for s in panel.sections):
                return address(panel)
    return "/"


def show_run(request: Request) -> Answer:
    """The forms to run pipelines."""
    said = _SAID.get(request.query.get("done", ""), "")
    return _page(pages.run_page(request.visit("/run", said), {}))


def do_run(request: Request) -> Answer:
    """Run a pipeline, or show the form again with what is wrong."""
    app, visit = request.site.app, request.visit("/run")
    pipeline = next((p for p in app.pipelines if p.id == request.path[1]), None)
    if pipeline is None:
        raise Stop(404, "No such pipeline", "There is no pipeline of this name.")
    given = {k: v for k, v in request.form.items() if k != "token"}
    try:
        values = {
            arg.name: acting.read(arg, given.get(arg.name, "")) for arg in pipeline.args
        }
        request.data.run(pipeline.id, values)
    except (kit.AppError, ValueError) as error:
        return replace(_page(pages.run_page(visit, given, str(error))), status=409)
    return _see_other(request, "/run?done=run", request.session)


def show_role(request: Request) -> Answer:
    """The choice of a role."""
    if request.site.role or not request.site.app.roles:
        raise Stop(404, "No choice", "The role is fixed here.")
    return _page(pages.role_page(request.visit("/role")))


def do_role(request: Request) -> Answer:
    """Choose a role."""
    if request.site.role or not request.site.app.roles:
        raise Stop(404, "No choice", "The role is fixed here.")
    actor = request.form.get("actor", "").strip()[:80]
    try:
        role = request.site.app.role(request.form.get("role", ""))
    except kit.Missing as error:
        shown = pages.role_page(request.visit("/role"), str(error))
        return replace(_page(shown), status=422)
    later = replace(request.session, role=role.id, actor=actor)
    return _see_other(request, "/", later)


def show_style(request: Request) -> Answer:
    """The style sheet."""
    return Answer(body=STYLE.read_bytes(), kind="text/css; charset=utf-8")


Route = Callable[[Request], Answer]

ROUTES: Mapping[tuple[str, int], Mapping[str, Route]] = {
    ("", 0): {"GET": show_home},
    ("panel", 2): {"GET": show_panel},
    ("row", 2): {"GET": show_row},
    ("act", 2): {"GET": show_act, "POST": do_act},
    ("run", 1): {"GET": show_run},
    ("run", 2): {"POST": do_run},
    ("role", 1): {"GET": show_role, "POST": do_role},
    ("style.css", 1): {"GET": show_style},
}
"""First part of the path and number of its parts → method → function."""

_SAID = {"act": "Done.", "run": "The run is done."}
_OPEN = (show_role, do_role, show_style)


def answer(request: Request, method: str) -> Answer:
    """Find the route and take it; Stop for what does not exist or is not allowed."""
    head = request.path[0] if request.path else ""
    methods = ROUTES.get((head, len(request.path)))
    if methods is None:
        raise Stop(404, "Not found", "There is no such page.")
    route = methods.get("GET" if method == "HEAD" else method)
    if route is None:
        raise Stop(
            405, "Not that way", "This page does not take that.", _allowed(methods)
        )
    if route not in _OPEN and not request.known():
        return _see_other(request, "/role", request.session)
    return route(request)


def _allowed(methods: Mapping[str, Route]) -> str:
    return ", ".join([*methods, *(["HEAD"] if "GET" in methods else [])])


def _page(text: str) -> Answer:
    return Answer(body=text.encode())


def _see_other(request: Request, where: str, later: session.Session) -> Answer:
    cookie = ("Set-Cookie", later.cookie(request.site.secret))
    return Answer(status=303, headers=(("Location", where), cookie))


def _entity(app: view.App, name: str) -> view.Entity:
    entity = app.entity(name)
    assert entity is not None
    return entity
