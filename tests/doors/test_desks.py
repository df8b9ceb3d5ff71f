"""The desks by their own pages: each does its step of the loop for its role, refuses others, and no page of a unit
shows a rating or an answer of the call-back."""

from __future__ import annotations

import re

import pytest

from minsheng.core import commands as say
from minsheng.core.codes import Grade, Kind, Role, State
from minsheng.core.order import Actor
from minsheng.ground import present
from minsheng.ground.access import SYSTEM
from minsheng.ground.vault import Person, person_of
from minsheng.respond import casework, intake, knowledge

pytestmark = pytest.mark.db

PHONE = "13812345678"
RATING_WORDS = re.compile("非常满意|不满意|基本满意|拒评|未评价|very_satisfied|dissatisfied|诉求人认为")


@pytest.fixture
def enter(house):
    """A browser of the account that acts in a role (for `unit`, of that unit)."""
    from django.test import Client

    from minsheng.ground.models import Account

    def of(role: Role, unit: str | None = None, name: str = "") -> Client:
        account = Account.objects.make(name or f"{role.value}-{unit or 'centre'}", role, unit)
        client = Client(headers={"accept-language": "zh-CN"})
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return of


def received(text: str = "3号楼停暖两天了，家里有老人，电话13812345678") -> str:
    person = Person("王小明", PHONE, "东大街")
    return intake.receive(intake.Request(text=text, person=person, kind=Kind.COMPLAINT)).no


def leaf() -> str:
    return present.city().taxonomy.leaves[0].code


def state(no: str) -> State:
    return casework.view(no, SYSTEM)[1].state


def walk(no: str, *steps: tuple[Actor, say.Command]) -> None:
    for by, command in steps:
        casework.handle(no, command, by)


def dispatched(no: str, unit: str) -> None:
    walk(
        no,
        (Actor("a", Role.AGENT), say.Submit(category=leaf())),
        (Actor("d", Role.DISPATCHER), say.Dispatch(lead=present.unit_ref(unit), visible_text="停暖两天")),
    )


def do(client, no: str, command: str, **fields: str):
    return client.post(f"/staff/orders/{no}/do", {"command": command, **fields})


def test_a_call_goes_by_the_desks_from_the_form_to_closed(enter, county_and_town) -> None:
    county, town = county_and_town
    agent, dispatcher, reviewer = enter(Role.AGENT), enter(Role.DISPATCHER), enter(Role.REVIEWER)
    desk, head = enter(Role.UNIT_DESK, county.code), enter(Role.UNIT_HEAD, county.code)
    first, second = enter(Role.HANDLER, town.code, "t1"), enter(Role.HANDLER, town.code, "t2")
    caller = enter(Role.CALLER_BACK)
    form = {"phone": PHONE, "name": "王小明", "text": "3号楼停暖两天", "kind": "help", "urgency": "ordinary"}
    form |= {"channel": "phone", "category": leaf(), "call": "one", "then": "submit"}
    page = agent.post("/staff/agent/call", form, follow=True)
    no = re.search(r"AY\d{14}", page.content.decode())[0]
    assert "已提交派单" in page.content.decode()
    assert no in dispatcher.get("/staff/pool").content.decode()

    def handling(handler) -> None:
        do(desk, no, "sign")
        do(desk, no, "pass_down", to=town.name)
        do(handler, no, "sign")
        replied = {"result": "solved", "reply": "已修", "public_reply": "管道已修好", "contacted": "1"}
        do(handler, no, "reply", **replied)

    do(dispatcher, no, "dispatch", lead=f"{county.name} [{county.code}]", visible_text="停暖两天")
    assert no in desk.get("/staff/inbox").content.decode()
    handling(first)
    do(desk, no, "review_reply", accepted="1")
    assert no in reviewer.get("/staff/review").content.decode()
    do(reviewer, no, "review_reply", accepted="1")
    assert no in caller.get("/staff/callback").content.decode()
    caller.post(f"/staff/callback/{no}", {"contacted": "yes", "solved": "no", "outcome": "reached"})
    assert state(no) is State.REWORKING
    handling(second)
    do(head, no, "review_reply", accepted="1")
    do(reviewer, no, "review_reply", accepted="1")
    answers = {"contacted": "yes", "solved": "yes", "satisfied": "satisfied", "outcome": "reached"}
    caller.post(f"/staff/callback/{no}", answers)
    assert state(no) is State.CLOSED
    for unit in (desk, head, first, second):
        for address in (f"/staff/orders/{no}", "/staff/orders", "/staff/inbox"):
            assert not RATING_WORDS.search(unit.get(address).content.decode()), address


@pytest.mark.parametrize(
    ("role", "own", "others"),
    [
        (Role.AGENT, "/staff/agent", "/staff/pool"),
        (Role.DISPATCHER, "/staff/pool", "/staff/agent/call"),
        (Role.REVIEWER, "/staff/review", "/staff/callback"),
        (Role.CALLER_BACK, "/staff/callback", "/staff/review"),
        (Role.SUPERVISOR, "/staff/supervision", "/staff/agent"),
        (Role.KNOWLEDGE_EDITOR, "/staff/knowledge/new", "/staff/orders"),
        (Role.ANALYST, "/staff/knowledge", "/staff/knowledge/new"),
    ],
)
def test_a_desk_opens_for_its_role_and_tells_others_where_to_go(enter, role, own, others) -> None:
    client = enter(role)
    assert client.get("/staff/", follow=True).status_code == 200
    assert client.get(own).status_code == 200
    refused = client.get(others)
    assert refused.status_code == 403
    assert "您的角色不能打开此页" in refused.content.decode()


def test_every_list_says_what_to_do_when_it_is_empty(enter, county_and_town) -> None:
    county, _town = county_and_town
    for client, address in [
        (enter(Role.SHIFT_LEADER), "/staff/pool?tab=arbitrating"),
        (enter(Role.SUPERVISOR), "/staff/supervision?tab=raised"),
        (enter(Role.UNIT_HEAD, county.code), "/staff/approvals"),
        (enter(Role.UNIT_DESK, county.code), "/staff/inbox?tab=below"),
    ]:
        assert "这里没有工单" in client.get(address).content.decode(), address


def test_whoever_is_not_logged_in_is_sent_to_the_login(house) -> None:
    from django.test import Client

    answer = Client().get("/staff/pool?tab=arbitrating")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/staff/login?next=/staff/pool%3Ftab%3Darbitrating",
    )


def test_an_order_of_a_sibling_unit_is_not_found_by_page_command_or_drawer(enter, county_and_town) -> None:
    county, town = county_and_town
    sibling = next(u for u in present.city().units.values() if u.parent == county.code and u.code != town.code)
    no = received()
    dispatched(no, town.code)
    stranger = enter(Role.HANDLER, sibling.code)
    assert stranger.get(f"/staff/orders/{no}").status_code == 404
    assert stranger.get(f"/staff/inbox?open={no}").status_code == 404
    assert do(stranger, no, "sign").status_code == 404
    assert no not in stranger.get("/staff/orders").content.decode()
    assert enter(Role.HANDLER, town.code).get(f"/staff/orders/{no}").status_code == 200


def test_a_refusal_is_a_sentence_and_nothing_typed_is_lost(enter, county_and_town) -> None:
    county, _town = county_and_town
    no = received()
    dispatched(no, county.code)
    desk = enter(Role.UNIT_DESK, county.code)
    do(desk, no, "sign")
    typed = {"result": "solved", "reply": "换了阀门和管道", "public_reply": "阀门已换好"}
    answer = do(desk, no, "reply", **typed)
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "请先联系诉求人" in body
    assert "换了阀门和管道" in body
    assert "阀门已换好" in body


def test_a_name_that_several_units_have_is_asked_for_in_full(enter) -> None:
    no = received()
    walk(no, (Actor("a", Role.AGENT), say.Submit(category=leaf())))
    answer = do(enter(Role.DISPATCHER), no, "dispatch", lead="街道", note="尽快")
    assert answer.status_code == 422
    assert "请写全" in answer.content.decode()
    assert "尽快" in answer.content.decode()
    assert state(no) is State.TO_DISPATCH


def test_the_dispatch_text_begins_with_the_copy_without_identity(enter) -> None:
    no = received()
    walk(no, (Actor("a", Role.AGENT), say.Submit(category=leaf())))
    body = enter(Role.DISPATCHER).get(f"/staff/orders/{no}").content.decode()
    visible = re.search(r'name="visible_text"[^>]*>([^<]*)<', body)[1]
    assert "停暖两天" in visible
    assert PHONE not in visible


def test_the_contact_is_shown_once_to_the_handler_with_a_reason_that_stands_in_the_timeline(
    enter, county_and_town
) -> None:
    county, _town = county_and_town
    no = received()
    dispatched(no, county.code)
    desk = enter(Role.UNIT_DESK, county.code)
    assert desk.post(f"/staff/orders/{no}/person", {"grounds": "约上门时间"}).status_code == 403
    do(desk, no, "sign")
    assert PHONE not in desk.get(f"/staff/orders/{no}").content.decode().replace("电话13812345678", "")
    assert desk.post(f"/staff/orders/{no}/person", {"grounds": " "}).status_code == 409
    assert "王小明" in desk.post(f"/staff/orders/{no}/person", {"grounds": "约上门时间"}).content.decode()
    assert "王小明" not in desk.get(f"/staff/orders/{no}").content.decode()
    assert "约上门时间" in enter(Role.SUPERVISOR).get(f"/staff/orders/{no}").content.decode()


def test_returns_are_asked_by_the_unit_and_decided_by_the_centre(enter, county_and_town) -> None:
    county, _town = county_and_town
    no = received()
    dispatched(no, county.code)
    do(enter(Role.UNIT_DESK, county.code), no, "request_return", reason="wrong_duty", legal_basis="供热条例第三条")
    dispatcher = enter(Role.DISPATCHER)
    assert no in dispatcher.get("/staff/approvals").content.decode()
    assert "供热条例第三条" in dispatcher.get(f"/staff/approvals?open={no}").content.decode()
    do(dispatcher, no, "decide_return", granted="1", assignment="1")
    assert state(no) is State.TO_DISPATCH


def test_a_meeting_is_opened_with_one_press_and_ended_with_a_unit(enter, county_and_town) -> None:
    county, _town = county_and_town
    no = received()
    walk(no, (Actor("a", Role.AGENT), say.Submit(category=leaf())))
    dispatcher = enter(Role.DISPATCHER)
    do(dispatcher, no, "arbitrate")
    assert no in dispatcher.get("/staff/pool?tab=arbitrating").content.decode()
    do(dispatcher, no, "arbitrate", lead=county.code, minutes="由该区办理")
    assert state(no) is State.DISPATCHED


def test_an_agent_answers_explains_merges_and_splits_on_the_order_page(enter) -> None:
    agent = enter(Role.AGENT)
    answered, explained, main, child, mixed = (received(f"第 {i} 件事情请帮忙解决") for i in range(5))
    do(agent, answered, "answer", answer="带身份证到窗口办理", told="phone")
    assert state(answered) is State.CLOSED
    do(agent, explained, "explain", disposition="legal_path", explanation="请向法院起诉")
    assert state(explained) is State.EXPLAINED
    do(agent, explained, "close", told="sms")
    assert state(explained) is State.CLOSED
    do(agent, child, "merge", into=main.lower())
    assert casework.view(child, SYSTEM)[1].merged_into == main
    do(agent, mixed, "split", parts="路灯不亮\n井盖松动")
    events = casework.view(mixed, SYSTEM)[2]
    parts = events[-1].event.parts
    assert len(parts) == 2
    assert person_of(casework.view(parts[0], SYSTEM)[0]).phone == PHONE


def test_the_same_call_sent_twice_is_one_order_and_a_bad_number_loses_no_word(enter) -> None:
    agent = enter(Role.AGENT)
    form = {"phone": PHONE, "text": "路灯不亮了三天", "channel": "phone", "call": "tok", "then": "keep"}
    first = agent.post("/staff/agent/call", form)
    assert agent.post("/staff/agent/call", form).headers["Location"] == first.headers["Location"]
    changed = agent.post("/staff/agent/call", form | {"text": "路灯不亮了四天"})
    assert changed.status_code == 409
    assert "路灯不亮了四天" in changed.content.decode()
    wrong = agent.post("/staff/agent/call", form | {"phone": "没有号码", "call": "other"})
    assert wrong.status_code == 422
    assert "路灯不亮了三天" in wrong.content.decode()


def test_a_call_that_breaks_off_is_found_again_and_kept_sealed(enter) -> None:
    from django.db import connection

    agent = enter(Role.AGENT)
    agent.post("/staff/draft", {"draft": "call", "phone": PHONE, "text": "话没说完"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT box FROM respond_draft")
        assert "话没说完".encode() not in bytes(cursor.fetchone()[0])
    assert "话没说完" in agent.get("/staff/agent/call").content.decode()
    assert "话没说完" not in enter(Role.AGENT, name="another").get("/staff/agent/call").content.decode()
    agent.post("/staff/draft", {"draft": "call", "drop": "1"})
    assert "话没说完" not in agent.get("/staff/agent/call").content.decode()


def picture() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG")
    return out.getvalue()


def test_a_unit_s_photograph_goes_with_its_reply_and_level_3_sees_none_of_the_requester_s(
    enter, county_and_town
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from minsheng.respond import files

    _county, town = county_and_town
    no = received()
    own = files.add(no, "我家门口.jpg", picture(), Actor("resident", Role.RESIDENT))
    dispatched(no, town.code)
    handler = enter(Role.HANDLER, town.code)
    do(handler, no, "sign")
    bad = SimpleUploadedFile("x.exe", b"MZ")
    body = handler.post(
        f"/staff/orders/{no}/files", {"files": [SimpleUploadedFile("现场.jpg", picture()), bad]}, follow=True
    ).content.decode()
    assert "已添加材料 现场.jpg" in body
    assert "只能上传图片" in body
    assert "我家门口" not in body
    assert handler.get(f"/staff/orders/{no}/files/{own}").status_code == 404
    assert enter(Role.AGENT).get(f"/staff/orders/{no}/files/{own}").headers["Content-Type"] == "image/jpeg"
    do(handler, no, "reply", result="solved", reply="已修", public_reply="修好了", contacted="1")
    replied = next(s.event for s in casework.view(no, SYSTEM)[2] if s.event.NAME == "replied")
    assert len(replied.evidence) == 1


def test_a_half_written_reply_is_found_again_on_the_order_page_and_gone_once_sent(enter, county_and_town) -> None:
    county, _town = county_and_town
    no = received()
    dispatched(no, county.code)
    desk = enter(Role.UNIT_DESK, county.code)
    do(desk, no, "sign")
    desk.post("/staff/draft", {"draft": f"{no}/reply", "reply": "阀门换到一半", "public_reply": ""})
    assert "阀门换到一半" in desk.get(f"/staff/orders/{no}").content.decode()
    do(desk, no, "reply", result="solved", reply="阀门已换", public_reply="已换", contacted="1")
    assert "阀门换到一半" not in desk.get(f"/staff/orders/{no}").content.decode()


def test_an_agent_s_answer_keeps_the_entry_and_version_it_was_given_from(enter) -> None:
    kept = knowledge.save(knowledge.Entry(0, 0, "社保卡补办", "带身份证到银行网点", keywords="社保卡"), "ed")
    no = received("社保卡丢了怎么补办")
    agent = enter(Role.AGENT)
    assert kept.reference in agent.get(f"/staff/orders/{no}").content.decode()
    do(agent, no, "answer", answer=kept.content, entry=kept.reference, told="phone")
    answered = next(s.event for s in casework.view(no, SYSTEM)[2] if s.event.NAME == "answered")
    assert answered.entry == kept.reference


def test_the_same_number_s_history_and_knowledge_stand_beside_the_form(enter) -> None:
    no = received()
    knowledge.save(knowledge.Entry(0, 0, "供热投诉处理", "先测室温", keywords="停暖 暖气"), "ed")
    typed = {"phone": "138 1234 5678", "text": "家里停暖两天了，老人受不了"}
    body = enter(Role.AGENT).post("/staff/agent/beside", typed).content.decode()
    assert no in body
    assert "供热投诉处理" in body


def test_search_finds_a_number_a_telephone_and_words_but_for_units_no_telephone(enter, county_and_town) -> None:
    county, _town = county_and_town
    no = received()
    dispatched(no, county.code)
    agent, desk = enter(Role.AGENT), enter(Role.UNIT_DESK, county.code)
    assert agent.post("/staff/search", {"q": no.lower()}).headers["Location"] == f"/staff/orders/{no}"
    assert no in agent.post("/staff/search", {"q": PHONE}).content.decode()
    assert no in desk.post("/staff/search", {"q": "停暖"}).content.decode()
    assert no not in desk.post("/staff/search", {"q": PHONE}).content.decode()


def to_call_back(no: str, county: str) -> None:
    dispatched(no, county)
    desk = Actor("c1", Role.UNIT_DESK, county)
    walk(
        no,
        (desk, say.Sign()),
        (desk, say.Reply(contacted=True, reply="已修", public_reply="管道已修好")),
        (Actor("r", Role.REVIEWER), say.ReviewReply(accepted=True)),
    )


def test_the_call_back_clerk_hears_the_script_sees_no_earlier_grade_and_goes_on_by_itself(
    enter, county_and_town
) -> None:
    county, _town = county_and_town
    no = received()
    to_call_back(no, county.code)
    caller = enter(Role.CALLER_BACK)
    body = caller.get("/staff/callback").content.decode()
    assert present.city().script.questions[0].zh in body
    assert "管道已修好" in body
    assert PHONE in caller.post(f"/staff/callback/{no}/number").content.decode()
    wrong = caller.post(f"/staff/callback/{no}", {"contacted": "yes", "opinion": "再想想", "outcome": "reached"})
    assert wrong.status_code == 422
    assert "再想想" in wrong.content.decode()
    answers = {"contacted": "yes", "solved": "yes", "alone": "sms", "outcome": "reached"}
    assert caller.post(f"/staff/callback/{no}", answers).headers["Location"] == "/staff/callback"
    order = casework.view(no, SYSTEM)[1]
    assert (order.state, order.clock.name) == (State.TO_CALL_BACK, "rating")
    assert "没有等待回访的工单" in caller.get("/staff/callback").content.decode()
    rated = say.CallBack(resolved=True, grade=Grade.SATISFIED)
    casework.handle(no, rated, Actor("resident", Role.RESIDENT))
    assert not RATING_WORDS.search(caller.get(f"/staff/orders/{no}").content.decode().replace("诉求人认为", ""))


def test_unreached_is_one_key_and_the_order_waits_for_another_call(enter, county_and_town) -> None:
    county, _town = county_and_town
    no = received()
    to_call_back(no, county.code)
    enter(Role.CALLER_BACK).post(f"/staff/callback/{no}", {"outcome": "unreached"})
    order = casework.view(no, SYSTEM)[1]
    assert (order.state, order.call_attempts) == (State.TO_CALL_BACK, 1)


def test_knowledge_is_written_in_versions_and_a_bad_row_of_an_import_is_named(enter) -> None:
    editor = enter(Role.KNOWLEDGE_EDITOR)
    editor.post("/staff/knowledge/new", {"title": "补办社保卡", "content": "带身份证"})
    (entry,) = knowledge.search(["社保卡"])
    editor.post(f"/staff/knowledge/{entry.id}/edit", {"title": "补办社保卡", "content": "带身份证和照片"})
    assert knowledge.entry(entry.id).reference == f"{entry.id}@2"
    assert knowledge.entry(entry.id, 1).content == "带身份证"
    lost = editor.post(f"/staff/knowledge/{entry.id}/edit", {"title": "", "content": "不能丢的话"})
    assert (lost.status_code, "不能丢的话" in lost.content.decode()) == (422, True)
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("k.csv", "标题,内容,类别\n供热,室温低于18度,\n错的,有内容,999999\n".encode("gb18030"))
    body = editor.post("/staff/knowledge/import", {"file": file}).content.decode()
    assert "收下 1 条，退回 1 条" in body
    assert "第 3 行" in body


def test_a_list_reads_the_database_few_times_however_long_it_is(enter) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    dispatcher = enter(Role.DISPATCHER)
    counted = []
    for more in (1, 8):
        for i in range(more):
            walk(received(f"第 {more}-{i} 件"), (Actor("a", Role.AGENT), say.Submit(category=leaf())))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert dispatcher.get("/staff/pool").status_code == 200
        lists = [q for q in queries if "respond_" in q["sql"]]
        counted.append(len(lists))
    assert counted[0] == counted[1] <= 4


def test_a_demo_account_is_entered_by_a_click_only_where_the_city_is_a_demonstration(house, monkeypatch) -> None:
    from django.test import Client

    from minsheng.ground.models import Account

    account = Account.objects.make("demo-agent", Role.AGENT)
    Account.objects.filter(pk=account.pk).update(demo=True)
    Account.objects.make("real-agent", Role.AGENT)
    assert Client().post("/staff/login", {"demo": "demo-agent"}).status_code == 401
    monkeypatch.setenv("MINSHENG_DEMO", "1")
    page = Client().get("/staff/login").content.decode()
    assert "demo-agent" in page
    assert "real-agent" not in page
    assert Client().post("/staff/login", {"demo": "demo-agent"}).headers["Location"] == "/staff/"
    assert Client().post("/staff/login", {"demo": "real-agent"}).status_code == 401


def test_a_password_enters_and_eleven_wrong_ones_in_an_hour_shut_the_door(house) -> None:
    from django.test import Client

    from minsheng.ground.models import Account

    Account.objects.make("li", Role.AGENT, password="right")
    given = {"username": "li", "password": "right", "next": "https://elsewhere.example/"}
    assert Client().post("/staff/login", given).headers["Location"] == "/staff/"
    for _ in range(10):
        assert Client().post("/staff/login", {"username": "li", "password": "wrong"}).status_code == 401
    assert Client().post("/staff/login", given).status_code == 401


def test_pages_speak_english_keep_the_chosen_theme_and_carry_nothing_inline(enter) -> None:
    agent = enter(Role.AGENT)
    agent.post("/language", {"language": "en", "next": "/staff/agent"})
    agent.post("/look", {"theme": "dark", "next": "/staff/agent"})
    body = agent.get("/staff/agent").content.decode()
    assert 'lang="en"' in body
    assert 'data-theme="dark"' in body
    assert "New call" in body
    for address in ("/staff/agent", "/staff/agent/call", "/styleguide", "/staff/login"):
        body = agent.get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", body), address
