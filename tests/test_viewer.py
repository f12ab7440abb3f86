"""Mesa's viewer shows a negotiation: it steps, begins anew with what was chosen, and shows the host's ledger."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from importlib.util import find_spec
from pathlib import Path

import pytest

from minegame.model import Negotiation
from minegame.scenario import Scenario

ROOT = Path(__file__).resolve().parents[1]
solara = pytest.importorskip("solara", reason="the extra viz is not installed")

# ------------------------------------------------------------------------------------------- the page without a browser


class Viewer:
    """The page as Solara renders it: what is on it, and the buttons and inputs that a reader has."""

    def __init__(self) -> None:
        from minegame.app import Page

        self.box, self.rendered = solara.render(solara.AppLayout(children=[Page()]), handle_error=False)

    def widgets(self, kind: str) -> list:
        """All widgets of a kind, in the order of the page."""
        import ipywidgets

        found, seen, waiting = [], set(), [self.box]
        while waiting:
            one = waiting.pop()
            if isinstance(one, (list, tuple)):
                waiting += reversed(one)
            elif isinstance(one, dict):
                waiting += one.values()
            elif isinstance(one, ipywidgets.Widget) and id(one) not in seen:
                seen.add(id(one))
                found += [one] if type(one).__name__ == kind else []
                waiting += [getattr(one, name, None) for name in one.trait_names()]
        return found

    def press(self, label: str) -> None:
        (button,) = (one for one in self.widgets("Btn") if label in one.children)
        button.click()

    def choose(self, label: str, value: str) -> None:
        (field,) = (one for kind in ("Select", "TextField") for one in self.widgets(kind) if one.label == label)
        field.v_model = value
        if type(field).__name__ == "TextField":  # which is read when it is left, or at Enter
            field.fire_event("keyup.enter", {})

    @property
    def text(self) -> str:
        """What the parts of the page say."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", one.unsafe_innerHTML)) for one in self.widgets("HTML"))


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    opened = Viewer()
    yield opened
    opened.rendered.close()


def ledger_of(negotiation: Negotiation) -> str:
    """The ledger of a negotiation as the page shows it."""
    from minegame.app import ledger

    return " ".join(unescape(re.sub(r"<[^>]+>", " ", ledger(negotiation)._repr_html_())).split())


def test_it_steps_and_shows_the_ledger_of_the_month(viewer):
    assert "Before the first month" in viewer.text
    assert "press Step" in viewer.text
    negotiation = Negotiation()
    for _ in range(3):
        viewer.press("Step")
        negotiation.step()
        assert ledger_of(negotiation) in " ".join(viewer.text.split())
    assert "The host's ledger, June 2025" in viewer.text
    assert repr(negotiation)[1:-1] in viewer.text
    assert "press Step" not in viewer.text
    totals = [f"{terms['total']:.1f}".replace("-", "\N{MINUS SIGN}") for terms in negotiation.host.ledger().values()]
    assert len(totals) == 2
    assert re.search(r"Utility\s+" + r"\s+".join(map(re.escape, totals)), viewer.text)


def test_it_plays_to_the_end_and_no_further(viewer):
    whole = Negotiation().play()
    for _ in range(len(whole.history)):
        viewer.press("Step")
    assert repr(whole)[1:-1] in viewer.text
    (step,) = (one for one in viewer.widgets("Btn") if "Step" in one.children)
    assert step.disabled


def test_reset_begins_anew_with_what_was_chosen(viewer):
    viewer.press("Step")
    for label, value in (("Scenario", "two_bidders"), ("Seed", "5"), ("Replication", "3")):
        viewer.choose(label, value)
    viewer.press("Reset")
    assert "Negotiation two_bidders, seed 5, replication 3: not begun" in viewer.text
    viewer.press("Step")
    chosen = Negotiation("two_bidders", seed=5, replication=3)
    chosen.step()
    assert ledger_of(chosen) in " ".join(viewer.text.split())


@pytest.mark.parametrize(
    ("label", "value", "said"),
    [
        (
            "Seed",
            "<b>five</b>",
            "seed must be a whole number, not '<b>five</b>'. Played instead: seed 0, replication 0.",
        ),
        ("Replication", "-1", "replication -1 is not allowed: expected a whole number between 0 and "),
    ],
)
def test_what_is_no_seed_is_said_and_the_viewer_goes_on(viewer, label, value, said):
    viewer.choose(label, value)
    viewer.press("Reset")
    shown = " ".join(unescape(one.unsafe_innerHTML) for one in viewer.widgets("HTML"))
    assert said in shown
    assert "<b>five" not in " ".join(one.unsafe_innerHTML for one in viewer.widgets("HTML"))
    assert "seed 0, replication 0: not begun" in viewer.text
    viewer.choose(label, "6")
    viewer.press("Reset")
    assert f"{label.lower()} 6" in viewer.text
    assert "Played instead" not in viewer.text


def test_texts_of_a_scenario_are_shown_as_text():
    from minegame.app import Standing, ledger

    labelled = Scenario.load("two_bidders").at({"tender.months": 2}).document()
    name = next(iter(labelled["bidders"]))
    labelled["bidders"][name]["label"] = "<script>alert(1)</script>"
    negotiation = Negotiation(Scenario.from_document(labelled, "<img src=x>"))
    negotiation.step()
    shown = ledger(negotiation)._repr_html_() + Standing(negotiation).kwargs["unsafe_innerHTML"]
    assert "&lt;script&gt;" in shown
    assert "&lt;img" in shown
    assert not re.search("<script|<img", shown)


def test_the_file_where_mesa_s_examples_have_it_shows_the_same():
    from minegame.app import Page

    there: dict = {}
    exec((ROOT / "app.py").read_text(encoding="utf-8"), there)
    assert there["Page"] is Page


# ---------------------------------------------------------------------------------------------------- in a real browser

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(
    BROWSER is None or not find_spec("playwright") or not find_spec("solara_assets"),
    reason="needs Chromium, playwright and solara-assets",
)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The viewer served as ``solara run`` does it, from a folder that is no checkout; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "solara", "run", "minegame.app", f"--port={port}", "--no-open", "--production"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            address = f"http://localhost:{port}"
            for _ in range(240):
                try:
                    urllib.request.urlopen(f"{address}/readyz", timeout=5).close()
                    break
                except OSError:
                    assert server.poll() is None, (folder / "log").read_text()
                    time.sleep(0.5)
            yield address
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


@contextmanager
def browser() -> Iterator:
    """A page of a browser that reaches nothing but this machine."""
    from playwright.sync_api import sync_playwright

    alone = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]
    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=BROWSER, args=alone)
        page = opened.new_page(viewport={"width": 1500, "height": 1300})
        page.set_default_timeout(60_000)
        yield page
        opened.close()


@pytest.mark.slow
@needs_browser
@pytest.mark.skipif(os.name == "nt", reason="the server is ended by a signal")
def test_a_browser_without_network_steps_resets_and_shows_the_ledger(tmp_path):
    with served(tmp_path) as address, browser() as page:
        page.goto(address)
        page.get_by_text("Before the first month").wait_for()
        for month in ("April", "May"):
            page.get_by_role("button", name="Step").click()
            page.get_by_text(f"The host's ledger, {month} 2025").wait_for()
        assert page.get_by_role("cell", name="Utility", exact=True).count() == 1
        assert page.locator("img").count() == 2
        page.get_by_label("Seed").fill("5")
        page.get_by_label("Seed").press("Enter")
        page.get_by_role("button", name="Reset").click()
        page.get_by_text("seed 5, replication 0: not begun").wait_for()
