"""What stands before every request."""

import re

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.websockets import WebSocketDisconnect

from roomctl.api.routes import needs
from roomctl.domain.access import Right, Role
from roomctl.web.app import build
from roomctl.web.errors import tell_errors
from roomctl.web.guard import MAX_BODY

EVIL = "https://evil.example"


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/meetings", "/nowhere", "/log-in"])
def test_every_answer_has_the_security_headers(rest, path):
    headers = rest.nobody().get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "microphone=()" in headers["permissions-policy"]
    assert "http" not in headers["content-security-policy"]


def page_with(rest, html):
    routes = FastAPI()
    routes.get("/sheet")(lambda: HTMLResponse(html))
    rest.web.mount("/x", routes)
    return rest.nobody().get("/x/sheet", headers={"Accept-Encoding": "gzip"})


def test_an_inline_script_of_a_page_is_let_in_by_a_number_that_is_used_once(rest):
    first, second = (page_with(rest, "<p>会</p><script>a()</script><script src='/b.js'></script>") for _ in range(2))
    numbers = [re.findall(r'<script nonce="([\w-]{20,})"', one.text) for one in (first, second)]
    for answer, (here, there) in zip((first, second), numbers, strict=True):
        assert here == there
        assert f"'nonce-{here}'" in answer.headers["content-security-policy"]
        assert answer.headers["content-length"] == str(len(answer.content))
    assert numbers[0] != numbers[1]


def test_no_page_lets_in_scripts_in_general(rest):
    for path in ("/nowhere", "/log-in"):
        policy = rest.nobody().get(path).headers["content-security-policy"]
        assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]


def test_text_that_people_wrote_begins_no_script(rest):
    page = page_with(rest, "<p>&lt;script>alert(1)</p>")
    assert "nonce" not in page.text


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "", "a:b:c", "[::1"]
)
def test_another_name_in_the_host_header_is_another_site(rest, host):
    assert rest.nobody().get("/api/v1/health", headers={"Host": host}).status_code == 422


@pytest.mark.parametrize("host", ["127.0.0.1:8470", "192.168.1.20", "localhost", "LOCALHOST:1", "[::1]:8470"])
def test_the_machines_own_names_are_known(rest, host):
    assert rest.nobody().get("/api/v1/health", headers={"Host": host}).status_code == 200


def test_a_name_in_the_settings_is_known(rest):
    rest.application.settings.web.hosts.append("Room1.example.cn")
    rest.web = build(rest.host, pages=False)
    assert rest.nobody().get("/api/v1/health", headers={"Host": "room1.example.cn:8470"}).status_code == 200


def test_another_site_cannot_act_in_the_name_of_who_is_signed_on(rest):
    client = rest.as_(Role.SECRETARY)
    body = {"title": "x", "starts": "2026-11-12T09:00:00"}
    for headers in ({"Origin": EVIL}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:9999"}):
        answer = client.post("/api/v1/meetings", json=body, headers=headers)
        assert answer.status_code == 403, headers
        assert answer.json()["mend"]
    del client.headers["Origin"]
    assert client.post("/api/v1/meetings", json=body).status_code == 403
    assert client.post("/api/v1/meetings", json=body, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/api/v1/meetings", json=body, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 201
    assert len(rest.use.meetings()) == 1
    assert len(rest.noted("access.denied")) == 5


def test_another_site_cannot_sign_somebody_on_or_off(rest):
    rest.account(Role.SECRETARY, name="赵敏")
    body = {"name": "赵敏", "password": "correct horse battery"}
    assert rest.nobody(Origin=EVIL).post("/api/v1/session", json=body).status_code == 403
    assert rest.nobody(Origin=EVIL).post("/log-in", data=body).status_code == 403
    client = rest.as_(Role.SECRETARY)
    assert client.post("/log-out", headers={"Origin": EVIL}).status_code == 403
    assert client.get("/api/v1/session").status_code == 200


def test_a_program_with_a_token_needs_no_origin(rest):
    client = rest.token(Right.PLAN_MEETINGS)
    assert client.post("/api/v1/meetings", json={"title": "x", "starts": "2026-11-12T09:00:00"}).status_code == 201


def test_another_site_opens_no_websocket_with_the_cookie(rest):
    client = rest.as_(Role.SECRETARY)
    with pytest.raises(WebSocketDisconnect) as closed, client.websocket_connect("/ws", headers={"Origin": EVIL}):
        pass
    assert closed.value.code == 1008


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_a_body_of_100_mb_is_refused_before_it_is_read(rest, kind):
    body = (b"x" * (1 << 20) for _ in range(100))
    answer = rest.as_(Role.SECRETARY).post("/api/v1/meetings", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 413
    assert answer.json()["mend"]
    told = rest.nobody().post("/api/v1/session", content=b"{}", headers={"Content-Length": str(100 << 20)})
    assert told.status_code == 413


def test_a_body_at_the_limit_is_read(rest):
    content = b'{"title": "' + b"x" * (MAX_BODY["/api/"] - 20) + b'"}'
    answer = rest.as_(Role.SECRETARY).post("/api/v1/meetings", content=content)
    assert answer.status_code == 422


@pytest.mark.parametrize(("asked", "told"), [("en-GB,en;q=0.9", "signed on"), ("zh-CN", "登录"), ("fr, zh", "登录")])
def test_errors_are_told_in_the_readers_language(rest, asked, told):
    assert told in rest.nobody(**{"Accept-Language": asked}).get("/api/v1/meetings").json()["title"]


def test_a_fault_of_our_own_tells_no_trace(rest, caplog):
    del rest.web.state.feed
    rest.application.plugins.status = None
    answer = rest.as_(Role.ADMIN).get("/api/v1/plugins")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    assert "TypeError" in caplog.text


def test_a_plugins_routes_tell_their_errors_as_ours_do(rest):
    routes = FastAPI()
    tell_errors(routes, rest.web.state.denials)

    @routes.get("/lamps", dependencies=[needs(Right.SEE_STATUS)])
    def lamps(n: int) -> int:
        return n

    rest.web.mount("/api/v1/x", routes)
    assert rest.nobody().get("/api/v1/x/lamps?n=1").status_code == 401
    denied = rest.as_(Role.ARCHIVIST).get("/api/v1/x/lamps?n=1")
    assert (denied.status_code, denied.headers["content-type"]) == (403, "application/problem+json")
    assert len(rest.noted("access.denied")) == 1
    technician = rest.as_(Role.TECHNICIAN)
    assert technician.get("/api/v1/x/lamps?n=1").json() == 1
    assert technician.get("/api/v1/x/lamps?n=x").json()["mend"]
    assert technician.get("/api/v1/x/nothing").json()["mend"]
