"""Over all worlds that the record allows: what matters, where it fails, and what one case teaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import design as designs
from minegame import plots
from minegame.analysis import discovery as boxes
from minegame.analysis import intervals
from minegame.analysis import learning as matching
from minegame.analysis import sensitivity as indices
from minegame.answers import words
from minegame.answers.answer import Answer, AnswerError
from minegame.answers.setting import (
    Contest,
    Factors,
    Progress,
    command_line,
    expect,
    factors_of,
    limits_of,
    played,
    ranges_limit,
    scenario_of,
    settings_of,
    spelled,
    typed_factors,
)
from minegame.answers.words import with_interval
from minegame.design import Factor
from minegame.ensemble import by_bidder, general
from minegame.scenario import Scenario, in_words, nearest

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

METHODS = ("sobol", "morris", "tornado")
_BASE = {"sobol": 1024, "morris": 40, "tornado": 5}
_REPLICATIONS = {"sobol": 64, "morris": 400, "tornado": 4000}
_MATTERS = 0.05
_COMMON_LUCK = "All points are played on the same luck, so that differences between them are parameters and not luck."
_OWN_LUCK = (
    "Every world is played on luck of its own, so that the intervals hold the error of the worlds and of the luck."
)
_SHARED_LUCK = (
    "Worlds that are compared with each other share their luck; the {groups} have luck of their own, so that the "
    "intervals hold the error of the worlds and of the luck."
)


# ---------------------------------------------------------------------------------------------------------- sensitivity


def sensitivity(
    scenario: Scenario | str | Path,
    factors: Factors | None = None,
    method: str = "sobol",
    base: int | None = None,
    *,
    bidder: str | None = None,
    replications: int | None = None,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """Which parameters matter for a bidder's chance and for the host's value, and how much is luck.

    ``method``: ``sobol`` (indices with intervals), ``morris`` (a cheap screening) or ``tornado`` (one parameter at a
    time).  ``base``: base points (1,024), trajectories (40) or levels of each parameter (5).

    Raises:
        ModuleNotFoundError: if SALib is not installed (not for ``tornado``).
    """
    scenario = scenario_of(scenario)
    if method not in METHODS:
        text = f"there is no method '{method}': expected one of {', '.join(METHODS)}{nearest(method, METHODS)}"
        raise AnswerError(scenario.name, text)
    contest = Contest.of(scenario, bidder=bidder)
    chosen = factors_of(scenario, factors)
    if method != "tornado" and find_spec("SALib") is None:  # told before hours are played, not after
        raise ModuleNotFoundError("sensitivity analysis needs SALib: pip install 'minegame[analysis]'", name="SALib")
    count, n = base or _BASE[method], replications or _REPLICATIONS[method]
    if count < 2 or n < 2:
        raise AnswerError(scenario.name, "needs at least 2 base points and at least 2 replications")
    ask = {"sobol": _sobol, "morris": _morris, "tornado": _tornado}[method]
    sentences, tables, pictures, own_limits = ask(scenario, chosen, contest, count, n, seed, confidence, progress)
    return Answer(
        name="sensitivity",
        question=f"Which parameters decide whether {contest.label} wins, and how much is luck?",
        sentences=tuple(sentences),
        tables=tables,
        pictures=pictures,
        settings=settings_of(
            scenario, bidder=contest.bidder, factors=spelled(chosen), method=method, base=count, replications=n,
            seed=seed, confidence=confidence,
        ),
        command=command_line(
            "sensitivity", scenario,
            {
                **typed_factors(factors), "method": method, "base": count, "bidder": bidder, "replications": n,
                "seed": seed, "confidence": confidence,
            },
        ),
        limits=limits_of(scenario, *own_limits, ranges_limit(chosen)),
        scenario=scenario,
    )  # fmt: skip


_Parts = tuple[list[str], dict[str, "pd.DataFrame"], dict[str, Any], list[str]]


def _sobol(
    scenario: Scenario, factors: Sequence[Factor], contest: Contest, base: int, n: int, seed: int, confidence: float,
    progress: Progress | None,
) -> _Parts:  # fmt: skip
    design = indices.design(factors, base, seed)
    expect(progress, len(design) * n)
    places = [by_bidder("wins_any", contest.place), general("host_value")]
    luck = indices.lots(design)
    sums = played(scenario, design.table, places, seed=seed, replications=n, luck=luck, progress=progress)[:, 0]
    won, worth = (sums[:, m, 1] / n for m in range(2))
    found = indices.estimate(design, won, confidence=confidence, seed=seed)
    value = indices.estimate(design, worth, confidence=confidence, seed=seed)
    drawn = sums[:: len(factors) + 2]  # the first of every base point's worlds: independent draws of the parameters
    split = {
        text: indices.luck(drawn[:, m, 1], drawn[:, m, 2], n, confidence)
        for m, text in ((0, f"{contest.label} wins"), (1, "host's value"))
    }
    outcome = f"P({contest.label} wins)"

    def winning_bars() -> Axes:
        drawn = words.all_drawn(scenario, found.table)
        return plots.sobol_bars(drawn, outcome=outcome, base=base, replications=n, confidence=confidence)

    def value_bars() -> Axes:
        drawn, worth = words.all_drawn(scenario, value.table), "the host's value"
        return plots.sobol_bars(drawn, outcome=worth, base=base, replications=n, confidence=confidence)

    return (
        _sobol_said(found, split[f"{contest.label} wins"], scenario, contest, n, won[:: len(factors) + 2], confidence),
        {
            f"What moves {outcome}": _indices_table(found),
            "What moves the host's value": _indices_table(value),
            "Parameters and luck": _luck_table(split),
        },
        {f"What moves {outcome}": winning_bars, "What moves the host's value": value_bars},
        [
            "An index is a share of the variance over these ranges, not a direction, and not an effect at the "
            "scenario's own values (see minegame analyse tipping).",
            f"{_SHARED_LUCK.format(groups='base points')} Each probability is read off {n} negotiations, whose "
            "rounding counts as interaction: a factor without any effect keeps a total index a little above nil.",
        ],
    )


def _indices_table(found: indices.Indices) -> pd.DataFrame:
    table = found.table
    return (
        table[["factor"]]
        .rename(columns={"factor": "parameter"})
        .assign(
            **with_interval("total index", table["total"], table["total_low"], table["total_high"]),
            **with_interval("first-order index", table["first"], table["first_low"], table["first_high"]),
        )
    )


def _luck_table(split: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "outcome of one negotiation": name,
                **with_interval(
                    "parameters, %", found["parameters"], found["parameters_low"], found["parameters_high"], 100.0
                ),
                "luck, %": 100 * found["luck"],
            }
            for name, found in split.items()
        ]
    )


def _sobol_said(
    found: indices.Indices, split: Mapping[str, float], scenario: Scenario, contest: Contest, n: int, won: np.ndarray,
    confidence: float,
) -> list[str]:  # fmt: skip
    table = found.table
    if not np.isfinite(table["total"]).all():
        return [f"{contest.label} wins equally often in every world: nothing matters in these ranges."]
    named = [
        f"{words.parameter(scenario, str(row['factor']))} "
        f"{words.number(row['total'], row['total_low'], row['total_high'])}"
        for _, row in table.head(3).iterrows()
    ]
    matter = table[table["total_low"] > _MATTERS]
    favourite = (won > 0.5).astype(float)
    low, high = intervals.wilson(favourite.sum(), len(favourite), confidence)
    return [
        f"Over these ranges {words.possessive(contest.label)} chance is moved most by {words.listed(named)} (total "
        f"Sobol' index: the part of the variance that would stay if all else were known; {found.base:,} base points, "
        f"{found.base * (len(table) + 2):,} worlds of n = {n} negotiations).",
        f"In a world drawn at random, "
        f"{words.percent(split['parameters'], split['parameters_low'], split['parameters_high'])} "
        f"of the variance of who wins is due to the parameters, the rest to luck.",
        f"{len(matter)} of {len(table)} parameters surely carry more than {100 * _MATTERS:g} % of the variance of "
        f"P({contest.label} wins); {words.percent(*np.clip(found.interactions, 0.0, 1.0))} of it lies in interactions.",
        f"{contest.label} wins more than half of the negotiations in "
        f"{words.percent(float(favourite.mean()), float(low), float(high))} of {len(favourite):,} worlds.",
    ]


def _morris(
    scenario: Scenario, factors: Sequence[Factor], contest: Contest, base: int, n: int, seed: int, confidence: float,
    progress: Progress | None,
) -> _Parts:  # fmt: skip
    design = indices.screening(factors, base, seed=seed)
    expect(progress, len(design) * n)
    place, luck = by_bidder("wins_any", contest.place), indices.lots(design)
    sums = played(scenario, design.table, [place], seed=seed, replications=n, luck=luck, progress=progress)[:, 0, 0]
    found = indices.screen(design, sums[:, 1] / n, confidence=confidence)
    table = (
        found[["factor"]]
        .rename(columns={"factor": "parameter"})
        .assign(
            **with_interval("strength, points", found["strength"], found["low"], found["high"], 100.0),
            **{"effect, points": 100 * found["effect"], "unevenness, points": 100 * found["unevenness"]},
        )
    )
    first = found.iloc[0]
    weak = found[found["strength"] < 0.1 * first["strength"]]["factor"].tolist()

    def bars() -> Axes:
        shown = words.all_drawn(scenario, found.head(15))
        return plots.bars(
            shown["factor"].tolist(), *(100 * shown[c].to_numpy(float) for c in ("strength", "low", "high")),
            label=f"mean size of the effect on P({contest.label} wins), percentage points for the whole range\n"
            f"{confidence:.0%} intervals; {base} trajectories, n = {n:,} negotiations a point",
        )  # fmt: skip

    sentences = [
        f"{words.upper(words.parameter(scenario, str(first['factor'])))} moves {words.possessive(contest.label)} "
        f"chance most: {words.points(first['strength'], first['low'], first['high'])} for its whole range, on average "
        f"over {base} trajectories (n = {n:,} negotiations at each of {len(design):,} points).",
        f"{len(weak)} of {len(found)} parameters move it by less than a tenth of that"
        + (f" and can be left alone: {words.few(weak)}." if weak else "."),
    ]
    return (
        sentences,
        {f"Screening of P({contest.label} wins)": table},
        {f"Screening of P({contest.label} wins)": bars},
        [
            "A screening says which parameters can be left alone, not what share of the variance each carries (method "
            "sobol does). Sampling error counts as strength, so that a parameter without effect keeps a little.",
            _SHARED_LUCK.format(groups="trajectories"),
        ],
    )


def _tornado(
    scenario: Scenario, factors: Sequence[Factor], contest: Contest, levels: int, n: int, seed: int, confidence: float,
    progress: Progress | None,
) -> _Parts:  # fmt: skip
    points = designs.one_at_a_time(factors, scenario, levels)
    expect(progress, len(points) * n)
    place = by_bidder("wins_any", contest.place)
    sums = played(scenario, points, [place], seed=seed, replications=n, progress=progress)[:, 0, 0]
    won = sums[:, 1] / n
    found = indices.swings(points, won, np.sqrt(np.maximum(won * (1 - won), 1 / n) / n), confidence)
    ends = [f"{end}_{side}" for end in ("least", "most") for side in ("low", "high")]
    found[ends] = found[ends].clip(0.0, 1.0)
    outcome = f"P({contest.label} wins)"
    table = (
        found[["factor"]]
        .rename(columns={"factor": "parameter"})
        .assign(
            **with_interval("least, %", found["least"], found["least_low"], found["least_high"], 100.0),
            **{"at the value": found["at_least"]},
            **with_interval("most, %", found["most"], found["most_low"], found["most_high"], 100.0),
            **{"at value": found["at_most"], "swing, points": 100 * found["swing"]},
        )
    )

    def picture() -> Axes:
        return plots.tornado(words.all_drawn(scenario, found), outcome=outcome, replications=n, confidence=confidence)

    first = found.iloc[0]
    turns = found[(found["least"] < 0.5) & (found["most"] > 0.5)]["factor"].tolist()
    sentences = [
        f"Alone, {words.parameter(scenario, str(first['factor']))} moves {words.possessive(contest.label)} chance "
        f"most: from {words.percent(first['least'], first['least_low'], first['least_high'])} to "
        f"{words.percent(first['most'], first['most_low'], first['most_high'])}, where the scenario's own values give "
        f"{words.percent(first['rest'])} (n = {n:,} negotiations a point).",
        f"{len(turns)} of {len(found)} parameters alone can move it across one half"
        + (f": {words.few(turns)}." if turns else "."),
    ]
    return (
        sentences,
        {f"One parameter at a time: {outcome}": table},
        {f"One parameter at a time: {outcome}": picture},
        [
            "One parameter moves at a time around the scenario's own values, so that interactions are not seen.",
            _COMMON_LUCK,
        ],
    )


# ------------------------------------------------------------------------------------------------------------ discovery


def discovery(
    scenario: Scenario | str | Path,
    factors: Factors | None = None,
    points: int = 4096,
    *,
    bidder: str | None = None,
    below: float = 0.5,
    density: float | None = None,
    replications: int = 64,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """In which worlds the scenario's policy fails: boxes of parameters in which the bidder's chance is below a half.

    Three boxes: the largest in which failing is at least as dense as ``density`` (default: 0.8, or halfway from how
    often it fails anywhere to always), the one of the best balance, and the largest in which not failing is as dense.
    """
    scenario = scenario_of(scenario)
    contest = Contest.of(scenario, bidder=bidder)
    chosen = factors_of(scenario, factors)
    if points < 100 or not 0 < below < 1 or not 0 < (density or 0.5) <= 1:
        raise AnswerError(scenario.name, "needs at least 100 points, and shares between 0 and 1")
    table = boxes.design(chosen, points, seed)
    expect(progress, points * replications)
    place, luck = by_bidder("wins_any", contest.place), np.arange(points)
    sums = played(
        scenario, table, [place], seed=seed, replications=replications, luck=luck, progress=progress
    )[:, 0, 0]  # fmt: skip
    fails = sums[:, 1] / replications < below
    failing = f"P({contest.label} wins) below {100 * below:g} %"
    found = _boxes(table, fails, density, confidence, seed)
    tables: dict[str, pd.DataFrame] = {}
    pictures: dict[str, Any] = {}
    if found:
        tables["How good the boxes are"] = _quality(found)
        for name, box in found.items():
            tables[words.upper(name)] = _limits_table(box)
            success = name == SUCCESS
            case = failing.replace("below", "at least") if success else failing
            picture = _box_picture(table, ~fails if success else fails, box, chosen, case, scenario)
            if picture is not None:
                pictures[words.upper(name)] = picture
    return Answer(
        name="discovery",
        question=f"In which worlds does {contest.label} fail: where is its chance of winning below {100 * below:g} %?",
        sentences=tuple(_discovery_said(found, fails, scenario, contest, below, replications, confidence)),
        tables=tables,
        pictures=pictures,
        settings=settings_of(
            scenario, bidder=contest.bidder, factors=spelled(chosen), points=points, below=below, density=density,
            replications=replications, seed=seed, confidence=confidence,
        ),
        command=command_line(
            "discovery", scenario,
            {
                **typed_factors(factors), "points": points, "bidder": bidder, "below": below, "density": density,
                "replications": replications, "seed": seed, "confidence": confidence,
            },
        ),
        limits=limits_of(
            scenario,
            "A box is a summary with straight sides; worlds that fail outside it are counted in its coverage. It "
            "says where failure is dense, not why.",
            f"Each world is judged by {replications} negotiations: near the line between failing and not, worlds are "
            f"miscounted both ways. {_OWN_LUCK}",
            "Densities and coverages are read off worlds that the search did not see; the p of a limit (how often so "
            "dense a box would come about if the limit did nothing) is read off those it saw.",
            ranges_limit(chosen),
        ),
        scenario=scenario,
    )  # fmt: skip


DENSE, BALANCED, SUCCESS = "dense box", "balanced box", "box of success"


def _boxes(
    table: pd.DataFrame, fails: np.ndarray, density: float | None, confidence: float, seed: int
) -> dict[str, boxes.Discovery]:
    """The boxes by name; a balanced box that says nothing more is left out; none where there is nothing to find."""
    found: dict[str, boxes.Discovery] = {}
    asked = {
        DENSE: (fails, density or _wanted(fails)),
        BALANCED: (fails, None),
        SUCCESS: (~fails, density or _wanted(~fails)),
    }
    for name, (cases, wanted) in asked.items():
        try:
            box = boxes.estimate(table, cases, density=wanted, confidence=confidence, seed=seed)[0]
        except ValueError:  # none, or all, of the worlds searched
            return {}
        if name != BALANCED or (len(box.limits) and box.box != found[DENSE].box):
            found[name] = box
    return found


def _wanted(cases: np.ndarray) -> float:
    """A density worth looking for: 0.8, or halfway from what is found anywhere to all."""
    return max(0.8, (1.0 + float(cases.mean())) / 2)


def _quality(found: Mapping[str, boxes.Discovery]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for name, box in found.items():
        row: dict[str, Any] = {"box": name, "of worlds that": "succeed" if name == SUCCESS else "fail"}
        for text, part in (
            ("density, %", box.density),
            ("of all such worlds, %", box.coverage),
            ("of all worlds, %", box.mass),
        ):
            row |= with_interval(text, part["estimate"], part["low"], part["high"], 100.0)
        rows.append(row | {"density anywhere, %": 100 * box.base_rate})
    return pd.DataFrame(rows)


def _limits_table(box: boxes.Discovery) -> pd.DataFrame:
    import pandas as pd

    limits = box.limits
    return pd.DataFrame(
        {
            "parameter": limits["factor"],
            "side": [_SIDES[str(side)] for side in limits["side"]],
            "limit": limits["limit"],
            "searched from": limits["range_low"],
            "searched to": limits["range_high"],
            "p if it did nothing": limits["quasi_p"],
        }
    )


_SIDES = {"low": "at least", "high": "at most", "levels": "one of"}


def _box_picture(
    table: pd.DataFrame, fails: np.ndarray, box: boxes.Discovery, factors: Sequence[Factor], case: str,
    scenario: Scenario,
) -> Any:  # fmt: skip
    """The box in the two numbers that limit it most; nothing where fewer than one does."""
    numbers = {f.path for f in factors if f.is_range}
    limiting = [path for path in dict.fromkeys(box.limits["factor"]) if path in numbers]
    others = [f.path for f in factors if f.is_range and f.path not in limiting]
    shown = (limiting + others)[:2]
    if not limiting or len(shown) < 2:
        return None

    def picture() -> Axes:
        names, limits = {path: in_words(scenario, path) for path in shown}, words.all_drawn(scenario, box.limits)
        return plots.box_picture(
            table.rename(columns=names), fails, limits, x=names[shown[0]], y=names[shown[1]], case=case
        )

    return picture


def _discovery_said(
    found: Mapping[str, boxes.Discovery], fails: np.ndarray, scenario: Scenario, contest: Contest, below: float, n: int,
    confidence: float,
) -> list[str]:  # fmt: skip
    low, high = intervals.wilson(fails.sum(), len(fails), confidence)
    said = [
        f"In {words.percent(float(fails.mean()), float(low), float(high))} of {len(fails):,} worlds {contest.label} "
        f"wins fewer than {100 * below:g} % of n = {n} negotiations."
    ]
    if not found:
        return [*said, "There is nothing to discover: hardly any, or nearly all, of the worlds fail."]
    for name, box in found.items():
        if not len(box.limits):
            said.append(f"The {name} is everything: no limit makes failing denser without losing as much of it.")
            continue
        density, coverage = box.density, box.coverage
        what, cases = ("winning more often", "such worlds") if name == SUCCESS else ("failing", "failures")
        text = (
            f"{what} is {words.percent(density['estimate'], density['low'], density['high'])} dense and "
            f"{words.percent(coverage['estimate'], coverage['low'], coverage['high'])} of all {cases} are found there"
        )
        where = _where(box, scenario)
        said.append(f"The {name}: where {where}, {text}.")
    return said


def _where(box: boxes.Discovery, scenario: Scenario) -> str:
    signs = {"low": "is at least", "high": "is at most", "levels": "is one of"}
    return words.listed(
        f"{words.parameter(scenario, str(row['factor']))} {signs[str(row['side'])]} {words.plain(row['limit'])}"
        for _, row in box.limits.iterrows()
    )


# ------------------------------------------------------------------------------------------------------------- learning


def learning(
    scenario: Scenario | str | Path,
    factors: Factors | None = None,
    vectors: int = 4096,
    *,
    observed: Mapping[str, Any] | None = None,
    replications: int = 200,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """What one case teaches: the parameter vectors that could well have produced what was observed.

    ``observed``: ``winner`` (a bidder; default: that of the first patron that uses a lever), ``month`` of the award and
    state ``equity`` (0 to 1), each left out if it is not known; ``month_error`` (0.5: what falls within a month),
    ``month_discrepancy`` (1) and ``equity_error`` (0.01), ``equity_discrepancy`` (0.03): the standard deviations of the
    observation itself, and of what the model leaves out.
    """
    import pandas as pd

    scenario = scenario_of(scenario)
    seen = {**_DISCREPANCIES, **(observed or {})}
    if unknown := set(seen) - {*_DISCREPANCIES, "winner", "month", "equity"}:
        raise AnswerError(scenario.name, f"observed: nothing is known of {', '.join(sorted(unknown))}")
    contest = Contest.of(scenario, bidder=seen.get("winner"))
    chosen = factors_of(scenario, factors)
    if vectors < 10 or replications < 2:
        raise AnswerError(scenario.name, "needs at least 10 vectors and at least 2 replications")
    table = matching.design(chosen, vectors, seed)
    without = {f"patrons.{contest.patron}.levers.{lever}.intensity": 0.0 for lever in contest.levers}
    expect(progress, 2 * vectors * replications)
    measures = ["wins_any", "award_month", "state_equity", "wins_and_built"]
    places = [*(by_bidder(name, contest.place) for name in measures), general("host_value")]
    places += [by_bidder("wins_any", i) for i in range(len(scenario.bidder_names)) if i != contest.place]
    sums = played(
        scenario, table, places, seed=seed, replications=replications, policies=[{}, without],
        luck=np.arange(vectors), progress=progress,
    )  # fmt: skip
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums[..., 1] / sums[..., 0]
        spreads = np.sqrt(np.maximum(sums[:, 0, :3, 2] / sums[:, 0, :3, 0] - means[:, 0, :3] ** 2, 0.0))
        spreads[:, 0] = matching.event_spread(means[:, 0, 0])
        errors = spreads / np.sqrt(sums[:, 0, :3, 0])
    observations = _observations(seen)
    columns = dict(zip(("winner", "month", "equity"), range(3), strict=True))
    headlines = pd.DataFrame(
        {
            f"{contest.label} wins, %": 100 * means[:, 0, 0],
            f"{contest.label} wins and builds, %": 100 * means[:, 0, 3],
            f"what {words.possessive(contest.patron_label)} levers add, points": 100
            * (means[:, 0, 0] - means[:, 1, 0]),
            "host's value, M$": means[:, 0, 4],
            "what the levers add to the host's value, M$": means[:, 0, 4] - means[:, 1, 4],
        }
    )
    lender = next((n for n, f in scenario.financiers.items() if f.bidder == contest.bidder and f.public), "")
    found = matching.estimate(
        table,
        observations,
        *(pd.DataFrame({name: part[:, n] for name, n in columns.items()}) for part in (means[:, 0], errors, spreads)),
        headlines=headlines,
        products=matching.products(contest.patron, contest.bidder, lender),
        confidence=confidence,
    )
    kept = int(found.kept.sum())

    def ranges() -> Axes:
        drawn = words.all_drawn(scenario, found.parameters, "parameter")
        return plots.kept_ranges(drawn, kept=kept, vectors=vectors)

    told = {name: seen[name] for name in ("winner", "month", "equity") if seen.get(name) is not None}
    return Answer(
        name="learning",
        question="What does this one case teach about the parameters, and about the headlines?",
        sentences=tuple(_learning_said(found, contest, told, vectors, replications)),
        tables={
            "Headlines over the worlds kept": _headlines_table(found.headlines),
            "Parameters: kept against prior": _parameters_table(found.parameters),
            "Which observation discards": _discards(found),
        },
        pictures={"Ranges kept against ranges assumed": ranges} if kept > 1 and len(found.parameters) else {},
        settings=settings_of(
            scenario, factors=spelled(chosen), vectors=vectors, observed={**seen, "winner": contest.bidder},
            replications=replications, seed=seed, confidence=confidence, cutoff=found.cutoff,
        ),
        command=command_line(
            "learning", scenario,
            {
                **typed_factors(factors), "vectors": vectors,
                "observed_winner": seen.get("winner"),
                **{f"observed_{name}": f"{told[name]:g}" for name in ("month", "equity") if name in told},
                **{name: seen[name] for name in _DISCREPANCIES if seen[name] != _DISCREPANCIES[name]},
                "replications": replications, "seed": seed, "confidence": confidence,
            },
        ),
        limits=limits_of(
            scenario,
            f"One case gives {words.listed(_given(told))}: {len(told)} numbers for {len(chosen)} parameters. What is "
            "kept is not a posterior: worlds are discarded, none is made likelier than another.",
            "The case was observed once, and may have been chosen for how it ended. A world is discarded beyond "
            f"{found.cutoff:g} standard deviations: one in which the observed bidder wins once in ten is still kept, "
            "and the least chance over the worlds kept follows from that.",
            _OWN_LUCK,
            f"The month may be missed by {seen['month_discrepancy']:g} and the state share by "
            f"{100 * float(seen['equity_discrepancy']):g} points (one standard deviation) for what the model leaves "
            "out: a judgement.",
            ranges_limit(chosen),
        ),
        scenario=scenario,
    )  # fmt: skip


_DISCREPANCIES = {"month_error": 0.5, "month_discrepancy": 1.0, "equity_error": 0.01, "equity_discrepancy": 0.03}


def _observations(seen: Mapping[str, Any]) -> list[matching.Observation]:
    found = [matching.Observation("winner", 1.0)]
    for name in ("month", "equity"):
        if seen.get(name) is not None:
            error, discrepancy = (float(seen[f"{name}_{kind}"]) for kind in ("error", "discrepancy"))
            found.append(matching.Observation(name, float(seen[name]), error, discrepancy))
    return found


def _given(told: Mapping[str, Any]) -> list[str]:
    names = {"month": "when", "equity": "at what state share"}
    return ["who won", *(text for name, text in names.items() if name in told)]


def _headlines_table(headlines: pd.DataFrame) -> pd.DataFrame:
    return words.renamed(
        headlines,
        {
            "headline": "headline", "vectors": "worlds kept", "least": "least", "low": "5 % lie below",
            "median": "median", "high": "5 % lie above", "most": "most", "prior_low": "all worlds: 5 % below",
            "prior_median": "all worlds: median", "prior_high": "all worlds: 5 % above",
        },
    )  # fmt: skip


def _parameters_table(parameters: pd.DataFrame) -> pd.DataFrame:
    return words.renamed(
        parameters,
        {
            "parameter": "parameter", "prior_low": "prior from", "prior_high": "prior to", "kept_low": "kept from",
            "kept_high": "kept to", "spread_kept": "spread kept", "distance": "shift",
            "learnt": "shifted beyond chance",
        },
    )  # fmt: skip


def _discards(found: matching.Learning) -> pd.DataFrame:
    import pandas as pd

    names = [str(name) for name in found.vectors if name not in ("worst", "kept")]
    said = {"winner": "who won", "month": "month of the award", "equity": "state share"}
    return pd.DataFrame(
        {
            "observation": [said[name] for name in names],
            "worlds discarded by it, %": [100 * float((found.vectors[n] > found.cutoff).mean()) for n in names],
        }
    )


def _learning_said(
    found: matching.Learning, contest: Contest, told: Mapping[str, Any], vectors: int, n: int
) -> list[str]:
    share, parameters = found.share_kept, found.parameters
    what = [f"{contest.label} won"]
    if "month" in told:
        what.append(f"in {words.month(contest.scenario, float(told['month']))}")
    if "equity" in told:
        what.append(f"with a state share of {100 * float(told['equity']):g} %")
    said = [
        f"That {' '.join(what)} rules out "
        f"{words.percent(1 - share['estimate'], 1 - share['high'], 1 - share['low'])} of "
        f"{vectors:,} worlds drawn from the wide ranges; "
        f"{words.percent(share['estimate'], share['low'], share['high'])} "
        f"could well have produced it (n = {n} negotiations a world)."
    ]
    if not found.kept.any():
        return [*said, "No world is kept: the model, these ranges and the observation do not go together."]
    first = found.headlines.iloc[0]
    lever = found.headlines.iloc[2]
    said.append(
        f"Over the worlds kept, {words.possessive(contest.label)} chance of winning still runs from "
        f"{first['low']:.0f} % to {first['high']:.0f} % (median {first['median']:.0f} %), and what "
        f"{words.possessive(contest.patron_label)} levers add to it from {lever['low']:+.0f} to {lever['high']:+.0f} "
        "points (90 % of the worlds)."
    )
    if len(parameters):
        narrowest = parameters.iloc[int(parameters["spread_kept"].fillna(np.inf).to_numpy().argmin())]
        shifted = parameters[parameters["learnt"].astype(bool)]
        said.append(
            f"Of {len(parameters)} parameters and products, {len(shifted)} shift beyond chance"
            + (
                f", most {shifted.iloc[0]['parameter']} (shift {shifted.iloc[0]['distance']:.2f} of 1)"
                if len(shifted)
                else ""
            )
            + (
                f"; the spread that shrinks most is that of {narrowest['parameter']}: the middle half of the worlds "
                f"kept is {100 * narrowest['spread_kept']:.0f} % as wide as that of all."
                if np.isfinite(narrowest["spread_kept"])
                else "."
            )
        )
    return said
