"""Intake (受理登记): a request from any door becomes an order, durably, before anybody is answered.

Idempotent by (channel, external id): the same message twice is one order; the same id with other words is a conflict.
The tracking code follows from the number and a key of the city: it is stored nowhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection

from minsheng.core import Actor, decide, evolve
from minsheng.core import commands as say
from minsheng.core.codes import Kind, Role, Urgency
from minsheng.core.order import Order
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.keys import keys
from minsheng.ground.vault import Person, Seal, new_seal, sealed_person
from minsheng.respond import gate, store
from minsheng.respond.receipts import Facts, facts_of
from minsheng.respond.redact import redact

RESIDENT = Actor("resident", Role.RESIDENT)


class Conflict(Exception):
    """The same (channel, external id) came with another body."""


@dataclass(frozen=True, slots=True)
class Request:
    """What came in at a door, checked for form."""

    text: str
    title: str = ""
    person: Person = field(default_factory=Person)
    channel: str = "web"
    external_id: str | None = None
    kind: Kind = Kind.OTHER
    urgency: Urgency = Urgency.ORDINARY
    category: str | None = None
    area: str | None = None
    reply_wanted: bool = True
    secret: bool = False
    complained_of: tuple[str, ...] = ()
    split_from: str | None = None

    def fingerprint(self) -> bytes:
        """A keyed digest of everything said: equal for the same message sent twice."""
        p = self.person
        said: list[Any] = [self.text, self.title, p.name, p.phone, p.address, p.lon, p.lat, self.kind, self.urgency]
        said += [self.category, self.area, self.reply_wanted, self.secret, self.complained_of]
        return keys().digest("body", json.dumps(said, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the requester is given: number, code, promise, and what the ledger's receipt is made of. `new` is false when
    the message had come before."""

    no: str
    code: str
    due: datetime
    new: bool = True
    facts: Facts | None = None


def code_of(no: str) -> str:
    """The tracking code of an order: 10 characters of Crockford-like base32, 50 bits."""
    raw = hmac.new(keys().get("code"), no.encode(), hashlib.sha256).digest()
    return base64.b32encode(raw)[:10].decode()


def code_fits(no: str, code: str) -> bool:
    """Whether `code` is the code of `no`, in constant time, whatever its case and spaces."""
    return hmac.compare_digest(code_of(no), "".join(code.split()).upper().replace("-", ""))


def receive(request: Request, by: Actor = RESIDENT, at: datetime | None = None) -> Receipt:
    """Register `request`; returns after the commit. Raises Conflict, or Refused when nothing was said."""
    at = at or present.now()
    external = None
    if request.external_id is not None:
        external = keys().digest("external", request.channel, request.external_id)
    number = store.numbers.take()
    no = order_no(number, at)
    policy = present.policy(at)
    command = registering(request, no)
    events = decide(None, command, policy, at, by)
    order = evolve(None, events[0])
    seal = new_seal(number)
    box, phone = (None, None) if request.person == Person() else sealed_person(seal, request.person)
    row = store.step(seal, None, order, events, by, command.spoken(), policy) | {
        "wrapped": seal.wrapped(),
        "person": box,
        "phone_digest": phone,
        "title": redact(request.title, request.person),
        "text": redact(request.text, request.person),
        "place": "",
        "external_digest": external,
        "body_digest": request.fingerprint() if external else None,
    }
    entry = gate.Entry(number, order.channel, Actor(by.id, Role.RESIDENT), row, seal.tag)
    try:
        gate.enter(entry)
    except IntegrityError:
        known = _known(request, external) if external else _standing(no, seal, order.promised)
        if known is None:
            raise
        return replace(known, facts=facts_of(known.no))
    commitment = bytes.fromhex(row["events"].obj[0]["commitment"])
    facts = Facts(commitment, order.received_at, entry.channel, entry.number, seal.receipt_key)
    return Receipt(no, code_of(no), order.promised, facts=facts)


def _standing(no: str, seal: Seal, promised: datetime) -> Receipt | None:
    """The order itself, when a shared commit had been made and only the database's word of it was lost."""
    found = None if connection.in_atomic_block else facts_of(no)
    return Receipt(no, code_of(no), promised, facts=found) if found and found.key == seal.receipt_key else None


def registering(request: Request, no: str) -> say.Receive:
    """The command that registers `request` under the number `no`."""
    return say.Receive(
        no=no,
        channel=request.channel,
        taxonomy=present.city().taxonomy.version,
        kind=request.kind,
        urgency=request.urgency,
        category=request.category,
        area=request.area,
        secret=request.secret,
        reply_wanted=request.reply_wanted,
        anonymous=not request.person.phone,
        complained_of=request.complained_of,
        split_from=request.split_from,
        title=request.title,
        text=request.text,
        address=request.person.address,
    )


def order_no(number: int, at: datetime) -> str:
    """工单编号: the city's letters, the local day, and the number's last six digits at least."""
    city = present.city().city
    return f"{city.number_prefix}{at.astimezone(ZoneInfo(city.tz)):%Y%m%d}{number:06d}"


def _known(request: Request, external: bytes) -> Receipt | None:
    with sight(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT no, promised, body_digest FROM respond_order WHERE channel = %s AND external_digest = %s",
            [request.channel, external],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    no, promised, digest = row
    if not hmac.compare_digest(bytes(digest), request.fingerprint()):
        raise Conflict
    return Receipt(no, code_of(no), promised, new=False)


def receipt_of(order: Order) -> Receipt:
    """The receipt again (for the requester's own door)."""
    return Receipt(order.no, code_of(order.no), order.promised, new=False)
