"""Pages: every panel, tables with names and units, empty states, pages of long tables, errors, headers."""

from __future__ import annotations

import json
import re

import pytest

from tests.web.apps import Built


def test_every_panel_of_the_farm_has_a_page_and_the_first_is_at_the_root(farmer: Built) -> None:
    with farmer.served() as browser:
        home = browser.get("/")
        assert "<h1>Triage</h1>" in home.text
        for panel in ("triage", "brief", "comparator", "checklist", "composer"):
            page = browser.get(f"/panel/{panel}")
            assert page.status == 200
            assert page.text.count('aria-current="page"') == 1
            assert page.text.count("<h1>") == 1


def test_what_is_served_is_what_was_stored(farmer: Built) -> None:
    with farmer.served() as browser, farmer.data() as data:
        page = browser.get("/panel/composer")
        invoices = data.world().invoice
        assert len(invoices) > 10
        assert page.text.count("<tr>") == len(invoices) + 1


def test_a_reference_is_shown_by_name_not_by_key(farmer: Built) -> None:
    with farmer.served() as browser, farmer.data() as data:
        buyer = data.world().get_buyer(data.world().invoice[0].buyer)
        assert buyer.name != buyer.id
        text = browser.get("/panel/composer").text
        assert f">{buyer.name}<" in text.replace("&#x27;", "'").replace("&quot;", '"')


def test_due_dates_say_how_far_away_they_are(desk: Built) -> None:
    with desk.served(role="lawyer") as browser:
        text = browser.get("/").text
    assert "overdue" in text
    assert '<time datetime="2026-06-' in text


def test_home_has_the_most_severe_first_then_the_nearest_due_date(desk: Built) -> None:
    with desk.served(role="lawyer") as browser:
        text = browser.get("/").text
    words = re.findall(r'data-label="Severity">.*?class="state \w+">(\w+)<', text)
    days = re.findall(r'data-label="Due">.*?datetime="([\d-]+)"', text)
    order = ["critical", "high", "medium", "low"]
    found = [(order.index(w), d) for w, d in zip(words, days, strict=True)]
    assert len(found) > 20
    assert found == sorted(found)


def test_an_application_that_nothing_was_run_on_says_so(farmer: Built) -> None:
    with farmer.data() as data, data.store.transaction() as connection:
        for table in ("_gf_run", "alert", "shortfall"):
            connection.execute(f"DELETE FROM {table}")
    with farmer.served() as browser:
        text = browser.get("/").text
    assert "Nothing has been run yet" in text
    assert "No alerts." in text
    assert "no run yet" in text


def test_long_tables_have_pages(desk: Built) -> None:
    with desk.served(role="lawyer") as browser:
        first = browser.get("/panel/tasks")
        second = browser.get("/panel/tasks?action_item=2")
        beyond = browser.get("/panel/tasks?action_item=9999")
    assert first.text.count("<tr>") == 51
    assert "Page 1 of " in first.text
    assert "Page 2 of " in second.text
    assert first.text != second.text
    assert beyond.status == 200
    assert "Previous" in beyond.text


def test_guardrails_and_disclaimers_stand_in_the_footer(desk: Built) -> None:
    with desk.served(role="analyst") as browser:
        text = browser.get("/").text
    assert "It does not give legal advice." in text
    assert text.count(">holds<") == 6


def test_panels_as_json_hold_what_the_page_shows(farmer: Built) -> None:
    with farmer.served() as browser:
        page = browser.get("/panel/composer.json")
    found = json.loads(page.text)
    assert page.headers["Content-Type"].startswith("application/json")
    assert found["rows"]["Invoice"][0].keys() == {"contract_id", "buyer", "amount"}


def test_a_row_has_a_page_with_what_refers_to_it(desk: Built) -> None:
    with desk.served(role="lawyer") as browser:
        link = next(x for x in browser.get("/panel/cases").links() if x.startswith("/row/case?"))
        page = browser.get(link)
    assert page.status == 200
    assert "Action items" in page.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/panel/nowhere", 404),
        ("GET", "/panel/Triage", 404),
        ("GET", "/panel/triage/more", 404),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/row/buyer?is=ana", 404),
        ("GET", "/act/nothing", 404),
        ("GET", "/role", 404),
        ("DELETE", "/", 405),
        ("HEAD", "/panel/triage", 200),
        ("GET", "/style.css", 200),
    ],
)
def test_other_addresses_have_their_own_answer(farmer: Built, method: str, path: str, status: int) -> None:
    with farmer.served() as browser:
        page = browser.ask(method, path)
    assert page.status == status
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_that_takes_no_form_says_what_it_takes(farmer: Built) -> None:
    with farmer.served() as browser:
        token = browser.get("/run").token
        page = browser.post("/panel/triage", {"token": token})
    assert page.status == 405
    assert page.headers["Allow"] == "GET, HEAD"


def test_a_form_too_large_is_refused(farmer: Built) -> None:
    with farmer.served() as browser:
        page = browser.post("/run/contract_allocation", {"date": "x" * 70_000})
    assert page.status == 413


def test_every_answer_forbids_scripts_and_referrers(desk: Built) -> None:
    with desk.served(role="lawyer") as browser:
        for path in ("/", "/nowhere", "/style.css", "/panel/audit.json"):
            headers = browser.get(path).headers
            assert "default-src 'self'" in headers["Content-Security-Policy"]
            assert "script-src 'none'" in headers["Content-Security-Policy"]
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Frame-Options"] == "DENY"


def test_pages_load_nothing_from_elsewhere(desk: Built) -> None:
    with desk.served(role="lawyer") as browser:
        for path in ("/", "/panel/clients", "/run"):
            text = browser.get(path).text
            assert "http" not in text.replace("httpequiv", "")
            assert "<script" not in text
            assert "style=" not in text


def test_what_rows_hold_never_becomes_markup(farmer: Built) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=y>"
    with farmer.data() as data, data.store.transaction() as connection:
        connection.execute("UPDATE buyer SET name = ?", (evil,))
        connection.execute("UPDATE alert SET subject = ?, reason = ?", (evil, evil))
    with farmer.served() as browser:
        for path in ("/", "/panel/composer", "/panel/checklist", "/panel/comparator"):
            text = browser.get(path).text
            assert "<script" not in text
            assert "<img" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in browser.get("/panel/composer").text
