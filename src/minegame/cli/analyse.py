"""``minegame analyse``: ask a scenario a question, see the answer in sentences and tables, keep it with pictures.

The kinds, their options and their help follow from the dataclasses in :mod:`minegame.answers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand

from minegame.answers.catalogue import kind_of, kinds, known_as
from minegame.cli.app import Commands, app, console, fail, print_json
from minegame.cli.options import command, examples
from minegame.cli.playing import Chosen, Playing

if TYPE_CHECKING:
    from minegame.answers import Question


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
    alone = typer.Typer(
        add_completion=False, rich_markup_mode="rich", context_settings={"help_option_names": ["-h", "--help"]}
    )
    help = (kind.__doc__ or "").strip()
    command(alone, name, help, _ask, Chosen, kind, Playing, epilog=examples(f"analyse {name}", *kind.examples))
    return typer.main.get_command(alone)


app.add_typer(
    typer.Typer(
        cls=_Kinds, no_args_is_help=True, rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Each kind explains itself: [bold]minegame analyse attribution --help[/bold].",
    ),
    name="analyse", help="Ask a scenario a question: sentences, tables and, with --out, a folder with pictures.",
)  # fmt: skip


def _ask(chosen: Chosen, question: Question, playing: Playing) -> None:
    ask(question, chosen, playing)


def ask(question: Question, chosen: Chosen, playing: Playing) -> None:
    """Put a question to the scenario chosen, keep the answer where that is asked for, and print it."""
    from minegame import answers
    from minegame.cli import screen

    scenario, folder = chosen.load(), playing.folder()
    try:
        with playing.conditions(folder) as conditions:
            answer = answers.ask(question, scenario, folder, **conditions)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "SALib":
            raise
        fail(str(missing))
    if playing.json:
        print_json({**answer.document(), "folder": None if folder is None else str(folder)})
    else:
        screen.show(answer, console(), folder)
