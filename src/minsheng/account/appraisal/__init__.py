"""Appraisal of agencies (承办单位考核): the three rates with both sides, and comparison that is fair or is not made.

    found = appraisal_of_month(lake, pack, "2026-10", Path("考核.xlsx"), asof=now, ballots=votes, results=beside)

Facts come from the lake (questions.py), rules from the city pack's appraisal.csv. Effects of units beside their cases
(mix.py), ranks with intervals (ranks.py) and funnels (funnel.py) replace the league table; visible results and
groundwork stand in two lists (results.py)."""

from minsheng.account.appraisal.appraise import Appraisal, Standing, UnitAppraisal, appraise, month_of
from minsheng.account.appraisal.funnel import Funnel, Place, funnel, funnels_of_others, plain
from minsheng.account.appraisal.mix import Fair, Outcomes, fair
from minsheng.account.appraisal.ranks import Ranks, james_stein, ranks
from minsheng.account.appraisal.rates import Ballots, NoRules, Ratio, Score, UnitRate
from minsheng.account.appraisal.results import Ground, Groundwork, Tolerance, VisibleResult
from minsheng.account.appraisal.workbook import Results, appraisal_of_month, workbook

__all__ = [
    "Appraisal",
    "Ballots",
    "Fair",
    "Funnel",
    "Ground",
    "Groundwork",
    "NoRules",
    "Outcomes",
    "Place",
    "Ranks",
    "Ratio",
    "Results",
    "Score",
    "Standing",
    "Tolerance",
    "UnitAppraisal",
    "UnitRate",
    "VisibleResult",
    "appraisal_of_month",
    "appraise",
    "fair",
    "funnel",
    "funnels_of_others",
    "james_stein",
    "month_of",
    "plain",
    "ranks",
    "workbook",
]
