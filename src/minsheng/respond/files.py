"""Evidence (证据材料): photographs and papers that a requester or a unit adds to an order.

A file is what its bytes say, not what its name says; images are drawn anew from their pixels, which takes out EXIF,
places and anything hidden behind the picture; everything is sealed under the order's own key."""

from __future__ import annotations

import io
import secrets
import warnings
from dataclasses import dataclass
from datetime import datetime

from django.db import connections
from PIL import Image, ImageOps, UnidentifiedImageError

from minsheng.core import Actor, Refused
from minsheng.ground import present
from minsheng.ground.access import SYSTEM, sight
from minsheng.ground.vault import seal_of
from minsheng.respond import store
from minsheng.respond.casework import NotFound, view

LARGEST_BYTES = 10 * 1024 * 1024
LARGEST_PIXELS = 25_000_000
LONGEST_SIDE = 2400
MOST_FILES = 20
_IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
_SAVED = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "PNG"}


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it is listed."""

    id: str
    name: str
    kind: str
    size: int
    at: datetime
    by: str


def clean(content: bytes) -> tuple[str, bytes]:
    """(media type, bytes to keep) of an upload. Refused when it is too large, damaged, or no picture and no PDF."""
    if not content:
        raise Refused("file_empty", "文件是空的，请重新选择。")
    if len(content) > LARGEST_BYTES:
        raise Refused("file_too_large", "文件超过 10 MB，请压缩后再上传。")
    if content.startswith(b"%PDF-"):
        return "application/pdf", content
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as image:
                return _drawn_anew(image)
    except Image.DecompressionBombWarning as error:
        raise Refused("image_too_large", "图片像素太大，请缩小后再上传。") from error
    except Image.DecompressionBombError as error:
        raise Refused("image_too_large", "图片像素太大，请缩小后再上传。") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Refused("file_kind", "只能上传图片（JPG、PNG、WebP、GIF）或 PDF 文件。") from error


def _drawn_anew(image: Image.Image) -> tuple[str, bytes]:
    kind = _IMAGES.get(image.format or "")
    if kind is None:
        raise Refused("file_kind", "只能上传图片（JPG、PNG、WebP、GIF）或 PDF 文件。")
    if image.width * image.height > LARGEST_PIXELS:
        raise Refused("image_too_large", "图片像素太大，请缩小后再上传。")
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    pixels = upright.convert("RGB" if kind == "image/jpeg" else "RGBA")
    plain = Image.new(pixels.mode, pixels.size)
    plain.paste(pixels)
    out = io.BytesIO()
    form = _SAVED[kind]
    plain.save(out, form, **({"quality": 88} if form == "JPEG" else {}))
    return ("image/png" if form == "PNG" else kind), out.getvalue()


def add(no: str, name: str, content: bytes, by: Actor) -> str:
    """Keep a file with order `no`; returns its id. NotFound outside the actor's sight, Refused for a bad file."""
    kind, body = clean(content)
    number, order, _ = view(no, by)
    if not order.state.open:
        raise Refused("order_closed", "工单已结案，不能再添加材料。")
    if len(listed(number)) >= MOST_FILES:
        raise Refused("too_many_files", f"每张工单最多 {MOST_FILES} 份材料。")
    identity, seal = secrets.token_urlsafe(16), seal_of(number)
    with sight(SYSTEM):
        store.run(
            "INSERT INTO vault.file (id, order_id, at, by, kind, size, name, box) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                identity,
                number,
                present.now(),
                by.id,
                kind,
                len(body),
                seal.shut(f"{identity}/name", name[-120:].encode()),
                seal.shut(f"{identity}/box", body),
            ],
        )
    return identity


def listed(number: int) -> list[Stored]:
    """The files of an order that the caller may see, oldest first."""
    with connections["vault"].cursor() as cursor:
        cursor.execute("SELECT id, name, kind, size, at, by FROM vault.file WHERE order_id = %s ORDER BY at", [number])
        rows = cursor.fetchall()
    if not rows:
        return []
    seal = seal_of(number)
    return [
        Stored(i, seal.open(f"{i}/name", bytes(name)).decode(), kind, size, at, by)
        for i, name, kind, size, at, by in rows
    ]


def fetch(no: str, identity: str, by: Actor) -> tuple[str, bytes]:
    """(media type, bytes) of one file of order `no`. NotFound outside the actor's sight."""
    number, _, _ = view(no, by)
    with connections["vault"].cursor() as cursor:
        cursor.execute("SELECT kind, box FROM vault.file WHERE id = %s AND order_id = %s", [identity, number])
        row = cursor.fetchone()
    if row is None:
        raise NotFound(no)
    return row[0], seal_of(number).open(f"{identity}/box", bytes(row[1]))
