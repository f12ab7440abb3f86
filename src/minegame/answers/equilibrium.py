"""What each patron should do, given what the other does: equilibria, best replies, regret, commitment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import plots, runner
from minegame.analysis import equilibrium as estimates
from minegame.answers import words
from minegame.answers.answer import Answer
from minegame.answers.inputs import (
    Contest,
    Players,
    Progress,
    check_draws,
    command_line,
    expect,
    limits_of,
    players_of,
    profile_count,
    rival_of,
    scenario_of,
    settings_of,
    typed_players,
)
from minegame.answers.words import renamed, with_interval
from minegame.ensemble import by_bidder, by_patron, general
from minegame.game_theory import nash
from minegame.game_theory.payoffs import PayoffTable, gains, pure_mixture, value
from minegame.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


SURVIVAL = (
    "Survival is the share of bootstrap draws of the payoffs in which an answer is still one: it covers the error of "
    "the sampling alone, not doubt about the parameters. Below about 2,000 replications the equilibrium itself is "
    "noise."
)
GAME = (
    "A patron chooses a package of levers at full strength once, at the months that the scenario gives them (a lever "
    "that it neither uses nor dates begins in month {onset}), knowing the game and not the luck. Payoffs are those "
    "that the scenario gives the patrons: what the award is worth to them less what their levers cost; both are "
    "assumptions."
)


def equilibrium(
    scenario: Scenario | str | Path,
    players: Players | None = None,
    *,
    replications: int = 4_000,
    draws: int = 200,
    default_onset: int = estimates.DEFAULT_ONSET,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """What each patron should do given what the other does: the empirical game of packages of levers, solved.

    ``players``: two patrons and the levers that each may use; by default those of the case (16 American and 32 Chinese
    packages) where the scenario has them, else the first two patrons with a bidder.
    """
    scenario = scenario_of(scenario)
    contest, playing = Contest.of(scenario), players_of(scenario, players)
    check_draws(scenario, replications, draws)
    size = profile_count(playing)
    expect(progress, replications * size)
    rival = rival_of(contest, seed)
    table = payoff_table(scenario, contest, rival, playing, default_onset, replications, seed, progress)
    seen = estimates.observed(scenario, playing)
    found = estimates.estimate(table, seen, draws=draws, seed=seed, confidence=confidence)
    labels = {name: scenario.patrons[name].label for name in playing}
    return Answer(
        name="equilibrium",
        question=f"What should {words.listed(labels.values())} each have done, given what the other does?",
        sentences=tuple(_equilibrium_said(table, found, seen, labels, contest, draws)),
        tables=_equilibrium_tables(found, labels, contest, rival),
        pictures=_equilibrium_pictures(table, found, labels),
        settings=settings_of(
            scenario, players={name: list(levers) for name, levers in playing.items()}, profiles=size,
            default_onset=default_onset, replications=replications, draws=draws, seed=seed, confidence=confidence,
        ),
        command=command_line(
            "equilibrium", scenario,
            {
                **typed_players(players), "default_onset": default_onset, "replications": replications, "draws": draws,
                "seed": seed, "confidence": confidence,
            },
        ),
        limits=limits_of(scenario, SURVIVAL, GAME.format(onset=default_onset)),
        scenario=scenario,
    )  # fmt: skip


def payoff_table(
    scenario: Scenario, contest: Contest, rival: str | None, playing: Players, onset: int, replications: int, seed: int,
    progress: Progress | None,
) -> PayoffTable:  # fmt: skip
    """The payoff table; beside it the host's money, and whether the bidder and its rival win anything."""
    profiles = estimates.design(scenario, playing, default_onset=onset)
    numbers = [scenario.patron_names.index(name) for name in playing]
    bidders = {_WINS: contest.bidder} | ({_RIVAL: rival} if rival is not None else {})
    payoffs = [*(by_patron("patron_payoff", k) for k in numbers), general("host_value")]
    chances = [by_bidder("wins_any", scenario.bidder_names.index(name)) for name in bidders.values()]
    places = [*payoffs, general("host_money"), *chances]
    samples = runner.samples(scenario.games(profiles.changes), seed, replications, places, progress=progress)
    beside = {MONEY: np.ascontiguousarray(samples[..., len(payoffs)])}
    for name, measure in zip(bidders, np.moveaxis(samples, -1, 0)[len(payoffs) + 1 :], strict=True):
        beside[name] = measure > 0.5
    return PayoffTable.from_samples(profiles.strategies, np.ascontiguousarray(samples[..., : len(payoffs)]), beside)


# the measures beside the payoffs
MONEY, _WINS, _RIVAL = "money", "wins", "rival"


def _equilibrium_said(
    table: PayoffTable, found: Mapping[str, Any], seen: Mapping[str, str], labels: Mapping[str, str],
    contest: Contest, draws: int,
) -> list[str]:  # fmt: skip
    summary, n = found["summary"], table.replications
    said = [_equilibria_said(found, labels, contest, draws)]
    chance = value(table, pure_mixture(table.find(seen), table.shape), _WINS)[0]
    played = words.listed(f"{labels[player]} {plays(text)}" for player, text in seen.items())
    regrets = [
        f"{labels[row['player']]} "
        + (
            f"would have gained {words.money(row['regret'], row['low'], row['high'])} by {plays(row['best_other'])} "
            f"instead"
            if row["low"] > 0
            else f"had no surely better reply (at most {words.money(max(row['high'], 0.0))} to gain)"
        )
        for _, row in found["regret"].iterrows()
    ]
    said.append(
        f"In the policy of the scenario ({played}; {contest.label} {_wins(contest)} {words.percent(chance)}) "
        f"{words.listed(regrets)}."
    )
    shares = (summary["no_pure_equilibrium"], summary["one_pure_equilibrium"], summary["several_pure_equilibria"])
    said.append(
        f"Over {draws} bootstrap draws there was no pure equilibrium in {100 * shares[0]:.0f} %, exactly one in "
        f"{100 * shares[1]:.0f} %, "
        f"several in {100 * shares[2]:.0f} %."
    )
    remaining = found["strategies"].groupby("player", sort=False)["remains"].sum()
    said.append(
        "What no dominance removes: "
        + words.listed(
            f"{int(remaining[player])} of {len(names)} packages of {labels[player]}"
            for player, names in zip(table.players, table.strategies, strict=True)
        )
        + f"; equilibria known: {summary['equilibria']}"
        + (", which are all there are." if summary["complete"] else ", and there may be more.")
    )
    best = found["commitment"]
    best = best[best["kind"] == "mixed"]
    said += [_commitment_said(row, labels, table.players, summary["complete"]) for _, row in best.iterrows()]
    said.append(
        f"Payoffs from n = {n:,} negotiations in each of {int(np.prod(table.shape))} profiles, on the same luck."
    )
    return said


def _commitment_said(row: pd.Series, labels: Mapping[str, str], players: Sequence[str], complete: bool) -> str:
    leader = labels[str(row["leader"])]
    follower, reply = next((labels[name], plays(str(row[name]))) for name in players if name != row["leader"])
    gain = float(row["value_of_commitment"])
    if np.isnan(gain):
        return f"What it would be worth to {leader} to commit first is not known, as no equilibrium is."
    if abs(gain) < 0.05 or row["low"] <= 0:
        return f"To commit first and be believed would be of no sure worth to {leader}."
    worth = words.money(gain, row["low"], row["high"], signed=True)
    least = words.money(*bounded(row, "at_least"), signed=True)
    ties = (
        f", and at least {least} if {follower}, which that leaves indifferent, answers with "
        f"{plays(str(row['worst_reply']))}"
        if row["at_least"] < gain - 0.05
        else ""
    )
    return (
        f"To commit first and be believed would be worth {worth} to {leader} over its best equilibrium"
        f"{'' if complete else ' known'} if it plays {plays(str(row[str(row['leader'])]))} and {follower} answers "
        f"with {reply}{ties}; the interval draws the answer anew with the payoffs. Commitment and answer are the same "
        f"in {100 * row['survival']:.0f} % of the draws ({nash.IN_WORDS[str(row['standing'])]})."
    )


def plays(package: str) -> str:
    """What a player plays, for a sentence: a package, or a lottery over packages."""
    parts = ["no lever" + part[4:] if part == "none" or part.startswith("none ") else part
             for part in package.split(", ")]  # fmt: skip
    return parts[0] if len(parts) == 1 else f"a lottery ({', '.join(parts)})"


def _wins(contest: Contest) -> str:
    split = contest.scenario.tender.lots == "split" and len(contest.scenario.deposits) > 1
    return "wins some lot in" if split else "wins"


def _equilibria_said(found: Mapping[str, Any], labels: Mapping[str, str], contest: Contest, draws: int) -> str:
    equilibria = found["equilibria"]
    pure = equilibria[equilibria["kind"] == "pure"]
    if len(pure):
        best = pure.sort_values("survival", ascending=False).iloc[0]
        others = f" Other pure equilibria, which survive no more often: {len(pure) - 1}." if len(pure) > 1 else ""
        return f"In equilibrium {_outcome_said(best, labels, contest)} {_survival_said(best, draws)}{others}"
    none = "No pure equilibrium is found: whatever one side settles on, the other would answer, and so on round."
    one = equilibria.sort_values(["selected", "survival"], ascending=False).iloc[0]
    told = _outcome_said(one, labels, contest)
    if one["kind"] != "mixed":
        return (
            f"{none} Nor was a mixed one found; as errors grow rarer, {told} Nobody could gain more than "
            f"{words.money(one['regret'])} there."
        )
    others = f" Other mixed equilibria: {len(equilibria) - 1}." if len(equilibria) > 1 else ""
    which = ", to which play runs as errors grow rarer," if one["selected"] else ""
    return f"{none} In the mixed equilibrium{which} {told} {_survival_said(one, draws)}{others}"


def _outcome_said(row: pd.Series, labels: Mapping[str, str], contest: Contest) -> str:
    both = words.listed(f"{label} plays {plays(str(row[player]))}" for player, label in labels.items())
    worth = words.money(row["host_value"], row["host_low"], row["host_high"])
    return (
        f"{both}; then {contest.label} {_wins(contest)} {words.percent(*bounded(row, _WINS))} and the host gets "
        f"{worth} in value and {words.money(*bounded(row, MONEY))} in money."
    )


def _survival_said(row: pd.Series, draws: int) -> str:
    return (
        f"It survives in {100 * row['survival']:.1f} % of {draws} bootstrap draws of the payoffs "
        f"({nash.IN_WORDS[str(row['standing'])]})."
    )


def _equilibrium_tables(
    found: Mapping[str, Any], labels: Mapping[str, str], contest: Contest, rival: str | None
) -> dict[str, pd.DataFrame]:
    equilibria = found["equilibria"]
    payoff = {f"{player}_payoff": f"{words.possessive(label)} payoff, M$" for player, label in labels.items()}
    first = renamed(equilibria, {"kind": "kind", **labels, **payoff}).assign(
        **with_interval(HOST_VALUE, equilibria["host_value"], equilibria["host_low"], equilibria["host_high"]),
        **with_interval(HOST_MONEY, *words.bounded(equilibria, MONEY)),
        **chances(equilibria, contest, rival),
        **{
            "survival, %": 100 * equilibria["survival"],
            "standing": equilibria["standing"].map(nash.IN_WORDS),
            "quantal limit": equilibria["selected"],
        },
    )
    survival = found["pure_survival"]
    commitment = found["commitment"]
    regret = found["regret"]
    say = labels.get
    return {
        "Equilibria": first,
        "Pure equilibria over the draws": renamed(survival, labels).assign(
            **{
                "survival, %": 100 * survival["survival"],
                "standing": survival["standing"].map({**nash.IN_WORDS, "": "–"}),
            }
        ),
        "Regret of the scenario's policy": regret[["played", "best_other"]]
        .rename(columns={"best_other": "best other"})
        .assign(
            **{"payoff, M$": regret["payoff"]},
            **with_interval("regret, M$", regret["regret"], regret["low"], regret["high"]),
        )
        .pipe(lambda frame: _led(frame, "patron", regret["player"].map(say))),
        "Commitment": _led(
            renamed(commitment, {"kind": "kind", **labels}).assign(
                **{"leader's payoff, M$": commitment["leader_payoff"]},
                **with_interval(
                    "value of commitment, M$", commitment["value_of_commitment"], commitment["low"], commitment["high"]
                ),
                **with_interval("at least (ties against it), M$", *words.bounded(commitment, "at_least")),
                **{"survival, %": 100 * commitment["survival"], "standing": commitment["standing"].map(nash.IN_WORDS)},
            ),
            "leader",
            commitment["leader"].map(say),
        ),
        "Best replies": _led(
            found["best_replies"][["against", "best_reply"]]
            .rename(columns={"best_reply": "best reply"})
            .assign(
                **{
                    "payoff, M$": found["best_replies"]["payoff"],
                    "lead over the next, M$": found["best_replies"]["lead"],
                    "survival, %": 100 * found["best_replies"]["survival"],
                }
            ),
            "patron",
            found["best_replies"]["player"].map(say),
        ),
        "Packages that dominance removes": _led(
            found["dominance"][["strategy", "dominated_by", "round"]]
            .rename(columns={"strategy": "package", "dominated_by": "dominated by"})
            .assign(**{"margin, M$": found["dominance"]["margin"], "strictly": found["dominance"]["strict"]}),
            "patron",
            found["dominance"]["player"].map(say),
        ),
    }


HOST_VALUE, HOST_MONEY = "host's value, M$", "host's money, M$"


def chances(found: pd.DataFrame, contest: Contest, rival: str | None) -> dict[str, Any]:
    """The chances of the bidder and its rival to win anything, percent; with lots apart both can."""
    columns = with_interval(f"{contest.label} wins any lot, %", *words.bounded(found, _WINS), 100.0)
    if rival is not None:
        label = contest.scenario.bidders[rival].label
        columns |= with_interval(f"{label} wins any lot, %", *words.bounded(found, _RIVAL), 100.0)
    return columns


def _led(frame: pd.DataFrame, name: str, column: Any) -> pd.DataFrame:
    frame = frame.copy()
    frame.insert(0, name, column)
    return frame


def _equilibrium_pictures(table: PayoffTable, found: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    named = {labels[player]: names for player, names in zip(table.players, table.strategies, strict=True)}

    def best_replies() -> Axes:
        replies = [np.asarray(part <= 0.0) for part in gains(table.payoffs)]
        return plots.best_replies(
            table.host_value, replies, named, survival=_survival(table, found), replications=table.replications
        )

    def quantal(number: int, player: str) -> Any:
        path = found["quantal"]
        path = path[path["player"] == player]
        names = table.strategies[number]
        probabilities = path["probability"].to_numpy(float).reshape(-1, len(names))
        rationality = path["rationality"].to_numpy(float).reshape(-1, len(names))[:, 0]

        def picture() -> Axes:
            return plots.quantal_path(
                rationality, probabilities, names, player=labels[player], replications=table.replications
            )

        return picture

    pictures: dict[str, Any] = {"Best replies and the host's value": best_replies}
    for number, player in enumerate(table.players):
        pictures[f"How {labels[player]} plays as errors grow rarer"] = quantal(number, player)
    return pictures


def _survival(table: PayoffTable, found: Mapping[str, Any]) -> np.ndarray:
    shares = np.zeros(table.shape)
    for _, row in found["pure_survival"].iterrows():
        if row["standing"]:
            shares[table.find({player: str(row[player]) for player in table.players})] = float(row["survival"])
    return shares


def bounded(row: pd.Series, name: str) -> tuple[float, float, float]:
    """An estimate with the ends of its interval."""
    return row[name], row[f"{name}_low"], row[f"{name}_high"]
