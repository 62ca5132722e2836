"""Facts of an event as a person reads them."""

from zoneinfo import ZoneInfo

import pytest

from roomctl.domain.event_data_words import told
from roomctl.i18n import speaking

ZONE = ZoneInfo("Asia/Shanghai")
ID = "01a21f0d-b6ad-7192-a837-c0291369e787"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({"from": "approved", "to": "open"}, "原为 已批准，改为 会前准备"),
        ({"to": "值班室"}, "改为 值班室"),
        ({"person": ID, "key": "k" * 8, "sha256": "ab" * 32, "name": "李晓明"}, "名字 李晓明"),
        ({"granted": False, "proxy": False, "note": ""}, "准假 否"),
        ({"proxy": True, "method": "desk"}, "代会，方式 会务员代签"),
        ({"happened": "2026-11-12T00:55:00+00:00"}, "发生于 11-12 08:55"),
        (
            {"set_aside": "20261112T010000Z", "starts": "2026-11-12T09:00"},
            "原数据移至 20261112T010000Z，开始时间 2026-11-12T09:00",
        ),
        ({"people": [{"name": name} for name in "甲乙丙丁戊己"]}, "人员 甲、乙、丙、丁、戊 等 6 项"),
        ({"steps": [{"said": "", "state": "done"}], "ranks": {ID: 2}, "gaps": []}, "步骤 1 项，排序 1 项"),
        ({"kind": "logistics", "title": ["后勤", "logistics"]}, "名称 后勤"),
        ({"kind": "holes", "title": "漏字"}, "种类 补转漏字，名称 漏字"),
        (
            {"device": "投影机", "action": "input", "argument": "31", "title": ["信号源：HDMI 1", ""]},
            "设备 投影机，名称 信号源：HDMI 1",
        ),
        ({"overruled": {"by": "周立军", "reason": "先开"}}, "担责放行 （经办 周立军；理由 先开）"),
        ({"quorum": None, "value": 0, "unheard_of": "x"}, "数值 0，unheard_of x"),
    ],
)
def test_facts_are_told_in_words_without_ids(data, line):
    with speaking("zh"):
        assert told(data, ZONE) == line


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({"frame": 48_000 * 4_323 + 47_999}, "录音时间 01:12:03"),
        ({"frames": 48_000 * 3_600, "dropped": 480}, "时长 01:00:00，丢失 0.010 秒"),
        ({"dropped": 0, "segments": 3}, "丢失 0.000 秒，段 3"),
        ({"gaps": [{"first_frame": 48_000, "frames": 4_800, "reason": "overflow"}]}, "缺失处 1 项"),
        ({"frame": None}, ""),
    ],
)
def test_frames_are_told_as_times_where_their_rate_is_known(data, line):
    with speaking("zh"):
        assert told(data, ZONE, 48_000) == line


def test_it_is_told_in_english():
    with speaking("en"):
        assert told({"title": ["信号源", ""]}, ZONE) == "title 信号源"
        assert told({"from": "approved", "granted": False, "roles": ["usher"]}, ZONE) == (
            "from approved, granted: no, roles usher"
        )
