"""The commands for experiments: ``run`` a file, ``sweep`` without one, look at ``results``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minegame import options
from minegame.cli import screen
from minegame.cli.app import (
    announce_compiler,
    app,
    check_workbook,
    console,
    fail,
    print_json,
    say,
    warned,
    warned_of,
    write_whole,
)  # fmt: skip
from minegame.cli.options import command, examples
from minegame.cli.playing import ROOT, Playing, duration, tell
from minegame.options import (
    Flag,
    Levels,
    Options,
    Place,
    Word,
    argument,
    flag_of,
    option,
)  # fmt: skip
from minegame.tables import Column, Table
from minegame.text import COUNT, LEVEL, counted, listed, visible

if TYPE_CHECKING:
    import pandas as pd

    from minegame.answers import Question
    from minegame.experiment_file import Experiment, Plan
    from minegame.results import Results

_FORECAST_FROM = 10**7  # negotiations; of fewer nobody needs to be warned
_TOLD_MEMORY = 10**9  # bytes; less is not worth a word


# ------------------------------------------------------------------------------------------------- running and sweeping


@dataclass(frozen=True, kw_only=True)
class _Running(Playing):
    """Where and how a plan is played."""

    dry_run: bool = option(False, "Say how many points and negotiations, how long and how large; run nothing.", Flag())

    def fits(self, points: int, policies: int, replications: int) -> None:
        """Refuse a plan by its size, before its points are made, unless it is asked for with --yes."""
        if not self.dry_run:
            size = f"{_size_of(points, policies)} × {replications:,} replications"
            self.allow(points * policies * replications, size, points * policies)

    def perform(self, plan: Plan, asked: Experiment) -> None:
        """Play a plan and show what was found, or only say what it would take."""
        from minegame.answers import asking, tried

        folder = self.folder(ROOT / plan.name)
        assert folder is not None
        warned(plan.scenario)
        warned_of(plan.scenario, tried.of_run(plan.design, plan.policies))
        questions = asking.questions_of(asked)
        if self.dry_run:
            announce_compiler()
            _forecast(plan, folder, self.at_a_time, self.json, [question.kind() for question in questions])
            return
        found = self._played(plan, questions, folder)
        _show(found, self.json, draw=True)

    def _played(self, plan: Plan, questions: Sequence[Question], folder: Path) -> Results:
        from minegame import experiment, runner
        from minegame.answers import asking, tried

        experiment.check(plan, folder)
        for question in questions:
            asking.work_of(question, plan.scenario).check(folder / question.kind())
        announce_compiler()
        self._foreseen(plan)
        with self.conditions(folder) as conditions:
            runner.warm()
            found = experiment.run(plan, folder, **conditions)
            for question in questions:
                answer = asking.ask(question, plan.scenario, folder / question.kind(), **conditions, allow=self.allow)
                warned_of(plan.scenario, tried.of_settings(answer.settings))
        return found

    def _foreseen(self, plan: Plan) -> None:
        """Refuse what a sample shows to take very long, unless it is asked for with --yes."""
        from minegame import experiment

        if not self.yes and plan.negotiations > _FORECAST_FROM:
            seconds = experiment.forecast(plan, self.at_a_time).seconds
            self.allow(plan.negotiations, _size_of(plan.groups, len(plan.policies)), seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class _Run(Options):
    experiment: str = argument("", "A shipped experiment by name, or the path of a YAML file.", Word("EXPERIMENT"))
    set: dict[str, Any] | None = options.changes()
    design: Path | None = option(
        None, "Play the points of this table, a column a path: .csv or .xlsx; of a scenario, too.", Place("FILE")
    )
    replications: int | None = options.replications(None, "as in the file", least=1)
    seed: int | None = options.seed(None, "as in the file")


def _run(asked: _Run, running: _Running) -> None:
    from minegame.experiment_file import Experiment
    from minegame.scenario import typed

    if not asked.experiment:
        fail("EXPERIMENT: expected an experiment, such as who_wins (try 'minegame run --help')")
    changes: dict[str, Any] = {"set": {path: typed(str(value)) for path, value in (asked.set or {}).items()}}
    changes |= {name: getattr(asked, name) for name in ("replications", "seed") if getattr(asked, name) is not None}
    if asked.design is not None:
        running.perform(*_designed(asked.experiment, asked.design, changes, running))
        return
    experiment, plan = Experiment.load(asked.experiment, changes, running.fits)
    running.perform(plan, experiment)


def _designed(name: str, table: Path, changes: dict[str, Any], running: _Running) -> tuple[Plan, Experiment]:
    """The points of a table, played in an experiment in place of its own, or in a scenario."""
    from minegame.experiment_file import Experiment, is_experiment

    changes |= {"table": str(table.absolute())}
    if is_experiment(name):
        changes |= {"factors": {}, "design": [], "points": None}
        experiment, plan = Experiment.load(name, changes, running.fits)
    else:
        told = {"title": f"Points of {table.name} in {Path(name).stem}"[:200], "scenario": name}
        experiment = Experiment.from_document({"replications": 10_000, **told, **changes}, "run")
        plan = experiment.plan(allow=running.fits)
    for note in plan.notes:
        tell(note)
    assert plan.experiment is not None
    named = f"{plan.name if is_experiment(name) else Path(name).stem}-{table.stem}"
    return plan.named(visible(named, lines=False), plan.experiment.to_yaml()), experiment


command(
    app, "run", "Run an experiment and keep its results; the same command again goes on where it was interrupted.",
    _run, _Run, _Running,
    epilog=examples(
        "run", "who_wins", "my_question.yaml --out results/mine --dry-run",
        "kazakhstan_tungsten --design my_points.csv -n 2000",
        "wide_uncertainty --scheduler tcp://10.0.0.1:8786",
    ),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Sweep(Options):
    scenario: str = options.scenario()
    vary: dict[str, list[Any]] | None = option(
        None, "What varies: low:high:n, low:high:n:log, or a,b,c; many times.", Levels()
    )  # fmt: skip
    policy: dict[str, Any] | None = options.policy("the scenario as it is; of several the first is the reference")
    set: dict[str, Any] | None = options.changes()
    replications: int = options.replications(10_000, least=1)
    seed: int = options.seed()
    save_as: Path | None = option(None, "Write the experiment file of this sweep.", Place("FILE"))


def _sweep(asked: _Sweep, running: _Running) -> None:
    from minegame.experiment_file import Experiment
    from minegame.scenario import typed

    if not asked.vary and not asked.policy:
        fail(f"{flag_of('vary')}: there is nothing to vary: expected path=low:high:n or path=a,b,c (or --policy)")
    document: dict[str, Any] = {
        "title": _sweep_title(asked.scenario, list(asked.vary or {}), list(asked.policy or {})),
        "scenario": asked.scenario,
        "set": {path: typed(str(value)) for path, value in (asked.set or {}).items()},
        "policies": asked.policy or {},
        "factors": asked.vary or {},
        "replications": asked.replications,
        "seed": asked.seed,
        "analysis": ["winning", "plot"],
    }
    experiment = Experiment.from_document(document, "sweep")
    plan = experiment.plan(allow=running.fits)
    if asked.save_as is not None:
        saved = experiment.model_copy(update={"scenario": _seen_from(asked.save_as, asked.scenario)})
        write_whole(asked.save_as, saved.to_yaml())
    running.perform(plan.named(f"sweep-{plan.scenario.name}-{_short(plan)}", experiment.to_yaml()), experiment)


command(
    app, "sweep", "Vary one parameter or several over a grid, without an experiment file.", _sweep, _Sweep, _Running,
    epilog=examples(
        "sweep", "kazakhstan_tungsten --vary host.balance_weight=0:4:9",
        "--vary tender.months=8,12,18 --vary tender.lots=bundled,split",
        "--vary host.backlash=0.01:1:7:log --policy 'as is:' --policy 'late:patrons.us.levers.*.onset=8'",
    ),
)  # fmt: skip


def _seen_from(experiment: Path, scenario: str) -> str:
    """The scenario as that experiment file names it: one that is shipped by its name, else by the way to its file."""
    from minegame import storage
    from minegame.scenario import find_file, shipped_campaigns

    file = find_file(scenario, Path())
    known = scenario in shipped_campaigns() or file.is_absolute()  # typed as absolute, or shipped
    if known or storage.is_stream(experiment):
        return scenario
    return Path(os.path.relpath(file.parent.resolve() / file.name, experiment.parent.resolve())).as_posix()


def _short(plan: Plan) -> str:
    """Six letters that differ for other sweeps, so that each gets a folder of its own."""
    import hashlib

    return hashlib.sha256(repr(plan.fingerprint()).encode()).hexdigest()[:6]


def _sweep_title(scenario: str, vary: Sequence[str], policies: Sequence[str]) -> str:
    what = list(vary) or [counted(len(policies), "policy", "policies")]
    return f"Sweep of {' × '.join(what)} in {Path(scenario).stem}"[:200]


# ------------------------------------------------------------------------------------------------- looking at results


@dataclass(frozen=True, kw_only=True)
class _Results(Options):
    folder: Path = argument(ROOT, "A results folder, or a folder of such folders (default: results).", Place())
    json: bool = options.as_json()
    xlsx: Path | None = option(None, "Write the tables of one results folder as a workbook.", Place("FILE"))
    force: bool = options.force()


def _results(asked: _Results) -> None:
    from minegame import storage
    from minegame.results import entry, listing, load

    folder = asked.folder
    if asked.xlsx is not None:
        _write_workbook(folder, asked.xlsx, asked.force)
        return
    if storage.is_results_folder(folder) or not folder.is_dir():
        if folder == ROOT and not folder.exists():
            fail("there are no results yet: start with 'minegame run who_wins'")
        if storage.read_manifest(folder)["kind"] == "experiment":
            _show(load(folder), asked.json)
        else:
            _show_answer(folder, asked.json)
        return
    rows = [entry(path, manifest) for path, manifest in listing(folder)]
    if not rows and not asked.json:
        fail(f"{folder}: holds no results: it has no {storage.MANIFEST}, nor has any folder in it")
    print_json(rows) if asked.json else _list(rows)


def _write_workbook(folder: Path, file: Path, force: bool) -> None:
    """Write what a folder holds as a workbook."""
    from minegame import answers, storage
    from minegame.answers import experiment as told
    from minegame.answers.spreadsheet import workbook_of
    from minegame.results import load

    check_workbook(file, force)
    found = load(folder) if storage.read_manifest(folder)["kind"] == storage.EXPERIMENT else None
    write_whole(file, workbook_of(answers.read(folder) if found is None else told.answer(found), found))
    say(f"Written: {file}")


def _show_answer(folder: Path, json: bool) -> None:
    from minegame import answers

    answer = answers.read(folder)
    print_json({**answer.document(), "folder": str(folder)}) if json else screen.show(answer, console(), folder)


def _list(entries: Sequence[Mapping[str, Any]]) -> None:
    page = console()
    for entry in entries:
        page.print(entry["folder"], style="bold", soft_wrap=True)
        page.print(f"    {entry['title']}", soft_wrap=True)
        what = entry["kind"] if entry["groups"] is None else _size_of(entry["groups"], entry["policies"])
        played = [] if entry["negotiations"] is None else [counted(entry["negotiations"], "negotiation")]
        begun = entry["begun"][:16].replace("T", " ")
        told = [_STATES[entry["state"]], ", ".join([what, *played]), f"begun {begun}"]
        page.print(f"    {'; '.join(told)}", soft_wrap=True)


command(
    app, "results", "List the results in a folder, or summarise those of one run.", _results, _Results,
    epilog=examples("results", "", "results/who_wins --json", "results/who_wins --xlsx who_wins.xlsx"),
)  # fmt: skip


_STATES = {
    "complete": "complete",
    "running": "running",
    "unfinished": "unfinished: run it again to go on",
}


# ---------------------------------------------------------------------------------------------------------- forecast


def _size_of(groups: int, policies: int) -> str:
    return f"{counted(groups, 'point')} × {counted(policies, 'policy', 'policies')}"


def _forecast(plan: Plan, folder: Path, workers: int | None, json: bool, asks: Sequence[str]) -> None:
    from dataclasses import asdict

    from minegame import experiment, storage

    ahead = experiment.forecast(plan, workers)
    if json:
        design = plan.design.head(1000).to_dict("records")
        print_json({"title": plan.title, **asdict(ahead), "ask": list(asks), "design": design})
        return
    page = console()
    page.print(plan.title or plan.name, style="bold")
    until = plan.replications.until
    limit = "" if until is None else f" at most, until no interval is wider than ±{until:g}"
    lines = {
        "scenario": f"{plan.scenario.name}: {plan.scenario.title}",
        "points": f"{ahead.groups:,}" + (f" (of {_first(list(plan.design.columns))})" if ahead.groups > 1 else ""),
        "policies": f"{ahead.policies:,}: {_first(list(plan.policies))}",
        "replications": f"{plan.replications.at_most:,}{limit}{_luck(plan)}",
        "negotiations": f"{ahead.negotiations:,}",
        "time": f"about {duration(ahead.seconds)} at {ahead.rate:,.0f} negotiations/s",
        "size": f"about {_size(ahead.bytes)} (free: {_size(storage.free_space(folder))}){_room(plan)}",
        "results": str(folder),
        **({"asks too": f"{listed(asks)}, which is not in the forecast"} if asks else {}),
    }
    for name, text in lines.items():
        page.print(f"{name:<13} {text}", soft_wrap=True)
    if len(plan.design.columns):
        screen.print_table(page, _design_table(plan.design), "with --json")


def _luck(plan: Plan) -> str:
    return ", on luck of its own at every point" if plan.luck == "own" and plan.groups > 1 else ""


def _room(plan: Plan) -> str:
    """The memory that a plan takes, where it is much."""
    from minegame import experiment

    memory = experiment.memory(plan)
    return f", {_size(memory)} of memory" if memory > _TOLD_MEMORY else ""


def _first(names: Sequence[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (f", … ({len(names) - most} more)" if len(names) > most else "")


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def _design_table(design: pd.DataFrame) -> Table:
    columns = [Column(path, unit=LEVEL) for path in design.columns[:4]]
    rows = design.reset_index(drop=True)
    return Table("Design points", [Column("point", unit=COUNT), *columns], rows.assign(point=rows.index))


# -------------------------------------------------------------------------------------------------- showing results


def _show(found: Results, json: bool, draw: bool = False) -> None:
    """Print what a run found, and what else was asked, and draw what its experiment asks for."""
    from minegame.answers import Answer
    from minegame.answers import experiment as told

    answer = told.answer(found)
    pictures = told.draw(found) if draw else []
    asked = _asked(found.folder)
    if json:
        answers = {kind: str(folder) for kind, folder in asked.items()}
        kept = {"folder": str(found.folder), "files": list(found.manifest["files"]), "answers": answers}
        print_json({**answer.document(), **kept})
        return
    page, title = console(), str(found.manifest["title"])
    if not answer.question.startswith(title):
        page.print(f"\n{title}")
    screen.tell(answer, page, "with --json")
    page.print(f"written  {found.folder}", soft_wrap=True)
    for picture in pictures:
        page.print(f"plot     {picture}", soft_wrap=True)
    for folder in asked.values():
        page.print(f"asked    {folder}: {Answer.read(folder).sentences[0]}", soft_wrap=True)


def _asked(folder: Path) -> dict[str, Path]:
    """The folders of the questions that a run asked beside its own and that are answered, by kind."""
    from minegame.answers import is_answer_folder, kinds

    return {kind: folder / kind for kind in kinds() if is_answer_folder(folder / kind)}
