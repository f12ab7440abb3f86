"""Strategy: what each patron should do, given what the other does, and how sure that is.

Players are patrons, strategies are packages of levers, payoffs come from the ensemble on common random numbers.
``design`` says which profiles to play, ``estimate`` solves the game and says which answers outlive the noise.
"Survival" is the share of bootstrap draws of the payoffs in which an answer is still one: an equilibrium that comes and
goes with the noise is shown as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minegame import design as designs
from minegame.campaign_file import CampaignScenario
from minegame.cases import Case
from minegame.game import LEVERS
from minegame.game_theory import commitment, dominance, quantal
from minegame.game_theory.nash import Equilibrium, equilibria, selected, standing, survival
from minegame.game_theory.payoffs import (
    HOST,
    Mixture,
    PayoffTable,
    Profile,
    best_deviation,
    describe,
    drawn_gains,
    expected,
    mixture_regret,
    played_names,
    value,
)

#: Who plays with which levers in the case: 16 American and 32 Chinese packages.
PLAYERS: dict[str, tuple[str, ...]] = {"us": LEVERS[:4], "china": LEVERS[:5]}
#: The month from which a lever works that the scenario neither uses nor dates.
DEFAULT_ONSET = 5

# --------------------------------------------------------------------------------------------------------------- design


@dataclass(frozen=True)
class Profiles:
    """The profiles of a game: each player's strategies, and for every profile in C order the changes that play it."""

    strategies: dict[str, tuple[str, ...]]
    changes: list[dict[str, designs.Value]]


def design(
    scenario: Case,
    players: Mapping[str, Sequence[str]] | None = None,
    onsets: Mapping[str, Mapping[str, int]] | None = None,
    default_onset: int = DEFAULT_ONSET,
) -> Profiles:
    """Every combination of the players' packages of levers; in a campaign the same in every tender.

    ``players`` maps each patron to the levers it may use (default: PLAYERS).  A lever starts in the month that
    ``onsets`` (patron → lever → month) or else the scenario gives it; one that the scenario leaves at intensity 0 and
    onset 0 starts at ``default_onset``.
    """
    packages = {patron: designs.packages(patron, levers) for patron, levers in (players or PLAYERS).items()}
    dated = dict(_onsets(scenario, players or PLAYERS, onsets or {}, default_onset))
    crossed = designs.crossed(*packages.values())
    within = _within(scenario)
    return Profiles(
        {patron: tuple(family) for patron, family in packages.items()},
        [{**dated, **{within + path: value for path, value in changes.items()}} for changes in crossed.values()],
    )


def _within(scenario: Case) -> str:
    """What stands before the path of a patron: that of every tender of a campaign."""
    return "tenders.*." if isinstance(scenario, CampaignScenario) else ""


def _most(scenario: Case, path: str) -> Any:
    """The value at a path, the most of it where it differs between tenders."""
    return max(scenario.value(one) for one in scenario.paths(path))


def _onsets(
    scenario: Case,
    players: Mapping[str, Sequence[str]],
    onsets: Mapping[str, Mapping[str, int]],
    default: int,
) -> Iterator[tuple[str, int]]:
    for patron, levers in players.items():
        for lever in levers:
            path = f"{_within(scenario)}patrons.{patron}.levers.{lever}"
            if lever in onsets.get(patron, {}):
                yield f"{path}.onset", onsets[patron][lever]
            elif _most(scenario, f"{path}.intensity") == 0 and _most(scenario, f"{path}.onset") == 0:
                yield f"{path}.onset", default


def observed(scenario: Case, players: Mapping[str, Sequence[str]] | None = None) -> dict[str, str]:
    """The profile that a scenario plays: for each patron the name of the package of levers that it uses."""
    within = _within(scenario)
    return {
        patron: " + ".join(x for x in levers if _most(scenario, f"{within}patrons.{patron}.levers.{x}.intensity") > 0)
        or "none"
        for patron, levers in (players or PLAYERS).items()
    }


# ------------------------------------------------------------------------------------------------------------- estimate


def estimate(
    table: PayoffTable,
    observed: Mapping[str, str] | None = None,
    *,
    draws: int = 200,
    seed: int = 0,
    confidence: float = 0.95,
) -> dict[str, Any]:
    """The whole strategic analysis of a payoff table: a ``summary`` (plain values) and tables (pandas).

    ``equilibria``, ``pure_survival`` (how often each pure profile is an equilibrium, and how often none is),
    ``strategies`` and ``dominance``, ``best_replies``, ``quantal``, ``commitment`` (two players) and, where the profile
    ``observed`` (player → strategy) is given, ``regret``.  Where no equilibrium is found, ``equilibria`` has one row of
    the kind "quantal limit": the profile that logit play runs to, with its largest regret.
    """
    import pandas as pd

    drawn = table.bootstrap(draws, seed)[:, :-1]
    found, complete = equilibria(table.payoffs)
    path = quantal.quantal_path(table.payoffs)
    chosen = selected(found, path.limit)
    remaining, gone = dominance.eliminate(table.payoffs)
    frequencies = np.asarray((drawn_gains(drawn) <= 0.0).all(axis=1))
    results: dict[str, Any] = {
        "equilibria": pd.DataFrame(
            _equilibrium_rows(table, found, drawn, chosen, confidence)
            if found
            else [_limit_row(table, path.limit, confidence)]
        ),
        "pure_survival": pd.DataFrame(_survival_rows(table, frequencies)),
        "strategies": pd.DataFrame(_strategy_rows(table, remaining, gone, drawn)),
        "dominance": pd.DataFrame(_dominance_rows(table, remaining, gone), columns=_DOMINANCE),
        "best_replies": pd.DataFrame(_reply_rows(table, drawn)),
        "quantal": pd.DataFrame(_quantal_rows(table, path)),
    }
    if len(table.players) == 2:
        mixtures = [one.mixture for one in found]
        results["commitment"] = pd.DataFrame(commitment.commitment_rows(table, mixtures, drawn, confidence))
    if observed is not None:
        results["regret"] = pd.DataFrame(regret_rows(table, table.find(observed), confidence))
    counts = frequencies.reshape(len(drawn), -1).sum(axis=1)
    results["summary"] = {
        "players": dict(zip(table.players, table.shape, strict=True)),
        "replications": table.replications,
        "draws": draws,
        "equilibria": len(found),
        "pure_equilibria": sum(one.pure is not None for one in found),
        "components": len({one.component for one in found}),
        "complete": complete,
        "dominance_solvable": all(len(part) == 1 for part in remaining),
        "quantal_selects": chosen,
        "no_pure_equilibrium": float((counts == 0).mean()),
        "one_pure_equilibrium": float((counts == 1).mean()),
        "several_pure_equilibria": float((counts > 1).mean()),
    }
    return results


def _equilibrium_rows(
    table: PayoffTable, found: Sequence[Equilibrium], drawn: np.ndarray, chosen: int | None, confidence: float
) -> Iterator[dict[str, Any]]:
    for n, one in enumerate(found):
        share = survival(drawn, one)
        yield {
            "equilibrium": n,
            "kind": "mixed" if one.pure is None else "pure",
            **played_row(table, one.mixture, confidence),
            **_margins(table, one, confidence),
            "survival": share, "standing": standing(share), "selected": n == chosen,
            "component": one.component, "isolated": one.isolated,
        }  # fmt: skip


def _limit_row(table: PayoffTable, limit: Mixture, confidence: float) -> dict[str, Any]:
    return {
        "equilibrium": 0, "kind": "quantal limit", **played_row(table, limit, confidence),
        "survival": float("nan"), "standing": standing(float("nan")), "selected": True,
    }  # fmt: skip


def played_row(table: PayoffTable, mixture: Mixture, confidence: float) -> dict[str, Any]:
    """A profile in words, and what it brings: to each player, to the host, and in the measures beside."""
    worth, low, high = value(table, mixture, HOST, confidence)
    return {
        **played_names(table, mixture),
        **_payoffs(table, mixture),
        "host_value": worth, "host_low": low, "host_high": high,
        **{
            f"{name}{end}": number
            for name in table.beside
            for end, number in zip(ENDS, value(table, mixture, name, confidence), strict=True)
        },
        "regret": float(mixture_regret(table.payoffs, mixture).max()),
    }  # fmt: skip


ENDS = ("", "_low", "_high")


def _payoffs(table: PayoffTable, mixture: Mixture) -> dict[str, float]:
    pairs = zip(table.players, expected(table.payoffs, mixture).tolist(), strict=True)
    return {f"{player}_payoff": payoff for player, payoff in pairs}


def _margins(table: PayoffTable, one: Equilibrium, confidence: float) -> dict[str, float]:
    """By how much each player prefers its part of a pure equilibrium to the best alternative, with the paired error."""
    columns: dict[str, float] = {}
    for i, player in enumerate(table.players):
        away = None if one.pure is None else best_deviation(table, one.pure, i, confidence)
        columns[f"{player}_margin"] = float("nan") if away is None else -away.gain
        columns[f"{player}_margin_error"] = float("nan") if away is None else away.error
    return columns


def _survival_rows(table: PayoffTable, frequencies: np.ndarray) -> list[dict[str, Any]]:
    """Each pure profile that is an equilibrium in some draw, most frequent first; a last row for none at all."""
    shares = frequencies.mean(axis=0)
    places = [tuple(place) for place in np.argwhere(shares > 0.0).tolist()]
    places.sort(key=lambda place: -shares[place])
    rows: list[dict[str, Any]] = [
        {**table.names(place), "survival": float(shares[place]), "standing": standing(float(shares[place]))}
        for place in places
    ]
    none = float((~frequencies.reshape(len(frequencies), -1).any(axis=1)).mean())
    return [*rows, {**dict.fromkeys(table.players, "(no pure equilibrium)"), "survival": none, "standing": ""}]


_DOMINANCE = ["round", "player", "strategy", "dominated_by", "margin", "strict"]


def _dominance_rows(
    table: PayoffTable, remaining: dominance.Remaining, gone: Sequence[dominance.Dominated]
) -> list[dict[str, Any]]:
    weak = dominance.weakly_dominated(table.payoffs, remaining)
    return [
        {
            "round": one.round or None,
            "player": table.players[one.player],
            "strategy": table.strategies[one.player][one.strategy],
            "dominated_by": _mixture_text(table.strategies[one.player], one.by),
            "margin": one.margin,
            "strict": one.strict,
        }
        for one in [*gone, *weak]
    ]


def _mixture_text(names: Sequence[str], by: Mapping[int, float]) -> str:
    probabilities = np.zeros(len(names))
    probabilities[list(by)] = list(by.values())
    return describe(names, probabilities)


def _strategy_rows(
    table: PayoffTable, remaining: dominance.Remaining, gone: Sequence[dominance.Dominated], drawn: np.ndarray
) -> Iterator[dict[str, Any]]:
    """Every strategy: the round in which it goes, and how often it outlives dominance by pure strategies."""
    rounds = {(one.player, one.strategy): one.round for one in gone}
    shares = iter(dominance.survives_pure(drawn).mean(axis=0).tolist())
    for i, (player, names) in enumerate(zip(table.players, table.strategies, strict=True)):
        for j, name in enumerate(names):
            yield {
                "player": player, "strategy": name, "remains": j in remaining[i], "round": rounds.get((i, j)),
                "undominated_survival": next(shares),
            }  # fmt: skip


def _reply_rows(table: PayoffTable, drawn: np.ndarray) -> Iterator[dict[str, Any]]:
    """Each player's best reply to everything the others may play, its lead over the next best, and its survival."""
    for i, player in enumerate(table.players):
        rows = np.moveaxis(table.payoffs[i], i, 0).reshape(table.shape[i], -1)
        again = np.moveaxis(drawn[:, i], i + 1, 1).reshape(len(drawn), table.shape[i], -1).argmax(axis=1)
        others = [k for k in range(len(table.players)) if k != i]
        for n, place in enumerate(np.ndindex(*(table.shape[k] for k in others))):
            reply = int(rows[:, n].argmax())
            ranked = np.sort(rows[:, n])
            yield {
                "player": player,
                "against": " | ".join(table.strategies[k][j] for k, j in zip(others, place, strict=True)),
                "best_reply": table.strategies[i][reply],
                "payoff": float(ranked[-1]),
                "lead": float(ranked[-1] - ranked[-2]) if len(ranked) > 1 else float("nan"),
                "survival": float((again[:, n] == reply).mean()),
            }


def _quantal_rows(table: PayoffTable, path: quantal.QuantalPath) -> Iterator[dict[str, Any]]:
    """The principal branch, a row for each point, player and strategy; λ in 1/M$."""
    for i, (player, names) in enumerate(zip(table.players, table.strategies, strict=True)):
        probabilities = path.mixtures[i]
        for n, rationality in enumerate(path.rationality.tolist()):
            for j, name in enumerate(names):
                yield {
                    "point": n, "rationality": rationality, "player": player, "strategy": name,
                    "probability": float(probabilities[n, j]), "regret": float(path.regret[n]),
                }  # fmt: skip


def regret_rows(table: PayoffTable, profile: Profile, confidence: float = 0.95) -> Iterator[dict[str, Any]]:
    """For each player: what it played, its best other strategy, and its regret with the paired interval, M$."""
    for i, player in enumerate(table.players):
        away = best_deviation(table, profile, i, confidence)
        estimate, low, high = away.regret()
        yield {
            "player": player, "played": away.plays, "payoff": float(table.payoffs[(i, *profile)]),
            "best_other": away.reply, "gain": away.gain, "error": away.error,
            "regret": estimate, "low": low, "high": high,
        }  # fmt: skip
