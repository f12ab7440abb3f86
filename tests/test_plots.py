"""Pictures: labels are drawn as they are written and stay on the sheet; a negotiation fits on a page."""

import importlib
import inspect
import os
import pkgutil
import subprocess
import sys
import warnings
from functools import cache

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text

from minegame import plots
from minegame.answers.answer import Picture
from minegame.model import Negotiation
from minegame.plots import sheet, style
from minegame.plots.changes import change_curves
from minegame.plots.equilibrium import _share
from minegame.plots.lever_prices import price_bars
from minegame.plots.tender_rules import rule_bars
from minegame.transcript import Cast, months_table

TRAPS = ("A$ Mining", "B$", "A $x^$ B", r"$\frac{$", r"\frac{1}{", "under_score^", "{unbalanced", r"\$", "%s {0}")
SHORT = ("short", "brief")
LONG = "A company whose name is as long as a whole sentence of an annual report, and a little longer than that"


def bars(labels) -> pd.DataFrame:
    part = pd.DataFrame({"lever": labels, "estimate": 0.1, "low": 0.0, "high": 0.2, "first_in": 0.1, "last_in": 0.1})
    part = part.assign(first_in_low=0.05, first_in_high=0.15, last_in_low=0.05, last_in_high=0.15)
    part = part.assign(factor=labels, least=0.2, most=0.6, least_low=0.1, least_high=0.3, most_low=0.5, most_high=0.7)
    part = part.assign(at_least=1.0, at_most=2.0, rest=0.4, swing=0.4, total=0.5, first=0.2)
    part = part.assign(total_low=0.4, total_high=0.6, first_low=0.1, first_high=0.3)
    part = part.assign(base=1.0, crossing=3.0, start=0.5, end=50.0, is_log=True, parameter=labels, prior_low=0.0)
    part = part.assign(strength=0.3, gain=0.1, gain_low=0.0, gain_high=0.2, rule=labels, survival=0.5, term=labels)
    part = part.assign(difference=1.0, difference_low=0.5, difference_high=1.5, replications=9)
    return part.assign(prior_high=1.0, kept_low=0.2, kept_high=0.6, learnt=True, spread_kept=0.5, distance=0.2)


def odds_rows(policies, outcomes) -> list[dict]:
    rows = [{"policy": p, "outcome": o, "estimate": 0.4, "low": 0.3, "high": 0.5} for p in policies for o in outcomes]
    return [{**row, "negotiations": 9, "x": x, "y": y} for row in rows for x in (0.01, 1.0) for y in (1.0, 2.0)]


SPANS = [f"{name}{end}" for name in ("satisficing", "cost") for end in ("", "_low", "_high")]


@cache
def pictures(names) -> dict:
    """A picture of every kind in which the names are wherever users' words can be; made once, to be looked at only."""
    table, first, second = bars(list(names)), names[0], names[1 % len(names)]
    tipping = table.assign(low=2.0, high=4.0)
    moved = pd.DataFrame([(name, x, 0.4, 0.5) for name in names for x in (0.5, 3.0, 50.0)])
    moved.columns = pd.Index(["parameter", "value", "wins", "rival_wins"])
    asked = pd.DataFrame({"x": [1.0, 1.0, 9.0, 9.0], "y": [0.0, 1.0, 0.0, 1.0], "estimate": [0.1, 0.6, 0.4, 0.9]})
    counts = pd.DataFrame({name: [3, 4] for name in names})
    grid, masks = np.arange(4.0).reshape(2, 2), [np.eye(2, dtype=bool)] * 2
    packages = {first: ["tariff", "none"], f"{second} ": ["none", "tariff + access"]}
    rows, quarter = odds_rows(names, names), np.full((3, 2), 0.5)
    return {
        "odds": plots.odds(rows, replications=9),
        "curves": plots.win_curves(rows, "x", outcome=first, label=first, name=second),
        "changes": change_curves(
            [{**row, "plays": 9} for row in rows if row["outcome"] == first],
            "x",
            what=first,
            against=second,
            name=first,
        ),
        "map": plots.win_map(
            [r for r in rows if r["policy"] == first], "x", "y", outcome=first, label=first, names=(first, second)
        ),
        "scatter": plots.win_scatter(
            [r for r in rows if r["policy"] == first], "outcome", "y", outcome=first, label=first, names=(first, second)
        ),
        "months": plots.award_months(counts, months=2, replications=99, start=first, observed=1),
        "shapley": plots.shapley_bars(table, outcome=first, replications=9),
        "tornado": plots.tornado(table, outcome=first, replications=9),
        "screening": plots.screening_bars(table, outcome=first, trajectories=4, replications=9),
        "ledger": plots.ledger_bars(table, first=first, second=second),
        "prices": price_bars(table, notes=list(names), outcome=first, point_value=12.0, replications=9),
        "rules": rule_bars(pd.concat([table, table]), measure=first, replications=9),
        "trade-off": plots.trade_off(
            pd.DataFrame(np.ones((len(names), 6)), columns=SPANS).assign(policy=list(names)),
            np.ones(len(names), bool),
            cost="cost",
            label=first,
            states=9,
            wanted=0.5,
        ),
        "parallel": plots.parallel_coordinates(
            {name: (np.arange(2.0), "low", name) for name in names}, np.arange(2.0), label=second
        ),
        "regret": plots.regret_map(np.zeros((9, len(names))), list(names), label=first),
        "sobol": plots.sobol_bars(table, outcome=first, base=8, replications=4),
        "kept": plots.kept_ranges(table, kept=3, vectors=9),
        "tipping": plots.tipping_points(tipping, first=first, second=second, replications=9),
        "tipping curves": plots.tipping_curves(tipping, moved, first=first, second=second, replications=9),
        "worlds": plots.shapley_over_worlds(
            table.assign(median=0.1, worlds=3), outcome=first, worlds=9, replications=9
        ),
        "heat": plots.heat_map(asked, x=first, y=second, outcome=first, replications=9, logarithmic=(True, False)),
        "bars": plots.bars(list(names), *(table[c].to_numpy() for c in ("estimate", "low", "high")), label=first),
        "replies": plots.best_replies(grid, masks, packages, survival=grid / 3),
        "quantal": plots.quantal_path(np.array([0.0, 0.1, 9.0]), quarter, [first, second], player=first),
    }


def outside(picture) -> list[str]:
    """The texts that leave the sheet."""
    figure = picture.figure
    figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    found = []
    for text in shown(figure):
        box = text.get_window_extent()
        if box.x0 < -2 or box.y0 < -2 or box.x1 > width + 2 or box.y1 > height + 2:
            found.append(text.get_text())
    return found


def shown(figure) -> list[Text]:
    """The texts that are drawn; the labels of ticks beyond the ends of an axis are not."""
    axes = [axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)]
    every = {label for axis in axes for tick in axis.get_major_ticks() for label in (tick.label1, tick.label2)}
    drawn = {tick.label1 for axis in axes for tick in axis._update_ticks()}
    texts = figure.findobj(lambda part: isinstance(part, Text) and part.get_text() and part.get_visible())
    return [text for text in texts if text not in every or text in drawn]


# ------------------------------------------------------------------------------------------------------------- labels


def test_labels_are_no_formulas():
    for name, picture in pictures(TRAPS).items():
        picture.figure.draw_without_rendering()
        assert not [t.get_text() for t in picture.figure.findobj(Text) if t.get_parse_math()], name


def test_a_picture_is_laid_out_once_for_all_its_files(monkeypatch):
    drawn, placed = [], []
    draw, execute = Figure.draw, ConstrainedLayoutEngine.execute
    monkeypatch.setattr(Figure, "draw", lambda *given: (drawn.append(1), draw(*given))[1])
    monkeypatch.setattr(ConstrainedLayoutEngine, "execute", lambda *given: (placed.append(1), execute(*given))[1])
    kept = Picture("What is seen", lambda: plots.axes(3, 2)).files()
    assert {ending: content[:5] for ending, content in kept.items()} == {"png": b"\x89PNG\r", "svg": b"<?xml"}
    assert (len(drawn), len(placed)) == (2, 1)
    assert Picture("What is seen", lambda: plots.axes(3, 2)).files() == kept


@pytest.mark.parametrize("ending", style.FORMATS)
def test_two_dollars_stay_two_dollars_in_every_format(ending):
    picture = plots.axes(4, 3)
    picture.set_title("A$ Mining, M$")
    one, other = plots.drawn(picture, ending), plots.drawn(picture, ending)
    assert one == other
    if ending == "svg":
        assert b"A$ Mining, M$" in one


def test_a_figure_of_a_notebook_is_plain_without_saving_it():
    """IPython draws with ``print_figure`` and a tight box, past ``save``."""
    picture = plots.axes(4, 3)
    picture.set_xlabel(r"M$ and \frac{ and B$")
    picture.set_xticks([0, 1], ["$a_b^$", "{"])
    picture.figure.savefig("/dev/null", format="png", bbox_inches="tight")
    assert not [text for text in picture.figure.findobj(Text) if text.get_parse_math()]


def test_a_figure_that_somebody_else_made_is_plain_once_it_is_kept():
    figure = Figure()
    FigureCanvasAgg(figure)
    picture = figure.add_subplot()
    picture.set_title(r"A $\frac{$ B")
    assert plots.drawn(picture)


def test_numbers_of_a_logarithmic_axis_are_written_out():
    picture = pictures(SHORT)["heat"]
    picture.figure.draw_without_rendering()
    assert "logarithmic" in picture.get_xlabel()
    assert not [label for label in picture.get_xticklabels() if "$" in label.get_text()]


@pytest.mark.parametrize(
    "names", [(LONG, LONG[::-1]), ("Consolidated Northern Tungsten Mining Co.", "no-break" * 7), SHORT]
)
def test_nothing_leaves_the_sheet(names):
    assert {name: out for name, picture in pictures(names).items() if (out := outside(picture))} == {}


def test_letters_that_no_font_knows_bring_no_warning(recwarn):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = pictures(("哈萨克斯坦钨矿招标", "中国国有企业投标人"))
        for picture in made.values():
            picture.figure.draw_without_rendering()
        assert set(plots.drawn_as(made["odds"], style.FORMATS)) == set(style.FORMATS)
    assert not recwarn.list


def test_a_fallback_that_is_installed_is_used(monkeypatch):
    monkeypatch.setattr(sheet, "FALLBACKS", ("No Such Font", "DejaVu Serif"))
    sheet._fallbacks.cache_clear()
    picture = plots.axes(3, 2)
    picture.set_title("钨")
    picture.figure.draw_without_rendering()
    sheet._fallbacks.cache_clear()
    assert picture.title.get_fontfamily() == [*matplotlib.rcParams["font.family"], "DejaVu Serif"]


def test_wide_letters_count_double():
    assert style.wrapped("a bc def", 4) == "a bc\ndef"
    assert style.wrapped("钨" * 6, 8) == "钨钨钨钨\n钨钨"


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.995, "99.5 %"), (0.004, "0.4 %"), (0.9999, "> 99.9 %"), (0.0001, "< 0.1 %")],
)
def test_a_share_is_rounded_to_nothing_and_to_all_only_where_it_is(share, said):
    assert _share(share) == said


def test_a_picture_is_kept_whole_or_not_at_all(tmp_path, monkeypatch):
    file = plots.save(plots.axes(2, 2), tmp_path / "picture.png")
    before = file.read_bytes()
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        plots.save(plots.axes(3, 3), file)
    assert [part.name for part in tmp_path.iterdir()] == ["picture.png"]
    assert file.read_bytes() == before


def test_pictures_say_their_sizes():
    made = pictures(SHORT)
    assert "n = 4 negotiations in each" in made["sobol"].get_xlabel()
    assert "as it was: month 1" in [text.get_text() for text in made["months"].get_legend().get_texts()]
    assert len(made["tornado"].get_legend().get_texts()) == 2
    assert len(made["shapley"].containers) == 4  # bars, and whiskers of all three


# ----------------------------------------------------------------------------------------------------------- timeline


def played(scenario, seed=1, replication=0):
    negotiation = Negotiation(scenario, seed=seed, replication=replication).play()
    return months_table(negotiation), Cast.of(negotiation)


def texts(figure) -> str:
    """What is written on a figure that has been drawn."""
    return " | ".join(" ".join(text.get_text().split()) for text in shown(figure))


@pytest.mark.parametrize(
    ("scenario", "replication", "said"),
    [
        ("kazakhstan_tungsten", 3, ("Awarded in November 2025: both deposits to Cove Kaz Capital", "offer accepted")),
        ("kazakhstan_tungsten", 2453, ("Shelved in March 2026", "best offer −134 M$", "no letter")),
        ("kazakhstan_tungsten", 32, ("Shelved in March 2026", "nobody bids")),
        ("kazakhstan_split_lots", 1, ("Upper Kairakty to Cove Kaz Capital; North Katpar to Chinese state-owned",)),
        ("kazakhstan_chinese_counter", 4, ("China: technology denial", "offer accepted")),
        ("kazakhstan_tungsten", 1, ("counter-offer agreed, concession 62 %",)),
        ("two_bidders", 0, ("The Hill to North Mining", "The South", "presses no lever", "letter for 70 %")),
    ],
)
def test_a_timeline_says_what_happened(scenario, replication, said):
    figure = plots.timeline(*played(scenario, replication=replication))
    assert outside(figure) == []
    told = texts(figure)
    for words in (f"seed 1, replication {replication}", "M$", *said):
        assert words in told


def test_a_timeline_draws_the_numbers_of_the_table():
    months, cast = played("kazakhstan_tungsten", replication=7)
    top, middle, bottom = plots.timeline(pd.DataFrame(months), cast).axes
    lines = {line.get_label(): list(line.get_ydata()) for line in top.lines}
    assert lines["aspiration: what it holds out for"] == [row["host.aspiration"] for row in months]
    cove = [row["host.utility"] for row in months if row["host.candidate.upper_kairakty"] == "cove_kaz"]
    assert lines["Cove Kaz Capital"] == cove
    onset = min(row["month"] for row in months if row["patrons.us.tariff"] > 0)
    assert onset - 0.5 < min(bar.get_x() for bar in middle.patches) < onset
    conceded = [100 * row["bidders.chinese_soe.concession"] for row in months]
    assert any(np.allclose(line.get_ydata(), conceded) for line in bottom.lines if len(line.get_ydata()) == len(months))


def test_a_timeline_of_a_month_in_which_nobody_bids():
    months, cast = played("two_bidders")
    empty = {key: None for key in months[0] if key.startswith(("host.candidate", "host.utility", "host.aspiration"))}
    equity = {key: None for key in months[0] if key.endswith(".equity")}
    rows = [{**months[0], **empty, **equity, "host.requested_concession": None, "host.decision": "shelve"}]
    figure = plots.timeline(rows, cast)
    figure.draw_without_rendering()
    assert "nobody bids" in texts(figure)


def test_a_timeline_of_a_long_tender_and_of_hostile_labels():
    months, cast = played("two_bidders")
    traps = {path: TRAPS[n % len(TRAPS)] for n, path in enumerate(cast.labels)}
    changed = Cast(**{**vars(cast), "months": 240, "labels": traps, "title": r"$\frac{"})
    long = [{**months[n % 4], "month": n} for n in range(200)]
    assert plots.drawn(plots.timeline(long, changed))


# ------------------------------------------------------------------------------------- whatever the user's settings are


def test_every_picture_is_drawn_in_the_house_s_style():
    drawing = [
        function
        for module in pkgutil.iter_modules(plots.__path__, "minegame.plots.")
        for function in vars(importlib.import_module(module.name)).values()
        if inspect.isfunction(function)
        and function.__module__ == module.name
        and not function.__name__.startswith("_")
        and str(function.__annotations__.get("return")) in ("Axes", "Figure")
    ]
    assert len(drawing) > 15
    assert [function.__name__ for function in drawing if not hasattr(function, "__wrapped__")] == []


HOSTILE = """
text.usetex: True
font.size: 30
font.family: monospace
axes.grid: True
axes.facecolor: black
axes.prop_cycle: cycler("color", ["r"])
axes.formatter.use_locale: True
lines.linewidth: 9
legend.fontsize: 30
figure.constrained_layout.use: False
savefig.dpi: 20
savefig.facecolor: red
savefig.bbox: tight
svg.hashsalt: another
svg.fonttype: none
image.cmap: gray
path.sketch: 1, 100, 2
"""

DRAWN = """
import hashlib
from minegame import plots
from minegame.answers.picture import Picture
rows = [dict(policy="none", outcome=o, estimate=0.4, low=0.3, high=0.5) for o in ("North Mining", "shelved")]
kept = Picture("Who wins", lambda: plots.odds(rows, replications=9), "two bidders").files()
for ending, content in kept.items():
    print(ending, hashlib.sha256(content).hexdigest())
print(hashlib.sha256(plots.drawn(plots.axes(), "svg")).hexdigest())
"""


def test_a_picture_does_not_depend_on_the_user_s_settings(tmp_path):
    """Neither on a file of settings, nor on a screen that there is or is not, nor in a country that writes 0,5."""
    (tmp_path / "matplotlibrc").write_text(HOSTILE)
    seen = set()
    for more in (
        {},
        {"MATPLOTLIBRC": str(tmp_path / "matplotlibrc"), "MPLBACKEND": "tkagg", "DISPLAY": ""},
        {"MPLBACKEND": "nonsense", "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
    ):
        done = subprocess.run(
            [sys.executable, "-c", DRAWN], env={**os.environ, **more}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("\n") == 3
        seen.add(done.stdout)
    assert len(seen) == 1


def test_the_user_s_own_settings_are_left_as_they_were():
    import matplotlib

    with matplotlib.rc_context({"font.size": 31.0}):
        plots.drawn(plots.bars(["one"], np.ones(1), np.zeros(1), np.ones(1), label="x"))
        assert matplotlib.rcParams["font.size"] == 31.0
