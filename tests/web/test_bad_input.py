"""Whatever the description allows, and much that it does not: no answer is a fault of our own."""

import itertools
import warnings
from collections import Counter

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roomctl.domain.access import Right, Role
from roomctl.domain.lifecycle import State
from roomctl.errors import Damaged, MissingPart, RoomctlError
from roomctl.web.problems import Fault

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode

STREAMS = {
    "/api/v1/events/stream",
    "/api/v1/meetings/{meeting_id}/deliveries/stream",
    "/api/v1/meetings/{meeting_id}/recorder/levels",
}
"""They do not end by themselves; test_feed, test_rest_deliveries and test_rest_recorder follow them."""


SIGN_ON = ("/api/v1/session", "/api/v1/accounts", "/api/v1/tokens", "/api/v1/first-administrator")
"""What may end the sign-on of who asks: asked last."""

SITE = "http://127.0.0.1:8470"  # as the clients' Origin says


def operations(rest):
    described = rest.nobody().get("/api/v1/openapi.json").raise_for_status().json()
    found = [one.ok() for one in schemathesis.openapi.from_dict(described).get_all_operations()]
    return sorted((one for one in found if one.path not in STREAMS), key=lambda one: one.path.startswith(SIGN_ON))


OURS = {"authorization", "cookie", "host"}
"""Headers that say who asks: a made-up one would make nobody of somebody."""


def send(case, client):
    """By the client that is signed on: what schemathesis sends by itself carries no session of ours."""
    sent = requests.Request(**case.as_transport_kwargs(base_url=SITE)).prepare()
    made_up = {name: one.encode("latin-1") for name, one in sent.headers.items() if name.lower() not in OURS}
    return client.request(sent.method, sent.url, headers=made_up, content=sent.body)


class Asking:
    """Asks each operation, with as many made-up requests; real ids and names among them."""

    def __init__(self, rest, clients, examples):
        self.rest, self.clients, self.examples = rest, clients, examples
        self.held = itertools.cycle([rest.meeting().id, rest.opened("李晓明", "王芳").id, rest.in_session().id])
        self.seen = Counter()

    def everything(self):
        for operation in operations(self.rest):
            self.ask(operation)
        return self.seen

    def ask(self, operation):
        right, wrong = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

        @settings(max_examples=self.examples, suppress_health_check=list(HealthCheck), deadline=None, database=None)
        @given(case=right | wrong, known=st.booleans())
        def one(case, known):
            if known and "meeting_id" in case.path_parameters:
                case.path_parameters["meeting_id"] = next(self.held)
            if known and isinstance(case.body, dict) and "person" in case.body:
                case.body["person"] = "李晓明"
            for client in self.clients:
                answer = send(case, client)
                self.check(case, answer, known=client is not self.clients[-1])

        one()

    def check(self, case, answer, *, known):
        self.seen[answer.status_code] += 1
        if known and not case.path.startswith(SIGN_ON):
            assert answer.status_code != 401, (case.as_curl_command(), "who asks is signed on, or nothing is tried")
        assert answer.status_code < 500, (answer.status_code, case.as_curl_command(), answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["title"]
            assert answer.json()["status"] == answer.status_code


@pytest.fixture
def clients(rest):
    """A program with every right, a browser, and at the end one that is not known."""
    return [rest.token(*Right, roles=(Role.ADMIN, Role.SECURITY)), rest.as_(Role.OPERATOR), rest.nobody()]


@pytest.mark.timeout(400)
def test_no_request_is_a_fault_of_our_own(rest, clients):
    seen = Asking(rest, clients, examples=3).everything()
    assert seen[200] + seen[201] + seen[204] > 50, seen  # it gets past the door, and things are done
    assert seen[404] + seen[409] + seen[422] > 50, seen


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_no_request_of_any_role_is_a_fault_of_our_own(rest, clients):
    browsers = [rest.as_(role) for role in Role]
    seen = Asking(rest, [clients[0], *browsers, clients[-1]], examples=100).everything()
    print(dict(seen), [state for state in State if rest.use.meetings(state)])
    assert seen[200] + seen[201] + seen[204] > 1000, seen


@pytest.mark.parametrize("error", [MissingPart, RoomctlError])
def test_a_part_that_is_missing_or_fails_is_told_with_its_mend_and_is_no_fault_of_the_host(rest, error):
    def broken(_order):
        raise error("cannot open the microphone", "no such device", "plug it in")

    meeting = rest.opened()
    rest.application.plugins.recorders = Broken(broken)
    answer = rest.as_(Role.OPERATOR).post(f"/api/v1/meetings/{meeting.id}/recordings", json={})
    assert answer.status_code == 424
    assert answer.json()["mend"] == "plug it in"


class Broken(dict):
    """Recorders whose `arm` fails."""

    def __init__(self, arm):
        super().__init__()
        self.arm = arm

    def setdefault(self, folder, made):
        made.arm = self.arm
        return super().setdefault(folder, made)


def every(kind):
    yield kind
    for one in kind.__subclasses__():
        yield from every(one)


def test_of_all_errors_that_somebody_may_see_two_kinds_alone_are_the_hosts_own():
    assert {kind for kind in every(RoomctlError) if kind.status >= 500} == {Damaged, Fault}
