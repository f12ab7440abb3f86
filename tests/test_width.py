"""What is printed fits the terminal, in cells and not in letters, and no number is ever cut."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from minegame.cells import cell_len, padded, wrapped
from minegame.cli import app

CHINESE = {
    "extends": "two_bidders",
    "title": "哈萨克斯坦钨矿招标",
    "host": {"label": "哈萨克斯坦共和国政府"},
    "deposits": {"the_hill": {"label": "上凯拉克特与北卡特帕尔钨矿床"}},
    "patrons": {"north": {"label": "美利坚合众国"}, "south": {"label": "中华人民共和国"}},
    "bidders": {
        "north_mining": {"label": "北方矿业投资控股股份有限公司国际"},
        "south_metals": {"label": "南方稀有金属冶炼集团有限责任公司"},
    },
}
ASKED = {
    "title": "招标规则比较",
    "scenario": "deal.yaml",
    "policies": {"现行规则": {}, "分别授予每一个矿床并且延长投标期限": {"host.balance_weight": 2}},
    "factors": {"host.backlash": [0.01, 0.05, 0.1, 0.2, 0.4]},
    "replications": {"until": 0.4, "first": 20, "at_most": 40},
    "analysis": ["winning", "contrasts", "terms"],
}
NUMBER = re.compile(r"[-+−±]?\d[\d,]*(?:\.\d+)?")


def shown(columns: int, *arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), env={"COLUMNS": str(columns)})
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, content in (("deal.yaml", CHINESE), ("asked.yaml", ASKED)):
        Path(name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return tmp_path


def check(page: str, wide: str, columns: int) -> None:
    """No line is wider than the terminal, and every number of the wide page stands on the narrow one."""
    lines = [line for line in page.splitlines() if not line.startswith(("again ", "written ", "plot "))]
    assert max(cell_len(line.rstrip()) for line in lines) <= columns
    assert set(NUMBER.findall(wide)) <= set(NUMBER.findall(page))
    assert "…" not in page.replace("… and ", "")


def test_chinese_names_fit_narrow_terminals(folder: Path) -> None:
    wide = shown(300, "run", "asked.yaml", "--out", "kept", "--quiet")
    assert "±0.4" in wide
    for columns in (50, 70):
        page = shown(columns, "results", "kept")
        check(page, wide, columns)
        assert "分别授予每一个矿床\n" in re.sub(r" +", "", page)  # a heading is folded, not cropped


def test_a_transcript_in_chinese_fits_narrow_terminals(folder: Path) -> None:
    wide = shown(300, "play", "deal.yaml")
    for columns in (50, 70):
        check(shown(columns, "play", "deal.yaml"), wide, columns)


@given(st.text(st.sampled_from("ab 矿业\u0301é,."), max_size=40), st.integers(2, 20))
def test_lines_are_no_wider_than_asked_and_lose_nothing(text: str, most: int) -> None:
    lines = wrapped(text, most)
    assert all(cell_len(line) <= most for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(padded(line, most)) == most for line in lines)
