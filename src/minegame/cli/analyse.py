"""``minegame analyse``: ask a scenario a question, see the answer in sentences and tables, keep it with pictures.

The kinds, their options and their help follow from the dataclasses in :mod:`minegame.answers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand

from minegame import options
from minegame.answers.catalogue import kind_of, kinds, known_as
from minegame.cli.app import LATE, Commands, app, console, fail, picture_ending, print_json, warned_of, write_whole
from minegame.cli.options import alone, examples
from minegame.cli.playing import Chosen, Playing
from minegame.options import flag_of, options_of

if TYPE_CHECKING:
    from minegame.answers import Question
    from minegame.answers.winning import Winning
    from minegame.campaign_file import CampaignScenario
    from minegame.design import Changes
    from minegame.tables import Table


class _Kinds(Commands):
    """The kinds of question, in the order in which they are best asked; one is imported only when it is asked."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(kinds())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A kind by its name, for the list of all: what it asks, without its options."""
        known = known_as(cmd_name)
        return TyperCommand(known, help=kinds()[known]) if known in kinds() else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The kind that is asked, whole; an unknown one is refused with those that there are."""
        name = known_as(args[0]) if args else ""
        if name not in kinds() and not args[0].startswith("-"):
            from minegame.scenario import nearest

            known = f"expected one of {', '.join(kinds())}{nearest(name, kinds())}"
            fail(f"there is no kind of question {args[0]!r}: {known}")
        return super().resolve_command(ctx, args) if name not in kinds() else (name, _command(name), args[1:])


def _command(name: str) -> Any:
    kind = kind_of(name)
    return alone(name, _words(kind), ask, Chosen, kind, Playing, epilog=examples(f"analyse {name}", *kind.examples))


def _words(kind: type[Question]) -> str:
    """What a kind asks, for its help: its docstring without the marks of code."""
    return (kind.__doc__ or "").replace("``", "").strip()


# ---------------------------------------------------------------------------------------------------------------- odds


def _odds() -> Any:
    """The kind ``winning``, asked of the scenario as it is unless something else is given to compare it with."""
    from minegame.answers.inputs import AS_IT_IS
    from minegame.answers.winning import Winning

    @dataclass(frozen=True, kw_only=True)
    class Odds(Winning):
        policy: Mapping[str, Changes] | None = options.policy("the scenario as it is, alone")
        replications: int = options.replications(10_000, least=1)
        plot: Path | None = options.picture()

    def perform(chosen: Chosen, odds: Odds, playing: Playing) -> None:
        if chosen.is_campaign:
            _campaign_odds(chosen, odds, playing, odds.plot)
            return
        if odds.plot is not None:
            fail("--plot: is for a campaign; the pictures of a single tender are kept in the folder of --out")
        asked = {name: getattr(odds, name) for name in options_of(Winning)}
        if not (odds.policy or odds.against or odds.set_against):
            asked["policy"] = {AS_IT_IS: {}}
        ask(chosen, Winning(**asked), playing)

    shown = (
        "kazakhstan_tungsten", "--set patrons.us.levers.tariff.intensity=0 --replications 80000",
        "--set-against 'patrons.us.levers.*.intensity=0' --out results/package",
        "kazakhstan_split_lots --against kazakhstan_tungsten --json",
        "two_tenders --set campaign.spill=0 --plot odds.png",
        "two_tenders --set-against campaign.patrons.north.reserve=0",
    )  # fmt: skip
    return alone("odds", f"{_ODDS}\n\n{_PAIRED}", perform, Chosen, Odds, Playing, epilog=examples("odds", *shown))


def _campaign_odds(chosen: Chosen, asked: Winning, playing: Playing, plot: Path | None) -> None:
    """Who wins which tender of a campaign, what patrons got and spent, what hosts think, who supplies the world."""
    from minegame import campaign_odds
    from minegame.answers.winning import named
    from minegame.cli import screen
    from minegame.runner import Runner

    _only_for_tenders(asked, playing)
    ending = "" if plot is None else picture_ending(plot)
    campaign, count = chosen.load_campaign(), asked.replications
    with playing.conditions(None) as conditions:
        del conditions["tell"]
        with Runner(**conditions, allow=playing.allow) as runner:
            sums, changes = campaign_odds.played(campaign, count, asked.seed, runner, asked.set_against)
    found = campaign_odds.Odds(campaign, [({}, sums)], confidence=asked.confidence)
    tables, told = found.tables(), tuple(found.favourites())
    if changes is not None:
        differ = campaign_odds.Odds(campaign, [({}, changes)], confidence=asked.confidence, paired=True)
        other = f"the campaign with {named(asked.set_against or {})}"
        told = (differ.moved(other), *told)
        title = f"Differences from {other}, on the same luck"
        tables = {**{f"{key}_contrasts": table for key, table in differ.changes(title).items()}, **tables}
    if plot is not None:
        write_whole(plot, _campaign_picture(campaign, tables, asked, ending))
    if playing.json:
        rows = {key: table.frame.to_dict("records") for key, table in tables.items()}
        print_json({"campaign": campaign.name, "replications": count, "seed": asked.seed, "sentences": told, **rows})
        return
    page = console()
    page.print(f"{campaign.title}: {count:,} campaigns, seed {asked.seed}", style="bold")
    for sentence in (*told, *campaign_odds.LIMITS):
        page.print(f"  {sentence}")
    for table in tables.values():
        screen.print_table(page, table, "with --json")


def _only_for_tenders(asked: Winning, playing: Playing) -> None:
    """Refuse what odds do with single tenders only, and name the way that there is for a campaign."""
    policies = "policies are compared by minegame sweep, and one set of changes by --set-against PATH=VALUE"
    others = {
        "policy": (asked.policy, policies),
        "reference": (asked.reference, policies),
        "against": (asked.against, "it is compared with itself, changed by --set-against PATH=VALUE"),
        "out": (playing.out, "its odds are printed, or written as JSON with --json"),
    }
    if given := [f"{flag_of(name)}: not for a campaign: {why}" for name, (value, why) in others.items() if value]:
        fail("; ".join(given))


def _campaign_picture(campaign: CampaignScenario, tables: Mapping[str, Table], asked: Winning, ending: str) -> bytes:
    from minegame import plots

    how: dict[str, Any] = {
        "replications": asked.replications, "seed": asked.seed, "confidence": asked.confidence,
    }  # fmt: skip
    return plots.drawn(plots.campaign_odds_picture(campaign, tables, **how), ending)


_ODDS = "Play many negotiations: win probabilities with intervals, terms, and paired differences."
_PAIRED = (
    "With --against or --set-against the difference is measured on common random numbers, which is far more precise "
    "than two separate runs."
)
LATE["odds"] = (_ODDS, _odds)


app.add_typer(
    typer.Typer(
        cls=_Kinds, no_args_is_help=True, rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Each kind explains itself: [bold]minegame analyse attribution --help[/bold].",
    ),
    name="analyse", help="Ask a scenario a question: sentences, tables and, with --out, a folder with pictures.",
)  # fmt: skip


def ask(chosen: Chosen, question: Question, playing: Playing) -> None:
    """Put a question to the scenario chosen, keep the answer where that is asked for, and print it."""
    from minegame import answers
    from minegame.answers import tried
    from minegame.cli import screen

    scenario, folder = chosen.load_case(), playing.folder()
    try:
        with playing.conditions(folder) as conditions:
            answer = answers.ask(question, scenario, folder, **conditions, allow=playing.allow)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "SALib":
            raise
        fail(str(missing))
    warned_of(scenario, tried.of_settings(answer.settings))
    if playing.json:
        print_json({**answer.document(), "folder": None if folder is None else str(folder)})
    else:
        screen.show(answer, console(), folder)
