"""What each fact of an event is called where people read the log; programs are told the key itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from roomctl.domain.access import Role
from roomctl.domain.custody import Point
from roomctl.domain.devices import Emission
from roomctl.domain.durations import hms
from roomctl.domain.lifecycle import State
from roomctl.domain.recording import Cut, Purpose
from roomctl.domain.rework import ReworkKind
from roomctl.i18n import tr

DATA: Final[Mapping[str, tuple[str, str]]] = {
    "absent": ("未到", "absent"),
    "accepted": ("采纳", "accepted"),
    "account": ("账号", "account"),
    "act": ("操作", "act"),
    "action": ("动作", "action"),
    "address": ("地址", "address"),
    "adopted": ("采纳", "adopted"),
    "after": ("之后", "after"),
    "agenda": ("议题", "agenda"),
    "ago": ("几秒前", "seconds ago"),
    "agreed": ("同意", "agreed"),
    "alarm": ("告警", "alarm"),
    "approval": ("批准文号", "approval"),
    "approved": ("批准日期", "approved on"),
    "argument": ("参数", "argument"),
    "as": ("按", "as"),
    "asked": ("要求", "asked for"),
    "at": ("在", "at"),
    "backup": ("备份", "backup"),
    "base": ("底稿", "base"),
    "before": ("之前", "before"),
    "blanked": ("遮住", "hidden"),
    "by": ("经办", "by"),
    "bytes": ("字节", "bytes"),
    "cancelled": ("已取消", "cancelled"),
    "card": ("卡号尾号", "end of the card"),
    "chair": ("主持人", "chair"),
    "changes": ("改动", "changes"),
    "channels": ("路", "channels"),
    "check": ("检查项", "check"),
    "codes": ("档号", "archival codes"),
    "confirmed": ("已证实", "confirmed"),
    "contact": ("联系人", "contact"),
    "copies": ("份", "copies"),
    "copy": ("份号", "copy"),
    "corrects": ("更正", "corrects"),
    "covered": ("已转写秒数", "seconds transcribed"),
    "crit": ("严重", "critical"),
    "cut": ("中断原因", "broke off by"),
    "declaration": ("定密登记", "declaration"),
    "demo": ("演示", "demo"),
    "detail": ("详情", "detail"),
    "device": ("设备", "device"),
    "document": ("文件", "paper"),
    "done": ("做成", "done"),
    "drafted_by": ("起草", "drafted by"),
    "dropped": ("丢失帧数", "frames lost"),
    "due": ("期限", "due"),
    "emission": ("发射", "emits"),
    "ended": ("已作废", "ended"),
    "engine": ("引擎", "engine"),
    "entry": ("条目", "entry"),
    "event": ("事件", "event"),
    "events": ("事件数", "events"),
    "failed": ("没有做成", "failed"),
    "file": ("文件", "file"),
    "file_count": ("文件数", "files"),
    "files": ("文件数", "files"),
    "first_frame": ("起始帧", "first frame"),
    "folder": ("目录", "folder"),
    "forged": ("伪造", "forged"),
    "form": ("编号格式", "form of the number"),
    "format": ("格式", "format"),
    "frame": ("录音帧", "frame"),
    "frames": ("帧数", "frames"),
    "from": ("原为", "from"),
    "gained": ("补出句数", "sentences gained"),
    "gap_seconds": ("缺失秒数", "seconds missing"),
    "gaps": ("缺失处", "gaps"),
    "good": ("完好", "good"),
    "granted": ("准假", "granted"),
    "handed_by": ("移交人", "handed over by"),
    "handout": ("材料", "paper"),
    "happened": ("发生于", "happened"),
    "held": ("占用", "held"),
    "held_by": ("另存于", "held by"),
    "hole": ("漏转处", "hole"),
    "holes": ("漏转处", "holes"),
    "id": ("编号", "id"),
    "import": ("导入批次", "import"),
    "item": ("议题", "item"),
    "keeper": ("保管", "keeper"),
    "key": ("编号", "key"),
    "kind": ("种类", "kind"),
    "label": ("标签", "label"),
    "late": ("会后补充", "afterwards"),
    "left": ("仍漏秒数", "seconds still missing"),
    "left_behind": ("遗留物", "left behind"),
    "level": ("密级", "密级"),
    "link": ("链接", "link"),
    "live": ("实时", "live"),
    "locked": ("锁定", "locked"),
    "lost": ("丢失", "lost"),
    "machine": ("计算机", "machine"),
    "macro": ("场景", "scene"),
    "manifest_sha256": ("清单摘要", "digest of the manifest"),
    "mark": ("上限", "mark"),
    "medium": ("载体", "medium"),
    "meeting": ("会议", "meeting"),
    "meetings": ("会议数", "meetings"),
    "method": ("方式", "way"),
    "minutes": ("分钟", "minutes"),
    "model": ("模型", "model"),
    "model_sha256": ("模型摘要", "digest of the model"),
    "more": ("另有次数", "more of them"),
    "must_change": ("须改密码", "to be changed"),
    "n": ("序号", "number"),
    "name": ("名字", "name"),
    "note": ("说明", "note"),
    "number": ("编号", "number"),
    "observers": ("列席人员", "observers"),
    "of": ("所指", "of"),
    "ok": ("正常", "OK"),
    "only": ("只查", "only"),
    "openness": ("公开属性", "openness"),
    "opinion": ("意见", "opinion"),
    "ordered_by": ("排列依据", "ordered by"),
    "overruled": ("担责放行", "overruled"),
    "package": ("归档包", "package"),
    "packages": ("归档包", "packages"),
    "parts": ("部分", "parts"),
    "path": ("文件", "file"),
    "pdf_sha256": ("PDF 摘要", "digest of the PDF"),
    "people": ("人员", "people"),
    "person": ("人员", "person"),
    "picture": ("照片", "photo"),
    "place": ("位置", "place"),
    "places": ("座位", "places"),
    "plugin": ("插件", "plugin"),
    "point": ("事项", "point"),
    "print_failed": ("没有打印成", "not printed"),
    "problem": ("问题", "problem"),
    "problem_count": ("问题数", "problems"),
    "problems": ("问题", "problems"),
    "proposed": ("按排序", "by rank"),
    "proxy": ("代会", "proxy"),
    "proxy_duty": ("代会人职务", "the proxy's duty"),
    "purpose": ("用途", "purpose"),
    "quorum": ("法定人数", "quorum"),
    "ranks": ("排序", "ranks"),
    "read_out": ("宣读稿", "to be read out"),
    "reason": ("理由", "reason"),
    "received_by": ("签收人", "received by"),
    "recorded": ("录音", "recorded"),
    "recording": ("录音", "recording"),
    "recording_approved_by": ("批准录音", "recording approved by"),
    "recovered": ("已恢复", "recovered"),
    "refused": ("不采纳", "refused"),
    "replaced": ("替换", "replaced"),
    "report": ("检查报告", "report"),
    "result": ("结论", "result"),
    "rework": ("重新转写", "rework"),
    "rights": ("权限", "rights"),
    "roles": ("角色", "roles"),
    "room_shared": ("同时段合用", "shares the place"),
    "said": ("内容", "told"),
    "scope": ("范围", "scope"),
    "screen": ("屏幕", "screen"),
    "second": ("第二句", "second sentence"),
    "seconds": ("秒", "seconds"),
    "secrecy": ("密级", "密级"),
    "section": ("设置项", "section"),
    "segments": ("段", "segments"),
    "sent_to": ("分送", "sent to"),
    "sentence": ("句", "sentence"),
    "sentences": ("句数", "sentences"),
    "seq": ("第几段", "segment"),
    "serial": ("载体编号", "serial"),
    "series": ("系列", "series"),
    "set_aside": ("原数据移至", "set aside as"),
    "sha256": ("SHA-256", "SHA-256"),
    "signature": ("签名", "signature"),
    "signer": ("签发人", "signer"),
    "since": ("自", "since"),
    "sitting": ("就座", "seated"),
    "sizes": ("尺寸", "sizes"),
    "skipped": ("跳过", "skipped"),
    "sm3": ("SM3", "SM3"),
    "source": ("来源", "source"),
    "speaker": ("发言人", "speaker"),
    "speech": ("讲话秒数", "seconds of speech"),
    "stacks": ("崩溃记录", "stacks"),
    "standby": ("备用", "standby"),
    "starts": ("开始时间", "starts"),
    "steps": ("步骤", "steps"),
    "stood_in": ("替代字体", "fonts that stand in"),
    "stream": ("日志链", "stream"),
    "supersedes": ("取代", "supersedes"),
    "supplement_to": ("补充", "supplements"),
    "target": ("目标", "target"),
    "targets": ("目标", "targets"),
    "task": ("任务", "task"),
    "tasks": ("任务", "tasks"),
    "template": ("布局", "layout"),
    "term": ("期限或词", "term"),
    "text": ("内容", "text"),
    "thing": ("物品", "thing"),
    "title": ("名称", "title"),
    "to": ("改为", "to"),
    "token": ("令牌", "token"),
    "track": ("轨", "track"),
    "tracks": ("轨数", "tracks"),
    "transcript": ("转写", "transcript"),
    "unit": ("单位", "unit"),
    "units": ("单位", "units"),
    "unknown": ("未知", "unknown"),
    "until": ("直到", "until"),
    "value": ("数值", "value"),
    "version": ("版本", "version"),
    "waived": ("免查", "waived"),
    "warn": ("注意", "warnings"),
    "what": ("内容", "what"),
    "where": ("去向", "where"),
    "why": ("原因", "why"),
    "withdrawn": ("撤回", "withdrawn"),
    "year": ("年份", "year"),
    "years": ("年限", "years"),
    "zone": ("时区", "time zone"),
}


VALUES: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "alarm": {
        "break_over": ("休息时间已到", "the break is over"),
        "clipping": ("削波", "clipping"),
        "device": ("音源中断", "no sound from the source"),
        "disk": ("磁盘快满", "disk nearly full"),
        "disk_full": ("磁盘已满", "disk full"),
        "disk_low": ("磁盘空间少", "disk low"),
        "drift": ("时钟偏差", "clock drifts"),
        "folder": ("录音目录不能写", "folder cannot be written to"),
        "high": ("声音偏高", "too loud"),
        "hum": ("交流声", "hum"),
        "item_in_pause": ("暂停中换了议题", "item begun in a pause"),
        "low": ("声音偏低", "too quiet"),
        "overflow": ("丢失声音", "sound lost"),
        "overtime": ("超时未停", "past its end"),
        "silence": ("一直没有人声", "hears nobody"),
        "speech_in_pause": ("暂停中有人讲话", "speech in a pause"),
        "standby": ("改录备用音源", "stand-by source recorded"),
        "stuck": ("信号卡住", "stuck"),
        "unsealed": ("有待封存的段", "parts wait to be sealed"),
        "zeros": ("没有信号", "dead"),
    },
    "as": {"accepted": ("带故障使用", "used with its fault"), "excused": ("本次免查", "left out this time")},
    "device": {
        "card": ("刷卡机", "card reader"),
        "cli": ("命令行", "command line"),
        "desk": ("签到台", "desk"),
        "phone": ("手机", "telephone"),
        "terminal": ("终端", "terminal"),
    },
    "kind": {
        "item": ("换议题", "item"),
        "mark": ("标记", "mark"),
        "note": ("记事", "note"),
        "off_record": ("不入记录", "off the record"),
        "on_record": ("恢复入记录", "on the record"),
        "speaker": ("发言人", "speaker"),
        "undo": ("撤销", "undo"),
    },
    "method": {
        "card": ("刷卡", "card"),
        "command": ("命令", "command"),
        "desk": ("会务员代签", "by the staff"),
        "phone": ("手机", "telephone"),
        "terminal": ("终端", "terminal"),
    },
    "purpose": {
        "hand": ("手动", "by hand"),
        "t15": ("会前 15 分钟", "15 minutes before"),
        "t60": ("会前 60 分钟", "60 minutes before"),
    },
}
"""What stands in the log as a word of ours, by the key that it stands under."""

_LABELS: Mapping[str, Any] = {
    "cut": Cut,
    "emission": Emission,
    "from": State,
    "kind": ReworkKind,
    "point": Point,
    "purpose": Purpose,
    "roles": Role,
    "to": State,
}

_LEFT_OUT = frozenset({"key"})
"""What tells one sending from another; nobody reads it."""

_NAMED = frozenset({"action", "argument", "kind"})
"""For programs, where a title beside them says it in both languages."""

_ID = re.compile(r"(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,})(?:[/-].*)?")
"""UUIDs and digests, alone or as the beginning of a path: `roomctl audit` and the row's title have them."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT")

_NO = frozenset({"adopted", "agreed", "blanked", "done", "granted", "locked", "recorded"})
"""Told where they are false, too; any other that is false says nothing."""

_FRAMES: Final[Mapping[str, tuple[str, str]]] = {
    "dropped": ("丢失", "lost"),
    "first_frame": ("自", "from"),
    "frame": ("录音时间", "at"),
    "frames": ("时长", "length"),
}
"""What counts frames of a recording, as it is called where their rate is known."""
_LENGTHS = frozenset({"dropped", "frames"})
_MINUTE = 60.0

_MANY = 5
"""Of a list, that are named."""


def said(key: str) -> str:
    """The key in the reader's language; one that is not known, as it stands in the log."""
    return tr(*DATA[key]) if key in DATA else key


def told(data: Mapping[str, Any], zone: tzinfo, rate: int = 0) -> str:
    """All facts of an event in a line, without ids and digests: `原为 已批准，改为 会前准备`.

    Args:
        rate: of the recording of which it tells, in hertz: its frames are told as times. 0: as frames.

    """
    return tr("，", ", ").join(_facts(data, zone, rate))


def _facts(data: Mapping[str, Any], zone: tzinfo, rate: int) -> Iterator[str]:
    left_out = _LEFT_OUT | (_NAMED if isinstance(data.get("title"), list | tuple) else frozenset())
    for key, value in data.items():
        if key in left_out:
            continue
        if rate and key in _FRAMES and isinstance(value, int):
            yield f"{tr(*_FRAMES[key])} {_time(value / rate, exact=key in _LENGTHS)}"
            continue
        if value is True:
            yield said(key)
        elif value is False:
            if key in _NO:
                yield tr(f"{said(key)} 否", f"{said(key)}: no")
        elif (text := _value(key, value, zone, rate)) != "":
            yield f"{said(key)} {text}"


def _value(key: str, value: Any, zone: tzinfo, rate: int) -> str:
    match value:
        case None:
            return ""
        case str():
            return _word(key, value, zone)
        case Mapping():
            inner = "；".join(_facts(value, zone, rate)) if value.keys() <= DATA.keys() else ""
            return f"（{inner}）" if inner else _count(value)
        case [str(zh), str(en)] if key == "title":
            return tr(zh, en or zh)
        case [*many]:
            return _listed(key, many, zone, rate)
    return str(value)


def _time(seconds: float, *, exact: bool) -> str:
    """A place in a recording, `01:12:03`; exact: how long something took, to a thousandth where it is short."""
    if exact and seconds < _MINUTE:
        return tr(f"{seconds:.3f} 秒", f"{seconds:.3f} s")
    return hms(seconds, padded=True)


def _word(key: str, value: str, zone: tzinfo) -> str:
    if _ID.fullmatch(value):
        return ""
    if value in VALUES.get(key, {}):
        return tr(*VALUES[key][value])
    if value in set(labelled := _LABELS.get(key, ())):
        return str(labelled(value).label)
    try:
        at = datetime.fromisoformat(value) if _TIME.match(value) else None
    except ValueError:
        at = None
    return f"{at.astimezone(zone):%m-%d %H:%M}" if at and at.tzinfo else value


def _listed(key: str, many: Sequence[Any], zone: tzinfo, rate: int) -> str:
    """Their names, as far as a line holds them."""
    named = [_name(one) if isinstance(one, Mapping) else _value(key, one, zone, rate) for one in many]
    names = [one for one in named if one]
    if len(names) < len(many):
        return _count(many)
    more = tr(f" 等 {len(many)} 项", f" and others, {len(many)}") if len(many) > _MANY else ""
    return tr("、", ", ").join(names[:_MANY]) + more


def _name(one: Mapping[str, Any]) -> str:
    """Of what has one: a person, a device, a unit."""
    return next((str(one[key]) for key in ("name", "title", "unit") if isinstance(one.get(key), str)), "")


def _count(many: Mapping[str, Any] | Sequence[Any]) -> str:
    return tr(f"{len(many)} 项", f"{len(many)}") if many else ""
