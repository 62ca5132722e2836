from roomctl_av_check import roomctl_panels
from roomctl_av_check.config import AvCheckConfig
from roomctl_av_check.panel import AGE

from roomctl.testing.fakes import FakeContext


def test_the_panel_reads_the_machine_at_most_twice_a_minute(tmp_path):
    ctx = FakeContext("av_check", tmp_path, AvCheckConfig())
    (offer,) = roomctl_panels(ctx)
    first = offer.build(None).html
    assert first.count("rc-tile") == 4
    assert "本机 磁盘" in first
    ctx.services.data = tmp_path / "gone"  # reading the disk again would fail
    assert offer.build(None).html == first
    ctx.clock.advance(AGE)
    ctx.services.data = tmp_path
    assert offer.build(None).html.count("rc-tile") == 4
