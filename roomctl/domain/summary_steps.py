"""The steps of a 会议纪要, in the order in which they are taken: what each is called, and who may take it when.

Page, REST and command line read this table; what a step asks for is in `summary.allow`, what it does in the services.
"""

from dataclasses import dataclass

from roomctl.domain import summary
from roomctl.domain.access import Right
from roomctl.domain.summary import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of them.

    Attributes:
        name: on the command line and on the page; path: below `/meetings/<id>/` over REST.
        event: the kind of event that it tells.
        text: on its button; about: in help and descriptions; each in Chinese and in English.
        hold: cannot be undone, and is pressed long; main: may be the one filled button of a page.

    """

    name: str
    path: str
    event: str
    text: tuple[str, str]
    about: tuple[str, str]
    right: Right = Right.WRITE_RECORDS
    hold: bool = False
    main: bool = True

    def belongs(self, stage: Stage | None) -> bool:
        """Whether it may be taken where the paper lies; None: there is none."""
        if self.event == summary.STARTED:
            return stage in {None, Stage.DONE}
        return stage in summary.ALLOWED[self.event]


START = Step(
    name="start",
    path="summaries",
    event=summary.STARTED,
    text=("起草纪要", "Draft a 纪要"),
    about=("起草", "Draft a 会议纪要"),
)
SUBMIT = Step(
    name="submit",
    path="summary/submission",
    event=summary.SUBMITTED,
    text=("送会签", "Send round"),
    about=("送会签，没有单位时直接送审核", "Send it round; without units straight to 审核"),
)
REDRAFT = Step(
    name="redraft",
    path="summary/draft",
    event=summary.SUBMITTED,  # where it may be sent round, it may be drafted again
    text=("重新起草", "Draft again"),
    about=("按现在的情况重新起草", "Draft it again from the facts as they stand"),
    main=False,
)
ANSWER = Step(
    name="answer",
    path="summary/answers",
    event=summary.COUNTERSIGNED,
    text=("登记会签", "Enter an answer"),
    about=("登记一个单位的会签", "Enter a unit's 会签"),
)
SETTLE = Step(
    name="settle",
    path="summary/settlements",
    event=summary.SETTLED,
    text=("意见采纳否", "Settle an opinion"),
    about=("一条意见采纳否", "Adopt a unit's opinion, or say why not"),
)
CONCLUDE = Step(
    name="conclude",
    path="summary/conclusion",
    event=summary.CONCLUDED,
    text=("会签完成", "End the 会签"),
    about=("会签完成，送审核", "End the 会签"),
)
APPROVE = Step(
    name="approve",
    path="summary/approval",
    event=summary.APPROVED,
    text=("审核通过", "Approve"),
    about=("审核通过", "审核"),
    right=Right.SIGN_RECORDS,
)
SIGN = Step(
    name="sign",
    path="summary/signature",
    event=summary.SIGNED,
    text=("签发", "Sign"),
    about=("签发，签后锁定", "签发: locked from then on"),
    right=Right.SIGN_RECORDS,
    hold=True,
)
REGISTER = Step(
    name="register",
    path="summary/registration",
    event=summary.REGISTERED,
    text=("登记取号", "Draw its number"),
    about=("登记取号", "登记: draw its number"),
    hold=True,
)
PROOFREAD = Step(
    name="proofread",
    path="summary/proof",
    event=summary.PROOFREAD,
    text=("校对无误", "Proof is clean"),
    about=("校对无误", "校对"),
)
ISSUE = Step(
    name="issue",
    path="summary/issue",
    event=summary.ISSUED,
    text=("印发", "Issue"),
    about=("印发", "印发"),
)
OPENNESS = Step(
    name="openness",
    path="summary/openness",
    event=summary.OPENNESS,
    text=("公开属性", "Openness"),
    about=("公开属性：主动公开、依申请公开、不予公开", "公开属性"),
    main=False,
)
RETURN = Step(
    name="return",
    path="summary/return",
    event=summary.SENT_BACK,
    text=("退回", "Send back"),
    about=("退回起草", "退回: back to the drafter"),
    main=False,
)
STEPS = (
    START, SUBMIT, REDRAFT, ANSWER, SETTLE, CONCLUDE, APPROVE, SIGN, REGISTER, PROOFREAD, ISSUE, OPENNESS, RETURN,
)  # fmt: skip
