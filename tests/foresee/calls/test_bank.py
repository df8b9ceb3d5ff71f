"""The claim of bench/calls.py on the shared calls of a bank's line."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """bench/calls.py as a module."""
    spec = importlib.util.spec_from_file_location("bench_calls", ROOT / "bench" / "calls.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_calls"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("ahead", [1, 5])
def test_the_last_forty_days_of_a_real_line_are_forecast_as_claimed(bench: ModuleType, ahead: int) -> None:
    path = bench.find()
    if path is None:
        pytest.skip(f"no calls/bank_calls.csv in {bench.shared()}: set MINSHENG_SHARED to the folder that holds it")
    found = bench.judge(bench.Bank.read(path), bench.JUDGED, ahead)
    assert found.errors["ours"] <= bench.CLAIMS[ahead]
    assert found.errors["ours"] < min(error for name, error in found.errors.items() if name != "ours")
    assert found.agents["ours"] < min(error for name, error in found.agents.items() if name != "ours")
    for share, (low, high) in bench.COVERED.items():
        assert low <= found.covered[share] <= high
