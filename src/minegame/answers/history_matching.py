"""What one case teaches about the parameters, and what it does not (history matching)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import plots
from minegame.analysis import history_matching as matching
from minegame.answers import words
from minegame.answers.answer import Answer, AnswerError
from minegame.answers.inputs import (
    OWN_LUCK,
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
from minegame.ensemble import by_bidder, general
from minegame.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def history_matching(
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
        name="history_matching",
        question="What does this one case teach about the parameters, and about the headlines?",
        sentences=tuple(_matching_said(found, contest, told, vectors, replications)),
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
            "history_matching", scenario,
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
            OWN_LUCK,
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


def _matching_said(
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
