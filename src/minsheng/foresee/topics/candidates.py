"""From a finding to a candidate topic (列入备选): a title, the figures as evidence, a draft of the problem list."""

from __future__ import annotations

from minsheng.core import Actor
from minsheng.core.session import Evidence, Topic
from minsheng.core.session import commands as say
from minsheng.core.session.codes import Source, Support
from minsheng.foresee import sessions
from minsheng.foresee.topics.findings import Finding, FindingKind, mark
from minsheng.ground import present

SOURCES = {
    FindingKind.FRESH: Source.SIGNAL,
    FindingKind.RISING: Source.SIGNAL,
    FindingKind.SEASON: Source.SEASON,
    FindingKind.CLUSTER: Source.CLUSTER,
    FindingKind.HOT: Source.HOT_ISSUE,
    FindingKind.PLACE: Source.CLUSTER,
    FindingKind.HARD: Source.HARD_CASE,
}
_DRAFTS = {
    FindingKind.FRESH: "从{since}起出了什么事？",
    FindingKind.RISING: "为什么从{since}起突然增多？",
    FindingKind.SEASON: "为什么每年同期反复？上一季的问题解决了几处？",
    FindingKind.CLUSTER: "这一片有什么共同原因？",
    FindingKind.HOT: "同一件事为什么反复有人提出？",
    FindingKind.PLACE: "同一处为什么反复有人提出？",
    FindingKind.HARD: "卡在哪个环节、哪条规定？谁来定？",
}


def propose_finding(found: Finding, by: Actor) -> Topic:
    """Make a candidate of `found`; a second time gives the topic that was made of it."""
    if found.topic is not None:
        return sessions.topic(found.topic, by)[0]
    command = say.Propose(
        "?",
        found.name,
        SOURCES[found.kind],
        _leaves(found.category),
        (found.area,) if found.area else (),
        (_DRAFTS[found.kind].format(since=found.since.isoformat()),),
        (evidence(found),),
    )
    topic = sessions.propose(command, by)
    mark(found.id, topic.no, by)
    return topic


def _leaves(category: str | None) -> tuple[str, ...]:
    """The leaves of a category: itself, or those below it."""
    taxonomy = present.city().taxonomy
    if category is None or category not in taxonomy.categories:
        return ()
    below = tuple(leaf.code for leaf in taxonomy.leaves if category in (c.code for c in taxonomy.path(leaf.code)))
    return below or (category,)


def evidence(found: Finding) -> Evidence:
    """The finding as a piece of data support, both sides of every figure."""
    figures = [("期间", f"{found.since.isoformat()} – {found.until.isoformat()}"), ("实际", f"{found.seen:g} 件")]
    if found.expected is not None:
        figures.append(("预计", f"{found.expected:.1f} 件"))
    if found.p is not None:
        figures.append(("偶然出现的可能", f"{found.p:.2g}"))
    figures += [(_WORDS[k], str(v)) for k, v in found.data.items() if k in _WORDS]
    reference = f"研判发现 {found.id}（{found.made_on.isoformat()}）" if found.made_on else "研判发现"
    return Evidence(Support.DATA, found.name, "", reference, tuple(figures), found.orders[:12])


_WORDS = {
    "n": "同类工单",
    "parked": "挂账",
    "returned": "退单两次以上",
    "redone": "二次办理两次以上",
    "many": "三个以上单位",
    "days": "有诉求的天数",
    "recent": "近两周的天数",
    "fortnight_before": "再前两周的天数",
    "asked": "问过是否解决",
    "unresolved": "反映未解决",
    "probability": "再次发生的可能",
    "people": "涉及人数",
    "share": "未解决比例",
}
