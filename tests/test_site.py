"""The documentation as a site: built without a warning, every link leads somewhere, nothing is asked of the network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytest.importorskip("mkdocs", reason="the extra docs is not installed")
pytest.importorskip("material")

#: Where a browser fetches what an element names without being asked.
FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "object": "data"}
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page(HTMLParser):
    """The anchors of a page, where its links lead, and what it fetches."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.anchors |= {named[name] for name in ("id", "name") if name in named}
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        elif tag == "link":
            self.fetched.append(named["href"])
        elif named.get(FETCHED.get(tag, "")):
            self.fetched.append(named[FETCHED[tag]])


def build(folder: Path, *options: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder), *options],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Page]:
    """All pages but that for what is not found, which only a server shows."""
    return {file: Page(file) for file in sorted(site.rglob("*.html")) if file.name != "404.html"}


def test_every_page_of_the_documentation_is_there(site, pages):
    for page in ROOT.glob("docs/*.md"):
        assert site / f"{page.stem}.html" in pages
    for page in ("index", "gallery", "notebooks", "reference", "changelog", "contributing"):
        assert site / f"{page}.html" in pages


def test_every_link_and_anchor_leads_somewhere(site, pages):
    followed, lost = 0, []
    for file, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            anchor = unquote(parts.fragment)
            followed += 1
            if not target.exists() or (anchor and target.suffix == ".html" and anchor not in pages[target].anchors):
                lost.append(f"{file.relative_to(site)}: {link}")
    assert followed > 1000
    assert lost == []


def test_nothing_is_fetched_from_elsewhere_and_what_is_fetched_is_there(site, pages):
    for file, page in pages.items():
        for address in page.fetched:
            parts = urlsplit(address)
            if parts.scheme != "data":
                assert not parts.scheme, f"{file}: {address}"
                assert not parts.netloc, f"{file}: {address}"
                assert (file.parent / unquote(parts.path)).exists(), f"{file}: {address}"
    for sheet in site.rglob("*.css"):
        assert not re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_the_search_index_is_embedded_and_knows_every_page(site, pages):
    index = (site / "search" / "search_index.js").read_text(encoding="utf-8")
    assert index.startswith("var __index = {")
    for page in ROOT.glob("docs/*.md"):
        assert f'"location":"{page.stem}.html' in index
    assert '"location":"reference.html' in index
    assert "iframe-worker" in (site / "index.html").read_text(encoding="utf-8")


def test_the_reference_says_what_python_has(pages):
    (reference,) = (page for file, page in pages.items() if file.name == "reference.html")
    for name in ("minegame.python.odds", "minegame.model.Negotiation.play", "minegame.agents.Host.ledger"):
        assert name in reference.anchors
    (text,) = (file.read_text(encoding="utf-8") for file in pages if file.name == "reference.html")
    assert not re.search(r":(class|func|meth|mod):", text)
    assert "&gt;&gt;&gt;" in text


def test_the_gallery_shows_the_pictures_of_every_notebook(site, pages):
    (gallery,) = (page for file, page in pages.items() if file.name == "gallery.html")
    shown = {Path(address).name.partition("_")[0] for address in gallery.fetched if address.startswith("notebooks/")}
    assert shown == set("123456")


def test_a_link_that_leads_nowhere_and_a_page_that_no_menu_names_are_errors(tmp_path):
    """The build would notice."""
    for name in ("docs", "notebooks", "src", "configs", "examples", "experiments", "bench"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("mkdocs.yml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path / name)
    page = tmp_path / "docs" / "report.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n[nowhere](analyses.md#nowhere)\n", encoding="utf-8")
    (tmp_path / "docs" / "forgotten.md").write_text("# Forgotten\n", encoding="utf-8")
    done = build(tmp_path / "site", "-f", str(tmp_path / "mkdocs.yml"))
    assert done.returncode == 1
    assert "#nowhere" in done.stderr
    assert "forgotten.md" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None or not find_spec("playwright"), reason="needs Chromium and playwright")
def test_a_browser_searches_without_a_server_and_without_network(site):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        alone = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
        page = started.chromium.launch(executable_path=BROWSER, args=alone).new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((site / "index.html").as_uri())
        page.locator(".md-search__input").fill("engagement")
        page.locator(".md-search-result__item").first.wait_for(timeout=30_000)
        assert [address for address in asked if not address.startswith(("file:", "data:", "about:", "blob:"))] == []
