"""Pictures: a table in, Axes out.

Colours are safe for the colour-blind (Okabe & Ito 2008) and differ in lightness, so that they can be read in grey;
units and sample sizes stand on the picture.  Labels are drawn as they are written, never as TeX, and none leaves the
sheet.
"""

from __future__ import annotations

from minegame.plots.drawing import COLOURS, axes, drawn, save
from minegame.plots.players import best_replies, quantal_path
from minegame.plots.timeline import timeline
from minegame.plots.turning import bars, heat_map, ledger_bars, shapley_bars, tipping_points
from minegame.plots.winning import award_months, odds, win_curves, win_map
from minegame.plots.worlds import box_picture, kept_ranges, sobol_bars, tornado

__all__ = [
    "COLOURS",
    "award_months",
    "axes",
    "bars",
    "best_replies",
    "box_picture",
    "drawn",
    "heat_map",
    "kept_ranges",
    "ledger_bars",
    "odds",
    "quantal_path",
    "save",
    "shapley_bars",
    "sobol_bars",
    "timeline",
    "tipping_points",
    "tornado",
    "win_curves",
    "win_map",
]
