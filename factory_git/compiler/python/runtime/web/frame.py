"""What every page has: its head, the way to the panels, the state of the rules."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .. import view
from .cells import Lens, day
from .markup import NOTHING, Markup, element, join


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The last run of a pipeline: its arguments, how it ended, the rules it broke."""

    name: str
    title: str
    args: Mapping[str, str]
    outcome: str
    broken: tuple[str, ...] = ()

    @classmethod
    def of(cls, app: view.App, history: Sequence[Sequence[str]]) -> LastRun | None:
        """The last of the store's history that a pipeline wrote."""
        titles = {p.id: p.title for p in app.pipelines}
        for _, _, name, args, outcome, _, broken in reversed(history):
            pipeline = name.removeprefix("run:")
            if pipeline in titles:
                return cls(
                    name=pipeline,
                    title=titles[pipeline],
                    args=json.loads(args),
                    outcome=outcome,
                    broken=tuple(json.loads(broken)),
                )
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request: what is seen, by whom, on which page.

    ``token`` guards forms; ``choose`` says whether the role can be changed here.
    """

    lens: Lens
    actor: str = ""
    token: str = ""
    choose: bool = False
    here: str = ""
    last: LastRun | None = None
    said: str = ""


def page(visit: Visit, title: str, *main: str) -> str:
    """A whole page."""
    app = visit.lens.app
    whole = title if title == app.title else f"{title} · {app.title}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", whole),
        element("link", rel="stylesheet", href="/style.css"),
    )
    said = (
        element("p", visit.said, css="said", role="status") if visit.said else NOTHING
    )
    body = element(
        "body",
        element("a", "Skip to content", css="skip", href="#main"),
        header(visit),
        element("main", said, *main, id="main", tabindex="-1"),
        footer(visit),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def header(visit: Visit) -> Markup:
    """The application's name, its panels, and who looks at them."""
    app, role = visit.lens.app, visit.lens.role
    panels = app.open_panels(role) if role.id or not app.roles else []
    links = [
        element(
            "li",
            element(
                "a",
                panel.title,
                href=address(panel),
                aria_current="page" if visit.here == panel.id else None,
            ),
        )
        for panel in panels
    ]
    if app.pipelines and panels:
        here = "page" if visit.here == "/run" else None
        links.append(
            element(
                "li", element("a", "Run", href="/run", aria_current=here), css="run"
            )
        )
    nav = (
        element("nav", element("ul", *links), aria_label="Panels") if links else NOTHING
    )
    brand = element("a", app.title, css="brand", href="/")
    return element("header", element("div", brand, who(visit), css="bar"), nav)


def who(visit: Visit) -> Markup:
    """The role in use, a link where it can be changed."""
    role = visit.lens.role
    if not role.id:
        return NOTHING
    words = [element("b", role.title)]
    if visit.actor:
        words.insert(0, element("span", f"{visit.actor} · "))
    if visit.choose:
        return element("a", *words, css="who", href="/role", title="Change the role")
    return element("span", *words, css="who")


def address(panel: view.Panel) -> str:
    """Where a panel is."""
    return "/" if panel.first else f"/panel/{panel.id}"


def footer(visit: Visit) -> Markup:
    """The rules and how they stand, what is not promised, the version."""
    app = visit.lens.app
    parts: list[str] = []
    if app.rules and visit.lens.world is not None:
        items = [_rule(rule, visit.last) for rule in app.rules]
        parts.append(
            element(
                "section",
                element("h2", "Guardrails", id="rules"),
                element("ul", *items, css="rules"),
                aria_labelledby="rules",
            )
        )
    if app.disclaimers:
        notes = [element("p", words) for words in app.disclaimers]
        parts.append(
            element("section", *notes, css="disclaimers", aria_label="Disclaimers")
        )
    parts.append(element("p", f"{app.title} {app.version}", css="version"))
    return element("footer", *parts)


def _rule(rule: view.Rule, last: LastRun | None) -> Markup:
    if not rule.executable:
        word, tone = "not checked", "plain"
    elif last and rule.path in last.broken:
        word, tone = "broken", "bad"
    elif last:
        word, tone = "holds", "good"
    else:
        word, tone = "no run yet", "plain"
    return element("li", element("span", word, css=f"state {tone}"), f" {rule.name}")


def as_of(visit: Visit) -> Markup:
    """What the made rows rest on: the last run."""
    last = visit.last
    if last is None:
        words: list[str] = ["Nothing has been run yet. "]
        if visit.lens.app.pipelines:
            words.append(element("a", "Run it now", href="/run"))
        return element("p", *words, css="asof")
    parts = [last.title]
    given = ", ".join(_arg(value) for value in last.args.values())
    if given:
        parts.append(f" for {given}")
    if last.outcome != "done":
        parts.append(join([" ", element("span", last.outcome, css="state bad")]))
    return element("p", *parts, css="asof")


def _arg(value: str) -> str:
    try:
        return day(dt.date.fromisoformat(value))
    except ValueError:
        return value
