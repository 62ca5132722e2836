"""Personal codes on paper."""

import json
import subprocess
from dataclasses import replace
from datetime import datetime

import pytest
from roomctl_records.config import RecordsConfig
from roomctl_records.typesetting import Typst
from roomctl_signin.config import Config
from roomctl_signin.phone import codes, sheet

from roomctl.api import Meeting, MeetingId, Method, NotFound, Person, Refused, State, secrecy
from roomctl.api.custody import SecrecyRefused
from roomctl.testing.fakes import FakeContext, FakeServices

MEETING = Meeting(
    id=MeetingId("0199f000-0000-7000-8000-000000000001"),
    room="r",
    title="专题会议",
    starts=datetime(2026, 11, 12, 9, 5),
    state=State.OPEN,
)
PEOPLE = [
    Person(id=str(rank), name=name, unit="市审计局", duty="局长", rank=rank)
    for rank, name in enumerate(("张建国", "孙丽", "陈志强", "𠮷田㛃", "买" * 40), start=1)
]


@pytest.fixture
def ctx(tmp_path):
    services = FakeServices(tmp_path)
    services.hold(MEETING, PEOPLE)
    return FakeContext("signin", tmp_path, services=services, config=Config(phone="http://192.168.1.20:8470"))


def told(ctx):
    return json.loads(sheet.pdf(ctx, MEETING))


def test_there_is_a_card_for_everybody_who_may_come_and_for_a_proxy_in_the_members_place(ctx):
    ctx.services.request_leave(MEETING.id, "孙丽", reason="出差")
    ctx.services.decide_leave(MEETING.id, "孙丽", granted=True, by="李四")
    ctx.services.request_leave(MEETING.id, "陈志强", reason="出差", proxy="刘伟", proxy_duty="副局长")
    ctx.services.decide_leave(MEETING.id, "陈志强", granted=True, by="李四")
    ctx.services.sign_in(MEETING.id, "张建国", method=Method.DESK)
    names = [one["name"] for one in told(ctx)["cards"]]
    assert names == ["张建国", "刘伟（代陈志强）", "𠮷田㛃", "买" * 40]


def test_a_revoked_code_is_not_printed_again(ctx):
    before = [one["code"] for one in told(ctx)["cards"]]
    codes.revoke(ctx, MEETING.id, "孙丽")
    after = [one["code"] for one in told(ctx)["cards"]]
    assert [n for n, one in enumerate(after) if one != before[n]] == [1]


def test_without_telephones_in_a_state_secret_or_for_nobody_there_is_no_sheet(ctx):
    with pytest.raises(NotFound, match="导入名单"):
        sheet.pdf(ctx, ctx.services.hold(replace(MEETING, id=MeetingId("empty"))))
    with pytest.raises(SecrecyRefused):
        sheet.pdf(ctx, ctx.services.hold(replace(MEETING, id=MeetingId("secret"), secrecy=secrecy.parse("秘密★3年"))))
    ctx.config = Config()
    with pytest.raises(Refused, match="手机签到"):
        sheet.pdf(ctx, MEETING)


def test_the_route_gives_it_to_who_may_edit_the_roster(web):
    path = f"/codes/{MEETING.id}/sheet"
    assert web.get(path).status_code == 403
    answer = web.get(path, headers={"role": "secretary"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.needs("python:typst")
@pytest.mark.needs("pdftotext")
def test_it_is_set_on_a4_with_every_name_whatever_its_length(ctx, tmp_path, monkeypatch):
    printer = Typst(FakeContext("records", tmp_path, services=ctx.services, config=RecordsConfig()))
    monkeypatch.setattr(ctx.services, "typeset", printer.set, raising=True)
    path = tmp_path / "codes.pdf"
    path.write_bytes(sheet.pdf(ctx, MEETING))
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    assert all(one.name in "".join(text.split()) for one in PEOPLE)
    size = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    assert "595.276 x 841.89 pts (A4)" in size
