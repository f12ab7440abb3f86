"""Results of a run, read from their folder and checked: tables for a notebook, win probabilities with intervals.

>>> import minegame
>>> results = minegame.load("results/who_wins")        # doctest: +SKIP
>>> results.win_probabilities()                        # doctest: +SKIP
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import cases, storage
from minegame.analysis import winning
from minegame.cases import Case
from minegame.scenario import Scenario, ScenarioError, nearest
from minegame.statistics import precision
from minegame.storage import ResultsError
from minegame.text import counted

if TYPE_CHECKING:
    import pandas as pd

    from minegame.experiment_file import Luck

_COUNTED = ("count", "sum", "squares")
_MONTHS = "tender.months"


@dataclass(frozen=True, repr=False)
class Results:
    """What a run found, as tables.

    ``summary`` and ``contrasts`` are long and tidy; ``sums`` and ``differences`` hold the same as arrays of shape
    (groups, policies, places of a tally, 3), with the places that :mod:`minegame.ensemble` names, or for a campaign
    :mod:`minegame.campaign_tally`.
    """

    folder: Path
    manifest: Mapping[str, Any] = field(repr=False)
    _parts: dict[tuple[str, int], np.ndarray] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def scenario(self) -> Case:
        """The scenario, or the campaign, that was played, at its point of rest."""
        document = dict(self.manifest["scenario"])
        name = document.pop("name")
        return cases.from_document(document, name)

    @property
    def tender(self) -> Scenario:
        """The scenario that was played.

        Raises:
            ResultsError: if it was a campaign, of which single tenders are not told by name.
        """
        if not isinstance(self.scenario, Scenario):
            raise ResultsError(self.folder, "holds a run of a campaign, and this is told of single tenders only")
        return self.scenario

    @property
    def policies(self) -> list[str]:
        """The names of the policies that were compared, in order."""
        return list(self.manifest["policies"])

    @property
    def factors(self) -> list[str]:
        """The paths that were varied, in order."""
        return list(self.manifest["factors"])

    @property
    def groups(self) -> int:
        """How many design points there are."""
        return int(self.manifest["groups"])

    @property
    def reference(self) -> str | None:
        """The policy with which the others are contrasted."""
        number = self.manifest["reference"]
        return None if number is None else self.policies[number]

    @property
    def luck(self) -> Luck:
        """Whether each design point has luck of its ``own``, or all have it in ``common``."""
        luck: Luck = self.manifest.get("luck", "common")  # of before it could be chosen
        return luck

    def __repr__(self) -> str:
        size = f"{counted(self.groups, 'point')} × {counted(len(self.policies), 'policy', 'policies')}"
        return f"<Results {self.manifest['title']}: {size} in {self.folder}>"

    def _repr_html_(self) -> str:
        """The results in a notebook: what they are, and the first win probabilities."""
        return f"<h3>{escape(repr(self)[1:-1])}</h3>{self.win_probabilities().head(30).to_html(index=False)}"

    # -------------------------------------------------------------------------------------------------------- tables

    @cached_property
    def design(self) -> pd.DataFrame:
        """A row a design point: its group and the value of every factor there; a level that is null is None."""
        table = self._table(storage.DESIGN)
        return table.assign(
            **{
                path: table[path].astype(object).where(table[path].notna(), None)
                for path in self.factors
                if table[path].isna().any()
            }
        )

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A row a measure: point, group, policy, measure, subject, count, sum, squares."""
        return self._table(storage.SUMMARY)

    @cached_property
    def contrasts(self) -> pd.DataFrame:
        """As ``summary``, for the paired difference of each policy from the reference.

        Raises:
            ResultsError: if there was but one policy.
        """
        return self._table(storage.CONTRASTS)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """A row a negotiation.

        Raises:
            ResultsError: if the experiment kept sums only.
        """
        return self._table(storage.OUTCOMES)

    def _table(self, name: str) -> pd.DataFrame:
        path = self.folder / name
        if not path.is_file():
            missing = {
                storage.OUTCOMES: "the experiment kept sums only: run it with results: rows",
                storage.CONTRASTS: "there is but one policy, so nothing is contrasted",
            }
            raise ResultsError(self.folder, f"holds no {name}; {missing.get(name, 'run the experiment again')}")
        frame: pd.DataFrame = storage.read_table(path)
        return frame

    # -------------------------------------------------------------------------------------------------------- arrays

    @cached_property
    def sums(self) -> np.ndarray:
        """Count, sum and sum of squares, shape (groups, policies, places, 3); zeros where nothing is measured."""
        return self._spread(self._kept)

    @cached_property
    def differences(self) -> np.ndarray | None:
        """The same of the paired differences from the reference policy; None if there is but one policy."""
        return None if self.reference is None else self._spread(self._contrasted)

    @cached_property
    def _places(self) -> np.ndarray:
        """The places in a tally of what is measured here."""
        return storage.places(self.scenario)

    def _spread(self, kept: np.ndarray) -> np.ndarray:
        """Everything at its place in a tally."""
        array = np.zeros((*kept.shape[:2], storage.width(self.scenario), 3))
        array[:, :, self._places] = kept
        return array

    @cached_property
    def _kept(self) -> np.ndarray:
        """As in the table: shape (groups, policies, measures of this scenario, 3)."""
        return self._rows(storage.SUMMARY, len(self.policies))

    @cached_property
    def _contrasted(self) -> np.ndarray:
        """The same of the paired differences, with zeros for the reference itself."""
        number = self.manifest["reference"]
        rows = self._rows(storage.CONTRASTS, len(self.policies) - 1)
        return np.insert(rows, number, 0.0, axis=1)

    def _chosen(self, name: str, policies: int, measure: str, groups: np.ndarray | None = None) -> np.ndarray:
        """How often every outcome comes, a row each: shape (groups, policies, outcomes, 3).

        ``measure`` is "wins_any", or "wins_and_built", which of shelving tells nothing.
        Read from the table piece by piece, so that a large design needs no memory for what is not asked for; all
        groups, or some.
        """
        import pyarrow.parquet as pq

        listed = storage.measures(self.scenario)
        number = {m.place: n for n, m in enumerate(listed)}
        built = measure == "wins_and_built"
        ends = storage.outcomes(self.scenario)
        order = [number[end.built if built and end.built is not None else end.place] for end in ends]
        points = np.arange(self.groups * policies).reshape(self.groups, policies)
        chosen = points.ravel() if groups is None else points[groups].ravel()
        places = (chosen[:, None] * len(listed) + np.sort(order)).ravel()
        rows, start = np.empty((places.size, 3)), 0
        for batch in pq.ParquetFile(self.folder / name).iter_batches(1 << 18, columns=list(_COUNTED)):
            first, end = np.searchsorted(places, (start, start + batch.num_rows))
            for n, column in enumerate(batch.columns):
                rows[first:end, n] = column.to_numpy(zero_copy_only=False)[places[first:end] - start]
            start += batch.num_rows
        return rows.reshape(-1, policies, len(order), 3)[:, :, np.argsort(np.argsort(order))]

    def _rows(self, name: str, policies: int) -> np.ndarray:
        import pyarrow.parquet as pq

        rows = np.empty((self.groups * policies * self._places.size, 3))
        for n, column in enumerate(_COUNTED):
            rows[:, n] = pq.read_table(self.folder / name, columns=[column])[column].to_numpy()
        return rows.reshape(self.groups, policies, -1, 3)

    # --------------------------------------------------------------------------------------------------------- answers

    def win_probabilities(self, confidence: float = 0.95, groups: np.ndarray | None = None) -> pd.DataFrame:
        """A row a point and outcome: the probability that the bidder wins (anything), or that all is shelved.

        ``groups``: the numbers of some points, in order, where not all are asked for.

        Errors of different points are independent if ``luck`` is ``own``; on common luck all points share them, and
        what a regression over the rows says of its own errors is several times too small.

        Columns: group, the factors, policy and outcome (categories), estimate, low, high, built (probability of winning
        and building), built_low, built_high, negotiations.
        """
        import pandas as pd

        ends = storage.outcomes(self.scenario)
        names = [end.name for end in ends]
        chosen, finished = (
            self._chosen(storage.SUMMARY, len(self.policies), measure, groups).reshape(-1, 3)
            for measure in ("wins_any", "wins_and_built")
        )
        low, high = precision.interval(chosen, "wins_any", confidence=confidence)
        built_low, built_high = precision.interval(finished, "wins_and_built", confidence=confidence)
        with np.errstate(invalid="ignore"):
            estimate, part = chosen[:, 1] / chosen[:, 0], finished[:, 1] / finished[:, 0]
        frame = pd.DataFrame(
            {
                **self._coordinates(names, range(len(self.policies)), groups),
                "estimate": estimate, "low": low, "high": high,
                "built": part, "built_low": built_low, "built_high": built_high,
                "negotiations": chosen[:, 0].astype(np.int64),
            }
        )  # fmt: skip
        shelved = [end.name for end in ends if end.built is None]
        frame.loc[frame["outcome"].isin(shelved), ["built", "built_low", "built_high"]] = np.nan
        return frame

    def win_contrasts(self, confidence: float = 0.95, groups: np.ndarray | None = None) -> pd.DataFrame:
        """A row a point and outcome: how much likelier than under the reference policy, on the same luck.

        ``groups`` is as for :meth:`win_probabilities`.

        Columns: group, the factors, policy and outcome (categories), estimate, low, high; the reference is left out.

        Raises:
            ResultsError: if there was but one policy.
        """
        import pandas as pd

        if self.reference is None:
            raise ResultsError(self.folder, "there is but one policy, so nothing is contrasted")
        names = [end.name for end in storage.outcomes(self.scenario)]
        chosen = self._chosen(storage.CONTRASTS, len(self.policies) - 1, "wins_any", groups).reshape(-1, 3)
        low, high = precision.interval(chosen, "wins_any", paired=True, confidence=confidence)
        with np.errstate(invalid="ignore"):
            estimate = chosen[:, 1] / chosen[:, 0]
        others = [n for n, policy in enumerate(self.policies) if policy != self.reference]
        return pd.DataFrame(
            {**self._coordinates(names, others, groups), "estimate": estimate, "low": low, "high": high}
        )

    def win_shares(self, *, contrasted: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """The estimates alone, shape (groups, policies, bidders and shelved), and the negotiations of each point.

        With ``contrasted`` the paired differences of all policies but the reference.  For large designs: a number
        takes a tenth of the room of a row of a table.
        """
        name, left_out = (storage.CONTRASTS, 1) if contrasted else (storage.SUMMARY, 0)
        chosen = self._chosen(name, len(self.policies) - left_out, "wins_any")
        with np.errstate(invalid="ignore"):
            return chosen[..., 1] / chosen[..., 0], chosen[..., 0, 0].astype(np.int64)

    def _coordinates(
        self, outcomes: Sequence[str], policies: Sequence[int], groups: np.ndarray | None
    ) -> dict[str, Any]:
        """The columns that say what a row is of: every outcome of some policies at every point, or at some."""
        import pandas as pd

        asked = np.arange(self.groups) if groups is None else groups
        per_group = len(outcomes) * len(policies)
        factors = {path: self.design[path].to_numpy()[asked].repeat(per_group) for path in self.factors}
        policy = np.tile(np.repeat(np.asarray(policies, np.int16), len(outcomes)), len(asked))
        outcome = np.tile(np.arange(len(outcomes), dtype=np.int8), len(asked) * len(policies))
        return {
            "group": np.repeat(asked, per_group),
            **factors,
            "policy": pd.Categorical.from_codes(policy, pd.Index(self.policies)),
            "outcome": pd.Categorical.from_codes(outcome, pd.Index(list(outcomes))),
        }

    def _number(self, policy: str | None) -> int:
        if policy is None:
            return 0
        if policy not in self.policies:
            text = f"there is no policy '{policy}': expected one of {', '.join(self.policies[:20])}"
            raise ResultsError(self.folder, text + nearest(policy, self.policies))
        return self.policies.index(policy)

    def estimate(self, group: int = 0, policy: str | None = None, confidence: float = 0.95) -> dict[str, Any]:
        """Everything about one point, as ``minegame odds`` tells it; the first policy if none is named.

        Raises:
            ResultsError: if there is no such policy.
        """
        number = self._number(policy)
        sums = self.of_point(group, number)
        return winning.estimate(sums, self.tender, confidence, self._months(group, number))

    def contrast(self, group: int, policy: str, confidence: float = 0.95) -> dict[str, Any]:
        """The paired difference of a policy from the reference at one point, as ``minegame odds`` tells it.

        Raises:
            ResultsError: if there is no such policy, or it is the reference.
        """
        sums = self.change_at(group, self._number(policy))
        return winning.contrast(sums, self.tender, self.tender, confidence)

    def of_point(self, group: int, policy: int) -> np.ndarray:
        """Count, sum and sum of squares of everything at one point, under a policy by its number: shape (places, 3)."""
        return self._one(storage.SUMMARY, group, policy, len(self.policies))

    def change_at(self, group: int, policy: int) -> np.ndarray:
        """The same of the paired difference from the reference; raises ResultsError where the policy is none."""
        base = self.manifest["reference"]
        if base is None or policy == base:
            named = self.policies[policy]
            raise ResultsError(self.folder, f"there is no contrast of '{named}' with the reference")
        return self._one(storage.CONTRASTS, group, policy - (policy > base), len(self.policies) - 1)

    def _months(self, group: int, policy: int) -> int:
        """How long the tender lasts at a point."""
        if _MONTHS in self.factors:
            return int(self.design[_MONTHS].iloc[group])
        changed = list(self.manifest["policies"].values())[policy]
        return int(changed.get(_MONTHS, self.tender.tender.months))

    def _one(self, name: str, group: int, policy: int, policies: int) -> np.ndarray:
        """Everything of one point at its place in a tally, read from its part of the table alone."""
        size = self._places.size
        first = (range(self.groups)[group] * policies + policy) * size
        return np.asarray(self._spread(self._between(name, first, size)[None, None])[0, 0])

    def _between(self, name: str, first: int, count: int) -> np.ndarray:
        """Some rows of a table from the row ``first`` on: count, sum, squares."""
        import pyarrow.parquet as pq

        file = pq.ParquetFile(self.folder / name)
        found, start = [], 0
        for part in range(file.num_row_groups):
            stop = start + file.metadata.row_group(part).num_rows
            low, high = max(first, start), min(first + count, stop)
            if low < high:
                found.append(self._part(name, part)[low - start : high - start])
            start = stop
        return np.asarray(np.concatenate(found))

    def _part(self, name: str, part: int) -> np.ndarray:
        """A row group of a table; the last that was read is kept."""
        import pyarrow.parquet as pq

        if (name, part) not in self._parts:
            self._parts.clear()
            read = pq.ParquetFile(self.folder / name).read_row_group(part, columns=list(_COUNTED))
            self._parts[name, part] = np.column_stack([read[column].to_numpy() for column in _COUNTED])
        return self._parts[name, part]


def load(folder: Path | str) -> Results:
    """The results of a run in a folder, once every table is found to be as it was written.

    Raises:
        ResultsError: if the folder holds no run, the run is not finished, or a table was altered.
    """
    folder = Path(folder)
    manifest = storage.read_manifest(folder)
    if manifest["kind"] != storage.EXPERIMENT:
        text = f"holds the answer to a question ({manifest['kind']}), and not a run: read it with minegame.answers.read"
        raise ResultsError(folder, text)
    check(folder, manifest)
    return Results(folder, manifest)


def check(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse what is not finished, or not as it was written.

    Raises:
        ResultsError: if so, with what to do about it.
    """
    what, again = (
        ("run", "run the experiment") if manifest["kind"] == storage.EXPERIMENT else ("answer", "ask the question")
    )
    if manifest["state"] != "complete":
        raise ResultsError(folder, f"the {what} is not finished: {again} again to go on ({_progress(folder)})")
    if bad := storage.damaged(folder, manifest):
        raise ResultsError(folder, f"not as written: {', '.join(bad)}; {again} again to make it again")


def _progress(folder: Path) -> str:
    chunks = folder / storage.CHUNKS
    count = sum(1 for path in chunks.iterdir() if not path.name.startswith(".")) if chunks.is_dir() else 0
    return f"{count:,} files of chunks are kept"


# ---------------------------------------------------------------------------------------------------- finding folders


def holds(folder: Path) -> bool:
    """Whether a folder holds results of any kind, finished or not."""
    return storage.is_results_folder(folder) or (folder / storage.ANSWER).is_file()


def folders_in(folder: Path, key: Callable[[Path], Any] | None = None) -> list[Path]:
    """The folders of results that a path stands for: itself, then those in it; in order of ``key``, then of names.

    A folder that holds results may hold others, such as the answers that an experiment asked for.
    """
    if not folder.is_dir():
        return []
    inside = sorted((path for path in folder.iterdir() if path.is_dir() and holds(path)), key=lambda path: path.name)
    inside = sorted(inside, key=key) if key else inside
    return [*([folder] if holds(folder) else []), *(found for path in inside for found in folders_in(path, key))]


def kind_in(folder: Path) -> str:
    """The kind of what a folder holds, as it says itself; nothing where it cannot be read."""
    try:
        if storage.is_results_folder(folder):
            return str(storage.read_manifest(folder)["kind"])
        head = json.loads((folder / storage.ANSWER).read_text(encoding="utf-8"))
        return str(head.get("kind", head.get("name", "")))
    except (ScenarioError, OSError, ValueError, RecursionError, AttributeError):  # which is told when it is read
        return ""


def listing(root: Path | str = "results") -> list[tuple[Path, Mapping[str, Any]]]:
    """The results in a folder, runs and answers, with their manifests, the newest first.

    What cannot be read is left out, and so are answers of the version before, which kept no manifest.
    """
    found = []
    for folder in folders_in(Path(root)):
        try:
            found.append((folder, storage.read_manifest(folder)))
        except ResultsError:
            continue
    return sorted(found, key=lambda pair: str(pair[1].get("begun", "")), reverse=True)


def entry(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What a list of results says of one folder, of whatever kind; None for what its kind does not have."""
    run = manifest["kind"] == storage.EXPERIMENT
    groups, policies = (manifest["groups"], len(manifest["policies"])) if run else (None, None)
    most = manifest["groups"] * len(manifest["policies"]) * manifest["replications"]["at_most"] if run else None
    return {
        "folder": str(folder),
        "kind": manifest["kind"],
        "title": manifest["title"] if run else _question(folder) or manifest["kind"].replace("_", " "),
        "state": _state(folder, manifest),
        "groups": groups,
        "policies": policies,
        "negotiations": manifest.get("negotiations", most),
        "begun": manifest["begun"],
        "scenario": manifest["scenario"]["name"],
    }


def _question(folder: Path) -> str:
    """The question that an answer answers, in words, where it is there already."""
    try:
        head = json.loads((folder / storage.ANSWER).read_text(encoding="utf-8"))
        return str(head["question"])
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return ""


def _state(folder: Path, manifest: Mapping[str, Any]) -> str:
    """Complete, running at this moment, or unfinished: work that was killed cannot say so itself."""
    if manifest["state"] == "complete":
        return "complete"
    return "running" if storage.is_claimed(folder) else "unfinished"
