"""Services are synchronous and wait for disks and devices: on the event loop they are called through here alone.

A route written as `def` is run the same way, by FastAPI itself.
"""

from collections.abc import Callable
from typing import TypeVar

from fastapi.concurrency import run_in_threadpool

T = TypeVar("T")


async def run(work: Callable[..., T], *args: object, **named: object) -> T:
    """Calls it in a thread, with the reader's language, and waits without holding anybody up."""
    return await run_in_threadpool(work, *args, **named)
