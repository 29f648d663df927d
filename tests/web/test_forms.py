"""Forms: who may do what, what is stored, and what a form of somebody else's page cannot do."""

from __future__ import annotations

from tests.web.apps import Browser, Built


def first_draft(browser: Browser) -> str:
    """Where the form stands that approves the first draft."""
    return next(x for x in browser.get("/panel/drafts_to_sign").links() if x.startswith("/act/approve?"))


def test_a_lawyer_signs_a_draft_and_it_can_be_sent(desk: Built) -> None:
    with desk.served(role="lawyer", actor="Ada Okafor") as browser:
        address = first_draft(browser)
        form = browser.get(address).inputs()
        done = browser.post("/act/approve", {**form, "note": "Fine"})
        assert (done.status, done.headers["Location"]) == (303, "/panel/drafts_to_sign?done=act")
        with desk.data() as data:
            (approval,) = data.world().approval
        assert (approval.draft, approval.by, approval.role, approval.note) == (
            form["on"],
            "Ada Okafor",
            "lawyer",
            "Fine",
        )
        assert address not in browser.get("/panel/drafts_to_sign").links()
        ready = [x for x in browser.get("/panel/ready_to_send").links() if x.startswith("/act/send_to_client?")]
        assert len(ready) == 1
        assert browser.post("/act/send_to_client", browser.get(ready[0]).inputs()).status == 303
    with desk.data() as data:
        assert [d.draft for d in data.world().dispatch] == [form["on"]]


def test_nothing_is_sent_that_no_lawyer_signed(desk: Built) -> None:
    with desk.served(role="lawyer", actor="Ada") as browser:
        form = browser.get(first_draft(browser)).inputs()
        refused = browser.post("/act/send_to_client", form)
        assert refused.status == 403
        assert "not possible here now" in refused.text
    with desk.data() as data:
        assert data.world().dispatch == []


def test_a_letter_that_changed_after_it_was_signed_is_not_sent(desk: Built) -> None:
    with desk.served(role="lawyer", actor="Ada") as browser:
        form = browser.get(first_draft(browser)).inputs()
        browser.post("/act/approve", form)
        with desk.data() as data, data.store.transaction() as connection:
            connection.execute("UPDATE draft SET body = body || 'P.S.' WHERE id = ?", (form["on"],))
        assert browser.post("/act/send_to_client", form).status == 403


def test_the_function_refuses_a_role_that_the_page_would_not_have_offered_it(desk: Built) -> None:
    with desk.served(role="lawyer") as browser:
        draft = browser.get(first_draft(browser)).inputs()["on"]
    with desk.served(role="paralegal", actor="Sam") as browser:
        token = browser.get("/run").token
        page = browser.post("/act/approve", {"token": token, "on": draft})
        assert page.status == 403
        assert browser.get(f"/act/approve?on={draft}").status == 403
    code, said = desk.call("act", "approve", draft, "--role", "paralegal", "--actor", "Sam")
    assert code == 1
    assert "may not do this" in said
    with desk.data() as data:
        assert data.world().approval == []


def test_an_act_of_nobody_is_refused(desk: Built) -> None:
    with desk.served(role="lawyer") as browser:
        form = browser.get(first_draft(browser)).inputs()
        page = browser.post("/act/approve", {**form, "actor": " "})
    assert page.status == 403
    assert "say who you are" in page.text


def test_what_breaks_a_guardrail_leaves_nothing_behind(desk: Built) -> None:
    """The row is there when the guardrails are asked, and gone when one says no."""
    with desk.data() as data, data.store.transaction() as connection:
        connection.execute("UPDATE impact SET case_id = (SELECT id FROM \"case\" WHERE status = 'granted' LIMIT 1)")
    with desk.served(role="lawyer", actor="Ada") as browser:
        page = browser.post("/act/approve", browser.get(first_draft(browser)).inputs())
    assert page.status == 409
    assert "guardrail broken: Every high impact case has an action item" in page.text
    with desk.data() as data:
        assert data.world().approval == []
        assert data.history()[-1][2:5:2] == ("act:approve", "aborted")


def test_an_action_changes_a_stored_row_and_only_that(desk: Built) -> None:
    with desk.data() as data:
        before = {c.id: c for c in data.world().case}
    with desk.served(role="lawyer", actor="Ada") as browser:
        address = next(x for x in browser.get("/panel/cases").links() if x.startswith("/act/hand_over?"))
        form = browser.get(address).inputs()
        target = "mei" if before[form["on"]].lawyer != "mei" else "luis"
        assert browser.post("/act/hand_over", {**form, "lawyer": target}).status == 303
    with desk.data() as data:
        after = {c.id: c for c in data.world().case}
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {form["on"]}
    assert after[form["on"]].lawyer == target
    assert list(after) == list(before)


def test_an_argument_that_is_missing_or_wrong_is_told_and_nothing_is_stored(desk: Built) -> None:
    with desk.served(role="lawyer", actor="Ada") as browser:
        address = next(x for x in browser.get("/panel/drafts_to_sign").links() if x.startswith("/act/reject?"))
        page = browser.post("/act/reject", browser.get(address).inputs())
        assert page.status == 409
        assert "Reason is missing" in page.text
    with desk.data() as data:
        assert data.world().approval == []


def test_a_run_can_be_started_and_a_wrong_date_is_told(farmer: Built) -> None:
    with farmer.served() as browser:
        form = browser.get("/run").inputs()
        wrong = browser.post("/run/contract_allocation", {**form, "date": "yesterday"})
        assert wrong.status == 409
        assert "is not a date" in wrong.text
        done = browser.post("/run/contract_allocation", {**form, "date": "2026-06-16"})
        assert done.status == 303
        assert "16\u00a0Jun\u00a02026" in browser.get("/run").text


def test_a_form_without_its_token_does_nothing(farmer: Built) -> None:
    with farmer.served() as browser:
        form = browser.get("/run").inputs()
        for token in ("", "0" * 32, form["token"][:-1]):
            assert browser.post("/run/contract_allocation", {**form, "token": token}).status == 403
        other = Browser(port=browser.port)
        other.get("/")
        assert other.post("/run/contract_allocation", form).status == 403
        with farmer.data() as data:
            assert len(data.history()) == 1


def test_a_form_of_another_site_does_nothing(farmer: Built) -> None:
    with farmer.served() as browser:
        form = browser.get("/run").inputs()
        for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            assert browser.post("/run/contract_allocation", form, **headers).status == 403
        here = {"Origin": f"http://127.0.0.1:{browser.port}", "Sec-Fetch-Site": "same-origin"}
        assert browser.post("/run/contract_allocation", form, **here).status == 303


def test_a_name_that_is_not_this_servers_is_refused(farmer: Built) -> None:
    with farmer.served() as browser:
        assert browser.get("/", Host="evil.example").status == 421
        assert browser.get("/", Host=f"localhost:{browser.port}").status == 200


def test_only_forms_are_taken(farmer: Built) -> None:
    with farmer.served() as browser:
        page = browser.ask("POST", "/run/contract_allocation", "{}", {"Content-Type": "application/json"})
    assert page.status == 415
