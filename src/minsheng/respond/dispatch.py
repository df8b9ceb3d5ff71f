"""Dispatch (派遣): proposals beside a request, and the decisions that teach the model.

For each request a category, kind, urgency, place, unit and similar open orders, each with a calibrated confidence and a
reason that a clerk can read. Below the city's threshold a proposal abstains and a person decides; a person's decision
is kept beside what was proposed, and the model is trained on it again each night (国办函〔2025〕66号: 智能辅助)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg.types.json import Jsonb

from minsheng.core import Order
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.city.gazetteer import Place
from minsheng.ground.vault import Person, person_of, words_of
from minsheng.respond import store
from minsheng.respond.learning.cold import Blend, Cold, Leaf
from minsheng.respond.learning.kind import danger_in, kind_of, urgency_of
from minsheng.respond.learning.model import TextModel
from minsheng.respond.learning.texts import Message
from minsheng.respond.likeness import ALIKE, literal, vector
from minsheng.respond.redact import redact

ENOUGH_TO_LEARN = 50
RULE, MODEL = "rule", "model"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposed value: how sure, why, whether it would rather not say, and what it came from."""

    value: str
    confidence: float
    reason: str
    abstain: bool
    source: str


def model_folder() -> Path:
    """Where the city's own trained model stands."""
    return Path(settings.DATA) / "model"


def blend() -> Blend:
    """The classifier in use: the taxonomy's own words, and what was learned since (again after each training)."""
    marker = model_folder() / "trained"
    return _blend(marker.stat().st_mtime_ns if marker.exists() else 0)


@lru_cache(maxsize=1)
def _blend(trained: int) -> Blend:
    taxonomy = present.city().taxonomy
    cold = Cold(
        [
            Leaf(c.code, c.name, tuple(p.name for p in reversed(taxonomy.path(c.code)[:-1])), c.keywords)
            for c in taxonomy.leaves
        ]
    )
    if not trained:
        return Blend(cold)
    decided = json.loads((model_folder() / "decided.json").read_text("utf-8"))
    return Blend(cold, TextModel.load(model_folder()), decided)


def proposals(message: Message, order: Order, person: Person | None) -> dict[str, Any]:
    """All proposals for a request as JSON holds them: category, kind, urgency, place, unit, danger."""
    limits = present.city().city.thresholds
    place = present.gazetteer().place(message.text, person.address if person else "")
    guess = blend().classify(_placeless(message, place), limits["category"])
    reason = "、".join(r.word for r in guess.reasons) or "没有明显的词语"
    category = Proposal(guess.label, round(guess.confidence, 3), reason, guess.abstain, MODEL)
    kind, urgency = kind_of(message), urgency_of(message)
    found: dict[str, Any] = {
        "category": asdict(category),
        "kind": asdict(_judged(kind, limits["kind"])),
        "urgency": asdict(_judged(urgency, limits["urgency"])),
        "ranking": [[code, round(chance, 3)] for code, chance in guess.ranking],
    }
    if place is not None:
        words = "、".join(m.word for m in place.mentions)
        sure = round(place.confidence, 3)
        found["place"] = asdict(Proposal(place.area, sure, words, sure < limits["place"], RULE))
    unit = _unit(order, category, found.get("place"), limits["unit"])
    if unit is not None:
        found["unit"] = asdict(unit)
    danger = danger_in(message)
    found["danger"] = {"number": danger.number, "what": danger.what} if danger else None
    return found


_OFFICES = ("社区居民委员会", "居民委员会", "村民委员会", "街道办事处")


def _placeless(message: Message, place: Place | None) -> Message:
    """The message without the names of places: where it happened says nothing about what happened."""
    names = (*(m.word for m in place.mentions if m.where == "text"), *_OFFICES) if place else _OFFICES
    title, body = message.title, message.body
    for name in names:
        title, body = title.replace(name, " "), body.replace(name, " ")
    return Message(title, body) if (title + body).strip() else message


def _judged(judgement: Any, limit: float) -> Proposal:
    sure = round(float(judgement.confidence), 3)
    return Proposal(judgement.code, sure, "、".join(judgement.cues) or "没有明显的词语", sure < limit, RULE)


def _unit(order: Order, category: Proposal, place: dict[str, Any] | None, limit: float) -> Proposal | None:
    pack = present.city()
    chosen = order.category or category.value
    area = order.area or (place["value"] if place else pack.root_area.code)
    day = pack.calendar.local_date(present.now())
    barred = frozenset(u for u in pack.units if set(order.complained_of) & {x.code for x in pack.unit_path(u)})
    row = pack.catalogue.lead(chosen, area, day, excluding=barred)
    if row is None:
        return None
    sure = 1.0 if order.category else category.confidence
    sure *= 1.0 if order.area else place["confidence"] if place else 0.5
    path = "—".join(c.name for c in pack.taxonomy.path(chosen))
    reason = f"派单目录：{path}，{pack.areas[area].name}；依据 {row.legal_basis}"
    return Proposal(row.unit, round(sure, 3), reason, sure < limit, RULE)


def propose_for(no: str) -> bool:
    """Put proposals beside order `no`; True when a category is proposed, False when a person must decide.

    Done again it replaces what stood there; an order whose words are erased gets none."""
    with sight(SYSTEM):
        loaded = store.load(no)
        if loaded is None:
            return False
        number, order = loaded
        words = words_of(number)
        message = Message(words.get((1, "title"), ""), words.get((1, "text"), ""))
        if not message.text:
            return False
        found = proposals(message, order, person_of(number))
        likeness = literal(vector(redact(message.text)))
        found["similar"] = similar(number, likeness)
        store.run(
            "UPDATE respond_copy SET proposals = %s, likeness = %s::halfvec WHERE order_id = %s",
            [Jsonb(found), likeness, number],
        )
    return not found["category"]["abstain"]


def similar(number: int, likeness: str, limit: int = 5) -> list[dict[str, Any]]:
    """Open orders whose redacted text is like `likeness` (a vector's literal), best first, in the present sight."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.no, left(c.text, 60), round((1 - (c.likeness <=> %(v)s::halfvec))::numeric, 2)::float FROM ("
            "SELECT order_id, text, likeness FROM respond_copy WHERE order_id <> %(id)s "
            "ORDER BY likeness <=> %(v)s::halfvec LIMIT 20) c JOIN respond_order o ON o.id = c.order_id "
            "WHERE o.state NOT IN ('closed', 'archived') AND c.likeness <=> %(v)s::halfvec <= %(far)s "
            "ORDER BY 3 DESC, o.id DESC LIMIT %(n)s",
            {"v": likeness, "id": number, "n": limit, "far": 1 - ALIKE},
        )
        return [{"no": no, "text": words, "score": score} for no, words, score in cursor.fetchall()]


def retrain(most: int = 50_000) -> int:
    """Train the city's model on the newest decisions of people; returns how many it learned from (0: too few yet)."""
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.title, c.text, d.decided FROM (SELECT DISTINCT ON (order_id) order_id, decided, at "
            "FROM respond_decision WHERE field = 'category' ORDER BY order_id, at DESC) d "
            "JOIN respond_copy c ON c.order_id = d.order_id ORDER BY d.at DESC LIMIT %s",
            [most],
        )
        rows = cursor.fetchall()
    labels = [r[2] for r in rows]
    if len(rows) < ENOUGH_TO_LEARN or len(set(labels)) < 2:
        return 0
    TextModel.fit([Message(r[0], r[1]) for r in rows], labels).save(model_folder())
    counts = {label: labels.count(label) for label in set(labels)}
    (model_folder() / "decided.json").write_text(json.dumps(counts), "utf-8")
    (model_folder() / "trained").touch()
    return len(rows)
