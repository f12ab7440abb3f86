"""Trials of docs/extending.md: small real additions to a copy of the house, each place of which is forgotten in turn.

An addition is textual edits of all the places that the guide lists.  With all of them its checks pass; with one left
out, the check that should notice fails, and what it prints names what is missing.
``python tests/extending.py`` tries all additions, or those named, and says what was noticed.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mutations import run_tests

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("src", "configs", "experiments", "tests", "docs")


@dataclass(frozen=True)
class Place:
    """What is added in a file: pieces, each after (before, at the end of) a text that stands there once.

    Without pieces the file is new and holds ``text``.  ``noticed_by`` is the check that fails where the place is
    forgotten, and ``says`` what it prints then.
    """

    file: str
    noticed_by: str
    says: str
    pieces: tuple[tuple[str, str], ...] = ()
    text: str = ""

    def added_to(self, source: str) -> str:
        """The file with what is added; ValueError unless every piece has its one place."""
        for right, added in self.pieces:
            if source.count(right) != 1:
                raise ValueError(f"{source.count(right)} times {right!r} in {self.file}")
            source = source.replace(right, added)
        return source + self.text

    def add(self, folder: Path) -> None:
        """Add it to the copy."""
        file = folder / self.file
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(self.added_to(before), encoding="utf-8")


@dataclass(frozen=True)
class Addition:
    """Something that is added: the section of the guide that says where, and the places."""

    title: str
    places: tuple[Place, ...]
    #: further checks that all is well with it
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.title


def before(anchor: str, added: str) -> tuple[str, str]:
    """A piece that is added before a text."""
    return anchor, added + anchor


def after(anchor: str, added: str) -> tuple[str, str]:
    """A piece that is added after a text."""
    return anchor, anchor + added


COMPLETE = "tests/test_completeness.py"
BY_HAND = f"{COMPLETE}::test_every_number_lever_trigger_and_quantity_is_worked_by_hand"

A_NUMBER = Addition(
    "A number of a scenario",
    (
        Place(
            "src/minegame/game.py", "tests/test_turns.py", "project_closure_cost",
            (after('"capex_factor", ', '"closure_cost", '),),
        ),
        Place(
            "src/minegame/scenario/fields.py",
            "tests/test_scenario.py::test_every_field_of_a_game_comes_from_the_scenario", "project_closure_cost",
            (after(
                '    capex_factor: float = _number("number", "Present value of one M$ of capital cost (k_pv).", 0, 10)\n',
                '    closure_cost: float = _money("Cost of closing the mines, as present value (K_c).", 0.0)\n',
            ),),
        ),
        Place(
            "src/minegame/turns.py", f"{COMPLETE}::test_every_number_of_a_game_is_read_by_a_turn",
            "project_closure_cost",
            (before(
                ",\n        game.bidder_capital_wedge[i],", " + game.project_closure_cost * weight"
            ),),
        ),
        Place(
            "tests/strategies.py", f"{COMPLETE}::test_random_scenarios_vary_every_number", "project.closure_cost",
            (after('        "capex_factor": (0.5, 1.0, ()),\n', '        "closure_cost": (0.0, 50.0, (0.0,)),\n'),),
        ),
        Place(
            "tests/test_turns.py", BY_HAND, "project_closure_cost",
            text='''

def test_r3_closing_the_mines_costs_each_its_share_of_the_value():
    values = []
    for cost in (0.0, 100.0):
        game = game_of(project_closure_cost=cost)
        state = opened(game)
        turns.appraise(game, state, 0)
        turns.offer(game, state, 0)
        values.append(state.project_value[0, :2].copy())
    assert values[0] - values[1] == pytest.approx([0.5 * 60.0, 0.5 * 40.0])
''',
        ),
        Place(
            "docs/odd.md", "tests/test_docs_odd.py::test_every_path_is_named", "project.closure_cost",
            (after(
                "| `project.capex_factor` | k_pv | number | 0.9 | R3 |\n",
                "| `project.closure_cost` | K_c | M$ | 0 | R3 |\n",
            ),),
        ),
    ),
    also=("tests/test_docs_odd.py::test_the_tables_hold_the_baseline",),
)  # fmt: skip

A_LEVER = Addition(
    "A lever",
    (
        Place(
            "src/minegame/game.py", COMPLETE, "AID",
            (
                after(
                    '          "How far technology is denied to rival bidders (X).", "share", 1.0, 1.0),\n',
                    '    Lever("aid", "development aid", "development aid",\n'
                    '          "How far aid is promised beside the deal (A).", "share", 1.0, 1.0),\n',
                ),
                ("FINANCE, DENIAL = range(", "FINANCE, DENIAL, AID = range("),
            ),
        ),
        Place(
            "src/minegame/scenario/fields.py", COMPLETE, "LeversFields must hold the levers of the game",
            (
                after("    ACCESS,\n", "    AID,\n"),
                before(
                    "class LeversFields(Group):",
                    'class AidFields(LeverFields):\n    """The aid lever of a patron."""\n\n'
                    "    intensity: float = _intensity(AID)\n\n\n",
                ),
                after("    denial: DenialFields = DenialFields()\n", "    aid: AidFields = AidFields()\n"),
            ),
        ),
        Place(
            "src/minegame/turns.py", f"{COMPLETE}::test_every_lever_does_something", "turns.py does nothing with AID",
            (
                after("    ACCESS,\n", "    AID,\n"),
                (
                    "meeting < game.politics_summit_rate * state.lever[k, ENGAGEMENT]",
                    "meeting < game.politics_summit_rate * max(state.lever[k, ENGAGEMENT], state.lever[k, AID])",
                ),
            ),
        ),
        Place(
            "tests/test_turns.py", BY_HAND, "['aid']",
            text='''

def test_r17_aid_brings_the_heads_of_state_together():
    game = game_of(politics_summit_rate=1.0, lever_intensity=levers(aid=1.0))
    state = opened(game)
    turns.press(game, state, WEST)
    turns.gain_standing(game, state, WEST)
    assert state.summits[WEST] == 1.0
''',
        ),
        Place(
            "docs/odd.md", "tests/test_docs_odd.py", "test_every_lever_and_trigger_is_named[aid]",
            (
                before("\n**Scales.** A month", "| `aid` | A | 0 … 1 | aid that is promised beside the deal |\n"),
                ("θ, m, E, F, X | number | 1, 1, 1, 1, 0 | 0 [S], 0 [S], 0 [S], 0 [S], 0 [S] |",
                 "θ, m, E, F, X, A | number | 1, 1, 1, 1, 0, 0 | 0 [S], 0 [S], 0 [S], 0 [S], 0 [S], 0 [S] |"),
                ("months | 3, 5, 5, 5, 0 | 0, 0, 0, 0, 0 |", "months | 3, 5, 5, 5, 0, 0 | 0, 0, 0, 0, 0, 0 |"),
                ("– | – | always, always, always, always, always | always [S], always [S],",
                 "– | – | always, always, always, always, always, always | always [S], always [S], always [S],"),
                ("lag | months | 0, 0, 0, 0, 0 | 0, 0, 0, 0, 0 |", "lag | months | 0, 0, 0, 0, 0, 0 | 0, 0, 0, 0, 0, 0 |"),
                ("points/month | 1, 1, 0.8, 1, 1.5 | 1, 1, 0.8, 1, 1.5 |",
                 "points/month | 1, 1, 0.8, 1, 1.5, 1 | 1, 1, 0.8, 1, 1.5, 1 |"),
                ("are `tariff`, `access`, `engagement`, `finance` and `denial`.",
                 "are `tariff`, `access`, `engagement`, `finance`, `denial` and `aid`."),
            ),
        ),
    ),
    also=(
        "tests/test_scenario.py::test_the_baseline_is_the_observed_case", "src/minegame/agents.py",
        "tests/test_transcript.py::test_the_baseline_can_be_retold",
        "tests/test_equilibrium.py::test_the_design_of_the_case_has_512_profiles_in_the_order_of_the_table",
    ),
)  # fmt: skip

A_TRIGGER = Addition(
    "A trigger",
    (
        Place(
            "src/minegame/game.py", COMPLETE, "OWN_LETTER",
            (
                after(
                    '            "if its camp has lost an earlier tender", '
                    '"because its camp had lost an earlier tender"),\n',
                    '    Trigger("own_letter", "a public lender issues a letter to a bidder of the patron\'s own camp",\n'
                    '            "once a bidder of its own gets a public letter", '
                    '"because a bidder of its own got a public letter"),\n',
                ),
                ("LOST_BEFORE = range(", "LOST_BEFORE, OWN_LETTER = range("),
            ),
        ),
        Place(
            "src/minegame/turns.py", f"{COMPLETE}::test_every_trigger_has_an_event_that_happens_and_may_not_happen",
            "a trigger without an event",
            (
                after("    OPENING,\n", "    OWN_LETTER,\n"),
                before(
                    '    raise ValueError("a trigger without an event")',
                    "    if trigger == OWN_LETTER:\n        return _own_letter(game, state, k)\n",
                ),
                before(
                    "@seldom\ndef gain_standing(",
                    '@rule\ndef _own_letter(game, state, k):\n    """Whether a bidder of its own gets a public letter."""\n'
                    "    for f in range(game.financiers):\n"
                    "        if game.financier_public[f] and state.letter_month[f] == state.month:\n"
                    "            if game.bidder_patron[game.financier_bidder[f]] == k:\n"
                    "                return True\n    return False\n\n\n",
                ),
            ),
        ),
        Place(
            "tests/test_turns.py", BY_HAND, "['OWN_LETTER']",
            (after("    OUTCOME,\n", "    OWN_LETTER,\n"),),
            '''

@pytest.mark.parametrize(("public", "seen_by"), [((1, 0), [1, 0]), ((0, 0), [0, 0])], ids=["public", "private"])
def test_r21_a_patron_sees_a_public_letter_to_its_own_bidder(public, seen_by):
    game = game_of(financier_public=public, financier_base_hazard=(50.0, 0.0))
    state = opened(game)
    commit_all(game, state)
    assert seen(game, state, OWN_LETTER) == seen_by
''',
        ),
        Place(
            "docs/odd.md", "tests/test_docs_odd.py", "test_every_lever_and_trigger_is_named[own_letter]",
            (before(
                "\nPaths: `patrons.*.levers.*.intensity`, `patrons.*.levers.*.onset`",
                "* `own_letter`: in an earlier month a public lender issued a letter to a bidder of the patron's own camp.\n",
            ),),
        ),
    ),
    also=("tests/test_scenario.py::test_the_words_of_a_scenario_are_those_of_the_game",),
)  # fmt: skip

AN_OUTCOME = Addition(
    "An outcome of a bidder",
    (
        Place(
            "src/minegame/game.py", "tests/test_turns.py", "bid_share",
            (after(
                '        ("built_share", "f8", "share", "part of the deposits\' value that the bidder won and finished"),\n',
                '        ("bid_share", "f8", "share", "part of the deposits\' value that the bidder bid for at last"),\n',
            ),),
        ),
        Place(
            "src/minegame/turns.py", f"{COMPLETE}::test_every_quantity_of_the_outcome_is_written",
            "turns.py: outcome.bid_share",
            (
                after(
                    "        outcome.built_share[i] = 0.0\n", "        outcome.bid_share[i] = _bid_share(game, state, i)\n"
                ),
                before(
                    "@rule\ndef _record_nothing(",
                    "@rule\ndef _bid_share(game, state, i):\n"
                    '    """The share of the value for which a bidder bids in the month of the decision."""\n'
                    "    share = 0.0\n    for d in range(game.deposits):\n"
                    "        share += game.deposit_weight[d] * state.bids[i, d]\n    return share\n\n\n",
                ),
            ),
        ),
        Place(
            "tests/test_turns.py", BY_HAND, "['bid_share']",
            text='''

def test_what_a_bidder_bids_for_is_written_down_whoever_wins():
    assert list(settled((0, 0)).bid_share[:3]) == [1.0, 1.0, 0.0]
    assert list(settled((0, 0), bidder_entry=(0, 3)).bid_share[:2]) == [1.0, 0.0]
''',
        ),
        Place(
            "docs/odd.md", "tests/test_docs_odd.py::test_every_measure_is_named",
            "test_every_measure_is_named[bid_share]",
            (("  `concession`, `award_month`;", "  `concession`, `award_month`, `bid_share` (Σ_d w_d over its bids);"),),
        ),
        Place(
            "docs/mesa.md", "tests/test_model.py::test_every_field_of_the_outcome_is_explained_in_one_line",
            "bid_share",
            (after(
                "| `built_share` | i | part of the deposits' value that the bidder won and finished | share |\n",
                "| `bid_share` | i | part of the deposits' value that the bidder bid for at last | share |\n",
            ),),
        ),
        Place(
            "docs/experiments.md", "tests/test_results.py::test_every_column_of_the_outcomes_is_documented", "bid_share",
            (after(
                "| `built_share.`bidder | double | share, 0–1 | of the deposits' value that it won and built |\n",
                "| `bid_share.`bidder | double | share, 0–1 | of the deposits' value that it bid for at last |\n",
            ),),
        ),
    ),
    also=(f"{COMPLETE}::test_every_measure_of_a_winner_is_reckoned",),
)  # fmt: skip

_FLOORS = "tests/test_architecture.py::test_a_kind_has_its_name_on_every_floor"

A_KIND = Addition(
    "A kind of question",
    (
        Place(
            "src/minegame/analysis/entry.py", _FLOORS, "src/minegame/analysis/entry.py",
            text='''"""What it costs a bidder to come late."""

from __future__ import annotations

import numpy as np
import pandas as pd

from minegame.scenario import Scenario
from minegame.statistics import intervals


def design(scenario: Scenario, bidder: str) -> tuple[np.ndarray, list[int]]:
    """The games in which the bidder enters at the beginning, after a third and after two thirds, and those months."""
    months = sorted({scenario.tender.months * part // 3 for part in range(3)})
    return scenario.games([{f"bidders.{bidder}.entry": month} for month in months]), months


def estimate(won: np.ndarray, months: list[int], confidence: float = 0.95) -> pd.DataFrame:
    """The chance of winning by month of entry, from 0 and 1 in shape (replications, months)."""
    low, high = intervals.wilson(won.sum(axis=0), len(won), confidence)
    return pd.DataFrame({"month": months, "wins": won.mean(axis=0), "wins_low": low, "wins_high": high})
''',
        ),
        Place(
            "src/minegame/answers/entry.py",
            "tests/test_architecture.py::test_there_is_no_analysis_and_no_section_that_is_no_kind", "'entry'",
            text='''"""What does it cost a bidder to come late?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from minegame import options
from minegame.analysis import entry
from minegame.answers.answer import Answer, Picture, told
from minegame.answers.inputs import Contest, limits_of
from minegame.answers.question import Question
from minegame.ensemble import by_bidder
from minegame.plots.entry import entry_bars
from minegame.runner import Runner
from minegame.scenario import Scenario
from minegame.tables import Column, Table
from minegame.text import COUNT, SHARE


@dataclass(frozen=True, kw_only=True)
class Entry(Question):
    """What does it cost a bidder to come late: its chance of winning by the month in which it enters."""

    bidder: str | None = options.bidder()
    replications: int = options.replications(20_000)

    def answer(self, scenario: Scenario, runner: Runner) -> Answer:
        """The chance of winning for each month of entry, on the same luck."""
        contest = Contest.of(scenario, bidder=self.bidder)
        games, months = entry.design(scenario, contest.bidder)
        runner.expect(self.replications * len(games))
        won = runner.samples(games, self.seed, self.replications, [by_bidder("wins_any", contest.place)])[..., 0]
        found = entry.estimate(won, months, self.confidence)
        columns = [Column("month", "enters in month", COUNT), Column("wins", "wins", SHARE, bounded=True)]
        first, last = (SHARE.write(*row[1:]) for row in (found.iloc[0], found.iloc[-1]))
        return told(
            self, scenario, f"What does it cost {contest.label} to come late?",
            [
                f"{contest.label} wins {first} if it bids from the beginning (n = {self.replications:,} negotiations).",
                f"If it enters in month {months[-1]}, it wins {last}.",
            ],
            {"entry": Table("By month of entry", columns, found)},
            {"entry": Picture("By month of entry", partial(entry_bars, found, replications=self.replications))},
            {"bidder": contest.bidder}, limits_of(scenario, "Nobody answers the delay."),
        )  # fmt: skip
''',
        ),
        Place(
            "src/minegame/plots/entry.py", _FLOORS, "src/minegame/plots/entry.py",
            text='''"""The chance of winning by month of entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minegame.plots.style import bars

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def entry_bars(table: pd.DataFrame, *, replications: int, ax: Axes | None = None) -> Axes:
    """The chance of winning, a bar for each month of entry; ``table`` is that of ``entry.estimate``."""
    return bars(
        [f"month {month:.0f}" for month in table["month"]],
        *(100 * table[f"wins{end}"].to_numpy(float) for end in ("", "_low", "_high")),
        label=f"wins, %; n = {replications:,} negotiations", ax=ax,
    )  # fmt: skip
''',
        ),
        Place(
            "tests/test_entry.py", _FLOORS, "tests/test_entry.py",
            text='''"""Coming late: who does not bid does not win."""

import numpy as np

from minegame import answers
from minegame.analysis import entry
from minegame.plots.entry import entry_bars


def test_what_was_won_is_counted():
    table = entry.estimate(np.array([[1.0, 0.0], [1.0, 1.0]]), [0, 4])
    assert table["wins"].tolist() == [1.0, 0.5]
    assert (table["wins_low"] <= table["wins"]).all()
    assert "n = 2" in entry_bars(table, replications=2).get_xlabel()


def test_who_comes_after_everything_is_over_wins_nothing():
    found = answers.ask("entry", "two_bidders", replications=10)
    assert found.tables["entry"].frame["month"].iloc[0] == 0
''',
        ),
        Place(
            "docs/analyses.md", _FLOORS, "docs/analyses.md ## entry",
            (after(
                "| [`history_matching`](#history_matching) | What does one case teach, and what not? | 9 s |\n",
                "| [`entry`](#entry) | What does it cost a bidder to come late? | 5 s |\n",
            ),),
            '''
## entry

```console
$ minegame analyse entry
```

The chance of winning by the month in which the bidder enters, on the same luck. **Limits.** Nobody answers the delay.
''',
        ),
    ),
    also=(
        "tests/test_architecture.py::test_there_is_no_analysis_and_no_section_that_is_no_kind", _FLOORS,
        "tests/test_architecture.py::test_a_kind_is_a_class_of_its_own_name_in_a_module_of_that_name",
        "tests/test_architecture.py::test_every_picture_is_drawn_by_an_answer_and_by_a_test",
        "tests/test_architecture.py::test_every_kind_is_a_command_by_its_name", "tests/test_entry.py",
        "tests/test_answers.py::test_an_answer_says_something_and_what_it_cannot_say[entry]",
        "tests/test_answers.py::test_every_picture_can_be_drawn[entry]",
    ),
)  # fmt: skip

_DRAWN = "tests/test_architecture.py::test_every_picture_is_drawn_by_an_answer_and_by_a_test"

A_FIGURE = Addition(
    "A figure",
    (
        Place(
            "src/minegame/plots/ledger.py", "tests/test_plots.py::test_nothing_leaves_the_sheet", "share_bars",
            text='''

def share_bars(table: pd.DataFrame, *, first: str, second: str, ax: Axes | None = None) -> Axes:
    """Each term's part of the whole difference, %; ``table`` is that of ``ledger.ledger_difference``."""
    ax = ax if ax is not None else axes(8.0, 1.6 + 0.34 * len(table))
    ax.barh(np.arange(len(table)), 100 * table["share"].to_numpy(float), color=COLOURS[0])
    rows_of(ax, [wrapped(str(term)) for term in table["term"]], 10)
    ax.set_xlabel(wrapped(f"part of the difference between {first} and {second}, %"))
    return ax
''',
        ),
        Place(
            "src/minegame/answers/ledger.py", _DRAWN, "src/minegame/plots/ledger.py: share_bars",
            (
                ("from minegame.plots.ledger import ledger_bars", "from minegame.plots.ledger import ledger_bars, share_bars"),
                (
                    '{"account": Picture(_headline(terms, a, b), bars)}',
                    '{"account": Picture(_headline(terms, a, b), bars),\n             "shares": Picture('
                    '"Parts of the difference", partial(share_bars, terms, first=a, second=b))}',
                ),
            ),
        ),
        Place(
            "tests/test_plots.py", _DRAWN, "src/minegame/plots/ledger.py: share_bars",
            (
                after("from minegame.plots.equilibrium import _share\n", "from minegame.plots.ledger import share_bars\n"),
                after(
                    '        "ledger": plots.ledger_bars(table, first=first, second=second),\n',
                    '        "shares": share_bars(table.assign(share=0.2), first=first, second=second),\n',
                ),
            ),
        ),
    ),
    also=("tests/test_answers.py::test_every_picture_can_be_drawn[ledger]",),
)  # fmt: skip

_SHIPPED = "tests/test_scenario.py::test_seven_scenarios_are_shipped"

A_SCENARIO = Addition(
    "A scenario",
    (
        Place(
            "configs/kazakhstan_long_tender.yaml", _SHIPPED, "kazakhstan_long_tender",
            text='''# The same tender with half a year more.

extends: kazakhstan_tungsten
title: Kazakhstan 2025 with a longer deadline

tender:
  months: 18

sources:
  tender.months: {assumption: "A rule of the tender to be compared with the observed one."}
''',
        ),
        Place(
            "tests/test_scenario.py", _SHIPPED, "kazakhstan_long_tender",
            (after('        "kazakhstan_literal_tariff",\n', '        "kazakhstan_long_tender",\n'),),
        ),
        Place(
            "docs/scenarios.md", "tests/test_scenario.py::test_the_guide_lists_the_shipped_scenarios",
            "kazakhstan_long_tender",
            (after(
                "| `kazakhstan_split_lots` | each deposit is awarded on its own |\n",
                "| `kazakhstan_long_tender` | the tender lasts half a year longer |\n",
            ),),
        ),
    ),
    also=("tests/test_scenario.py::test_every_shipped_number_has_a_source_in_its_own_file[kazakhstan_long_tender]",),
)  # fmt: skip

ADDITIONS = (A_NUMBER, A_LEVER, A_TRIGGER, AN_OUTCOME, A_KIND, A_FIGURE, A_SCENARIO)


def copy_checkout(folder: Path) -> Path:
    """Copy what an addition may touch into ``folder``; return it."""
    unwanted = shutil.ignore_patterns("__pycache__", ".pytest_cache", "*.parquet")
    for name in PARTS:
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted, dirs_exist_ok=True)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def mend(folder: Path, addition: Addition) -> None:
    """Make the copy again what it was before the addition."""
    for place in addition.places:
        file = folder / place.file
        if (ROOT / place.file).exists():
            shutil.copyfile(ROOT / place.file, file)
        else:
            file.unlink(missing_ok=True)


def attempt(addition: Addition, folder: Path) -> list[str]:
    """What went otherwise than the guide says, in lines; the working folder is the copy."""
    wrong = []
    for place in addition.places:
        place.add(folder)
    code, output = run_tests(list(dict.fromkeys([*(place.noticed_by for place in addition.places), *addition.also])))
    if code != 0:
        wrong.append(f"{addition}: the whole addition does not pass\n{output}")
    for forgotten in addition.places:
        mend(folder, addition)
        for place in addition.places:
            if place is not forgotten:
                place.add(folder)
        code, output = run_tests([forgotten.noticed_by], trace="short")
        said = "noticed" if code else "MISSED"
        sys.stdout.write(f"{said}  {addition}: {forgotten.file} forgotten  [{forgotten.noticed_by}]\n")
        sys.stdout.flush()
        if code == 0 or forgotten.says not in output:
            wrong.append(f"{addition}: without {forgotten.file}, expected {forgotten.says!r} to be said:\n{output}")
    mend(folder, addition)
    return wrong


def main(chosen: Sequence[str]) -> int:
    """Try the additions of these titles (all, without titles) on a copy, in plain Python; 0 if all is as it is said."""
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    sys.dont_write_bytecode = True
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = copy_checkout(Path(name).resolve())
        os.chdir(folder)
        sys.path[:0] = [str(folder / "src"), str(folder / "tests")]
        for addition in ADDITIONS:
            if not chosen or addition.title in chosen:
                wrong += attempt(addition, folder)
        os.chdir(ROOT)
    sys.stdout.write("\n".join(wrong) or "every forgotten place was noticed\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
