"""Photographs and papers that a requester adds, with a plain browser that runs no script."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from minsheng.core import commands as say
from minsheng.core.codes import Role, Told
from minsheng.core.order import Actor
from minsheng.respond import casework, files, intake

pytestmark = pytest.mark.db

AGENT = Actor("agent-zhang", Role.AGENT)
PDF = b"%PDF-1.7\n%%EOF\n"


def browser(no: str):
    """A browser that has shown the code of order `no`."""
    from django.test import Client

    client = Client()
    client.post("/track", {"no": no, "code": intake.code_of(no)})
    return client


@pytest.fixture
def no(house) -> str:
    return intake.receive(intake.Request(text="路灯不亮")).no


@pytest.fixture
def client(no: str):
    return browser(no)


def picture(color: str = "red") -> bytes:
    image, exif, out = Image.new("RGB", (60, 40), color), Image.Exif(), io.BytesIO()
    exif[0x010F] = "SecretCamera"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def added(client, no: str, name: str, content: bytes, way: str = ""):
    return client.post(f"/my/{no}/photo{way}", {"photo": SimpleUploadedFile(name, content)}, follow=True)


def stored(no: str) -> list[files.Stored]:
    return files.listed(casework.view(no, AGENT)[0])


def test_a_requester_adds_a_photograph_sees_it_named_with_its_size_and_takes_it_back_out(client, no) -> None:
    assert f'href="/my/{no}/photo"' in client.get(f"/my/{no}").content.decode()
    page = client.get(f"/my/{no}/photo").content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert page.count('type="file"') == 1
    answer = added(client, no, "路灯 <坏>.jpg", picture())
    said = answer.content.decode()
    assert answer.redirect_chain == [(f"/my/{no}", 302)]
    assert "已添加 路灯 &lt;坏&gt;.jpg。" in said
    (kept,) = stored(no)
    assert (kept.by, kept.kind) == (intake.RESIDENT.id, "image/jpeg")
    assert f'>路灯 &lt;坏&gt;.jpg</a> <span class="second num">{kept.size}' in said.replace("\xa0", " ")
    (link,) = re.findall(r'href="(/my/[^"]+/files/[^"]+)"', said)
    assert Image.open(io.BytesIO(client.get(link).content)).size == (60, 40)
    assert b"SecretCamera" not in client.get(link).content


@pytest.mark.parametrize(("name", "content", "ending"), [("a.jpg", picture(), "jpeg"), ("a.pdf", PDF, "pdf")])
def test_a_file_is_handed_over_as_a_download_that_can_run_nothing(client, no, name, content, ending) -> None:
    added(client, no, name, content)
    answer = client.get(f"/my/{no}/files/{stored(no)[0].id}")
    assert re.fullmatch(rf'attachment; filename="[\w-]+\.{ending}"', answer["Content-Disposition"])
    assert answer["Content-Type"].endswith(ending)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"MZ\x90 program", "只能上传图片"),
        (b"", "文件是空的"),
        (b"%PDF-1.7" + b"0" * files.LARGEST_BYTES, "文件超过 10 MB"),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_at_the_field_in_the_same_words(client, no, content, sentence) -> None:
    answer = added(client, no, "x.jpg", content)
    assert answer.status_code == 422
    assert answer.content.decode().count(sentence) == 2
    assert 'aria-invalid="true"' in answer.content.decode()
    assert stored(no) == []


def test_the_button_without_a_file_says_to_choose_one(client, no) -> None:
    answer = client.post(f"/my/{no}/photo")
    assert answer.status_code == 422
    assert answer.content.decode().count("请先选择一张照片或一份 PDF。") == 2


def test_the_same_file_sent_twice_is_kept_once_and_another_of_the_same_name_is_kept(client, no) -> None:
    for color in ("red", "red", "blue"):
        assert added(client, no, "image.jpg", picture(color)).status_code == 200
    assert [f.name for f in stored(no)] == ["image.jpg", "image.jpg"]


def test_the_receipt_offers_a_photograph_and_shows_number_and_code_again_afterwards(client, no) -> None:
    assert f'href="/my/{no}/photo?from=receipt"' in client.get(f"/my/{no}/receipt").content.decode()
    assert f'href="/my/{no}/receipt"' in client.get(f"/my/{no}/photo?from=receipt").content.decode()
    answer = added(client, no, "a.jpg", picture(), "?from=receipt")
    assert answer.redirect_chain == [(f"/my/{no}/receipt", 302)]
    assert intake.code_of(no) in answer.content.decode()
    assert "已添加 a.jpg。" in answer.content.decode()


def test_what_the_staff_add_is_neither_listed_nor_handed_to_the_requester(client, no) -> None:
    theirs = files.add(no, "内部核查.pdf", PDF, AGENT)
    assert "内部核查" not in client.get(f"/my/{no}").content.decode()
    assert client.get(f"/my/{no}/files/{theirs}").status_code == 404


def test_a_file_is_given_to_no_browser_that_has_not_shown_the_code_of_its_order(client, no) -> None:
    from django.test import Client

    added(client, no, "a.jpg", picture())
    link = f"/my/{no}/files/{stored(no)[0].id}"
    assert Client().get(link)["Location"] == f"/track?no={no}"
    assert Client().post(f"/my/{no}/photo", {"photo": SimpleUploadedFile("b.pdf", PDF)}).status_code == 302
    other = intake.receive(intake.Request(text="井盖丢了")).no
    assert browser(other).get(link)["Location"] == f"/track?no={no}"
    assert browser(other).get(link.replace(no, other)).status_code == 404
    assert len(stored(no)) == 1


def test_a_closed_order_takes_no_file_and_still_hands_out_the_old_ones(client, no) -> None:
    added(client, no, "a.jpg", picture())
    casework.handle(no, say.Answer(answer="已修", told=Told.PHONE), AGENT)
    assert f"/my/{no}/photo" not in client.get(f"/my/{no}").content.decode()
    assert f"/my/{no}/photo" not in client.get(f"/my/{no}/receipt").content.decode()
    assert client.get(f"/my/{no}/photo")["Location"] == f"/my/{no}"
    late = added(client, no, "b.jpg", picture("blue"))
    assert (late.status_code, "工单已结案" in late.content.decode()) == (422, True)
    assert client.get(f"/my/{no}/files/{stored(no)[0].id}").status_code == 200


def test_one_file_too_many_is_refused_in_the_reader_s_language(client, no, monkeypatch) -> None:
    from django.utils import translation

    with translation.override("en"):
        english = translation.gettext(f"每张工单最多 {files.MOST_FILES} 份材料。")
    assert str(files.MOST_FILES) in english
    assert not re.search("[一-鿿]", english)
    monkeypatch.setattr(files, "MOST_FILES", 1)
    added(client, no, "a.jpg", picture())
    answer = added(client, no, "b.jpg", picture("blue"))
    assert (answer.status_code, answer.content.decode().count("每张工单最多 1 份材料。")) == (422, 2)


def test_who_asked_for_secrecy_is_told_to_show_neither_self_nor_door(house) -> None:
    secret = intake.receive(intake.Request(text="某单位乱收费", secret=True)).no
    assert "不要拍到您本人、家门和车牌" in browser(secret).get(f"/my/{secret}/photo").content.decode()


def test_who_is_asked_for_details_is_told_that_a_photograph_alone_is_not_enough(client, no) -> None:
    casework.handle(no, say.AskDetail(question="哪一盏灯？"), AGENT)
    said = client.get(f"/my/{no}/photo").content.decode()
    assert "只加照片还不够" in said
    assert "办理的人可能会看到" in said
