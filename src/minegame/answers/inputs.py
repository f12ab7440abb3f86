"""What a question is about: the scenario, who contends, what is uncertain, and what the answer cannot say."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from minegame import cases, text
from minegame.analysis import attribution as shapley
from minegame.answers import shares
from minegame.answers.answer import AnswerError
from minegame.answers.calibrated import of_campaign
from minegame.answers.camps import Camp, players_in
from minegame.answers.contender import Contender, Words
from minegame.answers.ranges import WIDE
from minegame.answers.rivals import best_rival, known_levers
from minegame.campaign_file import CampaignScenario
from minegame.cases import Case
from minegame.design import Changes, Factor, intensity_of, wrong_range
from minegame.ensemble import by_bidder, by_patron, general
from minegame.game import LEVERS
from minegame.runner import Runner
from minegame.scenario import Scenario, fits, in_words, is_pattern, meaning, nearest
from minegame.transcript import calendar_month

if TYPE_CHECKING:
    import pandas as pd

    from minegame.experiment_file import Experiment


#: Who plays with which levers.
Players: TypeAlias = "Mapping[str, Sequence[str]]"

AS_IT_IS = "as it is"  # the name of the policy, or of the rule, that changes nothing
#: What the numbers of a scenario are worth as evidence, the least sure first.
STANDINGS = ("calibrated", "swept", "unsourced", "assumption", "fact")
_MOST_PROFILES = 4096
_BATCH = 2048  # points that are played together: 120 MB of sums and games
OWN_LUCK = (
    "Every world is played on luck of its own, so that the intervals hold the error of the worlds and of the luck."
)


# --------------------------------------------------------------------------------------------------------- who contends


@dataclass(frozen=True)
class Contest:
    """Who is asked about: a patron, its bidder, and the patron's levers."""

    scenario: Scenario
    patron: str
    bidder: str
    levers: tuple[str, ...]

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        patron: str | None = None,
        bidder: str | None = None,
        levers: Sequence[str] | None = None,
    ) -> Contest:
        """By default the first patron with an active lever, its first bidder, and its active levers (or all).

        Raises:
            AnswerError: for a name that the scenario does not have, with the nearest one.
        """
        known(scenario, "bidder", bidder)
        if patron is None:
            patron = scenario.camp_of(bidder) if bidder is not None else _first_patron(scenario)
        known(scenario, "patron", patron)
        own = [name for name in scenario.bidder_names if scenario.camp_of(name) == patron]
        if bidder is None and not own:
            raise AnswerError(scenario.name, f"the patron {patron} has no bidder: name one of {_names(scenario)}")
        known_levers(scenario.name, levers)
        chosen = tuple(dict.fromkeys(levers or active_levers(scenario, patron) or LEVERS))
        return cls(scenario, patron, bidder or own[0], chosen)

    @property
    def place(self) -> int:
        """The bidder's number."""
        return self.scenario.bidder_names.index(self.bidder)

    @property
    def label(self) -> str:
        """The bidder's label."""
        return self.scenario.bidders[self.bidder].label

    @property
    def patron_label(self) -> str:
        """The patron's label."""
        return self.scenario.patrons[self.patron].label

    @property
    def contestants(self) -> tuple[str, ...]:
        """The names of the bidders."""
        return self.scenario.bidder_names

    @property
    def words(self) -> Words:
        """What is explained, in words."""
        return Words(
            f"P({self.label} wins)", f"{text.possessive(self.label)} chance of winning",
            f"{text.possessive(self.label)} chance", f"{self.label} wins",
            f"{self.label} wins more than half of the negotiations", f"{self.label} wins equally often", "negotiations",
        )  # fmt: skip

    def place_of(self, name: str) -> int:
        """The place of a bidder's winning in a tally."""
        return by_bidder("wins_any", self.scenario.bidder_names.index(name))

    def label_of(self, name: str) -> str:
        """The label of a bidder."""
        return self.scenario.bidders[name].label

    @property
    def wins(self) -> int:
        """The place of the bidder's winning in a tally."""
        return self.place_of(self.bidder)

    @property
    def worth(self) -> int:
        """The place of the host's value."""
        return general("host_value")

    @property
    def money(self) -> int:
        """The place of the host's value without balance."""
        return general("host_money")

    def payoff(self, patron: str) -> int:
        """The place of a patron's payoff."""
        return by_patron("patron_payoff", self.scenario.patron_names.index(patron))

    @property
    def event(self) -> bool:
        """To win is an event."""
        return True

    def own(self, lever: str) -> float:
        """How hard the patron presses a lever."""
        return float(self.scenario.value(intensity_of(self.patron, lever)))

    def pressed(self) -> set[str]:
        """The paths that say how hard the levers are pressed."""
        return {intensity_of(self.patron, lever) for lever in self.levers}

    def games(self, strength: Mapping[str, float], changes: Changes | None = None) -> np.ndarray:
        """The games with every subset of the levers, absent or so strong, after some changes: shape (2^levers,)."""
        found: np.ndarray = shapley.design(self.scenario.at(changes or {}), self.patron, self.levers, strength)[0]
        return found

    def rival(self, named: str | None, seed: int, runner: Runner) -> str:
        """The rival named, else the other bidder that wins most often; raises AnswerError where there is none."""
        known(self.scenario, "bidder", named)
        return best_rival(self, named, seed, runner)


def contender_of(
    scenario: Case, patron: str | None = None, bidder: str | None = None, levers: Sequence[str] | None = None,
    tender: str | None = None,
) -> Contender:  # fmt: skip
    """Who is asked about: a bidder of a scenario, or in a campaign a camp, in all tenders or in one.

    Raises:
        AnswerError: for a name that there is not, or a tender of what is no campaign.
    """
    if isinstance(scenario, CampaignScenario):
        return Camp.of(scenario, patron, bidder, levers, tender)
    if tender is not None:
        raise AnswerError(scenario.name, f"is a single tender: there is none called '{tender}'", "tender")
    return Contest.of(scenario, patron, bidder, levers)


def asked_of(contender: Contender) -> dict[str, str]:
    """Who was asked about, as settings have it."""
    if isinstance(contender, Camp):
        return {"patron": contender.patron, **({"tender": contender.tender} if contender.tender else {})}
    return {"bidder": contender.bidder}


def active_levers(scenario: Scenario, patron: str) -> tuple[str, ...]:
    """The levers that a patron uses in the scenario."""
    return tuple(x for x in LEVERS if scenario.value(f"patrons.{patron}.levers.{x}.intensity") > 0)


def known(scenario: Case, kind: str, name: str | None) -> None:
    """Refuse a name that the scenario does not have."""
    names = getattr(scenario, f"{kind}_names")
    if name is not None and name not in names:
        text = f"there is no {kind} '{name}': expected one of {', '.join(names)}{nearest(name, names)}"
        raise AnswerError(scenario.name, text)


def _names(scenario: Scenario) -> str:
    return ", ".join(scenario.bidder_names)


def _first_patron(scenario: Scenario) -> str:
    backed = [name for name in scenario.patron_names if name in {b.patron for b in scenario.bidders.values()}]
    return next((name for name in backed if active_levers(scenario, name)), backed[0])


# ---------------------------------------------------------------------------------------------------- what is uncertain


def factors_of(
    scenario: Case, vary: Sequence[Factor] | None = None, factors: str | Path | None = None
) -> tuple[Factor, ...]:
    """What varies: as written out, or as an experiment has it, or by default what the wide experiment varies.

    For a scenario to which the wide experiment does not fit, the same kinds of parameter vary by half around their
    values; of a campaign, what its own sources call swept, or else its own numbers by half.

    Raises:
        ScenarioError: for an unknown path or a range that is not allowed.
    """
    if vary and factors:
        raise AnswerError(scenario.name, "vary and factors: expected one of the two")
    if vary:
        return _checked(scenario, [_fitted(scenario, factor) for factor in vary])
    if factors:
        return _checked(scenario, _ranges(scenario, _asked(factors)))
    if isinstance(scenario, CampaignScenario):
        return _checked(scenario, of_campaign(scenario))
    asked = _asked(WIDE)
    paths = [parameter.path for parameter in scenario.parameters()]
    if all(fits(path, paths) for path in asked.factors):
        return _checked(scenario, shares.together(scenario, _ranges(scenario, asked)))
    return _checked(scenario, shares.together(scenario, _by_half(scenario, list(asked.factors))))


def _asked(where: str | Path) -> Experiment:
    from minegame.experiment_file import Experiment

    asked = Experiment.read(where)
    if not asked.factors:
        raise AnswerError(where, "varies nothing: expected factors: {path: …}")
    return asked


def _ranges(scenario: Case, asked: Experiment) -> list[Factor]:
    found = []
    for path, given in asked.factors.items():
        if given.levels is not None:
            found.append(Factor(path, levels=tuple(given.levels)))
        else:
            found.append(_range(scenario, path, (given.low, given.high, given.scale)))
    return found


def _range(scenario: Case, path: str, values: Sequence[Any]) -> Factor:
    value = scenario.value(path)
    if len(values) not in (2, 3) or not all(isinstance(end, (int, float)) for end in values[:2]):
        raise AnswerError(scenario.name, f"expected a range (low, high) or (low, high, 'log'), not {values}", path)
    low, high, scale = (*values, "linear")[:3]
    if isinstance(value, (str, bool)):
        raise AnswerError(scenario.name, "is not a number, so it has no range", path)
    if wrong := wrong_range(low, high, scale):
        raise AnswerError(scenario.name, wrong, path)
    return Factor.between(scenario, path, float(low), float(high), str(scale))


def _fitted(scenario: Case, factor: Factor) -> Factor:
    """A factor whose range is in whole numbers where the scenario's value is one."""
    if factor.levels:
        return factor
    found = _range(scenario, factor.path, (factor.low, factor.high, factor.scale))
    return replace(found, whole=found.whole or factor.whole)


def _checked(scenario: Case, factors: Sequence[Factor]) -> tuple[Factor, ...]:
    if not factors:
        raise AnswerError(scenario.name, "nothing varies: expected at least one factor")
    for factor in factors:
        for value in factor.levels or (factor.low, factor.high):
            scenario.at({factor.path: value})
    return tuple(factors)


def _by_half(scenario: Scenario, paths: Sequence[str]) -> tuple[Factor, ...]:
    """The kinds of parameter that the paths are of, for every agent, by half around their values where allowed."""
    single = [path for path in paths if not is_pattern(path)]
    kinds = [re.sub(r"^(patrons|bidders|financiers|deposits)\.[^.]+\.", r"\1.*.", path) for path in single]
    found = []
    for parameter in scenario.parameters():
        if not any(fnmatch.fnmatchcase(parameter.path, kind) for kind in kinds):
            continue
        value = parameter.value
        if not isinstance(value, float) or value <= 0:
            continue
        low = max(0.5 * value, parameter.low if parameter.low is not None else -np.inf)
        high = min(1.5 * value, parameter.high if parameter.high is not None else np.inf)
        if low < high:
            found.append(Factor(parameter.path, low, high))
    return tuple(found)


def played(
    runner: Runner,
    scenario: Case,
    table: pd.DataFrame,
    places: Sequence[int],
    *,
    seed: int,
    replications: int,
    policies: Sequence[Changes] = ({},),
    luck: np.ndarray | None = None,
) -> np.ndarray:
    """Count, sum and sum of squares of some measures at every point: shape (points, policies, measures, 3).

    All policies of a point are played on the same luck, and all points too unless ``luck``, shape (points,), gives each
    a lot of its own: estimates over many worlds are only as sure as they look if the worlds do not share their luck.
    """
    sums = np.empty((len(table), len(policies), len(places), 3))
    for first in range(0, len(table), _BATCH):
        rows = slice(first, first + _BATCH)
        games = cases.crossed(scenario, records(table.iloc[rows]), policies)
        lots = None if luck is None else luck[rows]
        sums[rows] = runner.tally(games, seed, replications, luck=lots, places=places).sums
    return sums


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a design as changes by path, in plain Python values."""
    return [
        dict(zip(map(str, table.columns), row, strict=True))
        for row in zip(*(table[name].tolist() for name in table.columns), strict=True)
    ]


# -------------------------------------------------------------------------------------------------------------- limits


def spelled(factors: Sequence[Factor]) -> dict[str, list[object]]:
    """Factors as settings: the levels, or the ends and the scale of the range, by path."""
    return {f.path: list(f.levels) if f.levels else [f.low, f.high, f.scale] for f in factors}


def ranges_limit(factors: Sequence[Factor]) -> str:
    """What an answer over the ranges of factors cannot say."""
    return (
        f"{len(factors)} parameters vary, independently and evenly over ranges that are a judgement: another range "
        "gives another answer, and parameters that do not vary say nothing."
    )


def standing_of(scenario: Case) -> dict[str, list[str]]:
    """The paths of a scenario's numbers by what their sources say; a number left at its default is none of them."""
    standing: dict[str, list[str]] = {kind: [] for kind in (*STANDINGS, "")}
    unsourced = set(scenario.unsourced())
    for parameter in scenario.parameters():
        if isinstance(parameter.value, (int, float)) and not isinstance(parameter.value, bool):
            standing["unsourced" if parameter.path in unsourced else parameter.status].append(parameter.path)
    return {kind: standing[kind] for kind in STANDINGS}


def limits_of(scenario: Case, *own: str) -> tuple[str, ...]:
    """What an answer cannot say: its own limits, then those of the scenario's numbers, by what their sources say."""
    standing = standing_of(scenario)
    found = [*own, *scenario.beyond()]
    found.append(
        "The intervals hold the error of the sampling alone: how sure a number is for exactly these parameter values, "
        "not how sure the values are."
    )
    if calibrated := standing["calibrated"]:
        found.append(
            f"{len(calibrated)} values were chosen so that the scenario shows the observed pattern "
            f"({text.few(calibrated)}). So a probability of winning is no base rate, and that the observed outcome "
            "comes out likely is no evidence for these values."
        )
    if swept := standing["swept"]:
        found.append(
            f"One case cannot teach {text.few(swept)}: vary them before believing anything that depends on them "
            "(minegame analyse sensitivity, tipping, discovery, history_matching)."
        )
    sourced, assumed, without = (len(standing[kind]) for kind in ("fact", "assumption", "unsourced"))
    other = "other " if calibrated or swept else ""
    found.append(
        f"Of the scenario's {other}numbers, {sourced} come from a source and {assumed} are assumptions with a reason"
        + (f"; {without} have no source, among them those that were changed." if without else ".")
    )
    return tuple(found)


# ------------------------------------------------------------------------------------------------------- playing points


def whole(scenario: Case, path: str, value: float) -> float | int:
    """The value of a parameter, rounded where the parameter is a whole number."""
    return round(float(value)) if isinstance(scenario.value(path), int) else float(value)


def means(runner: Runner, scenario: Case, points: Sequence[Changes], seed: int, n: int) -> np.ndarray:
    """The means of all measures at points, shape (points, places)."""
    games = cases.games(scenario, points).reshape(-1, 1)
    return np.asarray(runner.tally(games, seed, n).sums[:, 0, :, 1] / n)


# --------------------------------------------------------------------------------------------------------------- words


def parameter(scenario: Case, path: str) -> str:
    """A path with its meaning: ``host.balance_weight (weight of a balanced portfolio of camps)``."""
    means = meaning(scenario, path)
    return f"{path} ({means})" if means else path


def all_drawn(scenario: Case, table: pd.DataFrame, column: str = "factor") -> pd.DataFrame:
    """A table for a picture: the paths in a column as pictures name them."""
    return table.assign(**{column: [in_words(scenario, str(path)) for path in table[column]]})


def month(scenario: Scenario, number: float) -> str:
    """A month of the tender and of the calendar: ``month 7 (November 2025)``."""
    exact = f"{number:.0f}" if float(number).is_integer() else f"{number:.1f}"
    return f"month {exact} ({calendar_month(scenario.tender.start, round(number))})"


# ------------------------------------------------------------------------------------------ who plays with which levers


def players_of(scenario: Case, given: Players | None) -> dict[str, tuple[str, ...]]:
    """Who plays with which levers; raises AnswerError for unknown names or too many profiles."""
    from minegame.analysis.equilibrium import PLAYERS  # with its solvers, which few questions need

    if given is None and isinstance(scenario, CampaignScenario):
        given = players_in(scenario)
    if given is None and set(PLAYERS) <= set(scenario.patron_names):
        given = PLAYERS
    if given is None and isinstance(scenario, Scenario):
        backing = [scenario.camp_of(bidder) for bidder in scenario.bidder_names]
        given = {name: _useful(scenario, name) for name in list(dict.fromkeys(backing))[:2]}
    for name, levers in (given or {}).items():
        known(scenario, "patron", name)
        for lever in levers:
            if lever not in LEVERS:
                text = f"there is no lever '{lever}': expected one of {', '.join(LEVERS)}{nearest(lever, LEVERS)}"
                raise AnswerError(scenario.name, text)
    playing = {name: tuple(levers) for name, levers in (given or {}).items()}
    if len(playing) != 2:
        raise AnswerError(scenario.name, f"the game is one of two patrons, not of {len(playing)}")
    if profile_count(playing) > _MOST_PROFILES:
        text = f"{profile_count(playing):,} profiles are too many: expected at most {_MOST_PROFILES:,}"
        raise AnswerError(scenario.name, text)
    return playing


def _useful(scenario: Scenario, patron: str) -> tuple[str, ...]:
    """The levers of a patron that can do anything: no finance without a lender, no denial of what nobody needs."""
    own = {name for name, bidder in scenario.bidders.items() if bidder.patron == patron}
    lends = any((f.patron or scenario.camp_of(f.bidder)) == patron for f in scenario.financiers.values())
    denies = any(b.technology_dependence > 0 for name, b in scenario.bidders.items() if name not in own)
    idle = {lever for lever, works in (("finance", lends), ("denial", denies)) if not works}
    return tuple(lever for lever in LEVERS if lever not in idle)


def profile_count(playing: Players) -> int:
    """How many profiles of packages there are."""
    return int(np.prod([2 ** len(levers) for levers in playing.values()]))


def check_draws(scenario: Case, replications: int, draws: int) -> None:
    """Refuse too few replications or draws for a bootstrap."""
    if replications < 4 or draws < 1:
        raise AnswerError(scenario.name, "needs at least 4 replications and one bootstrap draw")


def rival_of(contest: Contender, seed: int, runner: Runner) -> str | None:
    """The bidder that stands in the way most often; None where nobody does."""
    return contest.rival(None, seed, runner) if len(contest.contestants) > 1 else None
