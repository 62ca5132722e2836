"""Which meeting somebody means who types an id, or the end of one."""

from collections.abc import Sequence
from typing import Protocol

from roomctl.domain.meeting import Meeting
from roomctl.errors import BadInput
from roomctl.i18n import tr


class _Meetings(Protocol):
    def meetings_ending(self, end: str) -> Sequence[str]: ...
    def need_shown(self, meeting_id: str, *, handing_over: bool = False) -> Meeting: ...


def find_meeting(services: _Meetings, wanted: str, *, handing_over: bool = False) -> Meeting:
    """By id, or by the unique end of one: ids that were made close together share their beginning.

    Every command asks here first, so that none shows what this machine may not hold.

    Args:
        handing_over: the command serves to close a meeting and to hand it over.

    Raises:
        BadInput: several meetings end so. NotFound: none does. SecrecyRefused: its 密级 is not shown here.

    """
    found = services.meetings_ending(wanted) if wanted else ()
    if len(found) > 1:
        raise BadInput(
            tr(f"“{wanted}”对应 {len(found)} 场会议", f"{wanted!r} fits {len(found)} meetings"),
            mend=tr("请多写几位", "give more of the id"),
        )
    return services.need_shown(found[0] if found else wanted, handing_over=handing_over)
