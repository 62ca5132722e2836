"""保密: what this machine is declared for, what a 涉密 meeting still lacks, the registered media, the handovers."""

from roomctl.domain.access import Right
from roomctl.i18n import tr
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.secrecy import sight
from roomctl.web.pages.visitor import Area, Visitor


def register(frame: Frame) -> None:
    """`/secrecy`."""

    @frame.page("/secrecy", lambda: tr("保密", "Secrecy"), Right.SEE_SECRECY)
    async def secrecy(visitor: Visitor) -> None:
        area = Area(visitor)

        async def look() -> None:
            area.show(await visitor.draw(lambda: sight.page(visitor)))

        area.redraw = look
        await look()
