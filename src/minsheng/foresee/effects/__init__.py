"""What an action did (治理成效): estimates against what the places' own past and the controls let expect."""

from minsheng.foresee.effects.companions import Companion, interrupted, sdid_effect, sdid_weights, synthetic
from minsheng.foresee.effects.effects import Effect, as_json, effect, effect_of_tables
from minsheng.foresee.effects.estimate import Estimate, Reading, estimate, interval, read
from minsheng.foresee.effects.guards import (
    BeforeAfter,
    Finding,
    channel_change,
    displacement,
    exclusion_change,
    silence,
)
from minsheng.foresee.effects.panel import Panel, Unusable, panel_of, read_panel, read_units, usable
from minsheng.foresee.effects.placebo import InSpace, InTime, in_space, in_time
from minsheng.foresee.effects.pooled import Pooled, pooled

__all__ = [
    "BeforeAfter",
    "Companion",
    "Effect",
    "Estimate",
    "Finding",
    "InSpace",
    "InTime",
    "Panel",
    "Pooled",
    "Reading",
    "Unusable",
    "as_json",
    "channel_change",
    "displacement",
    "effect",
    "effect_of_tables",
    "estimate",
    "exclusion_change",
    "in_space",
    "in_time",
    "interrupted",
    "interval",
    "panel_of",
    "pooled",
    "read",
    "read_panel",
    "read_units",
    "sdid_effect",
    "sdid_weights",
    "silence",
    "synthetic",
    "usable",
]
