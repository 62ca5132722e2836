"""Two terminals whose line is cut, over real sockets: nothing is lost, nothing is double."""

from http import HTTPStatus

from fastapi.testclient import TestClient

from roomctl.app import Application
from roomctl.domain.lifecycle import State
from tests.bench.signin import cut, meeting_of, opened, served


def test_what_two_terminals_send_over_a_line_that_is_cut_counts_once(tmp_path):
    application = Application(tmp_path / "data")
    try:
        web, _token = opened(application)
        with served(web) as url:
            told = cut(application, url, 30, 1.0)
    finally:
        application.close()
    assert (told["present"], told["lost"], told["double"]) == (30, 0, 0)
    assert told["sent_more_than_once"] > 0  # answers were lost, or this would say nothing


def test_what_a_terminal_could_not_send_before_the_end_is_sent_by_who_signs_on_there(tmp_path):
    application = Application(tmp_path / "data")
    try:
        web, token = opened(application)
        meeting, roster = meeting_of(application, 2)
        _key, text = application.screens.make(meeting.id, "signin", "terminal")
        with TestClient(web, base_url="http://127.0.0.1") as client:
            assert client.get(f"/s/{text}", follow_redirects=False).status_code == HTTPStatus.SEE_OTHER
            for state in (State.IN_SESSION, State.ADJOURNED):
                application.usecases.transition(meeting.id, state)
            path = f"/api/v1/x/signin/terminal/{meeting.id}/acts"
            acts = [
                {"key": f"act-{one.rank:04}", "person": one.id, "ago": 60 if one.rank == 1 else 0} for one in roster
            ]
            web.state.sessions.forget()  # a key is asked for again after some seconds
            headers = {"Origin": "http://127.0.0.1"}
            assert client.post(path, json={"acts": acts}, headers=headers).status_code == HTTPStatus.UNAUTHORIZED
            told = client.post(path, json={"acts": acts}, headers={"Authorization": f"Bearer {token}"}).json()
        kinds = [row.kind for row in application.usecases.events(stream=meeting.id, kinds=["x.signin.*"])]
    finally:
        application.close()
    assert [one["ok"] for one in told["acts"]] == [True, False]
    assert kinds == ["x.signin.not_taken"]
