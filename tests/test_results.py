"""The results folder: what is in it, what it vouches for, and what it refuses."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import asked
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from minegame import atomic, experiment, storage
from minegame import folder as folders
from minegame.analysis import winning
from minegame.ensemble import by_bidder
from minegame.experiment_file import Plan
from minegame.results import Results, listing, load
from minegame.storage import ResultsError


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A finished run that the tests only look at."""
    folder = tmp_path_factory.mktemp("finished")
    return experiment.run(asked.plan(asked.FOUR_POLICIES, folder), folder / "r")


def finished(folder: Path, **changes: object) -> tuple[Plan, Path]:
    """A finished run that a test may spoil."""
    plan = asked.plan(asked.FOUR_POLICIES, folder, replications=50, **changes)
    experiment.run(plan, folder / "r")
    return plan, folder / "r"


def test_the_summary_is_long_tidy_and_typed(results: Results) -> None:
    schema = pq.read_schema(results.folder / storage.SUMMARY)
    assert [str(field.type) for field in schema] == [
        "int32", "int32",
        *["dictionary<values=string, indices=int16, ordered=0>"] * 3,
        "int64", "double", "double",
    ]  # fmt: skip
    assert schema.names == ["point", "group", "policy", "measure", "subject", "count", "sum", "squares"]
    summary = results.summary
    assert not summary.duplicated(["point", "measure", "subject"]).any()
    assert len(summary) == 6 * 4 * len(storage.measures(results.scenario))
    wins = summary.query("measure == 'wins_any' and subject == 'cove_kaz' and policy == 'access + finance'")
    assert wins["count"].tolist() == [700] * 6
    assert (wins["sum"] == wins["squares"]).all()


def test_the_design_has_a_row_a_group(results: Results) -> None:
    assert results.design.columns.tolist() == ["group", "market.long_run_price", "host.balance_weight"]
    assert results.design["group"].tolist() == list(range(6))


def test_contrasts_leave_the_reference_out(results: Results) -> None:
    assert set(results.contrasts["policy"]) == {"access", "finance", "access + finance"}
    rows = results.win_contrasts().set_index(["group", "policy", "outcome"])["estimate"]
    alone = results.win_probabilities().set_index(["group", "policy", "outcome"])["estimate"]
    difference = alone[2, "finance", "cove_kaz"] - alone[2, "none", "cove_kaz"]
    assert rows[2, "finance", "cove_kaz"] == pytest.approx(difference)


def test_win_probabilities_agree_with_the_analysis_of_one_point(results: Results) -> None:
    told = results.estimate(3, "finance")
    rows = results.win_probabilities().query("group == 3 and policy == 'finance'").set_index("outcome")
    for bidder, found in told["bidders"].items():
        assert found["wins_any"] == pytest.approx(rows.loc[bidder, ["estimate", "low", "high"]].to_dict())
        assert found["wins_and_built"]["estimate"] == pytest.approx(rows.loc[bidder, "built"])
    assert told == winning.estimate(results.sums[3, 2], results.scenario)
    assert rows["estimate"].sum() == pytest.approx(1)


def test_one_point_is_found_without_spreading_them_all(results: Results) -> None:
    fresh = Results(results.folder, results.manifest)
    assert fresh.estimate(5, "finance") == fresh.estimate(-1, "finance") == results.estimate(5, "finance")
    assert "sums" not in vars(fresh)


def test_win_probabilities_are_those_of_the_sums(results: Results) -> None:
    shares, counts = results.win_shares()
    rows = results.win_probabilities()
    assert rows["estimate"].to_numpy() == pytest.approx(shares.ravel(), abs=0)
    assert (counts == 700).all()
    for n, name in enumerate(results.scenario.bidder_names):
        place = by_bidder("wins_any", n)
        assert (shares[:, :, n] == results.sums[:, :, place, 1] / 700).all()
        built = rows.loc[rows["outcome"] == name, "built"].to_numpy()
        assert (built == (results.sums[:, :, by_bidder("wins_and_built", n), 1] / 700).ravel()).all()
        gained = results.win_contrasts().query("outcome == @name")["estimate"].to_numpy()
        assert results.differences is not None
        assert (gained == (results.differences[:, 1:, place, 1] / 700).ravel()).all()


def test_labels_are_categories(results: Results) -> None:
    for rows in (results.win_probabilities(), results.win_contrasts()):
        assert list(rows["policy"].cat.categories) == results.policies
        assert list(rows["outcome"].cat.categories) == [*results.scenario.bidder_names, "shelved"]


def test_a_policy_that_there_is_not_is_told_with_the_nearest(results: Results) -> None:
    with pytest.raises(ResultsError, match=r"there is no policy 'acess'.*did you mean 'access'\?"):
        results.estimate(0, "acess")
    with pytest.raises(ResultsError, match="expected one of none, access, finance, access"):
        results.estimate(0, "zzz")


def test_the_headlines_are_csv(results: Results) -> None:
    winning, contrasts, terms = (pd.read_csv(results.folder / name) for name in storage.HEADLINES)
    assert winning["estimate"].to_numpy() == pytest.approx(results.win_probabilities()["estimate"].to_numpy())
    assert contrasts["low"].to_numpy() == pytest.approx(results.win_contrasts()["low"].to_numpy())
    last = results.estimate(results.groups - 1, results.policies[-1])["bidders"]
    assert terms["bonus_high"].iloc[-1] == pytest.approx([*last.values()][-1]["terms"]["bonus"]["high"])
    assert len(terms) == results.groups * len(results.policies) * len(last)


def test_the_manifest_holds_what_is_needed_to_make_it_again(results: Results) -> None:
    manifest = results.manifest
    assert manifest["experiment"] == asked.FOUR_POLICIES
    assert results.scenario.fingerprint()[:16] == manifest["fingerprint"]["scenario"]
    assert {"rules", "libraries", "seed", "design", "policies"} <= set(manifest["fingerprint"])
    assert {"python", "numpy", "numba"} <= set(manifest["versions"])
    assert set(manifest["files"]) == {
        path.name for path in results.folder.iterdir() if path.suffix in (".parquet", ".csv", ".yaml")
    }


def test_nothing_but_results_is_left_behind(results: Results) -> None:
    names = {path.name for path in results.folder.iterdir()} - {storage.LOCK}
    assert names == {
        "manifest.json", "design.parquet", "summary.parquet", "contrasts.parquet", "winning.csv", "contrasts.csv",
        "terms.csv", "experiment.yaml", "scenario.yaml",
    }  # fmt: skip


def test_sums_only_have_no_rows_and_one_policy_no_contrasts(results: Results, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="results: rows"):
        _ = results.outcomes
    alone = experiment.run(asked.plan("title: T\nscenario: two_bidders\nreplications: 20\n", tmp_path), tmp_path / "r")
    assert alone.differences is None
    with pytest.raises(ResultsError, match="but one policy"):
        alone.win_contrasts()


def test_every_column_of_the_outcomes_is_documented(tmp_path: Path) -> None:
    found = experiment.run(asked.plan(asked.ROWS, tmp_path, replications=10), tmp_path / "r")
    page = (Path(__file__).parents[1] / "docs" / "experiments.md").read_text(encoding="utf-8")
    table = page.split("`outcomes.parquet` has a row a negotiation")[1].split("From Python")[0]
    told = set(re.findall(r"`(\w+)\.?`", "\n".join(line.split("|")[1] for line in table.splitlines() if "|" in line)))
    columns = pq.read_schema(found.folder / storage.OUTCOMES).names
    assert told == {name.partition(".")[0] for name in columns}


# ------------------------------------------------------------------------------------------------------ what is refused


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no such folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(ResultsError, match="is not a results folder"):
        load(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ResultsError, match=r"cannot be read.*--fresh"):
        load(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(ResultsError, match="format 99"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"seed": 5', '"seed": 6'),
        ('"access": {', '"excess": {'),
        ('"sha256"', '"sha257"'),
        ('"reference": 0', '"reference": null'),
        ('"at_most": 50', '"at_most": 50.0'),
    ],
)
def test_an_altered_manifest_is_noticed(before: str, after: str, tmp_path: Path) -> None:
    plan, folder = finished(tmp_path)
    file = folder / "manifest.json"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))
    for use in (lambda: load(folder), lambda: experiment.run(plan, folder)):
        with pytest.raises(ResultsError, match=r"not as it was written.*--fresh"):
            use()


def test_policies_in_another_order_are_noticed(tmp_path: Path) -> None:
    _, folder = finished(tmp_path)
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["policies"] = dict(reversed(manifest["policies"].items()))
    file.write_text(json.dumps(manifest))
    with pytest.raises(ResultsError, match="not as it was written"):
        load(folder)


def test_a_manifest_with_any_bit_flipped_is_refused_or_says_the_same(tmp_path: Path) -> None:
    _, folder = finished(tmp_path)
    file, luck = folder / "manifest.json", np.random.default_rng(1)
    said, data = storage.read_manifest(folder), file.read_bytes()
    refused = 0
    for place, bit in zip(luck.integers(len(data), size=300), luck.integers(8, size=300), strict=True):
        spoilt = bytearray(data)
        spoilt[place] ^= 1 << int(bit)
        file.write_bytes(spoilt)
        try:
            assert storage.read_manifest(folder) == said
        except ResultsError:
            refused += 1
    assert refused > 200
    file.write_bytes(data[: len(data) // 2])
    with pytest.raises(ResultsError, match=r"cannot be read.*--fresh"):
        load(folder)


@pytest.mark.parametrize("spoil", ["cut short", "one bit", "gone"])
def test_a_spoilt_table_is_noticed_and_made_again(spoil: str, tmp_path: Path) -> None:
    plan, folder = finished(tmp_path)
    before = asked.table_sums(folder)
    table = folder / storage.SUMMARY
    data = bytearray(table.read_bytes())
    if spoil == "gone":
        table.unlink()
    elif spoil == "cut short":
        table.write_bytes(data[:-100])
    else:
        data[len(data) // 2] ^= 1
        table.write_bytes(data)
    with pytest.raises(ResultsError, match=r"not as written: summary\.parquet"):
        load(folder)
    experiment.run(plan, folder)
    assert asked.table_sums(folder) == before


def test_results_of_something_else_are_not_mixed(tmp_path: Path) -> None:
    _, folder = finished(tmp_path)
    before = asked.table_sums(folder)
    for changes, said in (
        ({"seed": 6}, "seed was 5 and is 6"),
        ({"replications": 60}, "replications was 50 and is 60"),
        ({"replications": 50, "reference": "access"}, "reference was 'none' and is 'access'"),
        ({"replications": 50, "set": {"host.backlash": 0}}, "the scenario has changed"),
        ({"replications": 50, "factors": {"host.backlash": [0]}}, "the design points have changed"),
        ({"replications": 50, "packages": {"us": ["tariff"]}}, "the policies have changed"),
    ):
        other = asked.plan(asked.FOUR_POLICIES, tmp_path, **{"replications": 50, **changes})
        with pytest.raises(ResultsError, match=rf"{said}.*--fresh"):
            experiment.run(other, folder)
    assert asked.table_sums(folder) == before


def test_changed_rules_are_not_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, folder = finished(tmp_path)
    monkeypatch.setattr(folders, "sources_hash", lambda: "changed")
    with pytest.raises(ResultsError, match="the rules of the game"):
        experiment.run(plan, folder)


def test_words_may_change_and_are_told_from_then_on(tmp_path: Path) -> None:
    _, folder = finished(tmp_path)
    before = asked.table_sums(folder)
    words = {"title": "Other", "question": "Why?", "how_to_read": "So.", "analysis": ["contrasts", "terms"]}
    text = asked.FOUR_POLICIES + "# one more remark\n"
    found = experiment.run(asked.plan(text, tmp_path, replications=50, **words), folder)
    assert {name: found.manifest[name] for name in words} == words
    assert {name: found.manifest["asked"][name] for name in words} == words
    assert found.manifest["experiment"] == text
    assert load(folder).manifest == found.manifest
    assert asked.table_sums(folder) == before


def test_finished_results_in_a_folder_that_cannot_be_written_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, folder = finished(tmp_path)
    (folder / storage.LOCK).unlink(missing_ok=True)
    monkeypatch.setattr(storage, "is_read_only", lambda _: True)
    found = experiment.run(replace(plan, title="Other"), folder)
    assert found.manifest["title"] == "Other"
    assert load(folder).manifest["title"] == plan.title
    assert not (folder / storage.LOCK).exists()


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "thesis.tex").write_text("years of work")
    with pytest.raises(ResultsError, match="is not a results folder, and not empty"):
        experiment.run(asked.plan(asked.FOUR_POLICIES, tmp_path), tmp_path / "r")
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="is a file"):
        experiment.run(asked.plan(asked.FOUR_POLICIES, tmp_path), tmp_path / "file")


def test_fresh_takes_the_next_free_name(tmp_path: Path) -> None:
    assert folders.fresh_folder(tmp_path / "r").name == "r"
    (tmp_path / "r").mkdir()
    (tmp_path / "r-2").mkdir()
    assert folders.fresh_folder(tmp_path / "r").name == "r-3"


def test_a_listing_shows_finished_and_unfinished_runs(tmp_path: Path) -> None:
    _, folder = finished(tmp_path)
    (tmp_path / "not results").mkdir()
    unfinished = tmp_path / "u"
    unfinished.mkdir()
    storage.write_manifest(unfinished, {**storage.read_manifest(folder), "state": "running"})
    assert {path.name: found["state"] for path, found in listing(tmp_path)} == {"r": "complete", "u": "running"}
    with pytest.raises(ResultsError, match="not finished"):
        load(unfinished)
    assert listing(tmp_path / "nowhere") == []


def test_tables_are_cut_into_the_same_row_groups_however_they_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow as pa

    monkeypatch.setattr(storage, "_ROW_GROUP", 100)
    numbers = np.random.default_rng(1).random(1234)
    for name, cuts in (("a", [1234]), ("b", [1, 99, 100, 101, 933]), ("c", [617, 617])):
        ends = np.cumsum(cuts)
        parts = [pa.table({"x": numbers[end - cut : end]}) for end, cut in zip(ends, cuts, strict=True)]
        storage.write_table(tmp_path / name, parts)
    contents = {(tmp_path / name).read_bytes() for name in "abc"}
    assert len(contents) == 1
    assert pq.ParquetFile(tmp_path / "a").num_row_groups == 13


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage.write_whole(tmp_path / "f", b"before")

    def fails(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic, "_flush", fails)
    with pytest.raises(OSError, match="No space"):
        storage.write_whole(tmp_path / "f", b"after")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("f", b"before")]
