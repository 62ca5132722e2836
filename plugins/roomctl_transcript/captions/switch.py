"""Who may switch captions on, and for which meeting."""

from roomctl.api import BadInput, Meeting, Refused, lifecycle, tr
from roomctl.api.custody import Way, may


def allow(meeting: Meeting, confirm: str) -> None:
    """Raises: Refused, where this meeting has no captions. BadInput: it was not named, or another one was."""
    level = meeting.highest_secrecy
    why = mend = ""
    if not may(level.level, Way.CAPTIONS):
        why = tr(f"{level.level.value}会议不用字幕", f"a {level.level.value} meeting has none")
        mend = tr("密级规定如此；录音和转写照常", "its 密级 says so; recording and transcript go on")
    elif not meeting.recorded:
        why = tr("这场会议不录音", "this meeting is not recorded")
        mend = tr("字幕来自正在录的声音", "they are written from the sound that is being recorded")
    elif meeting.state in lifecycle.OVER:
        why, mend = tr("会议已结束", "the meeting is over"), tr("请看转写稿", "see its transcript")
    if why:
        raise Refused(tr("不能打开字幕", "captions cannot be switched on"), why, mend)
    if confirm.strip() != meeting.title.strip():
        raise BadInput(
            tr("请确认是哪一场会议", "say for which meeting"),
            tr("会议名称没有写，或不一致", "its name is missing, or is another one"),
            tr(f"请写：{meeting.title}", f"write: {meeting.title}"),
        )
