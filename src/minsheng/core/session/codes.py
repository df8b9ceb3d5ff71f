"""Code lists of the monthly session (月调度): where a topic comes from and stands, the lists and their items.

Source: DOMAIN §3 (选题—调度—督办—闭环; the six lists) and §6.4."""

from __future__ import annotations

from enum import StrEnum

from minsheng.core.codes import name_terms


class Source(StrEnum):
    """Where a candidate topic comes from (议题来源)."""

    SIGNAL = "signal"
    SEASON = "season"
    CLUSTER = "cluster"
    HOT_ISSUE = "hot_issue"
    HARD_CASE = "hard_case"
    INSTRUCTION = "instruction"


class TopicState(StrEnum):
    """How far a topic has come (议题状态)."""

    CANDIDATE = "candidate"
    DECLINED = "declined"
    CHOSEN = "chosen"
    DISPATCHED = "dispatched"
    ENDED = "ended"


class Support(StrEnum):
    """What speaks for a topic (支撑材料). The first three are needed before it can be chosen."""

    DATA = "data"
    VOICE = "voice"
    ROUTE = "route"
    EXPERT = "expert"


class ListKind(StrEnum):
    """The lists of a session (清单). The tick-off list (销号清单) is the items of all of them that are ticked off."""

    PROBLEM = "problem"
    DUTY = "duty"
    MEASURE = "measure"
    POLICY = "policy"
    SUPERVISION = "supervision"


class ItemState(StrEnum):
    """How far a listed item has come (清单事项状态)."""

    GIVEN = "given"
    DOING = "doing"
    REPORTED = "reported"
    TICKED = "ticked"


class Presence(StrEnum):
    """How a unit attends (参会方式): departments in the room, counties by video, inspection following."""

    ROOM = "room"
    VIDEO = "video"
    FOLLOWING = "following"
    ABSENT = "absent"


class MechanismKind(StrEnum):
    """What lasts of a topic (长效机制): a document of the policy library or a tool of the toolbox."""

    POLICY = "policy"
    TOOL = "tool"


name_terms(
    (Source.SIGNAL, "苗头预警", "Early signal"),
    (Source.SEASON, "季节性反复", "Seasonal return"),
    (Source.CLUSTER, "时空聚集", "Cluster"),
    (Source.HOT_ISSUE, "热点事件", "Hot issue"),
    (Source.HARD_CASE, "疑难案件", "Hard cases"),
    (Source.INSTRUCTION, "领导批示", "Leader's instruction"),
    (TopicState.CANDIDATE, "备选", "Candidate"),
    (TopicState.DECLINED, "未选", "Not chosen"),
    (TopicState.CHOSEN, "已选题", "Chosen"),
    (TopicState.DISPATCHED, "已调度", "Tasks given"),
    (TopicState.ENDED, "已闭环", "Closed"),
    (Support.DATA, "数据支撑", "Data"),
    (Support.VOICE, "群众意见", "Residents' voice"),
    (Support.ROUTE, "解决路径", "Route to a solution"),
    (Support.EXPERT, "专家意见", "Expert opinion"),
    (ListKind.PROBLEM, "问题清单", "Problems"),
    (ListKind.DUTY, "责任清单", "Duties"),
    (ListKind.MEASURE, "措施清单", "Measures"),
    (ListKind.POLICY, "政策清单", "Policies"),
    (ListKind.SUPERVISION, "督办清单", "Supervision"),
    (ItemState.GIVEN, "待签收", "To sign for"),
    (ItemState.DOING, "办理中", "In hand"),
    (ItemState.REPORTED, "待核验", "To verify"),
    (ItemState.TICKED, "已销号", "Ticked off"),
    (Presence.ROOM, "现场参会", "In the room"),
    (Presence.VIDEO, "视频参会", "By video"),
    (Presence.FOLLOWING, "跟进监督", "Following"),
    (Presence.ABSENT, "缺席", "Absent"),
    (MechanismKind.POLICY, "政策", "Policy"),
    (MechanismKind.TOOL, "工具", "Tool"),
)
