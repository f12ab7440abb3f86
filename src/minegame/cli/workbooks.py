"""``minegame scenario``: a scenario as a workbook, and back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer

from minegame import options
from minegame.cli.app import app, check_new, check_workbook, fail, say, warned, write_whole
from minegame.cli.options import command, examples
from minegame.cli.playing import Chosen
from minegame.options import Options, Place, argument

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode="rich", context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Each explains itself: [bold]minegame scenario export --help[/bold].",
)  # fmt: skip
app.add_typer(group, name="scenario", help="Write a scenario as an Excel workbook, or read one from there.")


@dataclass(frozen=True, kw_only=True)
class _Workbook(Options):
    workbook: Path | None = argument(None, "The workbook, such as my_deal.xlsx.", Place("X.xlsx"))
    force: bool = options.force()


def _export(chosen: Chosen, asked: _Workbook) -> None:
    from minegame.workbook import scenario_workbook

    scenario = chosen.load()
    file = asked.workbook or Path(f"{scenario.name}.xlsx")
    check_workbook(file, asked.force)
    write_whole(file, scenario_workbook(scenario))
    say(f"Written: {file} (read back with: minegame scenario import {file})")


command(
    group, "export", "Write a scenario as a workbook: a sheet a group, a row a value with unit, range, source, status.",
    _export, Chosen, _Workbook,
    epilog=examples("scenario export", "kazakhstan_tungsten my_deal.xlsx", "two_bidders --set tender.months=9 --force"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Import(_Workbook):
    out: Path | None = options.file_written("The scenario file (default: X.yaml beside the workbook).", "-o")


def _import(asked: _Import) -> None:
    from minegame.workbook import read_scenario

    if asked.workbook is None:
        fail("X.xlsx: expected a workbook (try 'minegame scenario import --help')")
    file = asked.out or asked.workbook.with_suffix(".yaml")
    scenario = warned(read_scenario(asked.workbook))
    check_new(file, asked.force)
    write_whole(file, scenario.to_yaml())
    say(f"Written: {file} (play it with: minegame odds {file})")


command(
    group, "import", "Read a scenario from a workbook, checked like a file, and write it as one; what is wrong is told "
    "by sheet and cell.", _import, _Import,
    epilog=examples("scenario import", "my_deal.xlsx", "my_deal.xlsx -o configs/my_deal.yaml --force"),
)  # fmt: skip
