"""Words of appeals, tolerance and audit (申诉、容错、核查、审计): what kinds of cases there are, what may be asked
about, on which grounds an error is borne with, and how an inquiry may end.

Grounds of tolerance follow the three distinctions (三个区分开来, general office of the Party's central committee, May
2018): a mistake made in trying something new without precedent is not breaking a rule knowingly, exploring where the
rules are silent is not acting against them, an unintended fault for the work's sake is not self-seeking."""

from __future__ import annotations

from enum import StrEnum

from minsheng.core.codes import name_terms


class CaseKind(StrEnum):
    """What a stream of steps is about."""

    APPEAL = "appeal"
    TOLERANCE = "tolerance"
    INQUIRY = "inquiry"
    RECALL = "recall"
    MYSTERY = "mystery"
    CARRIER = "carrier"
    BOX = "box"
    LOOK = "look"


LETTERS = {
    CaseKind.APPEAL: "SS",
    CaseKind.TOLERANCE: "RC",
    CaseKind.INQUIRY: "HC",
    CaseKind.RECALL: "FF",
    CaseKind.MYSTERY: "AF",
    CaseKind.CARRIER: "HD",
    CaseKind.BOX: "MP",
    CaseKind.LOOK: "CK",
}
"""How numbers begin: the first letters of 申诉, 容错, 核查, 复访, 暗访, 话单, 密票, 查看."""
OF_UNITS = (CaseKind.APPEAL, CaseKind.TOLERANCE)
"""What a unit lodges."""


class About(StrEnum):
    """What a unit may appeal against or ask tolerance for."""

    RESPONSE = "response"
    RESOLUTION = "resolution"
    SATISFACTION = "satisfaction"
    COMPARISON = "comparison"
    REPEAT = "repeat"
    LEFT_OUT = "left_out"
    SIGN = "sign"


class Ground(StrEnum):
    """Why an error may be borne with (容错情形)."""

    PIONEERING = "pioneering"
    UNREGULATED = "unregulated"
    UNINTENDED = "unintended"
    FORCE_MAJEURE = "force_majeure"
    INHERITED = "inherited"
    POLICY_CHANGED = "policy_changed"
    EMERGENCY = "emergency"


class Conclusion(StrEnum):
    """How an inquiry ends (核查结论)."""

    UPHELD = "upheld"
    EXPLAINED = "explained"
    UNDECIDED = "undecided"


class CaseState(StrEnum):
    """How far a case has come."""

    LODGED = "lodged"
    DECIDED = "decided"
    GRANTED = "granted"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    OPEN = "open"
    CONCLUDED = "concluded"


class StepName(StrEnum):
    """What a step of a case is."""

    LODGED = "lodged"
    ADDED = "added"
    TAKEN_BACK = "taken_back"
    DECIDED = "decided"
    CONFIRMED = "confirmed"
    SENT_BACK = "sent_back"
    OPENED = "opened"
    NOTED = "noted"
    HEARD = "heard"
    CONCLUDED = "concluded"


name_terms(
    (CaseKind.APPEAL, "申诉", "Appeal"),
    (CaseKind.TOLERANCE, "容错", "Tolerance"),
    (CaseKind.INQUIRY, "核查", "Inquiry"),
    (CaseKind.RECALL, "独立复访", "Independent re-call"),
    (CaseKind.MYSTERY, "暗访来电", "Mystery requests"),
    (CaseKind.CARRIER, "话单核对", "Carrier's records"),
    (CaseKind.BOX, "密封票盒", "Box of sealed ballots"),
    (CaseKind.LOOK, "查看", "Look"),
    (About.RESPONSE, "响应率", "Response rate"),
    (About.RESOLUTION, "解决率", "Resolution rate"),
    (About.SATISFACTION, "满意率", "Satisfaction rate"),
    (About.COMPARISON, "公平比较的位置", "Place in the fair comparison"),
    (About.REPEAT, "重复诉求", "Repeat requests"),
    (About.LEFT_OUT, "剔除与归属", "Exclusions and attribution"),
    (About.SIGN, "线索", "A sign"),
    (Ground.PIONEERING, "先行先试、缺乏经验的失误", "A mistake in trying something new, without precedent"),
    (Ground.UNREGULATED, "尚无明确规定时的探索", "Exploring where the rules are silent"),
    (Ground.UNINTENDED, "推动工作中的无意过失", "An unintended fault for the work's sake"),
    (Ground.FORCE_MAJEURE, "不可抗力", "Force majeure"),
    (Ground.INHERITED, "历史遗留问题", "A matter inherited from before"),
    (Ground.POLICY_CHANGED, "政策调整", "The policy changed meanwhile"),
    (Ground.EMERGENCY, "应急处突中的临机处置", "A decision on the spot in an emergency"),
    (Conclusion.UPHELD, "属实", "Upheld"),
    (Conclusion.EXPLAINED, "有合理解释", "Explained"),
    (Conclusion.UNDECIDED, "不能认定", "Undecided"),
    (CaseState.LODGED, "待决定", "To be decided"),
    (CaseState.DECIDED, "待第二人确认", "To be confirmed by a second person"),
    (CaseState.GRANTED, "成立", "Granted"),
    (CaseState.DECLINED, "不成立", "Declined"),
    (CaseState.TAKEN_BACK, "已撤回", "Taken back"),
    (CaseState.OPEN, "核查中", "Under way"),
    (CaseState.CONCLUDED, "已结论", "Concluded"),
    (StepName.LODGED, "提出", "Lodged"),
    (StepName.ADDED, "补充", "Added to"),
    (StepName.TAKEN_BACK, "撤回", "Taken back"),
    (StepName.DECIDED, "决定", "Decided"),
    (StepName.CONFIRMED, "确认", "Confirmed"),
    (StepName.SENT_BACK, "退回重议", "Sent back"),
    (StepName.OPENED, "立项核查", "Opened"),
    (StepName.NOTED, "核查记录", "Noted"),
    (StepName.HEARD, "听取单位说明", "The unit was heard"),
    (StepName.CONCLUDED, "作出结论", "Concluded"),
)
