"""Receipts at the doors (回执): made where a request is taken in, checked by whoever holds one on the page /r, and the
order's course in the ledger for that page. Nothing here sees the part of an address behind its #."""

from __future__ import annotations

import hmac
import io
import re
from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from minsheng.account import receipts
from minsheng.account.ledger import folder, signer
from minsheng.account.ledger.places import places
from minsheng.account.ledger.signing import origin
from minsheng.account.log import proof
from minsheng.account.log.checkpoint import Checkpoint
from minsheng.account.log.keys import write_vkey
from minsheng.account.log.notes import split
from minsheng.account.log.tiles import CHECKPOINT, Tiles, in_folder
from minsheng.core.ledger import LeafKind
from minsheng.core.ledger.telling import CENTRE, CITY, Outcome
from minsheng.doors.frame import showing
from minsheng.ground import present
from minsheng.ground.vault import Erased
from minsheng.respond import receipts as made
from minsheng.respond import tries

_TAG = re.compile(r"[0-9a-f]{32}")
KINDS = {
    LeafKind.INTAKE: gettext_noop("受理"),
    LeafKind.DISPATCH: gettext_noop("派单"),
    LeafKind.CHANGE: gettext_noop("办理"),
    LeafKind.OUTCOME: gettext_noop("办结"),
    LeafKind.RETURN_VISIT: gettext_noop("回访"),
    LeafKind.CORRECTION: gettext_noop("更正"),
}
"""What a leaf of an order is called."""
OUTCOMES = {
    Outcome.OPEN: gettext_noop("办理中"),
    Outcome.RESOLVED: gettext_noop("已解决"),
    Outcome.UNRESOLVED: gettext_noop("没解决"),
    Outcome.UNSAID: gettext_noop("办结，没有问到结果"),
    Outcome.EXCLUDED: gettext_noop("剔除，不计入考核"),
    Outcome.WITHDRAWN: gettext_noop("已撤回"),
    Outcome.MERGED: gettext_noop("并入另一件"),
}
"""Where an order stands."""
ANYBODY = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}


def receipt_of(no: str) -> receipts.Receipt | None:
    """The signed receipt of order `no`, for a door whose caller has proven to be its requester."""
    return signed(made.facts_of(no))


def signed(facts: made.Facts | None) -> receipts.Receipt | None:
    if facts is None:
        return None
    promise = receipts.Promise(facts.commitment, facts.at, facts.channel, facts.number)
    return receipts.sign(promise, facts.key, receipts.gateway(origin()))


def address(request: HttpRequest, receipt: receipts.Receipt) -> str:
    """The receipt as an address to open, print or send."""
    return request.build_absolute_uri(reverse("receipt-page")) + f"#{receipt.fragment}"


def square(written: str) -> SafeString:
    """A QR code of `written` as inline SVG."""
    out = io.BytesIO()
    segno.make(written, error="m").save(
        out, kind="svg", xmldecl=False, svgns=False, svgclass="qr", lineclass=None, omitsize=True
    )
    return mark_safe(out.getvalue().decode())


def shown(request: HttpRequest, no: str) -> dict[str, Any] | None:
    """What a page shows of a receipt: its address, square, number and code to be read out. None when there is none."""
    receipt = receipt_of(no)
    if receipt is None:
        return None
    link = address(request, receipt)
    promise = receipt.promise
    return {
        "address": link,
        "square": square(link),
        "channel": promise.channel,
        "number": promise.number,
        "code": f"{receipt.code[:4]} {receipt.code[4:]}",
        "until": promise.at + promise.within,
    }


def page(request: HttpRequest) -> HttpResponse:
    """The page that checks a receipt in the browser; by POST, the receipt of a number and a code that were read out."""
    given, problem = "", ""
    if request.method == "POST":
        found = _read_out(request.POST.get("channel", ""), request.POST.get("number", ""), request.POST.get("code", ""))
        given = found.fragment if found else ""
        problem = "" if found else _("没有这个回执号和校验码。请照念给您的数字再填一次；每小时只能试十次。")
    known = {
        "origin": origin(),
        "gateway": write_vkey(receipts.gateway(origin()).verifier),
        "log": write_vkey(signer().verifier),
        "given": given,
    }
    channels = [(code, showing.name_of(channel)) for code, channel in present.city().channels.items()]
    context = {
        "known": known,
        "problem": problem,
        "channels": channels,
        "typed": request.POST,
        "kinds": [(kind.value, _(name)) for kind, name in KINDS.items()],
        "outcomes": [(outcome.value, _(name)) for outcome, name in OUTCOMES.items()],
    }
    return render(request, "account/receipt.html", context, status=404 if problem else 200)


def _read_out(channel: str, number: str, code: str) -> receipts.Receipt | None:
    code = "".join(code.split())
    if not number.isascii() or not number.isdigit() or len(number) > 12:
        return None
    found = signed(made.by_number(channel, int(number)))
    if found is None or not tries.may_try(key := f"receipt/{channel}/{number}"):
        return None
    if not hmac.compare_digest(found.code.encode(), code.encode()):
        tries.failed(key)
        return None
    return found


@require_safe
def proven(_request: HttpRequest, tag: str) -> HttpResponse:
    """The intake leaf's proof (C2SP tlog-proof) for the holder of a receipt; 404 until the leaf stands in the log. The
    leaf itself follows as the proof's extra data."""
    order = _order(tag)
    found = next((p for p in _proofs(order) if p["kind"] == LeafKind.INTAKE), None)
    if found is None or not found["proof"]:
        raise Http404
    return HttpResponse(found["proof"], content_type="text/plain; charset=utf-8", headers=ANYBODY)


@require_safe
def course(_request: HttpRequest, tag: str) -> HttpResponse:
    """All that the ledger has of an order: leaves, openings sealed for the receipt's holder, proofs (empty until a leaf
    stands under a head). 410 when the order was erased at its requester's wish."""
    order = _order(tag)
    try:
        key, told = made.told(order)
    except Erased:
        return JsonResponse({"erased": True}, status=410, headers=ANYBODY)
    steps = [receipts.Step(t.seq, LeafKind(t.kind), t.day, t.groups) for t in told]
    proofs = {p["seq"]: p["proof"] for p in _proofs(order)}
    leaves = [
        leaf | {"proof": proofs.get(step.seq, "")}
        for leaf, step in zip(receipts.course(key, steps, _agency), steps, strict=True)
    ]
    return JsonResponse({"origin": origin(), "leaves": leaves}, headers=ANYBODY)


def _agency(code: str) -> str:
    """The name of who answers for an order."""
    path = present.city().unit_path(code)
    return showing.name_of(path[-1]) if path else {CENTRE: "12345", CITY: _("不公开")}.get(code, code)


@require_safe
def gateway_key(_request: HttpRequest) -> HttpResponse:
    """The key with which receipts are signed."""
    return HttpResponse(
        f"{write_vkey(receipts.gateway(origin()).verifier)}\n", content_type="text/plain; charset=utf-8"
    )


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page for when there is no network."""
    script = render(request, "account/receipt-worker.js", content_type="text/javascript; charset=utf-8")
    script.headers["Service-Worker-Allowed"] = reverse("receipt-page")
    return script


def _order(tag: str) -> int:
    order = made.order_of(bytes.fromhex(tag)) if _TAG.fullmatch(tag) else None
    if order is None:
        raise Http404
    return order


def _proofs(order: int) -> list[dict[str, Any]]:
    """Number, kind and proof of each of the order's leaves, oldest first; no proof while a leaf is under no head."""
    try:
        signed = (folder() / CHECKPOINT).read_bytes()
    except FileNotFoundError:
        return []
    head = Checkpoint.parse(split(signed).text)
    tiles = Tiles(in_folder(folder()), head.size)
    return [
        {
            "seq": place.seq,
            "kind": place.kind,
            "proof": proof.prove(tiles, place.index, signed, tiles.entry(place.index)).text().decode()
            if place.index < head.size
            else "",
        }
        for place in places(order)
    ]
