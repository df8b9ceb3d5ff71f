"""The API itself: who asks, and what every kind of failure looks like on the wire."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer
from ninja.security import HttpBearer

from minsheng.core import Actor, Forbidden, Refused
from minsheng.ground import present
from minsheng.ground.models import Token
from minsheng.respond.casework import NotFound
from minsheng.respond.intake import Conflict
from minsheng.respond.saying import Problem, Unreadable


class Bearer(HttpBearer):
    """Staff come with a token that `minsheng user token` printed."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The account behind the token, or None (401)."""
        found = (
            Token.objects.select_related("account").filter(digest=token_digest(token), account__is_active=True).first()
        )
        return found.account.actor if found else None


def token_digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


class Readable(JSONRenderer):
    """JSON with Chinese as Chinese."""

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> Any:
        """The body."""
        return json.dumps(data, cls=self.encoder_class, ensure_ascii=False)


SIMULATED = "模拟数据，仅供演示和测试 / Simulated data, for demonstration and testing only"


class Described(NinjaAPI):
    """The API with a description that says when the city's data are simulated."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The OpenAPI document."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        if present.simulated():
            schema["info"]["description"] = f"{SIMULATED} · {self.description}"
        return schema


api = Described(
    renderer=Readable(),
    title="民声 Minsheng",
    version="1",
    description="城市 12345 接口 / API of a city's 12345 line",
    urls_namespace="api",
    docs_url=None,
)

_REMEDIES = {
    "missing": ("缺少该字段", "请填写该字段"),
    "string_too_short": ("内容太短", "请写明内容"),
    "string_too_long": ("内容太长", "请缩短内容"),
    "json_invalid": ("不是有效的 JSON", "请检查请求体的格式"),
    "enum": ("不在可用代码之内", "请使用接口文档所列的代码"),
    "int_parsing": ("不是整数", "请填写上一页答复中的 next"),
    "extra_forbidden": ("没有这个字段", "请去掉该字段，或查看接口文档"),
}


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    problems = []
    for e in error.errors:
        place = [str(p) for p in e["loc"] if p not in ("body", "query", "path", "data", "item", "filters")]
        problem, remedy = _REMEDIES.get(e["type"], (e["msg"].removeprefix("Value error, "), "请按接口文档填写"))
        if "remedy" in e.get("ctx", {}):
            remedy = e["ctx"]["remedy"]
        if e["type"] == "string_pattern_mismatch":
            problem, remedy = "含有不能用的字符", "请只填数字、空格、+、- 和括号"
        problems.append({"field": ".".join(place) or "body", "problem": problem, "remedy": remedy})
    return api.create_response(request, problems, status=422)


@api.exception_handler(HttpError)
def _unparsed(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code != 400:
        return api.create_response(request, {"code": "http", "message": str(error)}, status=error.status_code)
    body = [{"field": "body", "problem": "不是有效的 JSON", "remedy": "请检查请求体的格式和编码（UTF-8）"}]
    return api.create_response(request, body, status=422)


@api.exception_handler(Unreadable)
def _unreadable(request: HttpRequest, error: Unreadable) -> HttpResponse:
    body = [{"field": p.field, "problem": p.problem, "remedy": p.remedy} for p in error.problems]
    return api.create_response(request, body, status=422)


@api.exception_handler(Forbidden)
def _forbidden(request: HttpRequest, error: Forbidden) -> HttpResponse:
    return api.create_response(request, {"code": error.code, "message": error.message}, status=403)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return api.create_response(request, {"code": error.code, "message": error.message}, status=409)


@api.exception_handler(Conflict)
def _conflict(request: HttpRequest, _error: Conflict) -> HttpResponse:
    body = {"code": "external_id_taken", "message": "同一渠道的这个外部编号已用于另一件诉求，内容不同。请换一个编号。"}
    return api.create_response(request, body, status=409)


@api.exception_handler(NotFound)
def _not_found(request: HttpRequest, _error: NotFound) -> HttpResponse:
    body = {"code": "not_found", "message": "没有这张工单，或您无权查看。请核对单号。"}
    return api.create_response(request, body, status=404)


def spoken(request: HttpRequest) -> dict[str, Any]:
    """The body of a command: its code under `command`, the rest its fields. Unreadable when it is no JSON object."""
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Unreadable([Problem("body", "不是 JSON 对象", '请发送形如 {"command": "sign"} 的内容')])
    return body


def actor(request: HttpRequest) -> Actor:
    """The actor that the bearer token stands for."""
    found: Any = request.auth  # type: ignore[attr-defined]
    assert isinstance(found, Actor)
    return found
