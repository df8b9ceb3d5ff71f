"""Claim: requests of one cause are put together as they arrive, faster than a city can speak, and the worst causes come
first in the ranking.

Two bodies of messages with pair truth. First, a small generator of the bench's own with nothing of the simulation's
grammar, texts and times only: 15,000 requests, place × issue × ±8 days, paraphrases and typos. Second, a simulated
city's year in memory, by what an analyst's file may hold, and last told the true category, area and spot; truth:
requests whose cause is the same, with and without the city-wide causes. Beside ours the yardsticks: TF-IDF cosine alone
and behind a place gate, and gates that are told the true place and category, which no text tells. Last, real messages
that have no truth.

    ./minsheng bench events [--months 12] [--orders-per-day 300] [--seed 11]"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from minsheng.foresee.events import Events, Grouped, Reading, Requests, grouped, hot_issues, read_requests
from minsheng.ground.city import load_pack
from minsheng.sim.life import Life
from minsheng.sim.plan import Plan
from minsheng.sim.world import World

CITY = Path(__file__).resolve().parents[1] / "cities" / "qinghe"
WANTED_F1, WANTED_SPEED = 0.92, 10_000
TOP, WITHIN, PERIOD_DAYS = 10, 15, 90
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Body:
    """Messages in order of time with the truth: `cause` (-1: none), `wide` when it has no place; `told` and `known` are
    what the yardsticks are told: true place and the message's own category, true place and the cause's category. The
    rest are columns beside the texts."""

    texts: list[str]
    day: NDArray[np.float64]
    cause: Labels
    wide: NDArray[np.bool_]
    told: list[Hashable]
    known: list[Hashable]
    person: list[str]
    people: dict[int, int]
    places: list[str] | None = None
    categories: list[str] | None = None
    marks: dict[str, list[str]] | None = None

    @property
    def truth(self) -> Labels:
        """One label an event; messages without a cause are events of one."""
        return np.where(self.cause >= 0, self.cause, -1 - np.arange(len(self.cause)))


def simulated(months: int, per_day: float, seed: int) -> list[tuple[str, Body]]:
    """The simulated city by what an analyst's file may hold, each with its name; the last is told true columns, which
    no file has for every request: it shows what reading places and categories costs."""
    plan = Plan(city=CITY, months=months, per_day=per_day, seed=seed, first=date(2023, 11, 1))
    world = World(plan, load_pack(CITY), lambda number, at: f"{at:%y%m%d}-{number:07d}")
    kept: list[Life] = []
    while world.lives or world.day < plan.days:
        if world.day < plan.days:
            world.run_day()
        else:
            world.close()
        kept += world.finished
        world.finished.clear()
        world.truths.clear()
    kept.sort(key=lambda life: (life.truth.at, life.number))
    truths = [life.truth for life in kept]
    causes = {cause.id: cause for cause in world.causes.all}
    of = [causes.get(truth.cause or -1) for truth in truths]
    spots = [f"{truth.area} {truth.spot}" if truth.spot else "" for truth in truths]
    body = Body(
        texts=[f"{life.title}\n{life.text}" for life in kept],
        day=np.array([truth.at for truth in truths]) / 86400.0,
        cause=np.array([truth.cause or -1 for truth in truths], dtype=np.int64),
        wide=np.array([cause is not None and not cause.spot for cause in of]),
        told=[(spot or number, truth.leaf[:4]) for number, (spot, truth) in enumerate(zip(spots, truths, strict=True))],
        known=[
            (spot or number, (world.leaves[cause.leaf].code if cause else truth.leaf)[:4])
            for number, (spot, truth, cause) in enumerate(zip(spots, truths, of, strict=True))
        ],
        person=[str(truth.person) for truth in truths],
        people={cause.id: cause.people for cause in causes.values()},
    )
    addressed = replace(body, places=[life.person.address for life in kept])
    sorted_out = replace(addressed, categories=[life.order.category or "" if life.order else "" for life in kept])
    located = replace(
        addressed,
        categories=[truth.leaf for truth in truths],
        marks={"area": [truth.area for truth in truths], "place": spots},
    )
    return [
        ("title and text", body),
        ("title, text, address", addressed),
        ("title, text, address, category as registered (half have one)", sorted_out),
        ("title, text, address; told the true category, area and spot as columns", located),
    ]


HEADS = "云山江河湖海林泉松柏梅兰竹菊春夏秋冬东西南北金银玉石龙凤福禄寿喜安康宁和顺祥瑞嘉明华光辉长永新"
TAILS = ("小区", "花园", "路", "街", "村", "小学", "医院", "广场", "公寓", "家园")
TROUBLES = (
    (("停水了", "水龙头没水", "家里断水", "一滴水都没有"), ("做饭都难", "没法洗澡", "要去买水")),
    (("停电", "没有电", "总跳闸", "电压不稳"), ("冰箱化了", "空调开不了", "摸黑吃饭")),
    (("施工噪音大", "夜里打桩", "挖掘机响一夜", "渣土车轰鸣"), ("睡不着觉", "孩子没法学习", "老人心慌")),
    (("路灯不亮", "灯坏了一排", "晚上黑漆漆", "照明坏了"), ("不敢出门", "有人摔倒", "看不清路")),
    (("垃圾成堆", "垃圾桶满了没人清", "生活垃圾不运走", "脏臭难闻"), ("苍蝇乱飞", "招老鼠", "臭气熏人")),
    (("暖气不热", "屋里只有十三度", "供暖不达标", "暖气片冰凉"), ("老人感冒", "盖两床被子", "退费也不给")),
    (("下水道堵了", "污水外溢", "井盖冒粪水", "管道返水"), ("没法走人", "一楼进水", "恶臭难忍")),
    (("乱停车", "消防通道被占", "车停满人行道", "堵住出口"), ("救护车进不来", "推车过不去", "天天吵架")),
    (("欠薪", "工资拖着不发", "老板跑了没结钱", "干活不给钱"), ("等钱看病", "几十个工人", "要不回来")),
    (("油烟扰民", "饭店排烟直冲窗户", "烧烤烟大", "厨房油烟熏人"), ("不敢开窗", "衣服有味", "孩子咳嗽")),
)
OPENINGS = ("您好，", "请问", "我要反映，", "市民来电称", "投诉：", "", "领导好，", "再次反映：")
CLOSINGS = ("请尽快处理。", "望解决", "希望有人管", "谢谢", "什么时候能好？", "", "要求答复。")


def generated(requests: int, chance: random.Random) -> Body:
    """Messages of the bench's own generator: about five an event, each event 16 days of one trouble at one place."""
    places = sorted(
        {"".join(chance.choices(HEADS, k=chance.choice((2, 2, 3)))) + chance.choice(TAILS) for _ in range(420)}
    )
    rows: list[tuple[float, int, int, str, Hashable]] = []
    event = 0
    while len(rows) < requests:
        where, what = chance.choice(places), chance.randrange(len(TROUBLES))
        middle = chance.uniform(8, 357)
        for _ in range(1 + int(chance.expovariate(1 / 4.6))):
            said, hurts = TROUBLES[what]
            first, second = (
                (where, chance.choice(said)) if chance.random() < 0.7 else (chance.choice(said) + "，在", where)
            )
            text = (
                chance.choice(OPENINGS) + first + second + "，" + chance.choice(hurts) + "。" + chance.choice(CLOSINGS)
            )
            marks = list(text)
            for at in range(len(marks)):
                if chance.random() < 0.01:
                    marks[at] = chance.choice(HEADS)
            rows.append((middle + chance.uniform(-8, 8), len(rows), event, "".join(marks), (where, what)))
        event += 1
    rows.sort()
    day, cause = np.array([row[0] for row in rows]), np.array([row[2] for row in rows])
    nobody = [str(row[1]) for row in rows]
    told = [row[4] for row in rows]
    return Body([r[3] for r in rows], day, cause, np.zeros(len(rows), bool), told, told, nobody, {})


def pairs(truth: Labels, found: Labels) -> tuple[int, int, int]:
    """Pairs of messages put together rightly, put together, and of one cause."""
    _, t = np.unique(truth, return_inverse=True)
    _, f = np.unique(found, return_inverse=True)

    def within(labels: Labels) -> int:
        counts = np.unique(labels, return_counts=True)[1].astype(np.int64)
        return int((counts * (counts - 1) // 2).sum())

    return within(t.astype(np.int64) * (int(f.max()) + 1) + f), within(f), within(t)


def pairwise(truth: Labels, found: Labels) -> tuple[float, float, float]:
    """Precision, recall and F1 over pairs."""
    right, said, true = pairs(truth, found)
    precision, recall = right / max(said, 1), right / max(true, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def b_cubed(truth: Labels, found: Labels) -> float:
    """B-cubed F1 (Bagga and Baldwin 1998)."""
    _, t, of_t = np.unique(truth, return_inverse=True, return_counts=True)
    _, f, of_f = np.unique(found, return_inverse=True, return_counts=True)
    _, b, of_b = np.unique(t.astype(np.int64) * (int(f.max()) + 1) + f, return_inverse=True, return_counts=True)
    precision, recall = float((of_b[b] / of_f[f]).mean()), float((of_b[b] / of_t[t]).mean())
    return 2 * precision * recall / (precision + recall)


def gate(keys: Sequence[Hashable], day: NDArray[np.float64], days: float = 7.0) -> Labels:
    """The same key within `days` of the last: one event."""
    newest: dict[Hashable, tuple[int, float]] = {}
    found = np.zeros(len(keys), np.int64)
    for at, (key, now) in enumerate(zip(keys, day.tolist(), strict=True)):
        label, last = newest.get(key, (at, now))
        found[at] = label if now - last <= days else at
        newest[key] = (int(found[at]), now)
    return found


def tfidf_behind_a_place(body: Body, reach: float = 14.0, least: float = 0.3) -> Labels:
    """TF-IDF cosine of character pairs of at least `least` to the newest messages that name the same rarest place."""
    read = Reading(body.texts, body.day).read(body.texts)
    rows = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), min_df=2).fit_transform(body.texts).tocsr()
    newest: dict[int, list[int]] = defaultdict(list)
    pairs: list[tuple[int, int]] = []
    for at in range(len(body.texts)):
        a, z = read.begins[at], read.begins[at + 1]
        if a < z:
            place = newest[int(read.name[a])]
            pairs += [(at, other) for other in place[-10:] if body.day[at] - body.day[other] <= reach]
            place.append(at)
    later, earlier = np.array(pairs, np.int64).reshape(-1, 2).T
    cosine = np.asarray(rows[later].multiply(rows[earlier]).sum(axis=1)).ravel()
    found = np.arange(len(body.texts), dtype=np.int64)
    best = np.zeros(len(body.texts))
    for at, other, value in zip(later.tolist(), earlier.tolist(), cosine.tolist(), strict=True):
        if value >= max(least, best[at]):
            found[at], best[at] = found[other], value
    return found


def show(name: str, body: Body, found: Labels, seconds: float | None = None) -> float:
    """Prints a line; the F1 without city-wide causes."""
    right, said, true = pairs(body.truth, found)
    p, r, f = pairwise(body.truth, found)
    local = ~body.wide
    lp, lr, lf = pairwise(body.truth[local], found[local])
    speed = "" if seconds is None else f"  {len(found) / seconds:8,.0f} texts a CPU-second"
    cubed = b_cubed(body.truth, found)
    placed = f"placed P {lp:.3f} R {lr:.3f} F1 {lf:.3f}"
    print(f"  {name:40s} P {p:.3f} R {r:.3f} F1 {f:.3f} | {placed} | B³ {cubed:.3f}{speed}", flush=True)
    print(f"  {'':40s} pairs right {right:,} of {said:,} said and {true:,} true", flush=True)
    return lf


def text_alone(body: Body, reach: float = 14.0, least: float = 0.5) -> Labels:
    """TF-IDF cosine of character pairs of at least `least` to one of the 200 newest messages: no place asked."""
    rows = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), min_df=2).fit_transform(body.texts).tocsr()
    found = np.arange(len(body.texts), dtype=np.int64)
    for begin in range(0, len(body.texts), 200):
        block = rows[begin : begin + 200]
        first = max(begin - 200, 0)
        cosine = (block @ rows[first : begin + 200].T).toarray()
        for at in range(block.shape[0]):
            row = cosine[at, : begin + at - first]
            if len(row) and row.max() >= least and body.day[begin + at] - body.day[first + int(row.argmax())] <= reach:
                found[begin + at] = found[first + int(row.argmax())]
    return found


def ours(body: Body) -> tuple[Labels, Grouped, float, float]:
    """Our events; seconds of CPU of learning from the body, and of reading and grouping it."""
    beside = body.places, body.marks, body.categories
    began = time.process_time()
    reading = Reading(body.texts, body.day, *beside)
    learned = time.process_time()
    read = reading.read(body.texts, *beside)
    events = Events(reading)
    found = events.add_read(read, body.day)
    done = time.process_time()
    ids = [str(at) for at in range(len(found))]
    requests = Requests(ids, body.texts, body.day, np.arange(len(found)), body.places)
    return np.array(found), Grouped(requests, found, read, events), learned - began, done - learned


def ranking(body: Body, ours: Grouped, found: Labels) -> None:
    """How many of the worst ten causes of 90 days (by persons that asked, then people affected) our first fifteen hold,
    with and without a column of persons, beside a ranking by raw count and one of the true causes by raw count."""
    first, last = float(body.day[0]), float(body.day[-1])
    told = replace(ours, requests=replace(ours.requests, person=body.person))
    for until in np.arange(first + PERIOD_DAYS, last + 1, 61.0):
        inside = (body.day > until - PERIOD_DAYS) & (body.day <= until)
        asked: dict[int, set[str]] = defaultdict(set)
        for at in np.flatnonzero(inside & (body.cause >= 0)):
            asked[int(body.cause[at])].add(body.person[at])
        worst = sorted(asked, key=lambda cause: (-len(asked[cause]), -body.people.get(cause, 0), cause))[:TOP]
        wide = set(body.cause[body.wide].tolist())
        placed = [cause for cause in worst if cause not in wide]

        def held(events: Sequence[int], inside: NDArray[np.bool_] = inside, worst: Sequence[int] = worst) -> int:
            main: list[int] = []
            for event in events:
                causes = body.cause[inside & (found == event)]
                known, often = np.unique(causes[causes >= 0], return_counts=True)
                main += [int(known[often.argmax()])] if len(known) else []
            return len(set(main) & set(worst))

        by_person, by_text = (
            held([issue.heat.event for issue in hot_issues(which, float(until), WITHIN)]) for which in (told, ours)
        )
        labels, counts = np.unique(found[inside], return_counts=True)
        raw = held(labels[np.argsort(-counts, kind="stable")][:WITHIN].tolist())
        print(
            f"    day {until - first:4.0f}: of the worst {TOP} causes ({len(placed)} with a place) our first {WITHIN} "
            f"hold {by_person} knowing persons, {by_text} not; by raw count {raw}",
            flush=True,
        )


def measured(name: str, body: Body, ranked: bool, yardsticks: bool) -> bool:
    """Prints a body's lines; whether the wanted F1 and speed are reached."""
    print(f"{name}: {len(body.texts):,} messages, {len(np.unique(body.truth)):,} events")
    found, whole_body, learning, seconds = ours(body)
    f1 = show("ours", body, found, seconds)
    whole = len(body.texts) / (learning + seconds)
    print(f"  (learning from the whole body once: {learning:.1f} s of CPU; with it {whole:,.0f} texts a CPU-second)")
    if yardsticks:
        began = time.process_time()
        alone = text_alone(body)
        show("TF-IDF ≥ 0.5, text alone", body, alone, time.process_time() - began)
        show("TF-IDF ≥ 0.3 behind our place", body, tfidf_behind_a_place(body))
        show("told true place, own category, 45 days", body, gate(body.told, body.day, 45.0))
        if body.known is not body.told:
            show("told true place, cause's category, 45 days", body, gate(body.known, body.day, 45.0))
    if ranked:
        ranking(body, whole_body, found)
    return f1 >= WANTED_F1 and len(body.texts) / seconds >= WANTED_SPEED


def messages_of_a_real_city() -> None:
    """The hot issues of the real messages of teddy2020c, which have no truth: their number and the first five."""
    data = Path(os.environ.get("MINSHENG_SHARED", CITY.parents[2] / "shared")) / "data/teddy2020c/hot.csv"
    if not data.is_file():
        print(f"real messages: no {data.name} in MINSHENG_SHARED, left out")
        return
    requests = read_requests(data, ["留言主题", "留言详情"], "留言时间", "留言编号")
    began = time.process_time()
    found = grouped(requests)
    seconds = time.process_time() - began
    sizes = sorted((event.size for event in found.events.events), reverse=True)
    some = f"{len(sizes):,} events, {sum(size > 1 for size in sizes):,} of more than one, the largest of {sizes[:5]}"
    print(f"real messages: {len(requests.ids):,}, {some}; {seconds:.1f} s of CPU; used by name: {requests.used}")
    for rank, hot in enumerate(hot_issues(found, most=5), 1):
        print(f"  {rank} {hot.name} | {hot.place} | {hot.begins} to {hot.ends} | {hot.size} messages")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--orders-per-day", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=11)
    args = parser.parse_args()
    print("placed: without the city-wide causes, which no place tells")
    own = generated(15_000, random.Random(args.seed))
    good = measured("own generator", own, ranked=False, yardsticks=True)
    for number, (name, body) in enumerate(simulated(args.months, args.orders_per_day, args.seed)):
        good &= measured(f"simulated city, {name}", body, ranked=number > 0, yardsticks=number == 1)
    messages_of_a_real_city()
    print(f"wanted: F1 {WANTED_F1} at {WANTED_SPEED:,} texts a second: {'reached' if good else 'not reached'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
