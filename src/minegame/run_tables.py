"""Results as tables on a terminal, and the pictures that go with them."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame.scenario import in_words

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from minegame.results import Results

_MOST_ROWS = 48  # of a table that is printed
_WORTH_SHOWING = 0.05  # probability from which shelving gets a table of its own
_SIDE_BY_SIDE = 4  # policies that fit beside each other
_MAP_FROM = 24  # points of two factors, from which their probabilities are printed as a map
_WORDS = ("policy", "scenario", "outcome", "given a win of")  # columns whose text may wrap; numbers never do

Row = Mapping[Any, Any]
Cell = Callable[[Row], str]


def show(found: Results, page: Console, *, draw: bool = False) -> None:
    """Print the question, what the experiment's analysis asks for, and where the results are."""
    manifest = found.manifest
    page.print(manifest["title"] or manifest["name"], style="bold")
    for text in (manifest["question"], manifest["how_to_read"]):
        if text:
            page.print(text.strip())
            page.print()
    shown = manifest["analysis"]
    if "winning" in shown:
        for layouts in [[_ranges(found)]] if _is_large(found) else winning(found, found.win_probabilities()):
            page.print(fitting(page, *layouts))
    if "contrasts" in shown and found.reference is not None:
        page.print(fitting(page, *contrasts(found)))
    if "terms" in shown:
        page.print(fitting(page, terms(found)))
    _say_short(found, page)
    if draw and "plot" in shown and _has_picture(found) and os.access(found.folder, os.W_OK):
        for picture in _drawn(found, found.win_probabilities()):
            page.print(f"plot     {picture}", soft_wrap=True)
    page.print(f"results  {found.folder}", soft_wrap=True)


# ------------------------------------------------------------------------------------------------- what tables hold


def grid(*columns: str, keys: int = 1) -> Table:
    """An empty table whose first columns say what a row is of."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), caption_justify="left")
    for n, column in enumerate(columns):
        justify: Any = "left" if n < keys else "right"
        words = column in _WORDS
        least = 16 if words else None
        table.add_column(_folded(column), justify=justify, overflow="fold", no_wrap=not words, min_width=least)
    return table


def _folded(text: str) -> str:
    """A heading on several short lines: paths break after a dot, words between them."""
    return "\n".join(textwrap.wrap(text.replace(".", ". "), 15, break_long_words=False)).replace(". ", ".")


def fitting(page: Console, *layouts: Table) -> Table:
    """The first of the layouts that fits the page whole, else the last with its columns below each other.

    A terminal would cut off what does not fit, and half a number is another number.
    """
    return next((table for table in layouts if _width(table) <= page.width), None) or stacked(layouts[-1])


def _width(table: Table) -> int:
    """The least width at which no number of a table is cut: Rich's own measure is of words, and cuts between them."""
    widths = 0
    for column in table.columns:
        cells = [str(cell) for cell in (column.header, *column.cells)]
        lines = [line for cell in cells for line in (cell.splitlines() if column.no_wrap else cell.split())]
        widths += max([column.min_width or 0, *map(len, lines)])
    return widths + 3 * len(table.columns) - 1


def stacked(table: Table) -> Table:
    """A table with a line for every cell: for each row its keys, and below them a column's heading and the cell."""
    from rich.text import Text

    keys = [column for column in table.columns if column.justify == "left"]
    others = [column for column in table.columns if column.justify != "left"]
    sheet = grid("", "")
    sheet.show_header, sheet.caption = False, table.caption
    sheet.columns[0].no_wrap = False
    cells = {column._index: list(column.cells) for column in table.columns}
    for row in range(table.row_count):
        sheet.add_row(Text(", ".join(str(cells[column._index][row]) for column in keys), style="bold"), "")
        for column in others:
            sheet.add_row("  " + str(column.header).replace("\n", " "), cells[column._index][row])
    return sheet


def value(level: object) -> str:
    """A level of a factor as people read it."""
    return f"{level:.4g}" if isinstance(level, float) else str(level)


def _interval(row: Row) -> str:
    return f"{100 * row['estimate']:.1f} [{100 * row['low']:.1f}, {100 * row['high']:.1f}]"


def _bare(row: Row) -> str:
    return f"{100 * row['estimate']:.1f}"


def _far(row: Row) -> float:
    """How far the farther end of the interval lies, points: no interval is wider than it looks."""
    return 100 * float(max(row["high"] - row["estimate"], row["estimate"] - row["low"]))


def _reach(row: Row) -> str:
    far = _far(row)
    return f"{far:.1f}" if far >= 0.05 or far == 0 else f"{far:.2g}"


def _give_or_take(row: Row) -> str:
    """The estimate and how far the interval reaches, where there is no room for both ends."""
    return f"{100 * row['estimate']:.1f} ±{_reach(row)}"


def _built(row: Row) -> str:
    return f"{100 * row['built']:.1f} [{100 * row['built_low']:.1f}, {100 * row['built_high']:.1f}]"


def _signed_give_or_take(row: Row) -> str:
    return f"{_plus(row['estimate'])} ±{_reach(row)}"


def _plus(share: float) -> str:
    """Percentage points with their sign; what rounds to nil has none."""
    text = f"{100 * share:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def _signed(row: Row) -> str:
    return f"{_plus(row['estimate'])} [{_plus(row['low'])}, {_plus(row['high'])}]"


def _label(found: Results, outcome: str) -> str:
    return outcome if outcome == "shelved" else found.scenario.label_of("bidder", outcome)


def _varied(found: Results) -> list[str]:
    """The columns that tell the points apart."""
    return [*found.factors, *(["policy"] if len(found.policies) > 1 else [])]


def _caption(negotiations: pd.Series[int] | np.ndarray) -> str:
    least, most = int(negotiations.min()), int(negotiations.max())
    return f"n = {least:,}" if least == most else f"n = {least:,} to {most:,}"


def _first(names: Sequence[str], most: int = 20) -> str:
    return ", ".join(names[:most]) + (f", … ({len(names) - most} more)" if len(names) > most else "")


def _points(rows: pd.DataFrame) -> list[list[Row]]:
    """The rows of each point, in order."""
    records: list[Any] = rows.to_dict("records")
    points: dict[tuple[Any, Any], list[Row]] = {}
    for row in records:
        points.setdefault((row["group"], row["policy"]), []).append(row)
    return list(points.values())


# ------------------------------------------------------------------------------------------------------- the tables


def winning(found: Results, rows: pd.DataFrame) -> list[list[Table]]:
    """Win probabilities with intervals: by point, by factors and policies, or as a range over a large design.

    Of each table the layouts that may be chosen, the widest first.
    """
    if _is_map(found):
        return [
            [_map_of_numbers(found, rows, policy, cell) for cell in (_give_or_take, _bare)] for policy in found.policies
        ]
    if _is_large(found):
        return [[_ranges(found)]]
    if not _fits_beside(found):
        two = len(found.scenario.bidders) <= 2
        wide = [_by_point(found, rows, _interval, built=True), _by_point(found, rows, _give_or_take, built=True)]
        return [[*(wide if two else []), *(_by_point(found, rows, cell) for cell in (_interval, _give_or_take))]]
    asked: list[tuple[str, str, tuple[Cell, ...]]] = [
        (bidder, f"P(win) of {_label(found, bidder)}", (_interval, _give_or_take))
        for bidder in found.scenario.bidder_names
    ]
    first = found.scenario.bidder_names[0]
    asked.insert(1, (first, f"P(win and built) of {_label(found, first)}", (_built,)))
    if rows.loc[rows["outcome"] == "shelved", "estimate"].max() > _WORTH_SHOWING:
        asked.append(("shelved", "P(shelved)", (_interval, _give_or_take)))
    return [
        [_side_by_side(found, rows, outcome, found.policies, cell, what) for cell in cells]
        for outcome, what, cells in asked
    ]


def _is_map(found: Results) -> bool:
    return found.groups > _MAP_FROM and len(found.policies) <= _SIDE_BY_SIDE and _is_full(found)


def _is_large(found: Results) -> bool:
    """Whether a design is told as a whole, its points being too many for a row each."""
    many = found.groups > _MOST_ROWS or found.groups * len(found.policies) > 4 * _MOST_ROWS
    return many and not _is_map(found)


def _map_of_numbers(found: Results, rows: pd.DataFrame, policy: str, cell: Cell) -> Table:
    """P(win) of the first bidder under a policy: a row a level of the first factor, a column a level of the second."""
    first, second = found.factors
    bidder = found.scenario.bidder_names[0]
    chosen = rows[(rows["policy"] == policy) & (rows["outcome"] == bidder)]
    levels = list(dict.fromkeys(chosen[second]))
    table = grid(first, *(value(level) for level in levels))
    for level, row in chosen.groupby(first, sort=False):
        cells: list[Any] = row.set_index(second).loc[levels].to_dict("records")
        table.add_row(value(level), *map(cell, cells))
    which = f" under '{policy}'" if len(found.policies) > 1 else ""
    table.caption = (
        f"P(win) of {_label(found, bidder)}{which} in %, columns by {second}; 95 % intervals reach at most "
        f"±{max(map(_far, chosen.to_dict('records'))):.1f}; {_caption(chosen['negotiations'])} negotiations a cell"
    )
    return table


def _fits_beside(found: Results) -> bool:
    return found.groups > 3 and 1 < len(found.policies) <= _SIDE_BY_SIDE


def _by_point(found: Results, rows: pd.DataFrame, cell: Cell, built: bool = False) -> Table:
    varied = _varied(found)
    parts = ["", "built"] if built else [""]
    headings = [part or _label(found, bidder) for bidder in found.scenario.bidder_names for part in parts]
    table = grid(*(varied or ["scenario"]), *headings, "shelved", keys=max(1, len(varied)))
    for point in _points(rows):
        keys = [value(point[0][name]) for name in varied] or [found.scenario.name]
        cells = [f"{100 * row['built']:.1f}" if part else cell(row) for row in point[:-1] for part in parts]
        table.add_row(*keys, *cells, cell(point[-1]))
    told = "; built: wins and finishes the mine" if built else ""
    table.caption = f"P(win) in %, with 95 % intervals{told}; {_caption(rows['negotiations'])} negotiations a row"
    return table


def _side_by_side(
    found: Results, rows: pd.DataFrame, outcome: str, policies: Sequence[str], cell: Cell, what: str
) -> Table:
    """One outcome: a row a design point, a column a policy."""
    table = grid(*found.factors, *policies, keys=len(found.factors))
    chosen = rows[(rows["outcome"] == outcome) & rows["policy"].isin(list(policies))]
    records: list[Any] = chosen.to_dict("records")
    for start in range(0, len(records), len(policies)):
        point = records[start : start + len(policies)]
        table.add_row(*(value(point[0][path]) for path in found.factors), *(cell(row) for row in point))
    count = f"; {_caption(rows['negotiations'])} negotiations a cell" if "negotiations" in rows else ""
    table.caption = f"{what} in %, with 95 % intervals{count}"
    return table


def _ranges(found: Results) -> Table:
    """A large design: how probabilities spread over its points."""
    table = grid("policy", "outcome", "mean", "lowest", "5 %", "half", "95 %", "highest", "likeliest in", keys=2)
    shares, counts = found.win_shares()
    best = shares.argmax(axis=2)
    for p, policy in enumerate(found.policies):
        for n, outcome in enumerate([*found.scenario.bidder_names, "shelved"]):
            marks = _spread(shares[:, p, n])
            wins = (best[:, p] == n).mean()
            table.add_row(
                policy, _label(found, outcome), *(f"{100 * mark:.1f}" for mark in marks), f"{100 * wins:.0f} %"
            )
    table.caption = (
        f"probabilities in % over {found.groups:,} points, {_caption(counts)} negotiations a point and policy;"
        " likeliest in: part of the points; every point is in the tables"
    )
    return table


def _spread(values: np.ndarray) -> list[float]:
    """Mean, lowest, 5 %, half, 95 %, highest."""
    return [float(mark) for mark in (values.mean(), *np.quantile(values, [0, 0.05, 0.5, 0.95, 1]))]


def contrasts(found: Results) -> list[Table]:
    """How much likelier than under the reference policy, on the same luck: layouts, the widest first."""
    others = [policy for policy in found.policies if policy != found.reference]
    against = f"percentage points more than under '{found.reference}', on the same luck"
    if _is_large(found):
        return [_contrast_ranges(found, others, against)]
    rows = found.win_contrasts()
    if found.groups > 3 and len(others) <= _SIDE_BY_SIDE:
        favourite = found.scenario.bidder_names[0]
        tables = [_side_by_side(found, rows, favourite, others, cell, "") for cell in (_signed, _signed_give_or_take)]
        for table in tables:
            table.caption = f"P(win) of {_label(found, favourite)}: {against}, with 95 % intervals"
        return tables
    return [_contrasts_by_point(found, rows, cell, against) for cell in (_signed, _signed_give_or_take)]


def _contrast_ranges(found: Results, others: Sequence[str], against: str) -> Table:
    """A large design: how differences spread over its points."""
    table = grid("policy", "outcome", "mean", "lowest", "5 %", "half", "95 %", "highest", keys=2)
    gained, _ = found.win_shares(contrasted=True)
    for p, policy in enumerate(others):
        for n, outcome in enumerate([*found.scenario.bidder_names, "shelved"]):
            marks = (f"{100 * mark:+.1f}" for mark in _spread(gained[:, p, n]))
            table.add_row(policy, _label(found, outcome), *marks)
    table.caption = f"{against}, over {found.groups:,} points; every point is in the tables"
    return table


def _contrasts_by_point(found: Results, rows: pd.DataFrame, cell: Cell, against: str) -> Table:
    varied, outcomes = _varied(found), [*found.scenario.bidder_names, "shelved"]
    table = grid(*varied, *(_label(found, outcome) for outcome in outcomes), keys=len(varied))
    for point in _points(rows)[:_MOST_ROWS]:
        table.add_row(*(value(point[0][name]) for name in varied), *(cell(row) for row in point))
    table.caption = f"{against}, with 95 % intervals"
    return table


def terms(found: Results) -> Table:
    """Mean terms of the award, given who won."""
    names = ("state_equity", "bonus", "offtake", "processing", "coverage", "completion", "month")
    keyed = [*(_varied(found) or ["scenario"]), "given a win of"]
    table = grid(*keyed, *(name.replace("_", " ") for name in names), keys=len(keyed))
    points = [(group, policy) for group in range(found.groups) for policy in found.policies]
    for group, policy in points[:_MOST_ROWS]:
        row = found.design.iloc[group]
        keys = [value(row[path]) for path in found.factors] + ([policy] if len(found.policies) > 1 else [])
        for bidder, told in found.estimate(group, policy)["bidders"].items():
            cells = [told["terms"][name]["estimate"] for name in names]
            shown = ["" if cell is None else f"{cell:.3g}" for cell in cells]
            table.add_row(*(keys or [found.scenario.name]), _label(found, bidder), *shown)
    return table


def _say_short(found: Results, page: Console) -> None:
    rule, short = found.manifest["replications"], found.manifest["fell_short"]
    if rule["until"] is None:
        return
    whose = f"contrast of {rule['of']}" if rule["paired"] else rule["of"]
    what = f"every {100 * rule['confidence']:g} % interval of {whose} within ±{rule['until']:g}"
    if not short:
        page.print(f"sure     {what}, at every point")
        return
    page.print(
        f"short    not yet {what} at {len(short):,} of {found.groups:,} points, after {rule['at_most']:,} replications:"
        f" rows {_first([str(group) for group in short])} of the design"
    )


# ----------------------------------------------------------------------------------------------------- the pictures


def _has_picture(found: Results) -> bool:
    return found.groups == 1 or (len(found.factors) == 1 and found.groups <= 1000) or _is_full(found)


def _drawn(found: Results, rows: pd.DataFrame) -> list[Path]:
    try:
        return pictures(found, rows)
    except OSError as error:
        what = f"{error.strerror or error}; the results are complete and kept: make room, then run again to draw it"
        raise OSError(error.errno, what, error.filename or str(found.folder)) from error


def pictures(found: Results, rows: pd.DataFrame) -> list[Path]:
    """Draw what fits the design, into its folder: bars by policy, curves over one factor, maps over two."""
    from minegame import plots

    favourite = found.scenario.bidder_names[0]
    label = found.scenario.label_of("bidder", favourite)
    records: list[Any] = rows.to_dict("records")
    if found.groups == 1:
        labelled = [{**row, "outcome": _label(found, str(row["outcome"]))} for row in records]
        picture = plots.odds(labelled, replications=int(rows["negotiations"].iloc[0]))
        return [plots.save(picture, found.folder / "odds.png")]
    if len(found.factors) == 1 and found.groups <= 1000:
        name = in_words(found.scenario, found.factors[0])
        built = [{**row, **{end: row[_BUILT[end]] for end in _BUILT}} for row in records if row["outcome"] == favourite]
        return [
            plots.save(
                plots.win_curves(shown, found.factors[0], outcome=favourite, label=label, name=name, what=what),
                found.folder / file,
            )
            for shown, what, file in ((records, "P(win)", "curves.png"), (built, "P(win and built)", "built.png"))
        ]
    if not _is_full(found):
        return []
    if "contrasts" in found.manifest["analysis"] and found.reference is not None:
        gained: list[Any] = found.win_contrasts().to_dict("records")
        others = [policy for policy in found.policies if policy != found.reference]
        return [
            plots.save(
                _map(found, gained, policy, favourite, against=found.reference), found.folder / f"gain-{n + 1}.png"
            )
            for n, policy in enumerate(others[:8])
        ]
    return [
        plots.save(_map(found, records, policy, favourite), found.folder / f"map-{n + 1}.png")
        for n, policy in enumerate(found.policies[:8])
    ]


_BUILT = {"estimate": "built", "low": "built_low", "high": "built_high"}


def _map(found: Results, records: Sequence[Row], policy: str, bidder: str, against: str = "") -> Any:
    from minegame import plots

    chosen = [row for row in records if row["policy"] == policy]
    label = _label(found, bidder) + (f" ({policy})" if len(found.policies) > 1 else "")
    names = [in_words(found.scenario, path) for path in found.factors]
    return plots.win_map(chosen, *found.factors, outcome=bidder, label=label, names=names, against=against)


def _is_full(found: Results) -> bool:
    if len(found.factors) != 2:
        return False
    first, second = (found.design[path].nunique() for path in found.factors)
    return bool(first * second == found.groups and max(first, second) <= 60)
