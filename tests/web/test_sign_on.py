"""Signing on and off: what a browser, a program and an attacker notice."""

import logging

import pytest

from roomctl.domain.access import Right, Role
from roomctl.domain.events import verify
from roomctl.errors import NotSignedOn
from roomctl.services.accounts import FREE, LINK, LONGEST, SESSION
from roomctl.web.session import COOKIE, FRESH

PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test


def sign_on(client, name, password=PASSWORD):
    return client.post("/api/v1/session", json={"name": name, "password": password})


def test_one_signs_on_is_known_and_signs_off(rest):
    client = rest.as_(Role.SECRETARY, name="赵敏")
    told = client.get("/api/v1/session").json()
    assert (told["name"], told["roles"]) == ("赵敏", ["secretary"])
    assert "transcripts.read" in told["rights"]
    cookie = client.cookies[COOKIE]
    assert client.delete("/api/v1/session").status_code == 204
    assert rest.nobody(Cookie=f"{COOKIE}={cookie}").get("/api/v1/session").status_code == 401


def test_no_script_and_no_other_site_gets_the_cookie(rest):
    rest.account(Role.SECRETARY, name="赵敏")
    flags = sign_on(rest.nobody(), "赵敏").headers["set-cookie"]
    assert "HttpOnly" in flags
    assert "samesite=lax" in flags.lower()
    assert "Secure" not in flags
    over_tls = rest.nobody(Origin="https://127.0.0.1:8470")
    over_tls.base_url = "https://127.0.0.1:8470"
    assert "Secure" in sign_on(over_tls, "赵敏").headers["set-cookie"]


def test_a_wrong_name_and_a_wrong_password_are_told_alike(rest):
    rest.account(Role.SECRETARY, name="赵敏")
    answers = [sign_on(rest.nobody(), name, "wrong password").json() for name in ("赵敏", "nobody")]
    assert answers[0] == answers[1]
    assert answers[0]["mend"]


@pytest.mark.parametrize("forged", ["x", "0" * 43, "'; drop table sessions; --", "\x7f" * 10, "a" * 4000])
def test_a_forged_session_is_nobody_and_is_noted(rest, forged):
    client = rest.nobody(Cookie=f'{COOKIE}="{forged}"')
    assert client.get("/api/v1/meetings").status_code == 401
    assert len(rest.noted("access.denied")) == 1


def test_a_planted_cookie_does_not_become_a_session(rest):
    rest.account(Role.SECRETARY, name="赵敏")
    planted = "planted-by-somebody-else"
    client = rest.nobody()
    client.cookies.set(COOKIE, planted)
    sign_on(client, "赵敏")
    assert rest.nobody(Cookie=f"{COOKIE}={planted}").get("/api/v1/session").status_code == 401


def test_signing_on_again_ends_the_session_before(rest):
    client = rest.as_(Role.SECRETARY, name="赵敏")
    before = client.cookies[COOKIE]
    sign_on(client, "赵敏")
    assert client.cookies[COOKIE] != before
    assert rest.nobody(Cookie=f"{COOKIE}={before}").get("/api/v1/session").status_code == 401


def test_a_session_ends_after_a_working_day(rest):
    client = rest.as_(Role.SECRETARY)
    rest.clock.advance(SESSION.total_seconds() + 1)
    assert client.get("/api/v1/session").status_code == 401


class _Meanwhile:
    """A hasher at whose first look at a password something else is done too, as by an administrator elsewhere."""

    def __init__(self, hasher, act):
        self.hasher, self.act, self.done = hasher, act, False

    def __getattr__(self, name):
        return getattr(self.hasher, name)

    def check_needs_rehash(self, _hashed):
        return True

    def verify(self, hashed, password):
        if not self.done:
            self.done = True
            self.act()
        return self.hasher.verify(hashed, password)


@pytest.mark.parametrize("act", ["disable", "set_password", "set_roles"])
def test_what_an_administrator_does_while_a_password_is_looked_at_holds(rest, act):
    rest.account(Role.SECRETARY, name="赵敏")
    accounts = rest.application.accounts
    acts = {
        "disable": lambda: accounts.disable("赵敏"),
        "set_password": lambda: accounts.set_password("赵敏", "another horse battery"),
        "set_roles": lambda: accounts.set_roles("赵敏", [Role.USHER]),
    }
    accounts.hasher = _Meanwhile(accounts.hasher, acts[act])
    answer = sign_on(rest.nobody(), "赵敏")
    (account,) = [one for one in accounts.all() if one.name == "赵敏"]
    if act == "set_roles":
        assert (answer.json()["roles"], account.roles) == (["usher"], {Role.USHER})
        return
    assert answer.status_code == 401
    assert accounts.sessions("赵敏") == []
    assert account.disabled is (act == "disable")
    if act == "set_password":
        assert sign_on(rest.nobody(), "赵敏", "another horse battery").status_code == 201


def test_a_disabled_account_is_out_within_seconds_even_when_another_process_disabled_it(rest):
    client, program = rest.as_(Role.SECRETARY, name="赵敏"), rest.token(Right.SEE_MEETINGS, roles=(Role.USHER,))
    assert client.get("/api/v1/meetings").status_code == program.get("/api/v1/meetings").status_code == 200
    for name in ("赵敏", "usher"):
        rest.accounts.disable(name)
    rest.clock.advance(FRESH)
    assert client.get("/api/v1/meetings").status_code == program.get("/api/v1/meetings").status_code == 401
    assert sign_on(rest.nobody(), "赵敏").status_code == 401


def test_a_new_password_ends_every_session_elsewhere(rest):
    one, other = rest.as_(Role.SECRETARY, name="赵敏"), rest.as_(Role.SECRETARY, name="赵敏")
    changed = one.put("/api/v1/session/password", json={"old": PASSWORD, "new": "a quite different one"})
    assert changed.status_code == 204
    assert other.get("/api/v1/session").status_code == 401
    assert one.get("/api/v1/session").status_code == 200
    assert sign_on(rest.nobody(), "赵敏").status_code == 401
    assert sign_on(rest.nobody(), "赵敏", "a quite different one").status_code == 201


def test_nobody_changes_a_password_without_the_old_one(rest):
    client = rest.as_(Role.SECRETARY)
    answer = client.put("/api/v1/session/password", json={"old": "a guess of mine", "new": "a quite different one"})
    assert answer.status_code == 401


def test_the_old_password_is_no_new_one(rest):
    client = rest.as_(Role.SECRETARY)
    answer = client.put("/api/v1/session/password", json={"old": PASSWORD, "new": PASSWORD})
    assert answer.status_code == 422


def test_a_token_changes_no_password_and_ends_no_session(rest):
    program = rest.token(Right.MANAGE_ACCOUNTS)
    for method, path in (("GET", "sessions"), ("DELETE", "sessions"), ("DELETE", "sessions/" + "0" * 16)):
        assert program.request(method, f"/api/v1/{path}").status_code == 403
    change = {"old": PASSWORD, "new": "a quite different one"}
    assert program.put("/api/v1/session/password", json=change).status_code == 403


def test_one_sees_where_one_is_signed_on_and_ends_it_there(rest):
    agent = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
    )
    other = rest.nobody(address="10.0.0.7", **{"User-Agent": agent})
    sign_on(other, rest.account(Role.SECRETARY, name="赵敏"))
    rest.clock.advance(1)
    here = rest.as_(Role.SECRETARY, name="赵敏")
    mine, theirs = here.get("/api/v1/sessions").json()
    assert (mine["here"], theirs["here"]) == (True, False)
    assert (theirs["address"], theirs["browser"]) == ("10.0.0.7", "Chrome · Windows")
    assert here.delete(f"/api/v1/sessions/{theirs['handle']}").status_code == 204
    assert other.get("/api/v1/session").status_code == 401
    assert here.delete(f"/api/v1/sessions/{theirs['handle']}").status_code == 404


def test_all_sessions_but_this_one_are_ended_at_once(rest):
    here, other = rest.as_(Role.SECRETARY, name="赵敏"), rest.as_(Role.SECRETARY, name="赵敏")
    assert here.delete("/api/v1/sessions").status_code == 204
    assert other.get("/api/v1/session").status_code == 401
    assert here.get("/api/v1/session").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(rest):
    victim, attacker = rest.as_(Role.ADMIN, name="赵敏"), rest.as_(Role.USHER, name="周强")
    handle = victim.get("/api/v1/sessions").json()[0]["handle"]
    assert attacker.delete(f"/api/v1/sessions/{handle}").status_code == 404
    assert victim.get("/api/v1/session").status_code == 200


def test_a_password_that_the_administrator_set_opens_nothing_before_it_is_changed(rest):
    rest.account(Role.SECRETARY, name="孙丽")
    admin = rest.as_(Role.ADMIN)
    first = "for the first time"
    assert admin.put("/api/v1/accounts/孙丽/password", json={"password": first}).status_code == 204
    client = rest.nobody()
    assert sign_on(client, "孙丽", first).status_code == 201
    assert client.get("/api/v1/session").json()["must_change"] is True
    for path in ("meetings", "calendar", "calendar-links"):
        assert client.get(f"/api/v1/{path}").status_code == 403
    change = {"old": first, "new": "a quite different one"}
    assert client.put("/api/v1/session/password", json=change).status_code == 204
    assert client.get("/api/v1/meetings").status_code == 200
    assert not {one.name: one for one in rest.accounts.all()}["孙丽"].must_change


def test_the_administrators_own_new_password_need_not_be_changed(rest):
    admin = rest.as_(Role.ADMIN, name="赵敏")
    admin.put("/api/v1/accounts/赵敏/password", json={"password": "a quite different one"})
    again = rest.nobody()
    assert sign_on(again, "赵敏", "a quite different one").json()["must_change"] is False


@pytest.mark.parametrize("password", ["short", "x" * 200, "一二三四"])
def test_a_password_has_a_length(rest, password):
    client = rest.as_(Role.ADMIN)
    body = {"name": "新人", "password": password, "roles": ["usher"]}
    answer = client.post("/api/v1/accounts", json=body)
    assert answer.status_code == 422
    assert password not in answer.text


# --- brute force


def test_each_failure_after_the_free_ones_doubles_the_wait(rest):
    rest.account(Role.SECRETARY, name="赵敏")
    client, waits = rest.nobody(), []
    for _ in range(FREE + 3):
        assert sign_on(client, "赵敏", "wrong password").status_code == 401
        answer = sign_on(client, "赵敏", "wrong password")
        if answer.status_code == 429:
            waits.append(int(answer.headers["retry-after"]))
            rest.clock.advance(waits[-1])
    assert waits[:3] == [1, 2, 4]
    assert sign_on(client, "赵敏").status_code == 201


def test_an_account_is_kept_from_its_owner_for_a_minute_at_most(rest):
    rest.account(Role.SECRETARY, name="赵敏")
    for n in range(40):
        sign_on(rest.nobody(address=f"10.0.0.{n}"), "赵敏", "wrong password")
        rest.clock.advance(LONGEST["account"].total_seconds())
    assert sign_on(rest.nobody(address="10.0.1.1"), "赵敏").status_code == 201


def test_many_names_from_one_address_wait_too(rest):
    client = rest.nobody(address="10.0.0.9")
    answers = [sign_on(client, f"user{n}", "wrong password").status_code for n in range(FREE + 2)]
    assert answers[-1] == 429
    rest.account(Role.SECRETARY, name="赵敏")
    assert sign_on(rest.nobody(address="10.0.0.8"), "赵敏").status_code == 201


def test_signing_on_oneself_does_not_wipe_out_the_failures_of_ones_address(rest):
    rest.account(Role.USHER, name="insider")
    client = rest.nobody(address="10.0.0.9")
    for n in range(FREE):
        sign_on(client, f"user{n}", "wrong password")
        rest.clock.advance(1)
        sign_on(client, "insider")
    assert sign_on(client, "user9", "wrong password").status_code == 401
    assert sign_on(client, "user9", "wrong password").status_code == 429


def test_failures_are_noted_and_a_flood_of_them_as_a_number(rest):
    client = rest.nobody(address="10.0.0.9")
    for _ in range(60):
        sign_on(client, "赵敏", "wrong password")
    assert 5 <= len(rest.noted("access.denied")) <= 20
    rest.clock.advance(61)
    sign_on(client, "赵敏", "wrong password")
    newest = rest.noted("access.denied")[-1]
    assert '"more":40' in newest.data
    assert not list(verify(rest.noted("*")))


def test_no_password_cookie_or_token_stands_in_an_event_a_log_or_the_database(rest, caplog):
    caplog.set_level(logging.DEBUG)
    client = rest.as_(Role.SECRETARY, name="赵敏")
    _token, text = rest.accounts.add_token("赵敏", "大屏", [Right.SEE_MEETINGS])
    cookie = client.cookies[COOKIE]
    sign_on(rest.nobody(), "赵敏", "a wrong password of mine")
    files = [path for path in rest.application.data.rglob("*") if path.is_file()]
    kept = b"".join(path.read_bytes() for path in files) + caplog.text.encode()
    for secret in (PASSWORD, cookie, text, "a wrong password of mine"):
        assert secret.encode() not in kept


# --- tokens


@pytest.mark.parametrize("token", ["", "x", "rct_" + "0" * 43, "rct_" + "a" * 5000])
def test_a_wrong_token_is_nobody_even_with_a_good_cookie(rest, token):
    client = rest.as_(Role.ADMIN)
    client.headers["Authorization"] = f"Bearer {token}"
    assert (client.get("/api/v1/accounts").status_code == 401) == bool(token)


def test_a_token_ends_when_it_was_said_to(rest):
    rest.account(Role.ADMIN)
    _token, text = rest.accounts.add_token("admin", "大屏", [Right.SEE_MEETINGS], days=1)
    client = rest.nobody(Authorization=f"Bearer {text}")
    assert client.get("/api/v1/meetings").status_code == 200
    rest.clock.advance(24 * 3600)
    assert client.get("/api/v1/meetings").status_code == 401


def test_a_token_is_shown_once_and_can_be_taken_back(rest):
    admin = rest.as_(Role.ADMIN)
    made = admin.post(
        "/api/v1/tokens", json={"account": "admin", "label": "大屏", "rights": ["meetings.read"]}
    ).json()
    client = rest.nobody(Authorization=f"Bearer {made['token']}")
    assert client.get("/api/v1/meetings").status_code == 200
    assert made["token"] not in admin.get("/api/v1/tokens").text
    assert admin.delete(f"/api/v1/tokens/{made['about']['id']}").status_code == 204
    assert client.get("/api/v1/meetings").status_code == 401


def test_a_token_never_has_more_than_its_owner(rest):
    admin = rest.as_(Role.ADMIN)
    rest.account(Role.USHER)
    body = {"account": "usher", "label": "门口", "rights": ["transcripts.read"]}
    answer = admin.post("/api/v1/tokens", json=body)
    assert answer.status_code == 422
    assert "transcripts.read" in answer.json()["detail"]


# --- the first administrator


def first(client, key, name="赵敏"):
    return client.post("/api/v1/first-administrator", json={"key": key, "name": name, "password": PASSWORD})


def test_the_first_link_makes_one_administrator_once(rest):
    key = rest.accounts.first_link()
    client = rest.nobody()
    assert first(client, key).json()["roles"] == ["admin"]
    assert client.get("/api/v1/accounts").status_code == 200
    assert first(rest.nobody(), key, "second").status_code == 401
    assert rest.accounts.first_link() is None


def test_the_first_link_ends_where_an_administrator_is_made_in_another_way(rest):
    key = rest.accounts.first_link()
    rest.account(Role.ADMIN)
    with pytest.raises(NotSignedOn):
        rest.accounts.add_first(key, "陌生人", "correct horse battery")
    assert rest.accounts.first_link() is None


def test_the_first_link_is_good_for_half_an_hour_and_the_newest_one_only(rest):
    older, newer = rest.accounts.first_link(), rest.accounts.first_link()
    assert first(rest.nobody(), older).status_code == 401
    rest.clock.advance(LINK.total_seconds())
    assert first(rest.nobody(), newer).status_code == 401


def test_the_last_administrator_cannot_be_disabled(rest):
    answer = rest.as_(Role.ADMIN).post("/api/v1/accounts/admin/disable")
    assert answer.status_code == 409
    assert answer.json()["mend"]


# --- the form of the log-in page


def form(client, **fields):
    return client.post("/log-in", data={"name": "赵敏", "password": PASSWORD, **fields})


def test_the_form_signs_on_and_goes_where_one_wanted_to(rest):
    rest.account(Role.SECRETARY, name="赵敏")
    client = rest.nobody()
    answer = form(client, next="/meetings?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/meetings?x=1")
    assert client.get("/api/v1/session").status_code == 200
    assert client.post("/log-out").headers["location"] == "/log-in"
    assert client.get("/api/v1/session").status_code == 401


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y", ""])
def test_the_form_leads_to_no_other_site(rest, elsewhere):
    rest.account(Role.SECRETARY, name="赵敏")
    assert form(rest.nobody(), next=elsewhere).headers["location"] == "/"


def test_a_wrong_password_in_the_form_leads_back_to_it(rest):
    answer = form(rest.nobody(), password="wrong password")  # noqa: S106 - wrong on purpose
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/log-in?error=")
    assert "set-cookie" not in answer.headers
    assert len(rest.noted("access.denied")) == 1
