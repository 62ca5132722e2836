"""One look at a recording for however many pages, and none when nobody looks."""

import asyncio

from roomctl.domain.recording import Envelope, Level, RecorderState, RecorderStatus
from roomctl.errors import RoomctlError
from roomctl.testing.fakes import A_MORNING
from roomctl.web.levels import Levels
from roomctl.web.pages.operator.ear import Ear, Ears, Heard


class Counted:
    """A recorder that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = self.metered = 0
        self.deaf = False
        self.state = RecorderState.RECORDING

    def status(self) -> RecorderStatus:
        self.asked += 1
        if self.deaf:
            raise RoomctlError("the capture is silent")
        return RecorderStatus(
            state=self.state, tracks=1, sample_rate=48_000, frames=48_000, started=A_MORNING, levels=(Level(-6, -12),)
        )

    def levels(self, tracks: int) -> list[Level]:
        self.metered += 1
        return [Level(-float(self.metered), -20.0)] * tracks

    def envelope(self, **_stretch: object) -> Envelope:
        return Envelope(start=0.0, seconds=0.1, peaks=((-10.0,) * 10,))

    def listen(self, **_how: object):
        yield b""


async def until(true, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is waited for is no event of the code under test
            await asyncio.sleep(0.01)


def test_many_pages_share_one_look_and_the_capture_is_asked_once_a_second():
    async def story() -> None:
        recorder, ears = Counted(), Ears(Levels())
        one, two = [], []
        ear = ears.on("r1", lambda: recorder)
        assert ears.on("r1", Counted) is ear
        ear.add(one.append)
        ear.add(two.append)
        await until(lambda: recorder.asked == 3)  # over two seconds
        assert recorder.metered >= 10
        assert len(one) == len(two)
        assert one[0] is two[0]
        assert one[0].full
        assert one[0].minute is not None
        assert sum(heard.full for heard in one) <= 3
        ear.remove(one.append)
        ear.remove(two.append)
        ear._task.cancel()

    asyncio.run(story())


def test_with_the_last_page_the_looking_ends():
    async def story() -> None:
        recorder, heard = Counted(), []
        ear = Ear("r1", recorder, Levels())
        listener = heard.append
        ear.add(listener)
        await until(lambda: len(heard) >= 3)
        ear.remove(listener)
        await until(ear._task.done)
        assert not ear.busy

    asyncio.run(story())


def test_while_nothing_is_kept_the_levels_are_those_of_the_input():
    async def story() -> None:
        recorder, heard = Counted(), []
        recorder.state = RecorderState.ARMED
        ear, listener = Ear("r1", recorder, Levels()), heard.append
        ear.add(listener)
        await until(lambda: len(heard) >= 4)
        ear.remove(listener)
        assert recorder.metered == 0
        assert heard[-1].levels == (Level(-6, -12),)
        assert heard[0].minute is None

    asyncio.run(story())


def test_a_recorder_that_does_not_answer_is_said_and_asked_again():
    async def story() -> None:
        recorder, heard = Counted(), []
        recorder.deaf = True
        ear, listener = Ear("r1", recorder, Levels()), heard.append
        ear.add(listener)
        await until(lambda: bool(heard))
        assert heard[-1] == Heard(down="the capture is silent", full=True)
        recorder.deaf = False
        await until(lambda: heard[-1].status is not None)
        ear.remove(listener)

    asyncio.run(story())
