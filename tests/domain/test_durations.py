import pytest

from roomctl.domain.durations import hms


@pytest.mark.parametrize(
    ("seconds", "plain", "padded"),
    [(0, "0:00:00", "00:00:00"), (90.9, "0:01:30", "00:01:30"), (-3, "0:00:00", "00:00:00"),
     (3599.99, "0:59:59", "00:59:59"), (3600, "1:00:00", "01:00:00"), (360_000, "100:00:00", "100:00:00")],
)  # fmt: skip
def test_a_length_in_digits(seconds, plain, padded):
    assert (hms(seconds), hms(seconds, padded=True)) == (plain, padded)
