"""What each side should do: the patrons' game solved, and the rules of the tender that the host may choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import plots, sampling
from minegame.analysis import equilibrium
from minegame.analysis.payoffs import PayoffTable, Profile, gains, paired_difference, pure_mixture, value_sample
from minegame.answers import words
from minegame.answers.answer import Answer, AnswerError
from minegame.answers.odds import AS_IT_IS
from minegame.answers.setting import (
    Contest,
    Progress,
    command_line,
    expect,
    known,
    limits_of,
    scenario_of,
    settings_of,
)
from minegame.answers.words import renamed, with_interval
from minegame.design import Changes
from minegame.ensemble import by_bidder, by_patron, general
from minegame.game import LEVERS
from minegame.scenario import Scenario, nearest

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Players = Mapping[str, Sequence[str]]

_MOST_PROFILES = 4096
_SURVIVAL = (
    "Survival is the share of bootstrap draws of the payoffs in which an answer is still one: it covers the error of "
    "the sampling alone, not doubt about the parameters. Below about 2,000 replications the equilibrium itself is "
    "noise."
)
_GAME = (
    "A patron chooses a package of levers at full strength once, at the months that the scenario gives them (a lever "
    "that "
    "it neither uses nor dates begins in month {onset}), knowing the game and not the luck. Payoffs are those that the "
    "scenario gives the patrons: what the award is worth to them less what their levers cost; both are assumptions."
)


# ------------------------------------------------------------------------------------------------------------- strategy


def strategy(
    scenario: Scenario | str | Path,
    players: Players | None = None,
    *,
    replications: int = 4_000,
    draws: int = 200,
    default_onset: int = equilibrium.DEFAULT_ONSET,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """What each patron should do given what the other does: the empirical game of packages of levers, solved.

    ``players``: two patrons and the levers that each may use; by default those of the case (16 American and 32 Chinese
    packages) where the scenario has them, else the first two patrons with a bidder.
    """
    scenario = scenario_of(scenario)
    contest, playing = Contest.of(scenario), _players(scenario, players)
    _enough(scenario, replications, draws)
    size = _size(playing)
    expect(progress, replications * size)
    table, won = _table(scenario, contest, playing, default_onset, replications, seed, progress)
    seen = equilibrium.observed(scenario, playing)
    found = equilibrium.estimate(table, seen, draws=draws, seed=seed, confidence=confidence)
    labels = {name: scenario.patrons[name].label for name in playing}
    return Answer(
        name="strategy",
        question=f"What should {words.listed(labels.values())} each have done, given what the other does?",
        sentences=tuple(_strategy_said(table, won, found, seen, labels, contest, draws)),
        tables=_strategy_tables(table, won, found, labels, contest),
        pictures=_strategy_pictures(table, found, labels),
        settings=settings_of(
            scenario, players={name: list(levers) for name, levers in playing.items()}, profiles=size,
            default_onset=default_onset, replications=replications, draws=draws, seed=seed, confidence=confidence,
        ),
        command=command_line(
            "strategy", scenario,
            {
                **_typed(players), "default_onset": default_onset, "replications": replications, "draws": draws,
                "seed": seed, "confidence": confidence,
            },
        ),
        limits=limits_of(scenario, _SURVIVAL, _GAME.format(onset=default_onset)),
        scenario=scenario,
    )  # fmt: skip


def _players(scenario: Scenario, given: Players | None) -> dict[str, tuple[str, ...]]:
    """Who plays with which levers; raises AnswerError for unknown names or too many profiles."""
    if given is None and set(equilibrium.PLAYERS) <= set(scenario.patron_names):
        given = equilibrium.PLAYERS
    if given is None:
        backing = [scenario.camp_of(bidder) for bidder in scenario.bidder_names]
        given = {name: _useful(scenario, name) for name in list(dict.fromkeys(backing))[:2]}
    for name, levers in given.items():
        known(scenario, "patron", name)
        for lever in levers:
            if lever not in LEVERS:
                text = f"there is no lever '{lever}': expected one of {', '.join(LEVERS)}{nearest(lever, LEVERS)}"
                raise AnswerError(scenario.name, text)
    playing = {name: tuple(levers) for name, levers in given.items()}
    if len(playing) != 2:
        raise AnswerError(scenario.name, f"the game is one of two patrons, not of {len(playing)}")
    if _size(playing) > _MOST_PROFILES:
        text = f"{_size(playing):,} profiles are too many: expected at most {_MOST_PROFILES:,}"
        raise AnswerError(scenario.name, text)
    return playing


def _useful(scenario: Scenario, patron: str) -> tuple[str, ...]:
    """The levers of a patron that can do anything: no finance without a lender, no denial of what nobody needs."""
    own = {name for name, bidder in scenario.bidders.items() if bidder.patron == patron}
    lends = any((f.patron or scenario.camp_of(f.bidder)) == patron for f in scenario.financiers.values())
    denies = any(b.technology_dependence > 0 for name, b in scenario.bidders.items() if name not in own)
    idle = {lever for lever, works in (("finance", lends), ("denial", denies)) if not works}
    return tuple(lever for lever in LEVERS if lever not in idle)


def _size(playing: Players) -> int:
    return int(np.prod([2 ** len(levers) for levers in playing.values()]))


def _enough(scenario: Scenario, replications: int, draws: int) -> None:
    if replications < 4 or draws < 1:
        raise AnswerError(scenario.name, "needs at least 4 replications and one bootstrap draw")


def _typed(players: Players | None) -> dict[str, object]:
    return {"player": [f"{name}={','.join(levers)}" for name, levers in players.items()]} if players else {}


def _table(
    scenario: Scenario, contest: Contest, playing: Players, onset: int, replications: int, seed: int,
    progress: Progress | None,
) -> tuple[PayoffTable, np.ndarray]:  # fmt: skip
    """The payoff table, and the bidder's chance of winning in every profile, shape (s1, s2)."""
    profiles = equilibrium.design(scenario, playing, default_onset=onset)
    numbers = [scenario.patron_names.index(name) for name in playing]
    places = [*(by_patron("patron_payoff", k) for k in numbers), general("host_value")]
    places.append(by_bidder("wins_any", contest.place))
    games = scenario.games(profiles.changes)
    samples = sampling.samples(games, seed, replications, places, progress=progress)
    table = PayoffTable.from_samples(profiles.strategies, np.ascontiguousarray(samples[..., :-1]))
    return table, samples[..., -1].mean(axis=0).reshape(table.shape)


def _strategy_said(
    table: PayoffTable, won: np.ndarray, found: Mapping[str, Any], seen: Mapping[str, str],
    labels: Mapping[str, str], contest: Contest, draws: int,
) -> list[str]:  # fmt: skip
    summary, equilibria, n = found["summary"], found["equilibria"], table.replications
    said = [_equilibria_said(table, won, found, labels, contest, draws)]
    profile = table.find(seen)
    played = words.listed(f"{labels[player]} {_plays(text)}" for player, text in seen.items())
    regrets = [
        f"{labels[row['player']]} "
        + (
            f"would have gained {words.money(row['regret'], row['low'], row['high'])} by {_plays(row['best_other'])} "
            f"instead"
            if row["low"] > 0
            else f"had no surely better reply (at most {words.money(max(row['high'], 0.0))} to gain)"
        )
        for _, row in found["regret"].iterrows()
    ]
    said.append(
        f"In the policy of the scenario ({played}; {contest.label} wins {words.percent(float(won[profile]))}) "
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
        + f"; equilibria known: {len(equilibria)}"
        + (", which are all there are." if summary["complete"] else ", and there may be more.")
    )
    best = found["commitment"]
    best = best[best["kind"] == "mixed"]
    said += [_commitment_said(row, labels, table.players) for _, row in best.iterrows()]
    said.append(
        f"Payoffs from n = {n:,} negotiations in each of {int(np.prod(table.shape))} profiles, on the same luck."
    )
    return said


def _commitment_said(row: pd.Series, labels: Mapping[str, str], players: Sequence[str]) -> str:
    leader = labels[str(row["leader"])]
    follower, reply = next((labels[name], _plays(str(row[name]))) for name in players if name != row["leader"])
    if abs(float(row["value_of_commitment"])) < 0.05 or row["low"] <= 0:
        return f"To commit first and be believed would be of no sure worth to {leader}."
    worth = words.money(row["value_of_commitment"], row["low"], row["high"], signed=True)
    return (
        f"To commit first and be believed would be worth {worth} to {leader} over its best equilibrium: it would play "
        f"{_plays(str(row[str(row['leader'])]))}, to which {follower} answers with {reply} (the same in "
        f"{100 * row['survival']:.0f} % of the draws)."
    )


def _plays(package: str) -> str:
    return "no lever" if package == "none" else package


def _equilibria_said(
    table: PayoffTable,
    won: np.ndarray,
    found: Mapping[str, Any],
    labels: Mapping[str, str],
    contest: Contest,
    draws: int,
) -> str:
    equilibria = found["equilibria"]
    pure = equilibria[equilibria["kind"] == "pure"]
    if not len(pure):
        return "No pure equilibrium is found: whatever one side settles on, the other would answer, and so on round."
    best = pure.sort_values("survival", ascending=False).iloc[0]
    place = table.find({player: str(best[player]) for player in table.players})
    plays = words.listed(f"{labels[player]} plays {_plays(str(best[player]))}" for player in table.players)
    others = f" Other pure equilibria, which survive no more often: {len(pure) - 1}." if len(pure) > 1 else ""
    warning = "" if best["standing"] == "robust" else " It comes and goes with the noise of the sampling."
    return (
        f"In equilibrium {plays}; then {contest.label} wins {words.percent(float(won[place]))} and the host gets "
        f"{words.money(best['host_value'], best['host_low'], best['host_high'])}. It survives in "
        f"{100 * best['survival']:.1f} % of "
        f"{draws} bootstrap draws of the payoffs ({best['standing']}).{others}{warning}"
    )


def _strategy_tables(
    table: PayoffTable, won: np.ndarray, found: Mapping[str, Any], labels: Mapping[str, str], contest: Contest
) -> dict[str, pd.DataFrame]:
    equilibria = found["equilibria"]
    payoff = {f"{player}_payoff": f"{words.possessive(label)} payoff, M$" for player, label in labels.items()}
    chances = [_chance(table, won, row, labels) for _, row in equilibria.iterrows()]
    host = {"host_value": _HOST, "host_low": f"{_HOST} (low)", "host_high": f"{_HOST} (high)"}
    names = {"kind": "kind", **labels, **payoff, **host}
    first = renamed(equilibria, names).assign(
        **{
            f"{contest.label} wins, %": chances,
            "survival, %": 100 * equilibria["survival"],
            "standing": equilibria["standing"],
            "quantal limit": equilibria["selected"],
        }
    )
    survival = found["pure_survival"]
    commitment = found["commitment"]
    regret = found["regret"]
    say = labels.get
    return {
        "Equilibria": first,
        "Pure equilibria over the draws": renamed(survival, labels).assign(
            **{"survival, %": 100 * survival["survival"], "standing": survival["standing"].replace("", "–")}
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
                **{"survival, %": 100 * commitment["survival"]},
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


_HOST = "host's value, M$"


def _led(frame: pd.DataFrame, name: str, column: Any) -> pd.DataFrame:
    frame = frame.copy()
    frame.insert(0, name, column)
    return frame


def _chance(table: PayoffTable, won: np.ndarray, row: pd.Series, labels: Mapping[str, str]) -> float:
    """The bidder's chance in a pure equilibrium, percent; NaN in a mixed one."""
    if row["kind"] != "pure":
        return float("nan")
    return 100 * float(won[table.find({player: str(row[player]) for player in labels})])


def _strategy_pictures(table: PayoffTable, found: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
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


# ---------------------------------------------------------------------------------------------------------------- rules


def rules(
    scenario: Scenario | str | Path,
    changes: Mapping[str, Changes] | None = None,
    players: Players | None = None,
    *,
    replications: int = 4_000,
    draws: int = 200,
    default_onset: int = equilibrium.DEFAULT_ONSET,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Answer:
    """What the host gains by its rules of the tender, when the patrons adapt to them.

    ``changes``: name of a rule → changes by path; by default those of :func:`tender_rules`.  The patrons' game is
    solved again under each and compared with the tender as it is.
    """
    scenario = scenario_of(scenario)
    contest, playing = Contest.of(scenario), _players(scenario, players)
    _enough(scenario, replications, draws)
    named: dict[str, Changes] = {AS_IT_IS: {}, **(changes if changes is not None else tender_rules(scenario))}
    if len(named) < 2:
        raise AnswerError(scenario.name, "there is no rule to compare with the tender as it is")
    changed = {rule: scenario.at(change) for rule, change in named.items()}
    size = _size(playing)
    expect(progress, replications * size * len(named))
    tables: dict[str, PayoffTable] = {}
    chances: dict[str, np.ndarray] = {}
    for rule, one in changed.items():
        tables[rule], chances[rule] = _table(one, contest, playing, default_onset, replications, seed, progress)
    found = equilibrium.rules(tables, draws=draws, seed=seed, confidence=confidence)
    fixed = _held(tables, equilibrium.observed(scenario, playing), confidence)
    labels = {name: scenario.patrons[name].label for name in playing}
    won = [_expected(tables[rule], chances[rule], row) for rule, (_, row) in zip(tables, found.iterrows(), strict=True)]

    def bars() -> Axes:
        rest = found.iloc[1:]
        return plots.bars(
            rest["rule"].tolist(), *(rest[f"difference{end}"].to_numpy(float) for end in ("", "_low", "_high")),
            label=f"host's value under the rule less that of the tender as it is, M$, {confidence:.0%} intervals\n"
            f"the patrons play the equilibrium under each; n = {replications:,} negotiations a profile",
            notes=[f"survives {100 * share:.0f} %" if np.isfinite(share) else "no equilibrium singled out"
                   for share in rest["survival"]],
        )  # fmt: skip

    return Answer(
        name="rules",
        question=f"What would {scenario.host.label} gain by other rules of the tender, once the patrons adapt to them?",
        sentences=tuple(_rules_said(found, scenario, fixed, replications, draws)),
        tables={
            "What each rule is worth to the host": _worth(found, fixed, won, contest),
            "What the patrons play under each rule": _adapted(found, labels),
        },
        pictures={"What each rule is worth to the host": bars},
        settings=settings_of(
            scenario, rules={rule: dict(change) for rule, change in named.items()},
            players={name: list(levers) for name, levers in playing.items()}, profiles=size,
            default_onset=default_onset, replications=replications, draws=draws, seed=seed, confidence=confidence,
        ),
        command=command_line(
            "rules", scenario,
            {
                "rule": None if changes is None else [
                    f"{rule}: " + ",".join(f"{path}={words.plain(v)}" for path, v in change.items())
                    for rule, change in changes.items()
                ],
                **_typed(players), "default_onset": default_onset, "replications": replications, "draws": draws,
                "seed": seed, "confidence": confidence,
            },
        ),
        limits=limits_of(
            scenario,
            "The interval of a difference holds the two equilibria fixed; where an equilibrium does not survive the "
            "draws, the columns 'solved again' say how far the host's value may lie elsewhere.",
            "A rule is believed and kept. The bidders' patience, their number and what it costs the host to bind "
            "itself do not change with it.",
            _SURVIVAL,
            _GAME.format(onset=default_onset),
        ),
        scenario=scenario,
    )  # fmt: skip


def tender_rules(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """The rules of the tender that a host may choose instead, as far as they change the scenario."""
    months = scenario.tender.months
    public = [name for name, financier in scenario.financiers.items() if financier.public and financier.credibility > 0]
    share = max(0.30, scenario.host.equity_min)
    found: dict[str, dict[str, Any]] = {}
    if scenario.host.threat_weight > 0:
        found["threat-blind"] = {"host.threat_weight": 0.0}
    if public:
        found["hard finance only"] = {f"financiers.{name}.credibility": 0.0 for name in public}
    if scenario.host.equity_min < share <= scenario.host.equity_max:
        found[f"state share at least {100 * share:g} %"] = {"host.equity_min": share}
    if len(scenario.deposits) > 1:
        other = "split" if scenario.tender.lots == "bundled" else "bundled"
        found[f"{other} lots"] = {"tender.lots": other}
    for length in (max(1, round(months * 2 / 3)), round(months * 3 / 2)):
        if length != months and length <= 240:
            found[f"deadline {length} months"] = {"tender.months": length}
    return found


def _held(
    tables: Mapping[str, PayoffTable], seen: Mapping[str, str], confidence: float
) -> dict[str, tuple[float, float, float]]:
    """What each rule changes for the host if nobody adapts to it: estimate, low, high, M$."""
    first = next(iter(tables.values()))
    profile: Profile = first.find(seen)
    mixture = pure_mixture(profile, first.shape)
    base = value_sample(first, mixture)
    return {rule: paired_difference(value_sample(table, mixture), base, confidence) for rule, table in tables.items()}


def _expected(table: PayoffTable, won: np.ndarray, row: pd.Series) -> float:
    """The bidder's chance where both patrons play as the row says, percent; NaN where one of them mixes."""
    try:
        return 100 * float(won[table.find({player: str(row[player]) for player in table.players})])
    except ValueError:
        return float("nan")


def _worth(
    found: pd.DataFrame, fixed: Mapping[str, tuple[float, float, float]], won: Sequence[float], contest: Contest
) -> pd.DataFrame:
    held = np.array([fixed[rule] for rule in found["rule"]]).T
    return found[["rule"]].assign(
        **with_interval(_HOST, found["host_value"], found["host_low"], found["host_high"]),
        **with_interval("change, M$", found["difference"], found["difference_low"], found["difference_high"]),
        **with_interval("if nobody adapts, M$", *held),
        **{f"{contest.label} wins, %": won},
    )


def _adapted(found: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    payoff = {f"{player}_payoff": f"{words.possessive(label)} payoff, M$" for player, label in labels.items()}
    return renamed(found, {"rule": "rule", **labels, **payoff}).assign(
        **{
            "survival, %": 100 * found["survival"],
            "standing": found["standing"],
            "solved again, host from, M$": found["redrawn_low"],
            "solved again, host to, M$": found["redrawn_high"],
            "no pure equilibrium, %": 100 * found["no_pure_equilibrium"],
        }
    )


def _rules_said(
    found: pd.DataFrame, scenario: Scenario, fixed: Mapping[str, tuple[float, float, float]], n: int, draws: int
) -> list[str]:
    rest = found.iloc[1:].sort_values("difference", ascending=False)
    best, worst = rest.iloc[0], rest.iloc[-1]

    def told(row: pd.Series) -> str:
        change = words.money(row["difference"], row["difference_low"], row["difference_high"], signed=True)
        return f"'{row['rule']}' changes what {scenario.host.label} gets by {change}"

    base = found.iloc[0]
    said = [
        f"Of {len(rest)} rules, once the patrons adapt, {told(best)} against the tender as it is "
        f"({words.money(base['host_value'], base['host_low'], base['host_high'])}), the most of all; {told(worst)}, "
        f"the least (n = {n:,} negotiations in every profile, on the same luck).",
    ]
    nobody = fixed[str(best["rule"])]
    said.append(
        f"With the patrons held to what they play in the scenario, '{best['rule']}' would change it by "
        f"{words.money(*nobody, signed=True)}."
    )
    shaky = [str(row["rule"]) for _, row in found.iterrows() if row["standing"] != "robust"]
    if shaky:
        said.append(
            f"The equilibrium does not stand firm over {draws} bootstrap draws under {words.listed(shaky)}: read "
            "these rows with their columns 'solved again'."
        )
    return said
