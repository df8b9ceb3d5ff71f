"""Evidence files: what is kept is a picture and nothing else."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from minsheng.core import commands as say
from minsheng.core.codes import Role, Told
from minsheng.core.order import Actor, Refused
from minsheng.respond import casework, files, intake

AGENT = Actor("agent1", Role.AGENT)


def photo(form: str = "JPEG", size: tuple[int, int] = (60, 40), *, tail: bytes = b"") -> bytes:
    image, out = Image.new("RGB", size, (200, 30, 30)), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    image.save(out, form, **({"exif": exif} if form == "JPEG" else {}))
    return out.getvalue() + tail


def test_a_photograph_loses_its_camera_and_whatever_hides_behind_it() -> None:
    kind, kept = files.clean(photo(tail=b"<script>alert(1)</script>"))
    assert kind == "image/jpeg"
    assert b"SecretCamera" not in kept
    assert b"<script>" not in kept
    assert Image.open(io.BytesIO(kept)).size == (60, 40)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
def test_other_pictures_are_drawn_anew(form: str) -> None:
    kind, kept = files.clean(photo(form))
    assert kind.startswith("image/")
    assert Image.open(io.BytesIO(kept)).size == (60, 40)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"MZ\x90 program", "file_kind"),
        (b"<svg onload=alert(1)>", "file_kind"),
        (b"\xff\xd8\xff\xe0 broken", "file_kind"),
        (b"%PDF-1.7" + b"0" * files.LARGEST_BYTES, "file_too_large"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        files.clean(content)
    assert caught.value.code == code


def test_a_bomb_of_pixels_is_refused() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    with pytest.raises(Refused, match="像素"):
        files.clean(out.getvalue())


@pytest.mark.db
def test_a_file_is_sealed_listed_and_fetched_in_sight_only(house) -> None:
    no = intake.receive(intake.Request(text="路灯不亮")).no
    identity = files.add(no, "现场.jpg", photo(), AGENT)
    number = casework.view(no, AGENT)[0]
    assert [(f.name, f.kind) for f in files.listed(number)] == [("现场.jpg", "image/jpeg")]
    assert files.fetch(no, identity, AGENT)[1].startswith(b"\xff\xd8")
    with pytest.raises(casework.NotFound):
        files.fetch(no, identity, Actor("x", Role.HANDLER, "ay-none"))
    other = intake.receive(intake.Request(text="别的")).no
    with pytest.raises(casework.NotFound):
        files.fetch(other, identity, AGENT)
    casework.handle(no, say.Answer(answer="已修", told=Told.PHONE), AGENT)
    with pytest.raises(Refused, match="结案"):
        files.add(no, "晚.jpg", photo(), AGENT)
