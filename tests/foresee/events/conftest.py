"""A small town's messages: estates with different troubles, each told in several ways over a few days."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

PLACES = ("望江花园", "青石小区", "双柳村", "榆林路", "东风小学", "长兴公寓", "南坪村", "春熙苑", "龙泉街", "石桥镇")
TROUBLES = (
    ("夜里打桩太吵，睡不着觉", "工地半夜施工噪音大，睡不着觉", "打桩机响一夜，工地噪音大"),
    ("暖气不热，屋里太冷", "供暖不达标，暖气片冰凉", "屋里太冷，供暖温度不够"),
    ("垃圾没人清运，臭味大", "垃圾桶满了，臭味大", "生活垃圾堆成山，没人清运"),
    ("路灯不亮，晚上不敢走", "路灯坏了，晚上黑漆漆", "晚上黑漆漆，路灯不亮"),
)


@dataclass(frozen=True)
class Town:
    """Messages in order of time, and the cause of each."""

    texts: list[str]
    days: NDArray[np.float64]
    cause: list[int]


@pytest.fixture(scope="session")
def town() -> Town:
    chance = random.Random(4)
    rows: list[tuple[float, str, int]] = []
    for cause in range(160):
        place, ways = chance.choice(PLACES), chance.choice(TROUBLES)
        begin = chance.uniform(0, 700)
        for _ in range(chance.randrange(1, 8)):
            opening, closing = chance.choice(("您好，", "反映：", "")), chance.choice(("，请处理", "", "，望解决"))
            text = f"{opening}{place}{chance.choice(ways)}{closing}"
            rows.append((begin + chance.uniform(0, 9), text, cause))
    rows.sort()
    return Town([row[1] for row in rows], np.array([row[0] for row in rows]), [row[2] for row in rows])
