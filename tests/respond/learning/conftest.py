"""Small invented tables of requests: a few sentence frames filled with the words of four matters."""

import os
import random
from pathlib import Path

import pytest

MATTERS = {
    "环境保护": ("工厂排放废气", "河水被污染发黑", "施工噪声太大", "油烟味呛人", "废水直排进沟渠", "焚烧垃圾冒烟"),
    "教育文体": ("幼儿园收费太高", "学区划分不清楚", "老师有偿补课", "学校食堂饭菜差", "转学手续难办", "中考政策变动"),
    "交通运输": (
        "公交车不准点",
        "出租车拒载乘客",
        "客运站乱加价",
        "村村通班车停运",
        "网约车司机绕路",
        "货车超载跑乡道",
    ),
    "劳动和社会保障": (
        "公司拖欠工资",
        "养老保险转移不了",
        "工伤认定太慢",
        "社保断缴怎么补",
        "试用期被辞退",
        "失业金领不到",
    ),
}
FRAMES = (
    "{place}{matter}，请有关部门处理。",
    "尊敬的领导您好！我住在{place}，最近{matter}，大家意见很大，希望尽快解决。",
    "请问{matter}该找哪个部门？已经{days}天了，{place}一直没人管。",
    "{matter}的问题反映过多次，{place}至今没有答复，恳请重视！",
)
PLACES = ("河东小区", "A市K8县", "西关村", "文昌路", "新城花园", "柳林镇")


def requests(count: int, seed: int = 1) -> tuple[list[tuple[str, str]], list[str]]:
    """``count`` rows (title, text) and their labels; every third row has a title."""
    chosen = random.Random(seed)
    rows, labels = [], []
    for i in range(count):
        label = chosen.choice(sorted(MATTERS))
        matter = chosen.choice(MATTERS[label])
        text = chosen.choice(FRAMES).format(place=chosen.choice(PLACES), matter=matter, days=chosen.randint(2, 99))
        rows.append((f"关于{matter}的问题" if i % 3 == 0 else "", text))
        labels.append(label)
    return rows, labels


@pytest.fixture
def invented():
    """The maker of invented tables."""
    return requests


@pytest.fixture
def teddy() -> Path:
    """Folder of the shared labelled messages, or a skip that says how to get it."""
    root = Path(os.environ.get("MINSHENG_SHARED") or Path(__file__).resolve().parents[4] / "shared")
    for folder in (root / "data" / "teddy2020c", root / "teddy2020c"):
        if (folder / "train.csv").is_file():
            return folder
    pytest.skip(f"no shared messages under {root}: set MINSHENG_SHARED to the shared folder")
