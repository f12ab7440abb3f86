"""What each side should do: the patrons' game solved, and the rules of the tender that the host may choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import plots, sampling
from minegame.analysis import equilibrium, nash
from minegame.analysis.payoffs import HOST, PayoffTable, Who, gains, pure_mixture, value
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
from minegame.scenario import Scenario, nearest, typed_change

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
    "that it neither uses nor dates begins in month {onset}), knowing the game and not the luck. Payoffs are those "
    "that the scenario gives the patrons: what the award is worth to them less what their levers cost; both are "
    "assumptions."
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
    rival = _rival(contest, seed)
    table = _table(scenario, contest, rival, playing, default_onset, replications, seed, progress)
    seen = equilibrium.observed(scenario, playing)
    found = equilibrium.estimate(table, seen, draws=draws, seed=seed, confidence=confidence)
    labels = {name: scenario.patrons[name].label for name in playing}
    return Answer(
        name="strategy",
        question=f"What should {words.listed(labels.values())} each have done, given what the other does?",
        sentences=tuple(_strategy_said(table, found, seen, labels, contest, draws)),
        tables=_strategy_tables(found, labels, contest, rival),
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


def _rival(contest: Contest, seed: int) -> str | None:
    """The bidder that stands in the way most often; None where nobody does."""
    return contest.rival(None, seed) if len(contest.scenario.bidder_names) > 1 else None


def _table(
    scenario: Scenario, contest: Contest, rival: str | None, playing: Players, onset: int, replications: int, seed: int,
    progress: Progress | None,
) -> PayoffTable:  # fmt: skip
    """The payoff table; beside it the host's money, and whether the bidder and its rival win anything."""
    profiles = equilibrium.design(scenario, playing, default_onset=onset)
    numbers = [scenario.patron_names.index(name) for name in playing]
    bidders = {_WINS: contest.bidder} | ({_RIVAL: rival} if rival is not None else {})
    payoffs = [*(by_patron("patron_payoff", k) for k in numbers), general("host_value")]
    chances = [by_bidder("wins_any", scenario.bidder_names.index(name)) for name in bidders.values()]
    places = [*payoffs, general("host_money"), *chances]
    samples = sampling.samples(scenario.games(profiles.changes), seed, replications, places, progress=progress)
    beside = {_MONEY: np.ascontiguousarray(samples[..., len(payoffs)])}
    for name, measure in zip(bidders, np.moveaxis(samples, -1, 0)[len(payoffs) + 1 :], strict=True):
        beside[name] = measure > 0.5
    return PayoffTable.from_samples(profiles.strategies, np.ascontiguousarray(samples[..., : len(payoffs)]), beside)


# the measures beside the payoffs
_MONEY, _WINS, _RIVAL = "money", "wins", "rival"


def _strategy_said(
    table: PayoffTable, found: Mapping[str, Any], seen: Mapping[str, str], labels: Mapping[str, str],
    contest: Contest, draws: int,
) -> list[str]:  # fmt: skip
    summary, n = found["summary"], table.replications
    said = [_equilibria_said(found, labels, contest, draws)]
    chance = value(table, pure_mixture(table.find(seen), table.shape), _WINS)[0]
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
    follower, reply = next((labels[name], _plays(str(row[name]))) for name in players if name != row["leader"])
    gain = float(row["value_of_commitment"])
    if np.isnan(gain):
        return f"What it would be worth to {leader} to commit first is not known, as no equilibrium is."
    if abs(gain) < 0.05 or row["low"] <= 0:
        return f"To commit first and be believed would be of no sure worth to {leader}."
    worth = words.money(gain, row["low"], row["high"], signed=True)
    least = words.money(*_bounded(row, "at_least"), signed=True)
    ties = (
        f", and at least {least} if {follower}, which that leaves indifferent, answers with "
        f"{_plays(str(row['worst_reply']))}"
        if row["at_least"] < gain - 0.05
        else ""
    )
    return (
        f"To commit first and be believed would be worth {worth} to {leader} over its best equilibrium"
        f"{'' if complete else ' known'} if it plays {_plays(str(row[str(row['leader'])]))} and {follower} answers "
        f"with {reply}{ties}; the interval draws the answer anew with the payoffs. Commitment and answer are the same "
        f"in {100 * row['survival']:.0f} % of the draws ({nash.IN_WORDS[str(row['standing'])]})."
    )


def _plays(package: str) -> str:
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
    plays = words.listed(f"{label} plays {_plays(str(row[player]))}" for player, label in labels.items())
    worth = words.money(row["host_value"], row["host_low"], row["host_high"])
    return (
        f"{plays}; then {contest.label} {_wins(contest)} {words.percent(*_bounded(row, _WINS))} and the host gets "
        f"{worth} in value and {words.money(*_bounded(row, _MONEY))} in money."
    )


def _survival_said(row: pd.Series, draws: int) -> str:
    return (
        f"It survives in {100 * row['survival']:.1f} % of {draws} bootstrap draws of the payoffs "
        f"({nash.IN_WORDS[str(row['standing'])]})."
    )


def _strategy_tables(
    found: Mapping[str, Any], labels: Mapping[str, str], contest: Contest, rival: str | None
) -> dict[str, pd.DataFrame]:
    equilibria = found["equilibria"]
    payoff = {f"{player}_payoff": f"{words.possessive(label)} payoff, M$" for player, label in labels.items()}
    first = renamed(equilibria, {"kind": "kind", **labels, **payoff}).assign(
        **with_interval(_HOST, equilibria["host_value"], equilibria["host_low"], equilibria["host_high"]),
        **with_interval(_HOST_MONEY, *words.bounded(equilibria, _MONEY)),
        **_chances(equilibria, contest, rival),
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


_HOST, _HOST_MONEY = "host's value, M$", "host's money, M$"


def _chances(found: pd.DataFrame, contest: Contest, rival: str | None) -> dict[str, Any]:
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
    solved again under each and compared with the tender as it is, in value and in money.  A change may also be of what
    the scenario assumes, such as a patron's stake: how far does the answer hang on it?

    Raises:
        AnswerError: for a change of a lever that the patrons choose in this game.
    """
    scenario = scenario_of(scenario)
    contest, playing = Contest.of(scenario), _players(scenario, players)
    _enough(scenario, replications, draws)
    named: dict[str, Changes] = {AS_IT_IS: {}, **(changes if changes is not None else tender_rules(scenario))}
    if len(named) < 2:
        raise AnswerError(scenario.name, "there is no rule to compare with the tender as it is")
    changed = {rule: _changed(scenario, rule, change, playing) for rule, change in named.items()}
    size, rival = _size(playing), _rival(contest, seed)
    expect(progress, replications * size * len(named))
    tables = {
        rule: _table(one, contest, rival, playing, default_onset, replications, seed, progress)
        for rule, one in changed.items()
    }
    found = equilibrium.rules(tables, draws=draws, seed=seed, confidence=confidence)
    found = found.assign(**_held(tables, equilibrium.observed(scenario, playing), confidence))
    labels = {name: scenario.patrons[name].label for name in playing}

    def bars(measure: str, prefix: str) -> Callable[[], Axes]:
        def picture() -> Axes:
            rest = found.iloc[1:]
            return plots.bars(
                rest["rule"].tolist(), *(x.to_numpy(float) for x in words.bounded(rest, f"{prefix}difference")),
                label=f"{measure}, each rule or assumption less the tender as it is, M$, {confidence:.0%} intervals\n"
                f"the patrons play the equilibrium under each; n = {replications:,} negotiations a profile",
                notes=[
                    f"equilibrium survives {100 * share:.0f} %" if np.isfinite(share) else "no equilibrium singled out"
                    for share in rest["survival"]
                ],
            )  # fmt: skip

        return picture

    return Answer(
        name="rules",
        question=f"What would {scenario.host.label} gain by other rules of the tender, once the patrons adapt to them?",
        sentences=tuple(_rules_said(found, scenario, labels, replications, draws)),
        tables={
            "What each rule is worth to the host": _worth(found, contest, rival),
            "What the patrons play under each rule": _adapted(found, labels),
        },
        pictures={
            "What each rule is worth to the host": bars("host's value", ""),
            "What each rule brings the host in money": bars("host's money", f"{_MONEY}_"),
        },
        settings=settings_of(
            scenario, rules={rule: dict(change) for rule, change in named.items()},
            players={name: list(levers) for name, levers in playing.items()}, profiles=size,
            default_onset=default_onset, replications=replications, draws=draws, seed=seed, confidence=confidence,
        ),
        command=command_line(
            "rules", scenario,
            {
                "rule": None if changes is None else [
                    f"{rule}: " + ",".join(typed_change(path, value) for path, value in change.items())
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
            "Value is money and what the balance between the camps is worth to the host. Where a change is of how the "
            "host counts (host.balance_weight), the values are counted in two ways and only money compares.",
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


def _changed(scenario: Scenario, rule: str, change: Changes, playing: Players) -> Scenario:
    """The scenario under a rule; raises AnswerError where it sets what the patrons choose, which would do nothing."""
    changed = scenario.at(change)
    for patron, levers in playing.items():
        for lever in levers:
            path = f"patrons.{patron}.levers.{lever}.intensity"
            if changed.value(path) != scenario.value(path):
                text = f"the rule '{rule}' sets a lever that the patron chooses in this game: leave it out of --player"
                raise AnswerError(scenario.name, text, path)
    return changed


def _held(tables: Mapping[str, PayoffTable], seen: Mapping[str, str], confidence: float) -> dict[str, Any]:
    """What each rule changes for the host if nobody adapts to it, in value and in money: columns with bounds, M$."""
    first = next(iter(tables.values()))
    played = pure_mixture(first.find(seen), first.shape)
    measures: dict[str, Who] = {"held": HOST, f"{_MONEY}_held": _MONEY}
    columns: dict[str, Any] = {}
    for name, who in measures.items():
        found = [equilibrium.change(table, played, first, played, who, confidence) for table in tables.values()]
        columns |= dict(zip((name, f"{name}_low", f"{name}_high"), map(list, zip(*found, strict=True)), strict=True))
    return columns


def _worth(found: pd.DataFrame, contest: Contest, rival: str | None) -> pd.DataFrame:
    return renamed(found, {"rule": _RULE}).assign(
        **with_interval(_HOST, found["host_value"], found["host_low"], found["host_high"]),
        **with_interval(_HOST_MONEY, *words.bounded(found, _MONEY)),
        **with_interval("change in value, M$", *words.bounded(found, "difference")),
        **with_interval("change in money, M$", *words.bounded(found, f"{_MONEY}_difference")),
        **with_interval("change in value if nobody adapts, M$", *words.bounded(found, "held")),
        **with_interval("change in money if nobody adapts, M$", *words.bounded(found, f"{_MONEY}_held")),
        **_chances(found, contest, rival),
    )


_RULE = "rule or assumption"


def _adapted(found: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    payoff = {f"{player}_payoff": f"{words.possessive(label)} payoff, M$" for player, label in labels.items()}
    return renamed(found, {"rule": _RULE, **labels, **payoff}).assign(
        **{
            "survival, %": 100 * found["survival"],
            "standing": found.apply(_stands, axis=1),
            "equilibria": found["equilibria"],
            "solved again, host from, M$": found["redrawn_low"],
            "solved again, host to, M$": found["redrawn_high"],
            "no pure equilibrium, %": 100 * found["no_pure_equilibrium"],
        }
    )


def _stands(row: pd.Series) -> str:
    if np.isfinite(row["survival"]):
        return nash.IN_WORDS[str(row["standing"])]
    return f"none singled out: to what play runs as errors grow rarer; nobody gains more than {row['regret']:.2g} M$"


def _rules_said(found: pd.DataFrame, scenario: Scenario, labels: Mapping[str, str], n: int, draws: int) -> list[str]:
    base, rest = found.iloc[0], found.iloc[1:].sort_values("difference", ascending=False)
    best, worst = rest.iloc[0], rest.iloc[-1]
    richest = rest.sort_values(f"{_MONEY}_difference", ascending=False).iloc[0]
    host = scenario.host.label
    if len(rest) > 1:
        said = [
            f"Of {len(rest)} rules or assumptions, once the patrons adapt, '{best['rule']}' changes what {host} gets "
            f"by {_both(best, 'difference')} against the tender as it is, the most in value; '{worst['rule']}' by "
            f"{_both(worst, 'difference')}, the least (n = {n:,} negotiations in every profile, on the same luck)."
        ]
    else:
        said = [
            f"Once the patrons adapt, '{best['rule']}' changes what {host} gets by {_both(best, 'difference')} against "
            f"the tender as it is (n = {n:,} negotiations in every profile, on the same luck)."
        ]
    if richest[f"{_MONEY}_difference_low"] <= 0:
        said.append(
            "In money it surely gains by none of them." if len(rest) > 1 else "In money it does not surely gain."
        )
    elif richest["rule"] != best["rule"]:
        money = words.money(*_bounded(richest, f"{_MONEY}_difference"), signed=True)
        said.append(f"In money '{richest['rule']}' brings the most: {money}.")
    said += _apart_said(rest)
    said.append(
        f"With the patrons held to what they play in the scenario, '{best['rule']}' would change it by "
        f"{_both(best, 'held')}."
    )
    said.append(
        f"As it is, the tender brings {words.money(base['host_value'], base['host_low'], base['host_high'])} in value "
        f"and {words.money(*_bounded(base, _MONEY))} in money; value counts the balance between the camps, money "
        "does not."
    )
    return [*said, *_adapting_said(base, found.iloc[1:], labels), *_shaky_said(found, draws)]


def _both(row: pd.Series, change: str) -> str:
    """A change in value and in money."""
    worth, money = (words.money(*_bounded(row, name), signed=True) for name in (change, f"{_MONEY}_{change}"))
    return f"{worth} in value and {money} in money"


def _bounded(row: pd.Series, name: str) -> tuple[float, float, float]:
    return row[name], row[f"{name}_low"], row[f"{name}_high"]


def _apart_said(rest: pd.DataFrame) -> list[str]:
    """The rules under which value and money surely go opposite ways."""
    up = (rest["difference_low"] > 0) & (rest[f"{_MONEY}_difference_high"] < 0)
    down = (rest["difference_high"] < 0) & (rest[f"{_MONEY}_difference_low"] > 0)
    told = [
        f"{words.listed(_quoted(rest[which]))} {text}"
        for which, text in ((up, "gains balance and loses money"), (down, "gains money and loses more in balance"))
        if which.any()
    ]
    return [f"Value and money go opposite ways: {'; '.join(told)}."] if told else []


def _adapting_said(base: pd.Series, rest: pd.DataFrame, labels: Mapping[str, str]) -> list[str]:
    """The rules under which the patrons play something else."""
    other = rest[(rest[list(labels)] != base[list(labels)]).any(axis=1)]
    if not len(other):
        return ["The patrons play the same packages under all of them."]
    if len(other) > 2:
        return [f"The patrons adapt what they play under {words.listed(_quoted(other))}."]
    told = [
        f"under '{row['rule']}' "
        + words.listed(f"{label} plays {_plays(str(row[player]))}" for player, label in labels.items())
        for _, row in other.iterrows()
    ]
    instead = words.listed(f"{label} {_plays(str(base[player]))}" for player, label in labels.items())
    return [f"The patrons adapt: {'; '.join(told)}, instead of {instead}."]


def _shaky_said(found: pd.DataFrame, draws: int) -> list[str]:
    shaky = found[found["standing"] != "robust"]
    if not len(shaky):
        return [f"Every equilibrium is firm against sampling error ({draws} bootstrap draws), which says no more."]
    return [
        f"The equilibrium is not firm against sampling error ({draws} bootstrap draws) under "
        f"{words.listed(_quoted(shaky))}: read these rows with their columns 'solved again'."
    ]


def _quoted(found: pd.DataFrame) -> list[str]:
    return [f"'{rule}'" for rule in found["rule"]]
