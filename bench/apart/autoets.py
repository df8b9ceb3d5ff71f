"""AutoETS as a yardstick: reads `{"season": [28, 140], "days": 28, "histories": [[…], …]}` on standard input and writes
the forecasts of the next `days` values of each history as JSON: multiple seasons by STL (MSTL), what is left by the
exponential smoothing model that AICc chooses (Hyndman et al. 2002), as `statsforecast` has both. Run by the Python of
.tools/yardsticks (tools/apart.py)."""

from __future__ import annotations

import json
import sys

import numpy as np
from statsforecast.models import MSTL, AutoETS


def main() -> None:
    """Answer on standard output."""
    asked = json.load(sys.stdin)
    answers = []
    for history in asked["histories"]:
        model = MSTL(season_length=asked["season"], trend_forecaster=AutoETS(model="ZZN"))
        found = model.forecast(y=np.asarray(history, dtype=np.float64), h=asked["days"])
        answers.append(found["mean"].tolist())
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
