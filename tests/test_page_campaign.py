"""A campaign on the page: what is shown of many runs and of one, and the page itself in a real browser."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest

pytest.importorskip("nicegui", reason="the page is not installed: pip install 'minegame[page]'")

from minegame.campaign_file import CampaignScenario
from minegame.page.campaign import odds, run

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def test_many_campaigns_are_shown_with_picture_tables_and_limits():
    found = odds(CampaignScenario.load("two_tenders"), 300, 1)
    assert found.picture.startswith("data:image/svg+xml;base64,")
    assert found.sheets[0]["title"] == "Who wins which tender"
    assert len(found.sheets) == 4
    assert len(found.sentences) == 2
    assert any("Nobody has measured" in limit for limit in found.limits)


def test_one_campaign_is_shown_as_it_is_told():
    shown = run(CampaignScenario.load("two_tenders"), 1, 0)
    assert shown.summary == "The North wins 1 of 2 tenders, The South 1; 2 of 2 mines finished"
    assert shown.story[0][0] == "January 2030"
    assert shown.story[-1][0] == "at the end"


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_a_browser_shows_a_campaign_and_draws_other_luck():
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    command = [sys.executable, "-m", "minegame", "page", "two_tenders", "--no-browser", "--port", "0", "-n", "500"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        try:
            tab, complaints = browser.new_page(), []
            tab.on("pageerror", lambda error: complaints.append(str(error)))
            tab.goto(re.findall(r"http://\S+", server.stdout.readline())[0])
            tab.wait_for_selector('.status[data-count="500"]', timeout=60_000)
            tab.wait_for_selector("text=seed 0, replication 0", timeout=60_000)
            tab.click("text=Another draw of luck")
            tab.wait_for_selector("text=seed 0, replication 1", timeout=60_000)
            assert tab.locator(".picture img[src^=data]").count() == 2
            assert complaints == []
        finally:
            browser.close()
            server.kill()
