"""``minegame analyse``: ask a scenario a question, see the answer in sentences and tables, keep it with pictures.

To add a kind of question, write a function decorated with ``@_kind(…)`` under the name that the answer has in
:mod:`minegame.answers`: it takes the options that are its own and returns the arguments of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minegame.cli import parse, sheets
from minegame.cli.app import (
    BASELINE,
    Commands,
    ConfidenceOption,
    JsonOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    announce_compiler,
    app,
    console,
    fail,
    load,
    make_folder,
    print_json,
    probability,
    take,
    with_options,
    within,
)
from minegame.cli.odds import progress

if TYPE_CHECKING:
    from minegame.answers import Answer
    from minegame.design import Factor
    from minegame.scenario import Scenario

_MOST = 10**9


class _Kinds(Commands):
    """The kinds of question, in the order in which they are best asked."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)


kinds = typer.Typer(
    cls=_Kinds,
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Each kind explains itself: [bold]minegame analyse attribution --help[/bold].",
)
app.add_typer(
    kinds, name="analyse", help="Ask a scenario a question: sentences, tables and, with --out, a folder with pictures."
)


# ------------------------------------------------------------------------------------------------ what all kinds share


@dataclass(frozen=True)
class _Chosen:
    """The scenario as it was typed, and the changes that were made to it."""

    scenario: ScenarioArgument = BASELINE
    set_: SetOption = None

    def load(self) -> Scenario:
        return load(self.scenario, self.set_)


@dataclass(frozen=True)
class _Asking:
    """On which luck an answer is sought, how sure it is to be, and what becomes of it."""

    seed: SeedOption = 0
    confidence: ConfidenceOption = 0.95
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Keep the answer here: answer.json, tables, pictures."),
    ] = None
    json: JsonOption = False

    def ask(self, kind: str, scenario: Scenario, options: Mapping[str, Any]) -> Answer:
        """The answer of a kind; raises ScenarioError for what does not fit the scenario."""
        if self.out is not None:
            make_folder(self.out)
        from minegame import answers

        kinds_of: Mapping[str, Any] = answers.KINDS
        announce_compiler()
        try:
            with _Watch() as watch:
                answer: Answer = kinds_of[kind](
                    scenario, **options, seed=self.seed, confidence=self.confidence, progress=watch
                )
                return answer
        except ModuleNotFoundError as missing:
            if (missing.name or "").partition(".")[0] != "SALib":
                raise
            fail(str(missing))

    def show(self, answer: Answer) -> None:
        """Keep the answer where that is asked for, and print it."""
        if self.out is not None:
            answer.write(self.out)
        if self.json:
            print_json({**answer.document(), "folder": None if self.out is None else str(self.out)})
        else:
            sheets.show(answer, console(), self.out)


def _kind(epilog: str, *before: str) -> Callable[[Callable[..., Mapping[str, Any]]], Callable[..., Mapping[str, Any]]]:
    """Register a kind of question: its own options stand between the scenario and what all kinds share.

    ``before`` are words by which it was asked earlier, and still can be.
    """

    def register(own: Callable[..., Mapping[str, Any]]) -> Callable[..., Mapping[str, Any]]:
        def command(**given: Any) -> None:
            chosen, asking = take(_Chosen, given), take(_Asking, given)
            asking.show(asking.ask(own.__name__, chosen.load(), own(**given)))

        typed = with_options(command, own, _Chosen, own, _Asking)
        for name in (own.__name__, *before):
            kinds.command(name, epilog=epilog, hidden=name in before)(typed)
        return own

    return register


class _Watch:
    """A progress bar that begins when the analysis knows how much there is to play."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._report: Callable[[int], None] | None = None

    def __enter__(self) -> _Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def expect(self, negotiations: int) -> None:
        self._stack.close()
        self._report = self._stack.enter_context(progress(negotiations))

    def __call__(self, done: int, /) -> None:
        if self._report is not None:
            self._report(done)


def _varied(experiment: str | None, vary: Sequence[str] | None) -> str | list[Factor] | None:
    """What varies: the factors of an experiment, or those that are typed."""
    if experiment and vary:
        fail("--factors and --vary: expected one of the two")
    return experiment or parse.factors(vary or ()) or None


def _axis(text: str | None, option: str) -> str | Factor | None:
    """A parameter alone, or with its range."""
    return parse.factor(text, option) if text and "=" in text else text


def _deviation(number: float) -> float:
    if number < 0:
        raise typer.BadParameter(f"{number:g} is not allowed: expected a standard deviation, 0 or more")
    return number


def _share(number: float | None) -> float | None:
    if number is not None and not 0 <= number <= 1:
        raise typer.BadParameter(f"{number:g} is not allowed: expected a share between 0 and 1")
    return number


# --------------------------------------------------------------------------------------- options of more than one kind
ReplicationsOption = Annotated[
    int,
    typer.Option(
        "--replications", "-n", callback=within(2, _MOST), metavar="N", help="Negotiations of every point played."
    ),
]
PatronOption = Annotated[
    str | None, typer.Option("--patron", metavar="NAME", help="Whose levers (default: the first patron that uses any).")
]
BidderOption = Annotated[
    str | None, typer.Option("--bidder", metavar="NAME", help="Whose chance of winning (default: the patron's bidder).")
]
FactorsOption = Annotated[
    str | None,
    typer.Option(
        "--factors", metavar="EXPERIMENT", help="Take what varies from an experiment, shipped or a YAML file."
    ),
]
VaryOption = Annotated[
    list[str] | None,
    typer.Option("--vary", metavar="PATH=RANGE", help="What varies: low:high, low:high:log, or a,b,c; many times."),
]
PlayerOption = Annotated[
    list[str] | None,
    typer.Option("--player", metavar="PATRON=LEVERS", help="Who plays with which levers, us=tariff,access; twice."),
]
DrawsOption = Annotated[
    int, typer.Option("--draws", callback=within(1, 100_000), metavar="N", help="Bootstrap draws of the payoffs.")
]
OnsetOption = Annotated[
    int,
    typer.Option("--default-onset", callback=within(0, 240), metavar="MONTH", help="Month in which a lever that the "
                 "scenario neither uses nor dates begins."),
]  # fmt: skip


@_kind(
    epilog="Examples:\n\n  minegame analyse winning\n\n"
    "  minegame analyse winning --policy 'as it is:' --policy 'late: patrons.us.levers.*.onset=8' --out results/late"
)
def winning(
    policy: Annotated[
        list[str] | None,
        typer.Option("--policy", metavar="NAME:PATH=VALUE,…", help="A policy to compare; may be given many times "
                     "(default: every package of the patron's levers)."),
    ] = None,
    reference: Annotated[
        str | None, typer.Option("--reference", metavar="POLICY", help="The policy that the others are compared with.")
    ] = None,
    replications: ReplicationsOption = 20_000,
) -> dict[str, Any]:  # fmt: skip
    """Who wins, on what terms, and how much a policy changes it."""
    policies = parse.policies(policy or ()) or None
    return {"policies": policies, "reference": reference, "replications": replications}


@_kind(
    epilog="Examples:\n\n  minegame analyse attribution\n\n"
    "  minegame analyse attribution --lever tariff --lever access --out results/attribution\n\n"
    "  minegame analyse attribution --worlds 400"
)
def attribution(
    patron: PatronOption = None,
    bidder: BidderOption = None,
    lever: Annotated[
        list[str] | None, typer.Option("--lever", metavar="LEVER", help="Among which levers (default: those in use).")
    ] = None,
    worlds: Annotated[
        int,
        typer.Option("--worlds", callback=within(0, 1_000_000), metavar="N", help="Ask it also of so many worlds drawn "
                     "from the ranges of the wide experiment, of --factors or of --vary."),
    ] = 0,
    factors: FactorsOption = None,
    vary: VaryOption = None,
    replications: ReplicationsOption = 20_000,
) -> dict[str, Any]:  # fmt: skip
    """Which lever did it: exact Shapley values of winning and of the host's value."""
    asked = {"worlds": worlds, "factors": _varied(factors, vary)} if worlds else {}
    return {"patron": patron, "bidder": bidder, "levers": lever, "replications": replications, **asked}


@_kind(epilog="Example:\n\n  minegame analyse ledger --out results/ledger")
def ledger(
    first: Annotated[
        str | None, typer.Option("--first", metavar="BIDDER", help="A bidder (default: that of the active patron).")
    ] = None,
    second: Annotated[
        str | None, typer.Option("--second", metavar="BIDDER", help="Another (default: the strongest rival).")
    ] = None,
    replications: ReplicationsOption = 20_000,
) -> dict[str, Any]:
    """Which term of the host's account carried the difference between two bidders."""
    return {"first": first, "second": second, "replications": replications}


@_kind(
    epilog="Examples:\n\n  minegame analyse sensitivity\n\n  minegame analyse sensitivity --method tornado\n\n"
    "  minegame analyse sensitivity --vary host.balance_weight=0:4 --vary patrons.us.link=0:1 --base 512"
)
def sensitivity(
    factors: FactorsOption = None,
    vary: VaryOption = None,
    method: Annotated[
        str, typer.Option("--method", metavar="METHOD", help="sobol (indices), morris (screening) or tornado.")
    ] = "sobol",
    base: Annotated[
        int | None,
        typer.Option("--base", callback=within(2, 1_000_000), metavar="N", help="Base points (default 1024), "
                     "trajectories (40) or levels of each parameter (5)."),
    ] = None,
    bidder: BidderOption = None,
    replications: Annotated[
        int | None,
        typer.Option("--replications", "-n", callback=within(2, _MOST), metavar="N", help="Negotiations of every point "
                     "(default: 64, 400 and 4000)."),
    ] = None,
) -> dict[str, Any]:  # fmt: skip
    """Which parameters decide who wins, and how much is luck."""
    return {
        "factors": _varied(factors, vary),
        "method": method,
        "base": base,
        "bidder": bidder,
        "replications": replications,
    }


@_kind(
    epilog="Examples:\n\n  minegame analyse tipping --out results/tipping\n\n"
    "  minegame analyse tipping --vary host.balance_weight=0:4 --vary market.long_run_price=430:650"
)
def tipping(
    factors: FactorsOption = None,
    vary: VaryOption = None,
    bidder: BidderOption = None,
    rival: Annotated[
        str | None, typer.Option("--rival", metavar="NAME", help="Against whom (default: the best of all others).")
    ] = None,
    replications: ReplicationsOption = 20_000,
) -> dict[str, Any]:
    """The smallest change of one parameter that makes another bidder the favourite."""
    return {"factors": _varied(factors, vary), "bidder": bidder, "rival": rival, "replications": replications}


@_kind(epilog="Example:\n\n  minegame analyse threshold --x host.balance_weight=0:4 --y patrons.us.link=0:1")
def threshold(
    x: Annotated[
        str | None, typer.Option("--x", metavar="PATH[=LOW:HIGH[:log]]", help="One parameter (default: balance).")
    ] = None,
    y: Annotated[
        str | None,
        typer.Option("--y", metavar="PATH[=LOW:HIGH[:log]]", help="Another (default: credibility of letters)."),
    ] = None,
    bidder: BidderOption = None,
    level: Annotated[
        float, typer.Option("--level", callback=probability, metavar="P", help="Which probability.")
    ] = 0.5,
    replications: ReplicationsOption = 4_000,
) -> dict[str, Any]:
    """Where a bidder's chance crosses one half as two parameters vary."""
    axes = {"x": _axis(x, "--x"), "y": _axis(y, "--y")}
    return {**axes, "bidder": bidder, "level": level, "replications": replications}


@_kind("Example:\n\n  minegame analyse lever_prices --patron us --out results/lever_prices", "prices")
def lever_prices(
    patron: PatronOption = None,
    bidder: BidderOption = None,
    step: Annotated[
        float, typer.Option("--step", callback=probability, metavar="X", help="How much weaker each lever is made.")
    ] = 0.25,
    replications: ReplicationsOption = 20_000,
) -> dict[str, Any]:
    """What a percentage point of win probability costs by each lever."""
    return {"patron": patron, "bidder": bidder, "step": step, "replications": replications}


@_kind(
    "Examples:\n\n  minegame analyse equilibrium --out results/equilibrium\n\n"
    "  minegame analyse equilibrium --player us=access,finance --player china=access,finance -n 2000",
    "strategy",
)
def equilibrium(
    player: PlayerOption = None,
    default_onset: OnsetOption = 5,
    replications: ReplicationsOption = 4_000,
    draws: DrawsOption = 200,
) -> dict[str, Any]:
    """What each side should have done: equilibria, best replies, regret, commitment."""
    return {
        "players": parse.players(player or ()) or None,
        "default_onset": default_onset,
        "replications": replications,
        "draws": draws,
    }


@_kind(
    "Examples:\n\n  minegame analyse tender_rules --out results/tender_rules\n\n"
    "  minegame analyse tender_rules --rule 'no delay: tender.months=6' -n 2000",
    "rules",
)
def tender_rules(
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar="NAME:PATH=VALUE,…", help="A rule to compare with the tender as it is (default: "
                     "threat-blind, hard finance, state share, lots, deadlines)."),
    ] = None,
    player: PlayerOption = None,
    default_onset: OnsetOption = 5,
    replications: ReplicationsOption = 4_000,
    draws: DrawsOption = 200,
) -> dict[str, Any]:  # fmt: skip
    """What the host gains by its rules of the tender, once the patrons adapt."""
    changes = parse.policies(rule or (), "--rule") or None
    return {"changes": changes, **equilibrium(player, default_onset, replications, draws)}


@_kind(epilog="Example:\n\n  minegame analyse discovery --out results/discovery")
def discovery(
    factors: FactorsOption = None,
    vary: VaryOption = None,
    points: Annotated[
        int,
        typer.Option("--points", callback=within(100, 1_000_000), metavar="N", help="Worlds drawn from the ranges."),
    ] = 4096,
    bidder: BidderOption = None,
    below: Annotated[
        float,
        typer.Option("--below", callback=probability, metavar="P", help="Failing: a chance of winning below this."),
    ] = 0.5,
    density: Annotated[
        float | None,
        typer.Option(
            "--density",
            callback=probability,
            metavar="P",
            help="Wanted share of failures in a box (default: 0.8 or denser).",
        ),
    ] = None,
    replications: ReplicationsOption = 64,
) -> dict[str, Any]:
    """In which worlds the policy fails: boxes of parameters (scenario discovery)."""
    return {
        "factors": _varied(factors, vary),
        "points": points,
        "bidder": bidder,
        "below": below,
        "density": density,
        "replications": replications,
    }


@_kind(
    "Example:\n\n"
    "  minegame analyse history_matching --observed-winner cove_kaz --observed-month 7 --observed-equity 0.30",
    "learning",
)
def history_matching(
    factors: FactorsOption = None,
    vary: VaryOption = None,
    observed_winner: Annotated[
        str | None, typer.Option("--observed-winner", metavar="BIDDER", help="Who won (default: the patron's bidder).")
    ] = None,
    observed_month: Annotated[
        float | None, typer.Option("--observed-month", metavar="MONTH", help="When, counted from month 0.")
    ] = None,
    observed_equity: Annotated[
        float | None,
        typer.Option("--observed-equity", callback=_share, metavar="SHARE", help="The state's share, 0 to 1."),
    ] = None,
    month_error: Annotated[
        float,
        typer.Option("--month-error", callback=_deviation, metavar="SD", help="How well the month is known, months."),
    ] = 0.5,
    month_discrepancy: Annotated[
        float,
        typer.Option(
            "--month-discrepancy", callback=_deviation, metavar="SD", help="How far the model may miss it, months."
        ),
    ] = 1.0,
    equity_error: Annotated[
        float,
        typer.Option("--equity-error", callback=_deviation, metavar="SD", help="How well the state's share is known."),
    ] = 0.01,
    equity_discrepancy: Annotated[
        float,
        typer.Option("--equity-discrepancy", callback=_deviation, metavar="SD", help="How far the model may miss it."),
    ] = 0.03,
    vectors: Annotated[
        int,
        typer.Option("--vectors", callback=within(10, 1_000_000), metavar="N", help="Worlds drawn from the ranges."),
    ] = 4096,
    replications: ReplicationsOption = 200,
) -> dict[str, Any]:
    """What one case teaches about the parameters, and what it does not (history matching)."""
    observed = {
        "winner": observed_winner, "month": observed_month, "equity": observed_equity,
        "month_error": month_error, "month_discrepancy": month_discrepancy,
        "equity_error": equity_error, "equity_discrepancy": equity_discrepancy,
    }  # fmt: skip
    return {"factors": _varied(factors, vary), "vectors": vectors, "observed": observed, "replications": replications}
