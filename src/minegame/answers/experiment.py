"""What the results of ``minegame run`` say, put as an answer, so that a report can show them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from minegame import plots
from minegame.answers import words
from minegame.answers.answer import Answer
from minegame.answers.inputs import limits_of
from minegame.experiment_file import Experiment, shipped_experiments
from minegame.results import Results
from minegame.scenario import in_words, typed_change, typed_value

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST_ROWS = 100  # of a table on a page; of a larger design the page shows how the points spread
_MOST_CURVE, _MOST_MAP, _MOST_MAPS = 1000, 60, 8
_ESTIMATE = ("estimate", "low", "high")

_LIMIT = (
    "The lowest and the highest of many estimates are picked after the fact: their intervals are those of single "
    "points, and a little too sure for a pick."
)
_SPREAD_LIMIT = (
    "Over a design of many points, the spread is how far the answer depends on what was varied, with the error of each "
    "point on top; more replications do not narrow it."
)


def answer(found: Results) -> Answer:
    """The results of a run as an answer: two sentences, tables, pictures, and the command that makes them again."""
    manifest, rows = found.manifest, found.win_probabilities()
    own = [_LIMIT] if _points(found) > 2 else []
    return Answer(
        name=manifest["name"],
        question=manifest["question"].strip() or f"{manifest['title'] or manifest['name']}: who wins?",
        sentences=tuple(_sentences(found, rows)),
        tables=_tables(found, rows),
        pictures=_pictures(found, rows),
        settings=_settings(found),
        command=_command(found),
        limits=limits_of(found.scenario, *own, *([_SPREAD_LIMIT] if found.groups > MOST_ROWS else [])),
        scenario=found.scenario,
    )


def _points(found: Results) -> int:
    return found.groups * len(found.policies)


def _label(found: Results, outcome: str) -> str:
    return outcome if outcome == "shelved" else found.scenario.label_of("bidder", outcome)


# ------------------------------------------------------------------------------------------------------- in sentences


def _sentences(found: Results, rows: pd.DataFrame) -> list[str]:
    """The answer in two sentences, then how to read it."""
    several = len(found.policies) > 1 and found.groups == 1
    first, second = _two_policies(found, rows) if several else _one_point(found, rows)
    if found.groups > 1:
        first, second = _over_points(found, rows)
    notes = [found.manifest["how_to_read"].strip(), _how_sure(found)]
    return [first, second, *(note for note in notes if note)]


def _two_policies(found: Results, rows: pd.DataFrame) -> tuple[str, str]:
    """The favourite under every policy: where most and where least often, and what that is in paired difference."""
    favourite = found.scenario.bidder_names[0]
    most, least = _ends(rows[rows["outcome"] == favourite])
    label = _label(found, favourite)
    first = (
        f"Of the {len(found.policies)} policies compared, {label} wins most often under “{most['policy']}”, in "
        f"{_percent(most)} of negotiations, and least often under “{least['policy']}”, in {_percent(least)} "
        f"({_sizes(rows)} negotiations each)."
    )
    if found.reference is None:
        return first, _built(label, most)
    contrasts = found.win_contrasts()
    mine = contrasts[contrasts["outcome"] == favourite]
    widest = mine.iloc[int(mine["estimate"].abs().to_numpy().argmax())]
    change = words.points(widest["estimate"], widest["low"], widest["high"])
    second = f"Against “{found.reference}”, on the same luck, “{widest['policy']}” moves it most: {change}."
    return first, f"{second} {_built(label, most)}"


def _ends(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The rows of the highest and of the lowest estimate."""
    values = rows["estimate"].to_numpy()
    return rows.iloc[int(values.argmax())], rows.iloc[int(values.argmin())]


def _built(label: str, row: pd.Series) -> str:
    share = words.percent(row["built"], row["built_low"], row["built_high"])
    return f"Under “{row['policy']}”, {label} wins and finishes the mine in {share}."


def _one_point(found: Results, rows: pd.DataFrame) -> tuple[str, str]:
    won = [f"{_label(found, row['outcome'])} wins in {_percent(row)}" for _, row in rows[:-1].iterrows()]
    built = [
        f"{_label(found, row['outcome'])} in {words.percent(row['built'], row['built_low'], row['built_high'])}"
        for _, row in rows[:-1].iterrows()
    ]
    shelved = _percent(rows.iloc[-1])
    first = f"Of {_sizes(rows)} negotiations, {words.listed(won)}, and all is shelved in {shelved}."
    return first, f"Wins and finishes the mine: {words.listed(built)}."


def _over_points(found: Results, rows: pd.DataFrame) -> tuple[str, str]:
    favourite = found.scenario.bidder_names[0]
    most, least = _ends(rows[rows["outcome"] == favourite])
    label = _label(found, favourite)
    first = (
        f"Over {found.groups:,} points × {len(found.policies)} {_plural('policy', len(found.policies))}, {label} wins "
        f"in between {_percent(least)} ({_where(found, least)}) and {_percent(most)} ({_where(found, most)}) of "
        "negotiations."
    )
    best = rows.loc[rows.groupby(["group", "policy"], sort=False)["estimate"].idxmax()]
    ahead = best[best["outcome"] == favourite].groupby("policy", sort=False).size()
    parts = []
    for policy in found.policies:
        under = f" under “{policy}”" if len(found.policies) > 1 else ""
        parts.append(f"{int(ahead.get(policy, 0)):,} of {found.groups:,} points{under}")
    count = f"{_sizes(rows)} negotiations a point and policy"
    return first, f"It is the likeliest outcome at {words.listed(parts)} ({count})."


def _plural(word: str, count: int) -> str:
    return word if count == 1 else word.removesuffix("y") + "ies"


def _where(found: Results, row: pd.Series) -> str:
    """Which point a row is of, if it can be said briefly."""
    policy = [f"“{row['policy']}”"] if len(found.policies) > 1 else []
    if len(found.factors) > 3:
        return ", ".join([*policy, f"point {row['group']}"])
    return ", ".join([*policy, *(f"{path} = {words.plain(row[path])}" for path in found.factors)])


def _how_sure(found: Results) -> str:
    rule, short = found.manifest["replications"], found.manifest["fell_short"]
    if rule["until"] is None or not short:
        return ""
    return (
        f"{len(short):,} of {found.groups:,} points are not yet known within ±{rule['until']:g} ({rule['of']}) after "
        f"{rule['at_most']:,} replications."
    )


def _percent(row: pd.Series) -> str:
    return words.percent(row["estimate"], row["low"], row["high"])


def _sizes(rows: pd.DataFrame) -> str:
    least, most = int(rows["negotiations"].min()), int(rows["negotiations"].max())
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


# ---------------------------------------------------------------------------------------------------------- in tables


def _tables(found: Results, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    if _points(found) > MOST_ROWS:
        tables = {"How the probabilities spread over the points": _spread(found, rows)}
    else:
        tables = {f"How often each bidder wins; {_sizes(rows)} negotiations each": _winning(found, rows)}
        if found.reference is not None:
            title = f"Differences from “{found.reference}”, on the same luck"
            tables[title] = _side_by_side(found, found.win_contrasts(), {"estimate": "{}, percentage points"})
    if "terms" in found.manifest["analysis"] or _points(found) <= 4:
        tables["Mean terms of the award, given who wins"] = _terms(found)
    return {**tables, **_asked(found)}


def _winning(found: Results, rows: pd.DataFrame) -> pd.DataFrame:
    table = _side_by_side(found, rows, {"estimate": "{} wins, %", "built": "{} wins and builds, %"})
    if rows["negotiations"].min() < rows["negotiations"].max():
        table["negotiations"] = rows.groupby(["group", "policy"], sort=False)["negotiations"].first().to_numpy()
    return table.rename(columns={"shelved wins, %" + end: "shelved, %" + end for end in ("", " (low)", " (high)")})


def _side_by_side(found: Results, rows: pd.DataFrame, wanted: Mapping[str, str]) -> pd.DataFrame:
    """A row a point; of every outcome the wanted values in percent, each with its interval."""
    import pandas as pd

    kept: dict[str, Any] = {}
    for outcome in dict.fromkeys(rows["outcome"]):
        mine = rows[rows["outcome"] == outcome]
        kept = kept or {path: mine[path].to_numpy() for path in found.factors} | {"policy": mine["policy"].to_numpy()}
        for column, heading in wanted.items():
            if mine[column].isna().all():
                continue
            ends = ("low", "high") if column == "estimate" else (f"{column}_low", f"{column}_high")
            name = heading.format(_label(found, str(outcome)))
            kept |= words.with_interval(name, mine[column], mine[ends[0]], mine[ends[1]], 100.0)
    return pd.DataFrame(kept)


def _spread(found: Results, rows: pd.DataFrame) -> pd.DataFrame:
    """How the probabilities of a large design spread over its points, %."""
    import pandas as pd

    best = rows.loc[rows.groupby(["group", "policy"], sort=False)["estimate"].idxmax()]
    told = []
    for (policy, outcome), part in rows.groupby(["policy", "outcome"], sort=False):
        marks = 100 * part["estimate"].quantile([0.0, 0.05, 0.5, 0.95, 1.0]).to_numpy()
        ahead = ((best["policy"] == policy) & (best["outcome"] == outcome)).sum()
        told.append([policy, _label(found, str(outcome)), *marks, 100 * ahead / found.groups])
    headings = ("lowest, %", "5 % of points below, %", "half, %", "5 % of points above, %", "highest, %")
    return pd.DataFrame(told, columns=["policy", "outcome", *headings, "likeliest in, % of points"])


def _terms(found: Results) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(islice(_term_rows(found), MOST_ROWS)))


def _term_rows(found: Results) -> Iterator[dict[str, Any]]:
    """A row a point and winner, one after another: of a large design only the first are wanted."""
    headings = {
        "state_equity": "state equity, %", "bonus": "bonus, M$", "offtake": "offtake, %", "processing": "processing, %",
        "coverage": "coverage, %", "completion": "completion, %", "month": "month",
    }  # fmt: skip
    for group in range(found.groups):
        design = found.design.iloc[group]
        for policy in found.policies:
            for bidder, values in found.estimate(group, policy)["bidders"].items():
                row = {path: design[path] for path in found.factors}
                row |= {"policy": policy, "given a win of": _label(found, bidder)}
                for name, heading in headings.items():
                    scale = 100.0 if heading.endswith("%") else 1.0
                    term = values["terms"][name]
                    value, low, high = (np.nan if term[key] is None else term[key] for key in _ESTIMATE)
                    row |= {
                        name: float(number)
                        for name, number in words.with_interval(heading, value, low, high, scale).items()
                    }
                yield row


def _asked(found: Results) -> dict[str, pd.DataFrame]:
    """What was compared and varied, for whoever wants to know what stands behind a name."""
    import pandas as pd

    tables = {}
    if len(found.policies) > 1:
        changes = [_changes(dict(found.manifest["policies"][policy])) for policy in found.policies]
        tables["What the policies change"] = pd.DataFrame({"policy": found.policies, "changes": changes})
    if found.factors:
        design = found.design[found.factors]
        tables["What was varied"] = pd.DataFrame(
            {
                "factor": found.factors,
                "levels": [design[path].nunique() for path in found.factors],
                "from": [words.plain(design[path].min()) for path in found.factors],
                "to": [words.plain(design[path].max()) for path in found.factors],
                "scenario's own value": [words.plain(found.scenario.value(path)) for path in found.factors],
            }
        )
    return tables


def _changes(changes: dict[str, Any]) -> str:
    return "; ".join(f"{path} = {words.plain(value)}" for path, value in changes.items()) or "none"


# -------------------------------------------------------------------------------------------------------- in pictures


def _pictures(found: Results, rows: pd.DataFrame) -> dict[str, Callable[[], Axes]]:
    """Bars by policy, curves over one factor, maps over two; none for larger designs."""
    favourite = found.scenario.bidder_names[0]
    label = _label(found, favourite)
    records: list[Any] = rows.to_dict("records")
    names = [in_words(found.scenario, path) for path in found.factors]
    if found.groups == 1 and len(found.policies) <= MOST_ROWS:
        named = [{**row, "outcome": _label(found, row["outcome"])} for row in records]
        return {"How often each bidder wins": partial(plots.odds, named, replications=int(rows["negotiations"].min()))}
    if len(found.factors) == 1 and found.groups <= _MOST_CURVE:
        title = f"How often {_label(found, favourite)} wins, over {found.factors[0]}"
        return {
            title: partial(plots.win_curves, records, found.factors[0], outcome=favourite, label=label, name=names[0])
        }
    pictures: dict[str, Callable[[], Axes]] = {}
    for policy in found.policies[:_MOST_MAPS] if _fills_a_map(found) else []:
        chosen = [row for row in records if row["policy"] == policy]
        under = f", under “{policy}”" if len(found.policies) > 1 else ""
        pictures[f"How often {_label(found, favourite)} wins{under}"] = partial(
            plots.win_map, chosen, *found.factors, outcome=favourite, label=label, names=names
        )
    return pictures


def _fills_a_map(found: Results) -> bool:
    if len(found.factors) != 2:
        return False
    levels = [found.design[path].nunique() for path in found.factors]
    return levels[0] * levels[1] == found.groups and max(levels) <= _MOST_MAP


# ---------------------------------------------------------------------------------------------------- to make it again


def _settings(found: Results) -> dict[str, object]:
    manifest = found.manifest
    rule = manifest["replications"]
    until = "" if rule["until"] is None else f", until within ±{rule['until']:g}"
    return {
        "scenario": found.scenario.name,
        "experiment": manifest["name"],
        "seed": manifest["seed"],
        "replications": f"{rule['at_most']:,} at most{until}" if until else rule["at_most"],
        "design points": found.groups,
        "policies": len(found.policies),
        "negotiations in all": manifest["negotiations"],
        "confidence": 0.95,
        "run ended": str(manifest.get("ended", ""))[:10],
    }


def _command(found: Results) -> str:
    """The command that runs it again: by name if it is as shipped, else from the file that the report shows."""
    name, asked = str(found.manifest["name"]), found.manifest["asked"]
    shipped = shipped_document(name)
    if not shipped or not asked or not _can_be_typed(asked, shipped):
        return shlex.join(["minegame", "run", f"{name}.yaml"])
    options: list[str] = []
    for field in ("replications", "seed"):
        if asked.get(field) != shipped.get(field):
            options += [f"--{field}", str(asked.get(field, 0))]
    own = shipped.get("set", {})
    for path, value in asked.get("set", {}).items():
        if path not in own or typed_value(own[path]) != typed_value(value):
            options += ["--set", typed_change(path, value)]
    return shlex.join(["minegame", "run", name, *options])


def _can_be_typed(asked: Mapping[str, Any], shipped: Mapping[str, Any]) -> bool:
    """Whether options of the command line make the one experiment of the other."""
    options = ("replications", "seed", "set")
    same = {k: v for k, v in asked.items() if k not in options} == {
        k: v for k, v in shipped.items() if k not in options
    }
    until = isinstance(asked["replications"], dict) and asked["replications"] != shipped["replications"]
    return same and not until and set(shipped.get("set", {})) <= set(asked.get("set", {}))


def experiment_file(found: Results) -> str:
    """The experiment as a file to save and run, or nothing if the command names a shipped one."""
    if not _command(found).split()[2].endswith(".yaml"):
        return ""
    asked = found.manifest["asked"]
    if not asked:
        return str(found.manifest["experiment"] or "")
    return Experiment.from_document(asked, str(found.manifest["name"])).to_yaml()


def shipped_document(name: str) -> dict[str, Any]:
    """A shipped experiment as plain values, or nothing if there is none of that name."""
    return Experiment.read(name).document() if name in shipped_experiments() else {}
