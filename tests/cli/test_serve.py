"""`roomctl serve` as a process."""

import json
import signal
import socket
import time
import urllib.error
import urllib.request

import pytest


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


@pytest.fixture
def served(shell):
    port = free_port()
    process = shell.start("serve", "--port", port)
    yield process, f"http://127.0.0.1:{port}/api/v1"
    process.kill()
    process.wait()
    process.stderr.close()


def wait_until(condition, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    pytest.fail("it did not come to that in time")


@pytest.mark.needs("python:fastapi")
def test_the_host_becomes_ready_refuses_a_second_one_and_stops_cleanly(served, shell):
    process, url = served
    wait_until(lambda: fetch(f"{url}/ready")[0] == 200)
    status, told = fetch(f"{url}/health")
    assert status == 200
    assert {row["name"] for row in told["plugins"]} >= {"audio", "archive"}
    assert json.loads(shell("status", "--json").stdout)["host"] == process.pid
    second = shell("serve", "--port", free_port())
    assert second.returncode == 2
    assert str(process.pid) in second.stderr
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0


def test_without_accounts_nobody_but_this_machine_may_connect(shell):
    run = shell("serve", "--host", "0.0.0.0")
    assert run.returncode == 2
    assert "0.0.0.0" in run.stderr
