"""What `roomctl check` tells a script by its exit code."""

import json
import socket

import pytest

from roomctl.app import Application
from roomctl.domain.checks import Waiver


@pytest.fixture
def matrix(shell):
    """A device in the inventory whose port is open as long as this socket is."""
    with socket.create_server(("127.0.0.1", 0)) as open_port:
        place = ("--address", "127.0.0.1", "--port", open_port.getsockname()[1])
        added = shell("devices", "add", "matrix", "--kind", "host", *place, "--option", "latency_warn=5000")
        assert added.returncode == 0, added.stderr
        yield open_port


def test_the_exit_code_is_0_where_all_is_well_or_waived_and_1_where_something_is_found(shell, matrix):
    meeting = json.loads(shell("meetings", "new", "--title", "专题会", "--json").stdout)["id"]
    words = ("check", meeting, "--device", "matrix")
    well = shell(*words, "--json")
    assert (well.returncode, {row["state"] for row in json.loads(well.stdout)["results"]}) == (0, {"OK"}), well.stderr
    matrix.close()
    found = shell(*words)
    assert found.returncode == 1
    assert "crit 1" in found.stderr
    application = Application(shell.folder / "data")
    try:
        application.usecases.accept_fault(meeting, Waiver("matrix", "online", "赵敏", "用投影机直连"))
    finally:
        application.close()
    waived = shell(*words)
    assert waived.returncode == 0, waived.stderr
    assert "waived 1" in waived.stderr


@pytest.mark.parametrize("words", [("--device", "nobody"), ("m404",), ("--report", "report.odt")])
def test_the_exit_code_is_2_where_it_could_not_run(shell, matrix, words):
    del matrix
    run = shell("check", *words)
    assert run.returncode == 2
    assert len(run.stderr.strip().splitlines()) == 1
