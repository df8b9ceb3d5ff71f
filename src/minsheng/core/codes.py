"""The field's code lists (代码表): states, roles, kinds and reasons as they stand in the code, the API and the
database. Source: DOMAIN §5.2 and §6.3. The Chinese term of each code is in `term`, once, for every door to show."""

from enum import StrEnum


class State(StrEnum):
    """The city's state of an order (工单状态)."""

    RECEIVED = "received"
    INCOMPLETE = "incomplete"
    ANSWERED = "answered"
    TRANSFERRED = "transferred"
    EXPLAINED = "explained"
    MERGED = "merged"
    TO_DISPATCH = "to_dispatch"
    ARBITRATING = "arbitrating"
    DISPATCHED = "dispatched"
    TO_REVIEW = "to_review"
    PARKED = "parked"
    TO_CALL_BACK = "to_call_back"
    REWORKING = "reworking"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    ARCHIVED = "archived"

    @property
    def open(self) -> bool:
        """Somebody still owes the requester something."""
        return self not in (State.CLOSED, State.ARCHIVED)


class AssignmentState(StrEnum):
    """What one unit has done with its part (承办状态)."""

    TO_SIGN = "to_sign"
    HANDLING = "handling"
    REPLIED = "replied"
    LEFT = "left"


class Part(StrEnum):
    """A unit's part in an order: 主办 or 协办."""

    LEAD = "lead"
    CO = "co"


class Role(StrEnum):
    """Who acts (角色), DOMAIN §6.1. `SYSTEM` is a timer or a job carrying out a written rule."""

    AGENT = "agent"
    SHIFT_LEADER = "shift_leader"
    REVIEWER = "reviewer"
    DISPATCHER = "dispatcher"
    UNIT_DESK = "unit_desk"
    HANDLER = "handler"
    UNIT_HEAD = "unit_head"
    CALLER_BACK = "caller_back"
    SUPERVISOR = "supervisor"
    QUALITY = "quality"
    KNOWLEDGE_EDITOR = "knowledge_editor"
    ANALYST = "analyst"
    LEADER = "leader"
    INSPECTOR = "inspector"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    RESIDENT = "resident"
    SYSTEM = "system"


UNIT_ROLES = frozenset({Role.UNIT_DESK, Role.HANDLER, Role.UNIT_HEAD})
"""Roles that belong to a handling unit and see its tree only."""

CENTRE_ROLES = frozenset(
    {
        Role.AGENT,
        Role.SHIFT_LEADER,
        Role.REVIEWER,
        Role.DISPATCHER,
        Role.CALLER_BACK,
        Role.SUPERVISOR,
        Role.QUALITY,
    }
)
"""Roles of the hotline centre (level 1) that work on orders."""


class Kind(StrEnum):
    """诉求类型."""

    INQUIRY = "inquiry"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    OTHER = "other"


class Urgency(StrEnum):
    """紧急程度 (Beijing's three clocks)."""

    ORDINARY = "ordinary"
    PROMPT = "prompt"
    URGENT = "urgent"


class Disposition(StrEnum):
    """Not dispatched, but answered: which proper path the requester is told (告知理由), DOMAIN §1.3."""

    LEGAL_PATH = "legal_path"
    PETITION = "petition"
    NO_NEW_FACTS = "no_new_facts"
    SECRET_MATTER = "secret_matter"
    PRIVATE_MATTER = "private_matter"
    UNLAWFUL_DEMAND = "unlawful_demand"
    NOT_GOVERNMENT = "not_government"


class ReturnReason(StrEnum):
    """退单理由."""

    WRONG_AREA = "wrong_area"
    WRONG_DUTY = "wrong_duty"
    FACTS_MISSING = "facts_missing"
    DUPLICATE = "duplicate"
    BEYOND_GOVERNMENT = "beyond_government"


class ExclusionReason(StrEnum):
    """剔除理由: why an order may be left out of scoring, always decided by a second person."""

    UNREASONABLE = "unreasonable"
    PRIVATE_MATTER = "private_matter"
    FORCE_MAJEURE = "force_majeure"
    STATUTORY_PERIOD = "statutory_period"
    UNTRUE = "untrue"


class Result(StrEnum):
    """办理结果, as the unit claims it."""

    SOLVED = "solved"
    PARTLY = "partly"
    NOT_NOW = "not_now"
    POLICY_EXPLAINED = "policy_explained"
    UNFOUNDED = "unfounded"
    TAKEN_BACK = "taken_back"


class Ask(StrEnum):
    """What a unit may ask for beside its work (申请)."""

    RETURN = "return"
    EXTENSION = "extension"
    EXCLUSION = "exclusion"


class Grade(StrEnum):
    """满意度: five grades, and three codes that are not grades and never mixed (DOMAIN §5.2)."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    BASICALLY = "basically"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"
    UNREACHED = "unreached"
    REFUSED = "refused"
    UNRATED = "unrated"

    @property
    def bad(self) -> bool:
        """差评: the grades that give a second handling by default."""
        return self in (Grade.DISSATISFIED, Grade.VERY_DISSATISFIED)


class Closing(StrEnum):
    """Why an order could be closed (结案依据): nothing else closes one."""

    ANSWERED = "answered"
    TOLD = "told"
    CALLED_BACK = "called_back"
    UNREACHED = "unreached"
    WITHDRAWN = "withdrawn"
    FINAL_REPLY = "final_reply"


class Told(StrEnum):
    """How the requester was told (告知方式)."""

    PHONE = "phone"
    SMS = "sms"
    WEB = "web"
    LETTER = "letter"
    IN_PERSON = "in_person"


class ReopenCause(StrEnum):
    """Why a closed order is opened again (重新办理)."""

    APPEAL = "appeal"
    LOOK_BACK = "look_back"


class Card(StrEnum):
    """督办 grades that timers and supervisors give (DOMAIN §6.4)."""

    NUDGE = "nudge"
    YELLOW = "yellow"
    RED = "red"
    SHEET = "sheet"
    JOINT = "joint"
    RAISED = "raised"


_TERMS: tuple[tuple[StrEnum, str, str], ...] = (
    (State.RECEIVED, "待受理", "Received"),
    (State.INCOMPLETE, "待补充", "Waiting for facts"),
    (State.ANSWERED, "直办办结", "Answered at once"),
    (State.TRANSFERRED, "已转接", "Transferred"),
    (State.EXPLAINED, "已告知", "Proper path explained"),
    (State.MERGED, "已并单", "Merged"),
    (State.TO_DISPATCH, "待派遣", "To dispatch"),
    (State.ARBITRATING, "会商中", "In meeting"),
    (State.DISPATCHED, "已派遣", "Dispatched"),
    (State.TO_REVIEW, "待审核", "To review"),
    (State.PARKED, "挂账", "Parked with a promise"),
    (State.TO_CALL_BACK, "待回访", "To call back"),
    (State.REWORKING, "二次办理", "Second handling"),
    (State.TERMINATED, "终止办理", "Ended by final reply"),
    (State.WITHDRAWN, "已撤回", "Withdrawn"),
    (State.CLOSED, "已结案", "Closed"),
    (State.ARCHIVED, "已归档", "Archived"),
    (AssignmentState.TO_SIGN, "待签收", "To sign for"),
    (AssignmentState.HANDLING, "办理中", "Handling"),
    (AssignmentState.REPLIED, "已回复", "Replied"),
    (AssignmentState.LEFT, "已退出", "Left"),
    (Part.LEAD, "主办", "Lead"),
    (Part.CO, "协办", "Co-handler"),
    (Role.AGENT, "话务员", "Agent"),
    (Role.SHIFT_LEADER, "班长", "Shift leader"),
    (Role.REVIEWER, "审核员", "Reviewer"),
    (Role.DISPATCHER, "派单员", "Dispatcher"),
    (Role.UNIT_DESK, "单位联络员", "Unit desk"),
    (Role.HANDLER, "经办人", "Handler"),
    (Role.UNIT_HEAD, "单位负责人", "Head of unit"),
    (Role.CALLER_BACK, "回访员", "Call-back clerk"),
    (Role.SUPERVISOR, "督办员", "Supervisor"),
    (Role.QUALITY, "质检员", "Quality inspector"),
    (Role.KNOWLEDGE_EDITOR, "知识库管理员", "Knowledge editor"),
    (Role.ANALYST, "数据分析员", "Analyst"),
    (Role.LEADER, "市领导", "City leader"),
    (Role.INSPECTOR, "纪检督查", "Inspection"),
    (Role.AUDITOR, "独立审计员", "Independent auditor"),
    (Role.ADMINISTRATOR, "系统管理员", "Administrator"),
    (Role.RESIDENT, "诉求人", "Requester"),
    (Role.SYSTEM, "系统", "System"),
    (Kind.INQUIRY, "咨询", "Inquiry"),
    (Kind.HELP, "求助", "Help"),
    (Kind.COMPLAINT, "投诉", "Complaint"),
    (Kind.REPORT, "举报", "Report of wrongdoing"),
    (Kind.SUGGESTION, "建议", "Suggestion"),
    (Kind.PRAISE, "表扬", "Praise"),
    (Kind.OTHER, "其他", "Other"),
    (Urgency.ORDINARY, "一般", "Ordinary"),
    (Urgency.PROMPT, "及时", "Prompt"),
    (Urgency.URGENT, "紧急", "Urgent"),
    (Disposition.LEGAL_PATH, "应走诉讼、仲裁、复议等法定途径", "A legal path: court, arbitration or review"),
    (Disposition.PETITION, "已属信访事项", "Already a petition"),
    (Disposition.NO_NEW_FACTS, "同一事项无新事实", "The same matter without new facts"),
    (Disposition.SECRET_MATTER, "涉及国家秘密或商业秘密", "State or business secrets"),
    (
        Disposition.PRIVATE_MATTER,
        "私人事务，走市场或社会渠道",
        "A private matter for market or social channels",
    ),
    (Disposition.UNLAWFUL_DEMAND, "要求不合法", "An unlawful demand"),
    (Disposition.NOT_GOVERNMENT, "非政府职责", "Not a duty of government"),
    (ReturnReason.WRONG_AREA, "属地不符", "Wrong area"),
    (ReturnReason.WRONG_DUTY, "职能不符", "Wrong duty"),
    (ReturnReason.FACTS_MISSING, "信息不全", "Facts missing"),
    (ReturnReason.DUPLICATE, "重复工单", "Duplicate"),
    (ReturnReason.BEYOND_GOVERNMENT, "超出政府职责", "Beyond government's duties"),
    (ExclusionReason.UNREASONABLE, "不合理诉求", "Unreasonable request"),
    (ExclusionReason.PRIVATE_MATTER, "私人事务", "Private matter"),
    (ExclusionReason.FORCE_MAJEURE, "不可抗力", "Force majeure"),
    (ExclusionReason.STATUTORY_PERIOD, "法定期限未到", "Statutory period still running"),
    (ExclusionReason.UNTRUE, "不属实", "Untrue"),
    (Result.SOLVED, "已解决", "Solved"),
    (Result.PARTLY, "部分解决", "Partly solved"),
    (Result.NOT_NOW, "暂无法解决", "Cannot be solved now"),
    (Result.POLICY_EXPLAINED, "政策不支持已解释", "Policy does not allow; explained"),
    (Result.UNFOUNDED, "不属实", "Unfounded"),
    (Result.TAKEN_BACK, "诉求人撤回", "Taken back by the requester"),
    (Ask.RETURN, "申请退单", "Return asked"),
    (Ask.EXTENSION, "申请延期", "Extension asked"),
    (Ask.EXCLUSION, "申请剔除", "Exclusion asked"),
    (Grade.VERY_SATISFIED, "非常满意", "Very satisfied"),
    (Grade.SATISFIED, "满意", "Satisfied"),
    (Grade.BASICALLY, "基本满意", "Basically satisfied"),
    (Grade.DISSATISFIED, "不满意", "Dissatisfied"),
    (Grade.VERY_DISSATISFIED, "非常不满意", "Very dissatisfied"),
    (Grade.UNREACHED, "未接通", "Unreached"),
    (Grade.REFUSED, "拒评", "Refused"),
    (Grade.UNRATED, "未评价", "Unrated"),
    (Closing.ANSWERED, "直接答复", "Direct answer"),
    (Closing.TOLD, "已告知诉求人", "Requester told"),
    (Closing.CALLED_BACK, "回访结果", "Call-back outcome"),
    (Closing.UNREACHED, "多次回访未接通", "Unreached after repeated calls"),
    (Closing.WITHDRAWN, "诉求人确认撤回", "Withdrawal confirmed"),
    (Closing.FINAL_REPLY, "最终答复", "Final reply"),
    (Told.PHONE, "电话", "Phone"),
    (Told.SMS, "短信", "SMS"),
    (Told.WEB, "网页", "Web"),
    (Told.LETTER, "书面", "Letter"),
    (Told.IN_PERSON, "当面", "In person"),
    (ReopenCause.APPEAL, "诉求人申诉", "Requester's appeal"),
    (ReopenCause.LOOK_BACK, "回头看", "Look-back"),
    (Card.NUDGE, "催办", "Nudge"),
    (Card.YELLOW, "黄牌", "Yellow card"),
    (Card.RED, "红牌", "Red card"),
    (Card.SHEET, "督办单", "Supervision sheet"),
    (Card.JOINT, "联合督办", "Joint supervision"),
    (Card.RAISED, "提级督办", "Raised a level"),
)

TERMS: dict[tuple[str, str], tuple[str, str]] = {(type(c).__name__, c.value): (zh, en) for c, zh, en in _TERMS}
"""(name of the code list, code) → (Chinese, English). Two lists may use one code for two things."""


def name_terms(*rows: tuple[StrEnum, str, str]) -> None:
    """Give the terms of further code lists, which stand with what they are about: (code, Chinese, English) each."""
    TERMS.update({(type(c).__name__, c.value): (zh, en) for c, zh, en in rows})


def term(code: StrEnum, lang: str = "zh") -> str:
    """The field's word for `code` in `lang` ("zh…" or anything else for English)."""
    zh, en = TERMS[type(code).__name__, code.value]
    return zh if lang.startswith("zh") else en
