"""`roomctl transcribe`, with the stand-in engine in a real child."""

import json
from contextlib import contextmanager

import pytest
import typer
from roomctl_transcript.cli import transcribe

from roomctl.api import BadInput


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_the_command_writes_text_and_json(ctx, services, offer, demo_clip, tmp_path, capsys):
    services.offers = [offer()]
    transcribe.build(ctx)(demo_clip, output=tmp_path / "out.srt", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["engine"] == "standin"
    assert told["duration"] == pytest.approx(57.69, abs=0.1)
    assert told["segments"]
    assert "-->" in (tmp_path / "out.srt").read_text(encoding="utf-8")


def test_where_speakers_cannot_be_told_apart_it_says_how_they_could(ctx, services, offer, demo_clip, capsys):
    services.offers = [offer()]
    transcribe.build(ctx)(demo_clip)
    assert "roomctl models pull campplus-zh-en" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    ("data", "why"), [(None, "没有这个文件"), (b"", "0 字节"), (b"no sound at all, only letters" * 9, "不是音频")]
)
def test_audio_that_cannot_be_used_is_one_line(ctx, services, offer, tmp_path, monkeypatch, data, why):
    monkeypatch.setenv("ROOMCTL_LANG", "zh")
    services.offers = [offer()]
    if data is not None:
        (tmp_path / "a.mp3").write_bytes(data)
    with pytest.raises(BadInput, match=why) as caught:
        transcribe.build(ctx)(tmp_path / "a.mp3")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


@contextmanager
def broken_off_after(utterances):
    """A bar at which somebody presses Ctrl-C."""
    left = iter(range(utterances))

    def seen(gathered):
        del gathered
        if next(left, None) is None:
            raise KeyboardInterrupt

    yield seen


def test_ctrl_c_keeps_what_is_done_and_the_next_run_goes_on(
    ctx, services, offer, demo_clip, tmp_path, capsys, monkeypatch
):
    log, out = tmp_path / "log", tmp_path / "out.txt"
    services.offers = [offer(log=str(log))]
    whole = transcribe.build(ctx)
    whole(demo_clip, output=tmp_path / "whole.txt")
    decodings = len(log.read_text().splitlines())
    log.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(transcribe, "_bar", lambda _screen, _seconds: broken_off_after(4))
        with pytest.raises(typer.Exit) as left:
            whole(demo_clip, output=out)
    assert left.value.exit_code == 1
    part = out.read_text(encoding="utf-8")
    assert part
    whole(demo_clip, output=out)
    assert out.read_text(encoding="utf-8") == (tmp_path / "whole.txt").read_text(encoding="utf-8")
    assert out.read_text(encoding="utf-8") != part
    assert len(log.read_text().splitlines()) <= decodings + 1  # the one that was under way
    assert not list((tmp_path / "cache").rglob("*.jsonl"))
    capsys.readouterr()
