"""Pages that plugins bring."""

from roomctl.i18n import tr
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.ui import error_state, link_button, tag

EACH = 5.0


def register(frame: Frame) -> None:
    """`/p/<plugin>` and below."""

    async def show(visitor: Visitor, plugin: str, path: str = "") -> None:
        page = await visitor.run(frame.extras.page, plugin, path)
        area = Area(visitor)
        area.box.classes("rc-fill")
        if page is None or not page.open_to(visitor.user.roles):
            area.show(
                error_state(
                    tr("没有这一页", "there is no such page"),
                    tr("插件没有运行，或你的角色不能看", "the plugin does not run, or your role does not open it"),
                    "",
                    link_button(tr("回今日", "Today"), "/", kind="sm"),
                )
            )
            return

        async def look() -> None:
            made = await visitor.draw(lambda: frame.extras.build(page))
            title = tag("div", tag("h1", tr(*page.offer.title), class_="rc-grow"), class_="rc-hd")
            area.show(title + tag("div", made, class_="rc-wrap"))

        area.redraw = look
        await look()
        visitor.every(EACH, look)

    @frame.page("/p/{plugin}", lambda: tr("插件页", "Plugin"))
    async def first(visitor: Visitor, plugin: str) -> None:
        await show(visitor, plugin)

    @frame.page("/p/{plugin}/{path:path}", lambda: tr("插件页", "Plugin"))
    async def below(visitor: Visitor, plugin: str, path: str) -> None:
        await show(visitor, plugin, path)
