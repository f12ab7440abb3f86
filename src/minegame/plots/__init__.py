"""Pictures: a table in, Axes out.

Colours are safe for the colour-blind (Okabe & Ito 2008) and differ in lightness, so that they can be read in grey;
units and sample sizes stand on the picture.  Labels are drawn as they are written, never as TeX, and none leaves the
sheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minegame.late import names_of

if TYPE_CHECKING:
    from minegame.plots.attribution import shapley_bars, shapley_over_worlds
    from minegame.plots.calendar import calendar_picture
    from minegame.plots.campaign_odds import campaign_odds_picture
    from minegame.plots.discovery import box_picture
    from minegame.plots.equilibrium import best_replies, quantal_path
    from minegame.plots.history_matching import kept_ranges
    from minegame.plots.ledger import ledger_bars
    from minegame.plots.negotiation import timeline
    from minegame.plots.robust import parallel_coordinates, regret_map, trade_off
    from minegame.plots.sensitivity import screening_bars, sobol_bars, tornado
    from minegame.plots.style import COLOURS, axes, bars, drawn, drawn_as, headed, house_style, save
    from minegame.plots.threshold import heat_map
    from minegame.plots.tipping import tipping_curves, tipping_points
    from minegame.plots.winning import award_months, differences, odds, win_curves, win_map, win_scatter

_HOMES = {
    "attribution": ("shapley_bars", "shapley_over_worlds",),
    "calendar": ("calendar_picture",),
    "campaign_odds": ("campaign_odds_picture",),
    "discovery": ("box_picture",),
    "equilibrium": ("best_replies", "quantal_path",),
    "history_matching": ("kept_ranges",),
    "ledger": ("ledger_bars",),
    "negotiation": ("timeline",),
    "robust": ("parallel_coordinates", "regret_map", "trade_off",),
    "sensitivity": ("screening_bars", "sobol_bars", "tornado",),
    "style": ("COLOURS", "axes", "bars", "drawn", "drawn_as", "headed", "house_style", "save",),
    "threshold": ("heat_map",),
    "tipping": ("tipping_curves", "tipping_points",),
    "winning": ("award_months", "differences", "odds", "win_curves", "win_map", "win_scatter",),
}  # fmt: skip
__getattr__, __dir__ = names_of(__name__, _HOMES)

__all__ = [
    "COLOURS",
    "award_months",
    "axes",
    "bars",
    "best_replies",
    "box_picture",
    "calendar_picture",
    "campaign_odds_picture",
    "differences",
    "drawn",
    "drawn_as",
    "headed",
    "heat_map",
    "house_style",
    "kept_ranges",
    "ledger_bars",
    "odds",
    "parallel_coordinates",
    "quantal_path",
    "regret_map",
    "save",
    "screening_bars",
    "shapley_bars",
    "shapley_over_worlds",
    "sobol_bars",
    "timeline",
    "tipping_curves",
    "tipping_points",
    "tornado",
    "trade_off",
    "win_curves",
    "win_map",
    "win_scatter",
]
