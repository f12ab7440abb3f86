"""How a report opens: what a reader of two minutes asks, each answered in a sentence, or with who would answer it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from minegame.answers.catalogue import kind_of, kinds
from minegame.answers.inputs import standing_of
from minegame.experiment import EXPERIMENT
from minegame.report.numbers import Numbers
from minegame.text import counted, listed

if TYPE_CHECKING:
    from minegame.cases import Case
    from minegame.report.chapter import Chapter

#: What is asked, by the name that kinds of question know it by, and which kind answers it best.
QUESTIONS = {
    "odds": ("Who wins, and how often?", "odds"),
    "cause": ("What did it?", "analyse attribution"),
    "turn": ("What would turn it?", "analyse tipping"),
    "advice": ("What should each side do?", "analyse equilibrium"),
}
_MOST = 3  # sentences to a question; the others stand in the chapters
_UNKNOWN = "What is not known?"


class Said(NamedTuple):
    """A sentence of an answer, the number of its chapter, and the title of the scenario that it is about.

    There is no chapter where the scenario itself says it, and no title where all of a report is about one.
    """

    sentence: str
    chapter: int
    about: str


class Point(NamedTuple):
    """One of the questions, what is said of it, and if nothing, the command that would say something."""

    question: str
    said: Sequence[Said]
    command: str = ""


def opening(chapters: Sequence[Chapter], scenarios: Sequence[Numbers]) -> list[Point]:
    """The questions with which a report opens, in order; what nothing is known of comes last."""
    cases = [numbers.scenario for numbers in scenarios]
    names = dict(zip((case.fingerprint() for case in cases), called(cases), strict=True))

    def about(scenario: Case) -> str:
        return names[scenario.fingerprint()] if len(names) > 1 else ""

    def answers(name: str) -> list[Said]:
        return [
            Said(chapter.answer.sentences[place], n, about(chapter.answer.scenario))
            for n, chapter, place in _chosen(chapters, name)
        ]

    points = []
    for name, (question, command) in QUESTIONS.items():
        found = answers(name)
        points.append(Point(question, found, "" if found else f"minegame {command}"))
    doubts = [Said(_doubts(numbers), 0, about(numbers.scenario)) for numbers in scenarios]
    return [*points, Point(_UNKNOWN, [*doubts, *answers("unknown")])]


def called(scenarios: Sequence[Case]) -> list[str]:
    """What tells the scenarios of a report apart: their titles, with a number where several have the same."""
    titles = [scenario.title for scenario in scenarios]
    return [f"{title} (numbers {n})" if titles.count(title) > 1 else title for n, title in enumerate(titles, start=1)]


def _chosen(chapters: Sequence[Chapter], name: str) -> Sequence[tuple[int, Chapter, int]]:
    """Number and chapter of what answers a question, and with which sentence.

    What answers it beside another question counts where nothing else does.
    """
    told = [(n, chapter, _places(chapter.answer.kind)) for n, chapter in enumerate(chapters, start=1)]
    chosen = [(n, chapter, places[name]) for n, chapter, places in told if name in places]
    first = [one for one in chosen if next(iter(_places(one[1].answer.kind))) == name]
    return (first or chosen)[:_MOST]


def _places(kind: str) -> dict[str, int]:
    """Which sentence of an answer of a kind answers which question."""
    if kind == EXPERIMENT:
        return {"odds": 0}
    return dict(kind_of(kind).in_short) if kind in kinds() else {}


def _doubts(numbers: Numbers) -> str:
    """What the numbers of a scenario are worth, in a sentence."""
    counts = {kind: len(paths) for kind, paths in standing_of(numbers.scenario).items()}
    meaning = {
        "calibrated": "were chosen so that the scenario shows what happened", "swept": "cannot be learnt from one case",
        "unsourced": "have no source", "assumption": "are assumed, with a reason", "fact": "have a source",
    }  # fmt: skip
    told = [f"{counts[kind]:,} {words}" for kind, words in meaning.items() if counts[kind]]
    every = counted(sum(counts.values()), "number")
    return f"Of {every} of the scenario {listed(told)}. Intervals hold the luck of the draws, none of these doubts."
