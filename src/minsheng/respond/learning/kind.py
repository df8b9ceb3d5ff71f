"""What a requester wants (诉求类型: 咨询 求助 投诉 举报 建议 表扬), how urgent it is (紧急程度), and whether it is
an emergency that belongs to 110, 119 or 120 before any order is filed.

Cue words with weights, in tables that a clerk can read and correct; the cues found are the reason given. The codes are
those of the house (``core.codes``): inquiry, help, complaint, report, suggestion, praise, other; ordinary, prompt,
urgent. Emergencies stay outside 12345 (国办发〔2020〕53号): a danger is shown to the agent with the number to connect,
and a cue inside a denial or a precaution (没有着火, 防止触电) is none.
"""

import re
from dataclasses import dataclass

import numpy as np

from .texts import Message, normalise

DEFAULT_KIND = "complaint"
OTHER = "other"

# (kind, weight, cues): weights are log-odds by judgement; the last third of a message counts half as much again,
# because people close with what they want.
KIND_CUES: tuple[tuple[str, float, str], ...] = (
    (
        "inquiry",
        2.0,
        "咨询|请问|想问|问一下|问下|想知道|想了解|了解一下|怎么办理|如何办理|如何申请|怎么申请|怎么查|是否可以",
    ),
    (
        "inquiry",
        1.0,
        "什么时候|多少钱|需要什么|哪些材料|哪里办|能不能|可不可以|有没有规定|什么政策|是否|怎么算|几点|电话是多少",
    ),
    ("inquiry", 0.5, "吗|呢|何时|多久|如何|怎么|？|\\?"),
    ("help", 2.0, "求助|帮帮|救救|帮忙|帮助解决|请求解决|请求帮助|请帮|急需|无法生活|生活困难"),
    (
        "help",
        1.0,
        "恳请|请求|希望解决|尽快解决|协调解决|给予解决|没有水|停水|停电|停气|没电|没水|漏水|堵塞|修一下|维修",
    ),
    ("complaint", 2.0, "投诉|态度恶劣|态度差|不作为|乱作为|推诿|踢皮球|敷衍|欺骗|坑害|侵权|扰民|拖欠|拒不"),
    (
        "complaint",
        1.0,
        "反映|不满|无人管|没人管|一直没有|至今|严重影响|不合理|乱收费|违约|维权|多次|拒绝|强制|噪音|噪声",
    ),
    ("report", 3.0, "举报|检举|揭发"),
    ("report", 1.2, "非法|违法|违规|违建|偷排|无证|黑作坊|假冒|造假|贪污|受贿|挪用|赌博|传销|私自|套取|虚报"),
    ("suggestion", 3.0, "建议|提议|意见建议"),
    ("suggestion", 1.0, "希望增加|希望增设|应该增设|增设|能否增加|是不是可以考虑|改进|优化|完善|呼吁|不妨"),
    ("praise", 3.5, "表扬|点赞|锦旗|表示感谢|衷心感谢|特此感谢|感谢信|拾金不昧"),
    ("praise", 1.0, "热心|认真负责|态度很好|服务周到|非常满意|为民办实事"),
)

URGENCY_CUES: tuple[tuple[str, str], ...] = (
    (
        "urgent",
        "生命危险|危及生命|随时可能倒塌|随时会塌|塌陷|坍塌|决堤|井盖(?:丢失|缺失|不见|没了)|电线(?:掉落|脱落|断落|垂落)",
    ),
    ("urgent", "漏电|触电|被困|断裂|山体滑坡|泥石流|中毒|走失|爆管|溃坝|严重积水|内涝"),
    (
        "prompt",
        "停水|停电|停气|停暖|没水|没电|没暖气|暖气不热|断水|断电|污水外溢|下水道堵|垃圾无人清|红绿灯(?:坏|不亮|故障)",
    ),
    (
        "prompt",
        "今天|今晚|现在正在|正在施工|半夜施工|夜间施工|凌晨|急盼|十万火急|紧急|尽快|马上|立即|老人.{0,6}(?:病|摔)",
    ),
)

# (number, what it is, cues); the first that is found names the number to show.
DANGER_CUES: tuple[tuple[str, str, str], ...] = (
    (
        "119",
        "fire",
        "着火|起火|失火|火灾|冒浓烟|火势|烧起来|爆炸|电梯.{0,4}(?:困|关).{0,3}人|有人.{0,6}(?:掉|落|坠).{0,3}(?:井|水|河)",
    ),
    (
        "119",
        "gas",
        "(?:燃气|煤气|天然气|液化气|气罐|管道)[^，。；！？,;!?]{0,6}(?:泄漏|泄露|漏气)|闻到[^，。]{0,4}(?:煤气|燃气)味|化学品泄漏",
    ),
    (
        "120",
        "life",
        "昏迷|休克|没有呼吸|没呼吸|心跳停|心脏骤停|大出血|快不行了|抢救|割腕|服毒|喝农药|煤气中毒|一氧化碳中毒|奄奄一息",
    ),
    (
        "110",
        "violence",
        "杀人|砍人|持刀|拿刀|动刀|绑架|抢劫|被打|打人|殴打|斗殴|家暴|强奸|非法拘禁|跟踪我|劫持|持枪|开枪",
    ),
    ("110", "suicide", "自杀|跳楼|轻生|不想活|想死|同归于尽|跳河"),
    ("110", "missing", "(?:孩子|小孩|老人|女儿|儿子|母亲|父亲)[^，。]{0,6}(?:走失|失踪|不见了)|拐卖"),
)

_DENIED = re.compile(
    r"(?:没有|没|并未|未|不会|不是|并无|无|防止|预防|避免|以免|杜绝|防范|害怕|怕|担心|严禁|禁止|消除)(?:人|任何|再|会|发生|出现|造成|引发)*$"
)
_PAST = re.compile(r"(?:去年|前年|往年|曾经|多年前|几年前|历史上)[^。！？!?]{0,20}$")
_TOPIC = re.compile(r"^(?:隐患|险|应急|演练|预案|宣传|知识|保险|防控|损失|赔偿|事故认定|责任|设施|演习|风险|战)")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A code, how sure the cues make it (0…1) and the cues found, in the order of the text."""

    code: str
    confidence: float
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Danger:
    """An emergency: the ``number`` to connect (110, 119, 120), what it is, and the words that say so."""

    number: str
    what: str
    cues: tuple[str, ...]


def kind_of(message: Message) -> Judgement:
    """The request kind. Without any cue: ``complaint``, the most frequent kind, at low confidence; ``other`` for a
    message without words."""
    text = normalise(message.text)
    if not re.search(r"\w", text):
        return Judgement(OTHER, 0.0, ())
    scores = {kind: 0.0 for kind, _, _ in KIND_CUES}
    found: dict[str, list[tuple[int, str]]] = {kind: [] for kind in scores}
    scores[DEFAULT_KIND] = 0.5
    for kind, weight, cues in KIND_CUES:
        seen: set[str] = set()
        for hit in re.finditer(cues, text):
            if hit.group() in seen:
                continue
            seen.add(hit.group())
            late = 1.5 if len(text) > 60 and hit.start() > 2 * len(text) / 3 else 1.0
            scores[kind] += weight * late / len(seen)
            found[kind].append((hit.start(), hit.group()))
    kinds = sorted(scores, key=lambda kind: -scores[kind])
    chances = np.exp(np.array([scores[kind] for kind in kinds]) - scores[kinds[0]])
    told = tuple(cue for _, cue in sorted(found[kinds[0]]))
    return Judgement(kinds[0], float(1 / chances.sum()), told)


def urgency_of(message: Message, default: str = "ordinary") -> Judgement:
    """How urgent, never below ``default`` (the category's). A danger is always urgent."""
    danger = danger_in(message)
    if danger:
        return Judgement("urgent", 0.95, danger.cues)
    text = normalise(message.text)
    for code in ("urgent", "prompt"):
        hits = [hit for level, cues in URGENCY_CUES if level == code for hit in _standing(cues, text)]
        if hits and not (code == "prompt" and default == "urgent"):
            return Judgement(code, min(0.9, 0.6 + 0.1 * len(hits)), tuple(dict.fromkeys(hits)))
    return Judgement(default, 0.6, ())


def danger_in(message: Message) -> Danger | None:
    """The emergency a message tells of, if any. What is denied, feared, past or only a topic (火灾隐患) is none."""
    text = normalise(message.text)
    for number, what, cues in DANGER_CUES:
        hits = _standing(cues, text)
        if hits:
            return Danger(number, what, tuple(dict.fromkeys(hits)))
    return None


def _standing(cues: str, text: str) -> list[str]:
    """The cues that stand as fact: not behind a denial, a fear or a past date, not before a word of topic."""
    return [
        hit.group()
        for hit in re.finditer(cues, text)
        if not _DENIED.search(text[max(0, hit.start() - 8) : hit.start()])
        and not _PAST.search(text[max(0, hit.start() - 28) : hit.start()])
        and not _TOPIC.match(text[hit.end() : hit.end() + 5])
    ]
