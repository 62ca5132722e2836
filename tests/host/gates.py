"""Plugins that object to a transition, or fail at it."""

from roomctl.domain.lifecycle import State
from tests.host.conftest import MEETING

GOOD = """
@hookimpl
def roomctl_gate(meeting, target):
    return [Objection("", "no audience yet", "wait")]
"""


def objections(host) -> list[str]:
    return [one.by for one in host.gate(MEETING, State.IN_SESSION)]


def gate(body: str) -> str:
    return f"""
import time, threading
@hookimpl
def roomctl_gate(ctx, meeting, target):
    {body}
"""
