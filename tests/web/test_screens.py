"""Screens that nobody signs on at: a link opens one screen of one meeting, and nothing else."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI, Request

from roomctl.api.routes import needs, still
from roomctl.domain.access import RIGHTS, Right, Role
from roomctl.domain.lifecycle import State
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.services.screen_offers import ScreenOffer
from roomctl.web import keys
from roomctl.web.errors import tell_errors

PAGE = '<!doctype html><title>字幕</title><link rel="stylesheet" href="page.css"><script src="page.js"></script>'


def plugin_routes():
    """Of a plugin, as the host serves them."""
    router = APIRouter(prefix="/{screen}/{meeting_id}")
    hears = needs(Right.HEAR_RECORDINGS, screen=True)

    @router.get("")
    async def read(request: Request, user=hears):
        return {"screen": user.screen is not None, "still": await still(request, Right.HEAR_RECORDINGS, screen=True)}

    @router.put("")
    def write(user=hears):
        return {"by": user.name}

    @router.get("/people", dependencies=[needs(Right.HEAR_RECORDINGS)])
    def people():
        return ["张建国"]

    return router


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "page"
    made.mkdir()
    (made / "index.html").write_text(PAGE, encoding="utf-8")
    (made / "page.js").write_text("start();\n", encoding="utf-8")
    (made / "page.css").write_text("body {}\n", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("top of the list", encoding="utf-8")
    return made


@pytest.fixture
def room(rest, folder):
    """Two plugins with screens, and their routes."""
    title = {"title": ("会场字幕", "Captions"), "folder": folder}
    rest.application.plugins.loaded = {
        "transcript": [ScreenOffer(name="captions", right=Right.HEAR_RECORDINGS, **title)],
        "signin": [ScreenOffer(name="kiosk", right=Right.SIGN_IN, **title)],
    }
    rest.host.plugins_up = True
    routes = FastAPI()
    tell_errors(routes, rest.web.state.denials)
    routes.state.sessions = rest.web.state.sessions
    for name in rest.application.plugins.loaded:
        routes.include_router(plugin_routes(), prefix=f"/{name}")
    rest.web.mount(keys.ROUTES, routes)
    return rest


def handed_out(room, meeting, *, screen="transcript/captions", by=Role.OPERATOR, **more):
    plugin, _, name = screen.partition("/")
    answer = room.as_(by).post(
        f"/api/v1/meetings/{meeting.id}/screens", json={"plugin": plugin, "screen": name, **more}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def entered(room, link):
    """A browser in which the link was opened."""
    browser = room.nobody()
    answer = browser.get(link["path"])
    assert answer.status_code == 303, answer.text
    return browser, answer


def place(meeting, screen="transcript/captions", under=keys.ROUTES):
    return f"{under}/{screen}/{meeting.id}"


def test_a_link_leads_to_its_screen_and_leaves_no_key_in_the_address(room):
    meeting = room.opened()
    link = handed_out(room, meeting, label="大屏")
    assert link["url"].endswith(link["path"])
    browser, answer = entered(room, link)
    assert answer.headers["location"] == f"/s/transcript/captions/{meeting.id}/"
    page = browser.get(answer.headers["location"])
    assert page.text == PAGE
    assert browser.get(answer.headers["location"] + "page.js").text == "start();\n"
    assert browser.get(place(meeting)).json() == {"screen": True, "still": True}


def test_the_key_is_kept_from_scripts_other_sites_and_other_paths(room):
    meeting = room.opened()
    _browser, answer = entered(room, handed_out(room, meeting))
    cookies = answer.headers.get_list("set-cookie")
    assert {re.search(r"[Pp]ath=([^;]+)", one)[1] for one in cookies} == {
        f"/s/transcript/captions/{meeting.id}",
        f"/api/v1/x/transcript/captions/{meeting.id}",
    }
    assert all("HttpOnly" in one and "SameSite=lax" in one for one in cookies)


def test_a_page_of_a_screen_runs_no_script_but_its_own_files(room):
    meeting = room.opened()
    browser, answer = entered(room, handed_out(room, meeting))
    policy = browser.get(answer.headers["location"]).headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert "nonce" not in policy


@pytest.mark.parametrize("path", ["../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "nothing.js", "page.js/x"])
def test_nothing_but_the_files_of_the_screen_is_served(room, path):
    meeting = room.opened()
    browser, answer = entered(room, handed_out(room, meeting))
    got = browser.get(answer.headers["location"] + path)
    assert 400 <= got.status_code < 500
    assert "top of the list" not in got.text


def test_any_screen_can_say_which_room_and_which_meeting_it_belongs_to(room):
    meeting = room.opened()
    browser, answer = entered(room, handed_out(room, meeting))
    told = browser.get(answer.headers["location"] + "about.json")
    assert told.json() == {
        "room": "第一会议室",
        "zone": "Asia/Shanghai",
        "meeting": meeting.title,
        "starts": "2026-11-12T09:00:00",
    }
    assert room.nobody().get(answer.headers["location"] + "about.json").status_code == 401


@pytest.mark.parametrize(("inside", "title"), [(False, "Internal meeting"), (True, "干部任免")])
def test_the_title_of_an_internal_meeting_is_told_inside_the_room_alone(room, inside, title):
    loaded = room.application.plugins.loaded
    loaded["transcript"] = [replace(one, inside=inside) for one in loaded["transcript"]]
    meeting = room.opened()
    with room.application.open_uow() as uow:
        kept = uow.meetings.get(meeting.id)
        uow.meetings.save(replace(kept, title="干部任免", secrecy=Secrecy(Level.INTERNAL)))
        uow.commit()
    browser, answer = entered(room, handed_out(room, meeting))
    told = browser.get(answer.headers["location"] + "about.json").json()
    assert (told["meeting"], told["starts"]) == (title, "2026-11-12T09:00:00")
    person = room.as_(Role.OPERATOR).get(answer.headers["location"] + "about.json").json()
    assert person["meeting"] == "干部任免"


def test_a_screen_with_a_door_has_no_link(room):
    loaded = room.application.plugins.loaded
    loaded["transcript"] = [replace(one, door=lambda _meeting, _code: "") for one in loaded["transcript"]]
    meeting, operator = room.opened(), room.as_(Role.OPERATOR)
    where = f"/api/v1/meetings/{meeting.id}/screens"
    assert operator.post(where, json={"plugin": "transcript", "screen": "captions"}).status_code == 409
    assert "captions" not in {one["screen"] for one in operator.get(where).json()["offered"]}
    assert room.nobody().get(f"/s/transcript/captions/{meeting.id}/").status_code == 401


def test_a_key_opens_its_own_screen_and_meeting_and_nothing_else(room):
    meeting, other = room.opened(), room.opened()
    link = handed_out(room, meeting)
    browser, _answer = entered(room, link)
    cookie = {"Cookie": f"{keys.COOKIE}={link['path'].rpartition('/')[2]}"}  # sent to every path: the host looks too
    assert browser.get(place(meeting), headers=cookie).status_code == 200
    for path in (
        place(other),
        place(meeting, "signin/kiosk"),
        place(meeting, "transcript/kiosk"),
        place(meeting) + "/people",  # a route that does not answer screens
        place(meeting, under=keys.PAGES).replace("captions", "nothing") + "/",
        place(other, under=keys.PAGES) + "/",
        place(meeting, "signin/kiosk", keys.PAGES) + "/",
        "/api/v1/meetings",
        f"/api/v1/meetings/{meeting.id}",
        f"/api/v1/meetings/{meeting.id}/screens",
        "/api/v1/session",
    ):
        assert browser.get(path, headers=cookie).status_code in {401, 404}, path


def test_a_key_is_neither_a_token_nor_a_session(room):
    meeting = room.opened()
    text = handed_out(room, meeting)["path"].rpartition("/")[2]
    browser, _answer = entered(room, {"path": f"/s/{text}"})
    assert browser.get(place(meeting)).status_code == 200
    for headers in ({"Authorization": f"Bearer {text}"}, {"Cookie": f"roomctl_session={text}"}):
        nobody = room.nobody()
        assert nobody.get("/api/v1/session", headers=headers).status_code == 401
        assert nobody.get(place(meeting), headers=headers).status_code == 401


def test_another_site_cannot_make_a_screen_do_something(room):
    meeting = room.opened()
    browser, _answer = entered(room, handed_out(room, meeting, label="大屏"))
    assert "大屏" in browser.put(place(meeting)).json()["by"]
    assert browser.put(place(meeting), headers={"Origin": "https://evil.example"}).status_code == 403
    del browser.headers["Origin"]
    assert browser.put(place(meeting)).status_code == 403


def test_a_link_that_is_taken_back_shows_nothing_more(room):
    meeting = room.opened()
    link = handed_out(room, meeting)
    browser, answer = entered(room, link)
    client = room.as_(Role.SECRETARY)
    (row,) = client.get(f"/api/v1/meetings/{meeting.id}/screens").json()["links"]
    assert row == link["about"]
    assert client.delete(f"/api/v1/meetings/{meeting.id}/screens/{row['id']}").status_code == 204
    assert browser.get(place(meeting)).status_code == 401
    page = browser.get(answer.headers["location"])
    assert page.status_code == 401
    assert "taken back" in page.text
    assert room.nobody().get(link["path"]).status_code == 401
    assert client.delete(f"/api/v1/meetings/{meeting.id}/screens/{row['id']}").status_code == 404


def test_screens_end_with_the_meeting(room):
    meeting = room.in_session()
    browser, _answer = entered(room, handed_out(room, meeting))
    assert browser.get(place(meeting)).json()["still"]
    room.use.transition(meeting.id, State.ADJOURNED)
    room.clock.advance(5)
    assert browser.get(place(meeting)).status_code == 401
    assert room.as_(Role.OPERATOR).get(f"/api/v1/meetings/{meeting.id}/screens").json()["links"] == []
    refused = room.as_(Role.OPERATOR).post(
        f"/api/v1/meetings/{meeting.id}/screens", json={"plugin": "transcript", "screen": "captions"}
    )
    assert refused.status_code == 409
    assert "over" in refused.json()["detail"]


def test_a_wrong_link_is_told_on_the_screen_and_noted_without_its_key(room):
    page = room.nobody().get("/s/rcs_wrong")
    assert page.status_code == 401
    assert "<h1>" in page.text
    (row,) = room.noted("access.denied")
    assert "rcs_wrong" not in row.data


@pytest.mark.parametrize("role", list(Role))
def test_who_is_signed_on_opens_the_screen_by_its_own_right(room, role):
    meeting = room.opened()
    status = room.as_(role).get(place(meeting, under=keys.PAGES) + "/").status_code
    assert (status == 200) == (role in RIGHTS[Right.HEAR_RECORDINGS])


def test_who_is_signed_on_opens_no_screen_of_a_level_that_is_closed_to_him(room):
    meeting = room.opened()
    with room.application.open_uow() as uow:
        uow.meetings.save(replace(uow.meetings.get(meeting.id), secrecy=Secrecy(Level.SECRET, 3)))
        uow.commit()
    assert room.as_(Role.SECRETARY).get(place(meeting, under=keys.PAGES) + "/").status_code == 403  # not declared
    declared = {"approval": "市保密审字〔2026〕7号", "level": "秘密", "approved": "2020-01-05"}
    assert room.as_(Role.ADMIN).post("/api/v1/secrecy/declaration", json=declared).status_code == 201
    assert room.as_(Role.ADMIN).get(place(meeting, under=keys.PAGES) + "/").status_code == 403
    assert room.as_(Role.SECRETARY).get(place(meeting, under=keys.PAGES) + "/").status_code == 200


def test_nobody_is_shown_the_way_to_sign_on(room):
    page = room.nobody().get(place(room.opened(), under=keys.PAGES) + "/")
    assert page.status_code == 401
    assert 'href="/log-in"' in page.text


def test_a_browser_with_both_is_the_person_where_that_one_may_and_the_screen_where_not(room):
    meeting = room.opened()
    link = handed_out(room, meeting)
    for role, screen in ((Role.SECRETARY, False), (Role.USHER, True)):
        client = room.as_(role)
        assert client.get(link["path"]).status_code == 303
        assert client.get(place(meeting)).json()["screen"] is screen


def test_a_link_is_handed_out_by_who_may_and_who_has_the_screens_own_right(room):
    meeting = room.opened()
    for role in Role:
        asked = {"plugin": "signin", "screen": "kiosk"}
        status = room.as_(role).post(f"/api/v1/meetings/{meeting.id}/screens", json=asked).status_code
        assert (status == 201) == (role in RIGHTS[Right.OPEN_SCREENS] & RIGHTS[Right.SIGN_IN]), role
    told = room.as_(Role.USHER).get(f"/api/v1/meetings/{meeting.id}/screens").json()
    assert [one["screen"] for one in told["offered"]] == ["kiosk"]
    assert {one["screen"] for one in told["links"]} == {"kiosk"}


@pytest.mark.parametrize(
    "asked",
    [
        {"plugin": "transcript"},
        {"plugin": "transcript", "screen": "nothing"},
        {"plugin": "../x", "screen": "captions"},
        {"plugin": "transcript", "screen": "captions", "label": "x" * 41},
        {"plugin": "transcript", "screen": "captions", "more": 1},
    ],
)
def test_what_is_no_screen_is_refused_with_the_mend(room, asked):
    answer = room.as_(Role.ADMIN).post(f"/api/v1/meetings/{room.opened().id}/screens", json=asked)
    assert answer.status_code in {404, 422}
    assert answer.json()["mend"]


def test_screens_of_a_plugin_that_went_down_are_gone(room):
    meeting = room.opened()
    browser, answer = entered(room, handed_out(room, meeting))
    del room.application.plugins.loaded["transcript"]
    page = browser.get(answer.headers["location"])
    assert page.status_code == 404
    assert "its plugin does not run" in page.text
