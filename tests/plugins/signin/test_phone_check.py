"""The check that a telephone can open the page: a real address, fetched over a real socket."""

import socket
import threading
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from roomctl_signin import roomctl_device_checks, roomctl_screens
from roomctl_signin.config import Config
from roomctl_signin.phone import check, codes

from roomctl.api import CheckState, Meeting, MeetingId, State
from roomctl.i18n import speaking
from roomctl.testing.contracts import DeviceCheckContract
from roomctl.testing.fakes import FakeContext, FakeServices

HOUSE = "http://192.168.1.20:8470"


@contextmanager
def answering(answer):
    """A host on this machine. Args: answer: status, and a page or where it leads to, by path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = answer(self.path, self.headers.get("Cookie", ""))
            self.send_response(status)
            if status == 303:
                self.send_header("Location", body)
                self.send_header("Set-Cookie", "roomctl_screen=rcp_x; Path=/page")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def ctx(tmp_path):
    services = FakeServices(tmp_path)
    today = services.clock.now().replace(tzinfo=None)
    services.hold(Meeting(id=MeetingId("m1"), room="r", title="专题会议", starts=today, state=State.OPEN))
    return FakeContext("signin", tmp_path, Config(phone="http://127.0.0.1:9"), services=services)


class TestPhoneCheck(DeviceCheckContract):
    @pytest.fixture
    def check(self, ctx):
        (one,) = roomctl_device_checks(ctx)
        return one


def test_it_follows_the_code_with_its_cookie_and_finds_the_page_of_the_meeting():
    def answer(path, cookie):
        if path.startswith("/s/"):
            return 303, "/page"
        return (200, '<body data-meeting="m1">') if cookie == "roomctl_screen=rcp_x" else (401, "")

    with answering(answer) as site:
        opened = check.fetch(f"{site}/s/signin/phone/m1?c=1", "m1")
        assert (opened.status, opened.ours, opened.fault) == (200, True, "")
        assert check.fetch(f"{site}/s/signin/phone/m2?c=1", "m2").ours is False


def test_a_port_that_nobody_listens_at_and_a_page_of_somebody_else_are_told_apart():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{bound.getsockname()[1]}"
    assert check.fetch(nobody, "m1").fault
    with answering(lambda _path, _cookie: (403, "denied")) as site:
        assert check.fetch(site, "m1").status == 403


@pytest.mark.parametrize(
    ("opened", "state", "said"),
    [
        (check.Opened(HOUSE, status=200, ours=True), "OK", "打得开"),
        (check.Opened(HOUSE, status=200), "WARN", "答的不是签到页"),
        (check.Opened(HOUSE, fault="refused"), "WARN", "打不开：refused"),
        (check.Opened("http://127.0.0.1:8470", status=200, ours=True), "WARN", "只有本机"),
        (check.Opened("http://localhost", status=200, ours=True), "WARN", "只有本机"),
        (check.Opened("http://[::1]:8470", status=200, ours=True), "WARN", "只有本机"),
    ],
)
def test_what_came_of_it_is_judged(opened, state, said):
    with speaking("zh"):
        judged, message, hint = check.judge(opened)
    assert (judged.value, said in message, bool(hint)) == (state, True, state != "OK")


def test_without_a_meeting_of_today_there_is_nothing_to_open(ctx):
    ctx.services.held.clear()
    ctx.services.hold(
        Meeting(id=MeetingId("old"), room="r", title="旧", starts=datetime(2020, 1, 1), state=State.OPEN)
    )
    (one,) = roomctl_device_checks(ctx)
    (result,) = one.run(None)
    assert result.state is CheckState.SKIPPED


def test_where_no_address_is_set_there_is_neither_screen_nor_check(ctx):
    assert codes.SCREEN in {one.name for one in roomctl_screens(ctx)}
    ctx.config = Config()
    assert codes.SCREEN not in {one.name for one in roomctl_screens(ctx)}
    assert not roomctl_device_checks(ctx)


@pytest.mark.parametrize(
    "wrong", ["192.168.1.20", "ftp://x", "http://a/b", "http://u:p@x", "javascript:x", "http://"]
)
def test_an_address_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="phone"):
        Config(phone=wrong)
