"""What a recorder warns of, as somebody reads it."""

from datetime import UTC, datetime

import pytest

from roomctl.api import Alarm, AlarmKind
from roomctl.i18n import speaking

SINCE = datetime(2026, 11, 12, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", list(AlarmKind))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_alarm_says_what_is_wrong_and_what_to_do(kind, language):
    alarm = Alarm(kind=kind, since=SINCE, track=6, value=50.4, detail="USB")
    with speaking(language):
        assert alarm.what()
        assert alarm.mend()
        assert "{" not in alarm.what() + alarm.mend()
        assert len(alarm.what()) <= 50  # one line of the bar


def test_a_track_and_a_figure_are_named():
    with speaking("zh"):
        assert Alarm(kind=AlarmKind.HUM, since=SINCE, track=3, value=50.2).what() == "第 3 路有 50 Hz 交流声"


def test_one_cause_is_one_alarm():
    first = Alarm(kind=AlarmKind.LOW, since=SINCE, track=2, value=-50.0)
    later = Alarm(kind=AlarmKind.LOW, since=SINCE, track=2, value=-52.0)
    other = Alarm(kind=AlarmKind.LOW, since=SINCE, track=3, value=-50.0)
    assert first.key == later.key != other.key


def test_what_loses_sound_is_severe_and_what_warns_is_not():
    assert Alarm(kind=AlarmKind.DEVICE, since=SINCE).severe
    assert not Alarm(kind=AlarmKind.LOW, since=SINCE, track=1).severe
