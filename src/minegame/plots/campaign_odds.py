"""Who wins which tender of a campaign, and who supplies the world afterwards: many campaigns on a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.campaign_odds import favourite
from minegame.plots.style import COLOURS, GREY, HATCHES, blank, in_style, room_for, wrapped, wrapped_lines
from minegame.text import counted, possessive
from minegame.transcript.campaign_cast import CampaignCast

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from minegame.campaign_file import CampaignScenario
    from minegame.tables import Table

_WIDTH, _SUPPLY = 12.5, 2.7  # inches: of the page, and the height of the supply
_BAR = 0.36  # of a row's height
_DASHES, _MARKS = ("-", "--", "-.", ":"), "osDv^"

Row = Mapping[str, Any]


@in_style
def campaign_odds_picture(
    campaign: CampaignScenario, tables: Mapping[str, Table], *, replications: int, seed: int, confidence: float = 0.95
) -> Figure:
    """On top a group of bars a tender, how often each bidder wins it; below a panel a mineral, the camps' supply.

    ``tables`` are those of the odds: ``tenders`` and, where there is any, ``supply``.
    """
    cast = CampaignCast.of(campaign)
    tenders, camps = list(_tender_rows(campaign, cast, tables["tenders"])), list(cast.patrons.values())
    supply: list[Any] = (
        [*_today(campaign, cast), *tables["supply"].frame.to_dict("records")] if "supply" in tables else []
    )
    names = list(dict.fromkeys(row["label"] for row in tenders))
    tall = 1.0 + room_for(names, 0.68)
    figure = blank(_WIDTH, tall + (_SUPPLY if supply else 0.0) + 0.7)
    parts: Any = figure.subfigures(2, 1, height_ratios=[tall, _SUPPLY]) if supply else [figure]
    _tenders(parts[0].subplots(), tenders, names, camps)
    if supply:
        minerals = list(dict.fromkeys(row["mineral"] for row in supply))
        parts[1].suptitle("Share of world supply, today and in the years after the campaign begins", fontsize=10)
        for mineral, ax in zip(
            minerals, parts[1].subplots(1, len(minerals), sharey=True, squeeze=False)[0], strict=True
        ):
            _supply(ax, cast.minerals[mineral], [row for row in supply if row["mineral"] == mineral], camps)
        lines, words = ax.get_legend_handles_labels()
        parts[1].legend(lines, words, loc="outside lower center", ncols=len(words), frameon=False, fontsize=9)
    how = f"{campaign.title} · {replications:,} campaigns, seed {seed}, {100 * confidence:g} % intervals"
    figure.suptitle(f"{wrapped(headline(tenders), 90)}\n{wrapped(how, 120)}", fontsize=12)
    return figure


def _tender_rows(campaign: CampaignScenario, cast: CampaignCast, table: Table) -> Iterator[Row]:
    """The rows of the table of tenders, one a bidder, with the camp of the bidder and the label of the tender."""
    seats = [(name, bidder) for name, scenario in campaign.scenarios.items() for bidder in scenario.bidder_names]
    rows: list[Any] = table.frame.to_dict("records")
    for (name, bidder), row in zip(seats, rows, strict=True):
        camp = cast.patrons[campaign.scenarios[name].camp_of(bidder)]
        yield {**row, "camp": camp, "label": wrapped_lines(cast.tenders[name])}


def _today(campaign: CampaignScenario, cast: CampaignCast) -> Iterator[Row]:
    for name, mineral in campaign.campaign.minerals.items():
        shares = {label: mineral.shares.get(patron, 0.0) for patron, label in cast.patrons.items()}
        for camp, share in {**shares, "others": 1.0 - sum(shares.values())}.items():
            yield {"mineral": name, "year": 0, "camp": camp, "share": share, "share_low": np.nan, "share_high": np.nan}


def headline(tenders: Sequence[Row]) -> str:
    """The finding in a sentence: which camp is the favourite in how many tenders, and where nobody is."""
    by_tender: dict[str, dict[str, list[Row]]] = {}
    for row in tenders:
        by_tender.setdefault(row["tender"], {}).setdefault(row["camp"], []).append(row)
    found = [_favourite(camps) for camps in by_tender.values()]
    camps = sorted(dict.fromkeys(row["camp"] for row in tenders), key=lambda camp: -found.count(camp))
    best, *others = (f"{camp} is the favourite in {found.count(camp)} of {counted(len(found), 'tender')}" if n == 0 else
                     f"{camp} in {found.count(camp)}" for n, camp in enumerate(camps))  # fmt: skip
    nobody = [f"nobody in {found.count(None)}"] if None in found else []
    return ", ".join([best, *others, *nobody])


def _favourite(camps: Mapping[str, Sequence[Row]]) -> str | None:
    """The camp whose best bidder surely wins more often than that of any other camp; None if none does."""
    bests = {camp: max(rows, key=lambda row: row["wins"]) for camp, rows in camps.items()}
    chances = {camp: (row["wins"], row["wins_low"], row["wins_high"]) for camp, row in bests.items()}
    best, rival = favourite(chances)
    return best if rival is None else None


def _tenders(ax: Axes, rows: Sequence[Row], names: Sequence[str], camps: Sequence[str]) -> None:
    for n, camp in enumerate(camps):
        mine = [row for row in rows if row["camp"] == camp]
        for row in mine:
            rivals = [other for other in rows if other["label"] == row["label"]]
            _win(ax, row, names.index(row["label"]), rivals.index(row), len(rivals), n)
        if mine:
            ax.barh(0, 0, color=COLOURS[n], hatch=HATCHES[n], edgecolor="white", label=f"{possessive(camp)} camp")
    for place, name in enumerate(names):
        shelved = next(row["shelved"] for row in rows if row["label"] == name)
        if shelved >= 0.005:
            ax.text(1.16, place, f"shelved {100 * shelved:.0f} %", fontsize=8, color="#555555", va="center")
    ax.axvline(0.5, color="black", linewidth=1, linestyle=(0, (1, 2)))
    ax.set_yticks(range(len(names)), names, fontsize=9)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.45, -0.55)
    ax.set_xlim(0, 1.3)
    ax.spines["bottom"].set_bounds(0, 1)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xticks(np.linspace(0, 1, 5), [f"{100 * x:.0f} %" for x in np.linspace(0, 1, 5)])
    ax.set_xlabel("wins at least a part of the tender; dotted: one half", fontsize=9)
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, frameon=False, fontsize=9, borderaxespad=0.2)


def _win(ax: Axes, row: Row, place: int, number: int, rivals: int, camp: int) -> None:
    thickness = 2 * _BAR / max(2, rivals)
    y = place + (number - (rivals - 1) / 2) * thickness
    value, low, high = (float(row[name]) for name in ("wins", "wins_low", "wins_high"))
    ax.barh(y, value, height=0.92 * thickness, color=COLOURS[camp], hatch=HATCHES[camp], edgecolor="white")
    ax.errorbar(value, y, xerr=[[value - low], [high - value]], fmt="none", ecolor="black", elinewidth=1, capsize=2)
    ax.text(
        high + 0.01, y, f"{100 * value:.0f} %  {wrapped(row['bidder'], 46)}", va="center", fontsize=8,
        bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"},
    )  # fmt: skip


def _supply(ax: Axes, mineral: str, rows: Sequence[Row], camps: Sequence[str]) -> None:
    ends = {}
    for n, camp in enumerate([*camps, "others"]):
        mine = [row for row in rows if row["camp"] == camp]
        years, value, low, high = (
            np.array([row[name] for row in mine], float) for name in ("year", "share", "share_low", "share_high")
        )
        low, high = np.where(np.isnan(low), value, low), np.where(np.isnan(high), value, high)
        look: dict[str, Any] = {"color": COLOURS[n] if n < len(camps) else GREY, "linestyle": _DASHES[n % len(_DASHES)]}
        ax.errorbar(
            years, 100 * value, yerr=100 * np.stack([value - low, high - value]), marker=_MARKS[n % len(_MARKS)],
            markersize=4, linewidth=1.6, capsize=2, label=camp, **look,
        )  # fmt: skip
        ends[camp] = (100 * value[0], 100 * value[-1])
    _values(ax, ends, float(years[-1]))
    ax.set_title(mineral, fontsize=10, loc="left")
    ax.set_ylim(0, 100)
    ax.set_xlim(-0.8, 1.5 * years[-1])
    ax.set_xticks(years, ["today", *(f"{year:.0f} y" for year in years[1:])], fontsize=8)
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:.0f} %")
    ax.spines[["top", "right"]].set_visible(False)


def _values(ax: Axes, ends: Mapping[str, tuple[float, float]], last: float) -> None:
    """From how much to how much, at the end of each line, moved apart where two are close."""
    floor = -5.0  # a name on the axis itself cannot be read
    for before, after in sorted(ends.values(), key=lambda pair: pair[1]):
        place = max(after, floor + 9.0)
        ax.text(1.04 * last, place, f"{before:.1f} → {after:.1f} %", va="center", fontsize=8)
        floor = place
