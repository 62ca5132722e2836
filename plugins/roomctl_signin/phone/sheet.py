"""Personal codes on paper: a card for each person, to be cut out and handed out with the notice or the 座签."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory

from roomctl.api import Meeting, NotFound, PluginContext, Presence, Standing, tr
from roomctl_signin.phone import codes

FILE_NAME = "personal-codes.pdf"
_PAGE = Path(__file__).with_name("codes.typ")


def pdf(ctx: PluginContext, meeting: Meeting) -> bytes:
    """One card for everybody who may come, in the order of rank; nothing of it is kept.

    Raises:
        SecrecyRefused, Refused: as `codes.need_allowed`. NotFound: nobody is on the roster. MissingPart: nothing
            here can print.

    """
    codes.need_allowed(ctx, meeting)
    comes = [one for one in ctx.services.attendance(meeting.id).standings if _may_come(one)]
    if not comes:
        raise NotFound(
            tr("名单上没有要来的人", "nobody on the roster is to come"),
            mend=tr("请先导入名单", "import the roster first"),
        )
    told = {
        "title": meeting.title,
        "at": f"{meeting.starts:%Y年%-m月%-d日 %H:%M}",
        "hint": tr("到会扫码签到，仅限本人", "Scan on arrival. For you only."),
        "cards": [_card(ctx, meeting.id, one) for one in comes],
    }
    with TemporaryDirectory() as folder:
        made = Path(folder, FILE_NAME)
        ctx.services.typeset(_PAGE, told, made, at=meeting.starts_at)
        return made.read_bytes()


def _may_come(standing: Standing) -> bool:
    """Who is on leave and sends nobody needs no code."""
    return standing.presence is not Presence.ON_LEAVE or bool(standing.proxy)


def _card(ctx: PluginContext, meeting_id: str, standing: Standing) -> dict[str, str]:
    import segno  # noqa: PLC0415 - only where codes are printed

    who = standing.person
    drawn = io.BytesIO()
    code = segno.make(codes.personal(ctx, meeting_id, who.id), micro=False, error="m")
    code.save(drawn, kind="svg", xmldecl=False, border=4, light="#fff")
    name, line = (
        (f"{standing.proxy}（代{who.name}）", standing.proxy_duty) if standing.proxy else (who.name, who.line)
    )
    return {
        "name": name,
        "line": line,
        "code": drawn.getvalue().decode(),
        "alt": tr(f"{name}的签到码", f"sign-in code of {name}"),
    }
