"""Asking: a question put to a scenario, played by a runner, and kept in a folder where that is wanted."""

from __future__ import annotations

import time
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from minegame import cases, storage
from minegame import folder as folders
from minegame.answers.answer import Answer, kept_in
from minegame.answers.catalogue import kind_of, kinds
from minegame.answers.question import Question
from minegame.campaign_file import CampaignScenario
from minegame.cases import Case
from minegame.experiment_file import Experiment
from minegame.folder import Work
from minegame.options import options_of, refuse
from minegame.runner import Allow, Runner, Tell, Watch
from minegame.scenario import ScenarioError, nearest


def ask(
    question: Question | str,
    scenario: Case | str | Path | None = None,
    folder: Path | str | None = None,
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    watch: Watch | None = None,
    tell: Tell | None = None,
    allow: Allow | None = None,
    **given: Any,
) -> Answer:
    """Put a question to a scenario and keep the answer in a folder, if one is named.

    Args:
        question: a question, or the name of a kind, whose options are the remaining arguments.
        scenario: a scenario, its name or its file (default: the Kazakhstan baseline).
        folder: where the answer is kept; what it holds of the same question already is not played again.
        executor: any executor of Python's standard interface (default: threads).
        workers: how many tasks it can work on at a time (default: the cores of this machine).
        watch: called with the negotiations finished and planned.
        tell: called with a sentence when something out of the ordinary was put right.
        allow: called with the negotiations that it takes before any is played; may refuse them.
        given: the options of the kind, as ``help(minegame.answers.kind_of("attribution"))`` lists them.

    Raises:
        ScenarioError: for an option or a scenario that is not allowed, or a folder that holds something else.
        OSError: if a file cannot be written; finished chunks stay.

    >>> answer = ask("attribution", "two_bidders", replications=50)
    >>> list(answer.tables)
    ['levers', 'value', 'pairs', 'packages']
    """
    asked = _question(question, given)
    at = cases.of(scenario)
    _refuse_campaign(asked, at)
    if folder is None:
        with Runner(executor, workers, None, watch, allow) as runner:
            return _answered(asked, at, runner)
    return _kept(asked, at, Path(folder), executor, workers, watch, tell, allow)


def _refuse_campaign(question: Question, scenario: Case) -> None:
    """Refuse to ask of a campaign what can be asked of single tenders only."""
    if isinstance(scenario, CampaignScenario) and not question.of_campaigns:
        fit = [name for name in kinds() if kind_of(name).of_campaigns]
        text = f"is a campaign, and {question.kind()} is asked of single tenders: expected one of {', '.join(fit)}"
        refuse(scenario.name, text)


def _question(question: Question | str, given: dict[str, Any]) -> Question:
    if isinstance(question, Question):
        if given:
            refuse(next(iter(given)), "options belong to the question: they cannot be given beside it")
        return question
    kind = kind_of(question)
    known = list(options_of(kind))
    for name in given:
        if name not in known:
            refuse(name, f"is no option of {kind.kind()}: expected one of {', '.join(known)}{nearest(name, known)}")
    return kind(**given)


def questions_of(experiment: Experiment) -> list[Question]:
    """The questions that an experiment file asks beside its own.

    Raises:
        ExperimentError: for a kind or an option that there is not, with its place in the file.
    """
    found: dict[str, Question] = {}
    for name, given in experiment.ask.items():
        try:
            question = _question(name, dict(given))
            if question.kind() in found:
                refuse(name, f"{question.kind()} is asked twice: expected each kind once")
        except ScenarioError as error:
            raise experiment.wrong_question(name, error) from None
        found[question.kind()] = question
    return list(found.values())


def _answered(question: Question, scenario: Case, runner: Runner) -> Answer:
    answer = question.answer(scenario, runner)  # type: ignore[arg-type]  # a campaign where it takes one
    runner.finished()
    return answer


def work_of(question: Question, scenario: Case) -> Work:
    """What a folder is to hold of a question."""
    return Work(
        question.kind(),
        question.work(scenario),
        {},
        {"asked": question.plain(), "scenario": {"name": scenario.name, **scenario.document()}},
    )


def _kept(
    question: Question, scenario: Case, folder: Path, executor: Executor | None, workers: int | None,
    watch: Watch | None, tell: Tell | None, allow: Allow | None,
) -> Answer:  # fmt: skip
    work = work_of(question, scenario)
    work.check(folder)
    if storage.is_results_folder(folder) and storage.is_read_only(folder):
        return Answer.read(folder)
    with storage.nothing_left_behind(folder), storage.claimed(folder):
        manifest = work.opened(folder)
        store = folders.store_of(folder, manifest)
        if manifest["state"] != "complete":
            started = time.perf_counter()
            store.gather(tell=tell)
            with Runner(executor, workers, store, watch, allow) as runner, folders.room_needed(folder):
                answer = kept_in(_answered(question, scenario, runner), question, folder)
                names = answer.write(folder)
            seconds = round(time.perf_counter() - started, 3)
            folders.sign(
                folder, manifest, names, title=answer.question, negotiations=runner.done,
                seconds_of_last_session=seconds,
            )  # fmt: skip
        store.clear()
        return Answer.read(folder)
