"""Where no page is: who reads pages is told in their language, everybody else gets a problem."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from roomctl.web.pages import nowhere
from roomctl.web.pages.visitor import LANGUAGE


@pytest.fixture
def client():
    pages = FastAPI()
    nowhere.register(pages)
    with TestClient(pages) as made:
        yield made


@pytest.mark.parametrize(("language", "told"), [("zh", "没有这个页面"), ("en", "There is no such page")])
def test_a_browser_is_told_in_its_language_and_led_home(client, language, told):
    client.cookies.set(LANGUAGE, language)
    answer = client.get("/no<b>where", headers={"accept": "text/html,*/*"})
    assert answer.status_code == 404
    assert told in answer.text
    assert 'href="/"' in answer.text
    assert "<b>where" not in answer.text


def test_a_program_gets_a_problem(client):
    answer = client.get("/nowhere", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "/nowhere" in answer.json()["title"]
