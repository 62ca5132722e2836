"""密级: the level of a meeting, how its mark is written, and what each level may do."""

import re
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
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Secrecy:
    """A level with its term. `内部` (工作秘密) is never written with ★.

    Attributes:
        years: 保密期限, only for 秘密 and 机密.
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


def admit(secrecy: Secrecy) -> None:
    """Whether this machine may hold the meeting at all. 绝密 never; state secrets need a declared machine.

    Raises:
        Forbidden: with the level and the way out.

    """
    if secrecy.level is Level.TOP:
        raise Forbidden(
            tr("不能在本系统办理绝密会议", "a 绝密 meeting cannot be held here"),
            tr("绝密级一律不受理", "that level is always refused"),
            tr("请按保密规定线下办理", "handle it on paper"),
        )
    if secrecy.state_secret:
        raise Forbidden(
            tr(f"不能办理{secrecy.level.value}级会议", f"a {secrecy.level.value} meeting cannot be held here"),
            tr("本机没有登记涉密批准文号", "this machine is not declared for it"),
            tr("请换用已登记的涉密计算机", "use a machine that is approved for it"),
        )
