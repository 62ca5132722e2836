"""密级: the level of a meeting, how its mark is written, and the one table of what each level may do."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import inf

from roomctl.errors import BadInput, Forbidden
from roomctl.i18n import tr


class Level(StrEnum):
    """Ordered from open to secret."""

    OPEN = "非密"
    INTERNAL = "内部"
    SECRET = "秘密"  # noqa: S105 - a level, not a password
    CONFIDENTIAL = "机密"
    TOP = "绝密"

    @property
    def degree(self) -> int:
        """From 0, 非密, to 4, 绝密."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Secrecy:
    """A level with its term. `内部` (工作秘密) is never written with ★.

    Attributes:
        years: 保密期限 in years, only for state secrets.
        basis: 定密依据.
        by: 定密责任人.
        until: in place of years: months such as 6个月, 长期, a 解密时间 such as 2027年6月1日, or a 解密条件: 公布前.

    """

    level: Level = Level.OPEN
    years: int | None = None
    basis: str = ""
    by: str = ""
    until: str = ""

    @property
    def mark(self) -> str:
        """As it is written on paper: 秘密★3年, 内部, or nothing where the meeting is open."""
        if self.level is Level.OPEN:
            return ""
        return f"{self.level.value}★{self.term}" if self.term else self.level.value

    @property
    def term(self) -> str:
        """What is written behind the ★: 3年, 6个月, 长期, 2027年6月1日, 公布前; empty where there is none."""
        if not self.state_secret:
            return ""
        return f"{self.years}年" if self.years else self.until

    def rank(self, on: date) -> tuple[int, float]:
        """Level, then years from that day: what is higher and lasts longer comes later.

        A 解密条件 may come as late as the longest term of its level.
        """
        return self.level.degree, self._lasts(on)

    def _lasts(self, on: date) -> float:
        longest = LONGEST.get(self.level, 0)
        if self.until == LONG_TERM:
            return inf
        if months := _MONTHS.match(self.until):
            return int(months[1]) / 12
        if end := _day(self.until):
            return min(max((end - on).days / _YEAR, 0.0), longest)
        return (
            longest if self.until else min(self.years or 0, longest)
        )  # one kept from before the limit can be mended

    def need_lawful(self, on: date) -> None:
        """Whether a 解密时间 lies in the term of the level.

        Args:
            on: the day from which the term runs: 制发日.

        Raises:
            BadInput: it is over by then, or later than the law allows.

        """
        end = _day(self.until)
        if end is None:
            return
        if end <= on:
            raise BadInput(
                tr(f"密级“{self.mark}”的解密时间已过", f"the term of 密级 '{self.mark}' is over"),
                tr(f"它从 {on} 起算", f"it runs from {on}"),
                tr("请写更晚的日期，或改密级", "give a later day, or another 密级"),
            )
        longest = LONGEST[self.level]
        if (end.year - on.year, end.month, end.day) > (longest, on.month, on.day):
            raise _too_long(self.level, self.term)

    @property
    def state_secret(self) -> bool:
        """秘密, 机密 or 绝密; 内部 is none."""
        return self.level.degree >= Level.SECRET.degree


OPEN = Secrecy()
"""非密."""

LONGEST: Mapping[Level, int] = {Level.SECRET: 10, Level.CONFIDENTIAL: 20, Level.TOP: 30}
"""Years of each level, 除另有规定外 (保守国家秘密法 2024, article 20)."""
LONG_TERM = "长期"
"""That 另有规定: only where the 保密事项范围 of the trade says so."""

_MARK = re.compile(r"^(非密|内部|秘密|机密|绝密)(?:★(.+))?$")
_YEARS = re.compile(r"^([1-9][0-9]{0,3})年$")
_MONTHS = re.compile(r"^([1-9]|1[01])个月$")  # a term below a year is told in months
_DATE = re.compile(r"^([1-9][0-9]{3})年([1-9]|1[0-2])月([1-9]|[12][0-9]|3[01])日$")
"""As a 成文日期 is written, 月、日不编虚位 (GB/T 9704-2012, 7.3.5.4)."""
_A_DAY = "2027年6月1日"
_YEAR = 365.2425
"""Days."""
_CONDITION = re.compile(r"^(?![0-9〇零一二三四五六七八九十百两半几]+个?[年月日天周])[^\W_]{2,20}[前后时止]$")


def parse(mark: str) -> Secrecy:
    """Reads 非密, 内部, 秘密★3年, 机密★6个月, 秘密★长期, 秘密★2027年6月1日, 秘密★公布前.

    Behind the ★ stands the 保密期限, the 解密时间 or the 解密条件 (国家秘密定密管理规定; 保守国家秘密法 2024,
    article 20); figures are Arabic (GB/T 9704-2012, 7.2.2). Whether a 解密时间 is lawful depends on the day, see
    `need_lawful`.

    Raises:
        BadInput: not a mark, a term where none belongs, none where one must be, or longer than the law allows.

    """
    match = _MARK.match(mark.strip())
    if not match:
        raise BadInput(
            tr(f"密级“{mark}”无法识别", f"unknown 密级 {mark!r}"),
            mend=tr("请写 非密、内部、秘密★N年 或 机密★N年", "write 非密, 内部, 秘密★N年 or 机密★N年"),
        )
    level, term = Level(match[1]), match[2]
    needs_term = level in {Level.SECRET, Level.CONFIDENTIAL}
    if needs_term != (term is not None) and level is not Level.TOP:
        raise BadInput(
            tr(f"密级“{mark}”写法不对", f"密级 {mark!r} is not written right"),
            tr("秘密、机密要写保密期限，内部和非密不写★", "秘密 and 机密 carry a term, 内部 and 非密 never a ★"),
            tr("例如 秘密★3年", "for example 秘密★3年"),
        )
    return _lasting(level, term) if term else Secrecy(level)


def _lasting(level: Level, term: str) -> Secrecy:
    """Args: term: what stands behind the ★. Raises: BadInput."""
    if match := _YEARS.match(term):
        years = int(match[1])
        if years > LONGEST[level]:
            raise _too_long(level, term)
        return Secrecy(level, years)
    if term == LONG_TERM or _MONTHS.match(term) or _day(term) or _CONDITION.match(term):
        return Secrecy(level, until=term)
    raise BadInput(
        tr(f"密级“{level}★{term}”的期限无法识别", f"cannot read the term of 密级 '{level}★{term}'"),
        mend=tr(
            f"写 {level}★3年、{level}★6个月、{level}★长期、{level}★{_A_DAY}，或解密条件如 {level}★公布前",
            f"write {level}★3年, {level}★6个月, {level}★长期, {level}★{_A_DAY}, or what ends it: {level}★公布前",
        ),
    )


def _day(term: str) -> date | None:
    """解密时间; None where the term is no day of the calendar."""
    match = _DATE.match(term)
    with suppress(ValueError):
        return date(*map(int, match.groups())) if match else None
    return None


def _too_long(level: Level, term: str) -> BadInput:
    return BadInput(
        tr(f"密级“{level}★{term}”期限太长", f"密级 '{level}★{term}' lasts too long"),
        tr(
            f"{level}不超过 {LONGEST[level]} 年（保守国家秘密法第二十条）",
            f"{level} lasts {LONGEST[level]} years at most (article 20 of the law on state secrets)",
        ),
        tr(
            f"改短；保密事项范围另有规定的写 {level}★长期；不能定期限的写解密条件，如 {level}★公布前",
            f"shorten it; {level}★长期 where the rules of the trade say so; or what ends it: {level}★公布前",
        ),
    )


class Way(StrEnum):
    """A way by which something of a meeting is seen, or leaves. Whoever opens one asks `ask` first."""

    HERE = "here"
    """Pages, API and commands at the machine itself, and the files that they give."""
    REMOTE = "remote"
    """Pages and API from another computer."""
    PHONE = "phone"
    SCREEN = "screen"
    """Screens that nobody signs on at: a terminal, a waiting room, the room's own."""
    CAPTIONS = "captions"
    CALENDAR = "calendar"
    """A feed or a link that carries the title."""
    NOTICE = "notice"
    """A message to somebody: mail, telephone, a service."""
    PLUGIN = "plugin"
    """Code that did not come with roomctl."""
    SERVICE = "service"
    """A speech engine or language model outside of this machine."""
    TARGET = "target"
    """A storage of the office itself, by name in the settings."""
    OUTSIDE_TARGET = "outside_target"
    """A storage that is not the office's own."""
    REMOVABLE = "removable"
    """A package, enciphered or not, on a medium that anybody may carry."""
    REGISTERED = "registered"
    """A registered 涉密介质, with its 移交清单."""
    BACKUP = "backup"
    """A copy of all that the machine holds, kept elsewhere."""

    @property
    def label(self) -> str:
        return tr(*_WAYS[self])


_WAYS = {
    Way.HERE: ("本机查阅", "reading at this machine"),
    Way.REMOTE: ("从其他计算机查阅", "reading from another computer"),
    Way.PHONE: ("手机页面", "a page for telephones"),
    Way.SCREEN: ("联网屏幕", "a screen on the network"),
    Way.CAPTIONS: ("字幕", "captions"),
    Way.CALENDAR: ("日历订阅", "a calendar feed"),
    Way.NOTICE: ("消息通知", "a notice by message"),
    Way.PLUGIN: ("第三方插件", "a plugin of somebody else"),
    Way.SERVICE: ("本机以外的服务", "a service outside of this machine"),
    Way.TARGET: ("普通存储目标", "an ordinary archive target"),
    Way.OUTSIDE_TARGET: ("本单位以外的存储目标", "an archive target outside of the office"),
    Way.REMOVABLE: ("普通移动介质", "an ordinary removable medium"),
    Way.REGISTERED: ("登记的涉密介质", "a registered medium for state secrets"),
    Way.BACKUP: ("异地备份", "a backup kept elsewhere"),
}

_EVERY = frozenset(Way) - {Way.REGISTERED}  # a 涉密介质 is never used for what is no state secret
_AT_THE_MACHINE = frozenset({Way.HERE, Way.REGISTERED})

MAY: Mapping[Level, frozenset[Way]] = {
    Level.OPEN: _EVERY,
    Level.INTERNAL: _EVERY - {Way.SERVICE, Way.OUTSIDE_TARGET},
    Level.SECRET: _AT_THE_MACHINE,
    Level.CONFIDENTIAL: _AT_THE_MACHINE,
    Level.TOP: frozenset(),
}
"""The one table. 秘密 and 机密 only on a machine that was declared for them, see `admit`.

Ciphers that are sold must not protect state secrets (密码法 2019, articles 7 and 8), so no way is opened by one.
"""


class SecrecyRefused(Forbidden):
    """The 密级 of a meeting does not allow it, or not on this machine.

    Attributes:
        level: of the meeting.

    """

    def __init__(self, what: str, why: str, mend: str, *, level: Level) -> None:
        super().__init__(what, why, mend)
        self.level = level


def may(level: Level, way: Way) -> bool:
    """Whether the table has it."""
    return way in MAY[level]


def ask(secrecy: Secrecy, way: Way) -> None:
    """Raises: SecrecyRefused, where the table does not have it."""
    if may(secrecy.level, way):
        return
    level = secrecy.level.value
    raise SecrecyRefused(
        tr(f"{level}会议不能走{way.label}", f"a {level} meeting cannot go by {way.label}"),
        _why(secrecy, way),
        _mend(secrecy),
        level=secrecy.level,
    )


def _why(secrecy: Secrecy, way: Way) -> str:
    if way is Way.REMOVABLE and secrecy.state_secret:
        return tr(
            "商用密码不得用来保护国家秘密（密码法第七条、第八条）",
            "a commercial cipher must not protect a state secret (密码法, articles 7 and 8)",
        )
    return tr("密级规定如此", "its 密级 says so")


def _mend(secrecy: Secrecy) -> str:
    if secrecy.state_secret:
        return tr(
            "请在涉密计算机本机办理，存档包移交到登记的涉密介质",
            "work at the approved machine itself; its package goes to a registered medium",
        )
    return tr("请用本单位的服务和存储", "use what belongs to the office")


def admit(secrecy: Secrecy, declared: Level | None = None) -> None:
    """Whether this machine may hold the meeting at all. 绝密 never; state secrets need a declared machine.

    Args:
        declared: the level that the machine is declared for, see `custody.Declaration`; None where it is not.

    Raises:
        SecrecyRefused: with the level and the way out.

    """
    if secrecy.level is Level.TOP:
        raise SecrecyRefused(
            tr("不能在本系统办理绝密会议", "a 绝密 meeting cannot be held here"),
            tr("绝密级一律不受理", "that level is always refused"),
            tr("请按保密规定线下办理", "handle it on paper"),
            level=secrecy.level,
        )
    if secrecy.state_secret and (declared is None or declared.degree < secrecy.level.degree):
        raise SecrecyRefused(
            tr(f"不能办理{secrecy.level.value}级会议", f"a {secrecy.level.value} meeting cannot be held here"),
            tr("本机没有登记涉密批准文号", "this machine is not declared for it")
            if declared is None
            else tr(f"本机只登记到{declared.value}级", f"this machine is declared for {declared.value} only"),
            tr(
                "请换用已登记的涉密计算机，或由管理员登记批准文号（roomctl secrecy declare）",
                "use a machine that is approved for it, or let the administrator declare it: roomctl secrecy declare",
            ),
            level=secrecy.level,
        )
