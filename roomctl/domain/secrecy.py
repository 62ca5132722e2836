"""密级: the level of a meeting, how its mark is written, and the one table of what each level may do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

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
        years: 保密期限 in years, only for 秘密 and 机密.
        basis: 定密依据.
        by: 定密责任人.

    """

    level: Level = Level.OPEN
    years: int | None = None
    basis: str = ""
    by: str = ""

    @property
    def mark(self) -> str:
        """As it is written on paper: 秘密★3年, 内部, or nothing where the meeting is open."""
        if self.level is Level.OPEN:
            return ""
        return f"{self.level.value}★{self.years}年" if self.years and self.state_secret else self.level.value

    @property
    def state_secret(self) -> bool:
        """秘密, 机密 or 绝密; 内部 is none."""
        return self.level.degree >= Level.SECRET.degree


OPEN = Secrecy()
"""非密."""

_MARK = re.compile(r"^(非密|内部|秘密|机密|绝密)(?:★([1-9][0-9]?)年)?$")


def parse(mark: str) -> Secrecy:
    """Reads 非密, 内部, 秘密★3年, 机密★10年.

    Raises:
        BadInput: not a mark, a term where none belongs, or none where one must be.

    """
    match = _MARK.match(mark.strip())
    if not match:
        raise BadInput(
            tr(f"密级“{mark}”无法识别", f"unknown 密级 {mark!r}"),
            mend=tr("请写 非密、内部、秘密★N年 或 机密★N年", "write 非密, 内部, 秘密★N年 or 机密★N年"),
        )
    level, years = Level(match[1]), int(match[2]) if match[2] else None
    needs_years = level in {Level.SECRET, Level.CONFIDENTIAL}
    if needs_years != (years is not None) and level is not Level.TOP:
        raise BadInput(
            tr(f"密级“{mark}”写法不对", f"密级 {mark!r} is not written right"),
            tr("秘密、机密要写年限，内部和非密不写★", "秘密 and 机密 carry years, 内部 and 非密 never a ★"),
            tr("例如 秘密★3年", "for example 秘密★3年"),
        )
    return Secrecy(level, years)


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
