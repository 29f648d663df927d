"""Roles: which panels are open, and that no byte holds personal data of a class that the role does not see."""

from __future__ import annotations

import html
from collections.abc import Iterator
from urllib.parse import unquote_plus

import pytest

from tests.web.apps import Browser, Built

OPEN = {
    "lawyer": ["home", "tasks", "drafts_to_sign", "ready_to_send", "cases", "clients", "policy_updates", "audit"],
    "paralegal": ["home", "tasks", "ready_to_send", "cases", "clients", "policy_updates"],
    "front_desk": ["home", "cases", "clients", "policy_updates"],
    "analyst": ["home", "policy_updates", "audit"],
}


def secrets_of(built: Built, seen: tuple[str, ...]) -> list[str]:
    """Every stored value of personal data of the classes that are not in ``seen``."""
    found: set[str] = set()
    with built.data() as data:
        world = data.world()
    for entity in built.module("interface").ENTITIES:
        for column in entity.columns:
            if column.pii and column.pii not in seen:
                found |= {str(getattr(row, column.attribute) or "") for row in getattr(world, entity.attribute)}
    return sorted(v for v in found if len(v) > 3)


def crawl(browser: Browser) -> Iterator[tuple[str, str]]:
    """Every page that can be reached by links, at most a few of each kind, and the JSON of the panels."""
    todo, seen, kinds = ["/", "/run"], set[str](), dict[str, int]()
    while todo:
        address = todo.pop()
        kind = address.split("?")[0]
        if address in seen or not address.startswith(("/", "?")) or kinds.get(kind, 0) >= 4:
            continue
        seen.add(address)
        kinds[kind] = kinds.get(kind, 0) + 1
        page = browser.get(address)
        assert page.status == 200, address
        yield address, page.text + str(page.headers)
        todo += [link.split("#")[0] for link in page.links() if not link.startswith(("#", "?"))]
        if address.startswith("/panel/"):
            yield f"{address}.json", browser.get(f"{kind}.json").text


def leaks(text: str, secrets: list[str]) -> list[str]:
    """The secrets that a text holds, plain or as a page or an address writes them."""
    plain = html.unescape(unquote_plus(text)) + text
    return [s for s in secrets if s in plain]


@pytest.mark.parametrize("role", OPEN)
def test_a_role_sees_its_panels_and_no_others(desk: Built, role: str) -> None:
    with desk.served(role=role) as browser:
        for panel in OPEN["lawyer"]:
            assert browser.get(f"/panel/{panel}").status == (200 if panel in OPEN[role] else 403), panel
            assert browser.get(f"/panel/{panel}.json").status == (200 if panel in OPEN[role] else 403), panel
        home = browser.get("/").text
    assert [f">{p.replace('_', ' ').capitalize()}</a>" in home for p in OPEN["lawyer"]] == [
        p in OPEN[role] for p in OPEN["lawyer"]
    ]


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("lawyer", ("identity", "contact", "sensitive")),
        ("paralegal", ("identity", "contact")),
        ("front_desk", ("identity",)),
        ("analyst", ()),
    ],
)
def test_no_page_log_or_command_shows_personal_data_the_role_does_not_see(
    desk: Built, role: str, sees: tuple[str, ...]
) -> None:
    sign_one(desk)
    hidden = secrets_of(desk, sees)
    assert (not hidden) == (role == "lawyer")
    with desk.served(role=role) as browser:
        pages = list(crawl(browser))
    assert len(pages) > 8
    for address, text in pages:
        assert leaks(text, hidden) == [], f"{role}: {address}"
    everything = secrets_of(desk, ())
    assert leaks("\n".join(desk.logs), everything) == []
    for what in (*(e.name for e in desk.spec.entities), *(p.id for p in desk.spec.panels)):
        for form in ([], ["--json"]):
            _, said = desk.call("show", what, "--role", role, *form)
            assert leaks(said, hidden) == [], f"{role}: show {what}"


def test_what_a_role_does_see_is_shown(desk: Built) -> None:
    with desk.served(role="paralegal") as browser:
        text = html.unescape(browser.get("/panel/clients").text)
    assert "Zoë Brandt" in text
    assert "zoebrandt@mail.example" in text


def test_nobody_sees_personal_data_on_the_command_line(desk: Built) -> None:
    hidden = secrets_of(desk, ())
    for entity in desk.spec.entities:
        code, said = desk.call("show", entity.name)
        assert code == 0
        assert leaks(said, hidden) == []


def test_an_application_without_roles_shows_no_personal_data(farmer: Built) -> None:
    hidden = secrets_of(farmer, ())
    assert len(hidden) > 10
    with farmer.served() as browser:
        for address, text in crawl(browser):
            assert leaks(text, hidden) == [], address
    _, said = farmer.call("show", "Buyer")
    assert leaks(said, hidden) == []
    assert "•••" in said


def test_a_role_is_chosen_and_kept_in_a_signed_cookie(desk: Built) -> None:
    with desk.served() as browser:
        start = browser.get("/")
        assert (start.status, start.headers["Location"]) == (303, "/role")
        assert "not a login" in browser.get("/role").text
        browser.choose("analyst", actor="Kim Ødegård")
        assert browser.get("/panel/clients").status == 403
        assert "Kim Ødegård" in browser.get("/").text
        forged = browser.cookie.replace("analyst", "lawyer")
        assert forged != browser.cookie
        other = Browser(port=browser.port, cookie=forged)
        assert other.get("/panel/clients").status == 303


def test_a_cookie_of_another_server_is_nobodys(desk: Built) -> None:
    with desk.served() as browser:
        browser.choose("lawyer")
        cookie = browser.cookie
    with desk.served() as browser:
        assert Browser(port=browser.port, cookie=cookie).get("/").headers["Location"] == "/role"


def test_a_role_that_there_is_not_cannot_be_chosen(desk: Built) -> None:
    with desk.served() as browser:
        token = browser.get("/role").token
        assert browser.post("/role", {"token": token, "role": "root", "actor": "x"}).status == 422


def test_logs_hold_method_route_and_status_only(desk: Built) -> None:
    with desk.served(role="lawyer") as browser:
        browser.get("/row/client?is=k01")
        browser.get("/panel/Zo%C3%AB%20Brandt")
        browser.get("/k01/secret")
        browser.get("/panel/clients?client=2&q=Zoe")
    assert desk.logs == ["GET /row/client 200", "GET (unknown) 404", "GET (unknown) 404", "GET /panel/clients 200"]


def sign_one(desk: Built) -> None:
    """Approve the first draft, so that stored rows hold a letter too."""
    with desk.data() as data:
        draft = data.world().draft[0].id
    code, said = desk.call("act", "approve", draft, "--role", "lawyer", "--actor", "Ada")
    assert code == 0, said
