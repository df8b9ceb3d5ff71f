"""Residents' requests by API: file, track, answer. Public; a tracking code stands in no address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field, field_validator

from minsheng.core.codes import Kind
from minsheng.core.wire import plain
from minsheng.doors.account.receipts import address, signed
from minsheng.doors.api.root import spoken
from minsheng.ground import present
from minsheng.ground.vault import Person
from minsheng.respond import casework, intake, reading, saying, tries

router = Router(tags=["requests"])


class NewRequest(Schema):
    """A resident's request (诉求)."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=20_000)
    title: str = Field("", max_length=200)
    name: str = Field("", max_length=64)
    phone: str = Field("", max_length=32, pattern=r"^[0-9+() \-]*$")
    address: str = Field("", max_length=500)
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    channel: str = "web"
    external_id: str | None = Field(None, min_length=1, max_length=200)
    kind: Kind = Kind.OTHER
    reply_wanted: bool = True
    secret: bool = False

    @field_validator("text")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("诉求内容是空的")
        return value

    @field_validator("text", "title", "name", "address", "external_id")
    @classmethod
    def _no_nul(cls, value: str | None) -> str | None:
        if value and "\0" in value:
            raise ValueError("含有不能保存的字符")
        return value

    @field_validator("channel")
    @classmethod
    def _known_channel(cls, value: str) -> str:
        if value not in present.city().channels:
            raise ValueError("没有这个渠道，请使用城市包 channels.csv 中的代码，例如 web")
        return value

    def request(self) -> intake.Request:
        """As the room takes it."""
        return intake.Request(
            text=self.text,
            title=self.title,
            person=Person(self.name, self.phone, self.address, self.lon, self.lat),
            channel=self.channel,
            external_id=self.external_id,
            kind=self.kind,
            reply_wanted=self.reply_wanted,
            secret=self.secret,
        )


class Receipt(Schema):
    """What the requester keeps (回执)."""

    order_no: str
    code: str
    due: datetime
    receipt: str | None = None


class Problem(Schema):
    """What is wrong with one field."""

    field: str
    problem: str
    remedy: str


class Failure(Schema):
    """A refusal: stable code, and a sentence that says what to do."""

    code: str
    message: str


@router.post("", response={201: Receipt, 200: Receipt, 409: Failure, 422: list[Problem]}, auth=None)
def file_request(request: HttpRequest, body: NewRequest) -> Any:
    """File a request. The same (channel, external_id) with the same body again gives the same order (200)."""
    receipt = intake.receive(body.request())
    return (201 if receipt.new else 200), _answer(request, receipt)


def _answer(request: HttpRequest, receipt: intake.Receipt) -> dict[str, Any]:
    """The order, and the signed receipt as the address of the page that checks it."""
    given = signed(receipt.facts)
    link = address(request, given) if given else None
    return {"order_no": receipt.no, "code": receipt.code, "due": receipt.due, "receipt": link}


class Code(Schema):
    """The tracking code on the receipt."""

    code: str = Field(max_length=40)


def _checked(order_no: str, code: str) -> None:
    if not tries.may_try(f"code/{order_no}"):
        raise casework.NotFound(order_no)
    if not intake.code_fits(order_no, code):
        tries.failed(f"code/{order_no}")
        raise casework.NotFound(order_no)


@router.post("/{order_no}/track", response={200: dict[str, Any], 404: Failure}, auth=None)
def track(request: HttpRequest, order_no: str, body: Code) -> Any:
    """Public state and timeline of one's own request. A wrong code is 404, and tries are limited (10 an hour)."""
    _checked(order_no, body.code)
    return public(reading.sheet(order_no, intake.RESIDENT))


def public(sheet: reading.Sheet) -> dict[str, Any]:
    """What the requester reads."""
    o = sheet.order
    return {
        "order_no": o.no,
        "state": o.state.value,
        "received_at": plain(o.received_at),
        "promised": plain(o.promised),
        "clock": plain(o.clock),
        "unit": o.lead.unit if o.lead else None,
        "actions": list(sheet.actions),
        "timeline": [{"at": plain(x.at), "event": x.name, "unit": x.unit, "words": dict(x.words)} for x in sheet.lines],
    }


@router.post("/{order_no}/commands", response={200: dict[str, Any], 404: Failure, 409: Failure}, auth=None)
def speak(request: HttpRequest, order_no: str) -> Any:
    """The requester's own commands: add_detail, call_back, reopen, withdraw, give_card; `code` stands in the body."""
    given = spoken(request)
    _checked(order_no, str(given.pop("code", "")))
    command = saying.command(given.pop("command", ""), given)
    casework.handle(order_no, command, intake.RESIDENT)
    return public(reading.sheet(order_no, intake.RESIDENT))
