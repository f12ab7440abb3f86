"""The page in a real browser that has no network: what is seen, what moves, what is kept, and how it ends."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from minegame.cli import app
from minegame.scenario import Scenario

pytest.importorskip("nicegui", reason="the page is not installed: pip install 'minegame[page]'")
playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
NO_NETWORK = ("--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1")
WEIGHT, LINK = "host.balance_weight", "patrons.us.link"
TRAPS = (
    "<img src=x onerror=\"document.title='run'\">",
    "</script><script>document.title='run'</script>",
    "{{ 7 * 7 }}",
)
_PATIENCE = 60_000  # ms, on a machine that does much else


def started(*options: str) -> tuple[subprocess.Popen[str], str]:
    """The page served by a process that hears Ctrl-C, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "minegame", "page", "--no-browser", "--port", "0", *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stdout is not None
    return process, re.findall(r"http://\S+", process.stdout.readline())[0]


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code and what was printed, once somebody pressed Ctrl-C."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    process, where = started("-n", "4000", "--seed", "2")
    yield where
    assert ended(process) == (130, "", "Interrupted.\n")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=list(NO_NETWORK))
        yield browser
        browser.close()


def opened(chromium: Any, address: str, width: int = 1280) -> Any:
    """A tab of its own, once everything is drawn; ``tab.asked`` and ``tab.complaints`` say what came of it."""
    tab = chromium.new_page(viewport={"width": width, "height": 900})
    tab.set_default_timeout(_PATIENCE)
    asked, complaints = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("dialog", lambda dialog: complaints.append(dialog.message) or dialog.dismiss())
    tab.goto(address)
    settled(tab)
    return SimpleNamespace(page=tab, asked=asked, complaints=complaints)


def settled(page: Any, count: int = 4000) -> None:
    page.wait_for_selector(f'.status[data-count="{count}"]')


def slider(page: Any, path: str) -> Any:
    return page.locator(f'[data-path="{path}"] input[type=range]').first


def drag(page: Any, path: str, to: float) -> None:
    """Take a slider by its knob and draw it to a part of its way, in steps."""
    knob = slider(page, path)
    knob.scroll_into_view_if_needed()
    box = knob.bounding_box()
    share = knob.evaluate("e => (e.value - e.min) / (e.max - e.min)")
    at = box["x"] + 8 + share * (box["width"] - 16), box["y"] + box["height"] / 2
    page.mouse.move(*at)
    page.mouse.down()
    for part in range(1, 9):
        page.mouse.move(at[0] + (box["x"] + to * box["width"] - at[0]) * part / 8, at[1])
        page.wait_for_timeout(30)
    page.mouse.up()


def drawn(page: Any) -> list[str]:
    """The numbers beside the bars."""
    return page.locator(".bar b").all_inner_texts()


def moved(page: Any, before: list[str], bars: int) -> list[str]:
    """The numbers beside the bars once there are others, in all negotiations."""
    page.wait_for_function(
        "([before, bars]) => { const found = [...document.querySelectorAll('.bar b')].map(e => e.innerText);"
        " return found.length === bars && found.join() !== before.join()"
        " && document.querySelector('.status').dataset.count === '4000'"
        " && !document.querySelector('.status').innerText.includes('start') }",
        arg=[before, bars],
    )  # fmt: skip
    page.wait_for_timeout(600)  # what a slider that just stopped may still send
    settled(page)
    return drawn(page)


def command_of(page: Any) -> list[str]:
    page.wait_for_timeout(1200)  # it follows once nothing moves
    return shlex.split(page.locator(".command").inner_text() or page.locator(".command").text_content())[1:]


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "400"})
    assert done.exit_code == 0, done.output
    return done.output


def test_a_slider_is_dragged_saved_loaded_and_printed_by_the_command(chromium, address, tmp_path):
    tab = opened(chromium, address)
    page, before = tab.page, drawn(tab.page)
    assert len(before) == 3
    drag(page, WEIGHT, 0.2)
    after = moved(page, before, 6)
    assert [after[0], after[2], after[4]] == before  # as it is
    assert after[1] != before[0]
    entry = page.locator(f'[data-path="{WEIGHT}"]')
    assert "changed" in entry.get_attribute("class")
    assert "was 2.2" in entry.inner_text()
    printed = run(*command_of(page))
    for text in after:
        assert text.replace(" %", "") in printed
    for text in page.locator(".change").all_inner_texts():
        assert text.split(": ")[1].replace(" points", "") in printed

    with page.expect_download() as saving:
        page.get_by_role("button", name="Save as scenario").click()
    file = tmp_path / saving.value.suggested_filename
    saving.value.save_as(file)
    assert "OK" in run("validate", str(file))
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_function("() => document.querySelectorAll('.bar').length === 3")
    settled(page)
    assert drawn(page) == [after[1], after[3], after[5]]
    assert page.locator(".entry.changed").count() == 0
    with page.expect_download() as loading:
        page.get_by_role("button", name="Table (CSV)").click()
    assert Path(loading.value.path()).read_text().startswith("policy,wins_cove_kaz,")
    assert {url for url in tab.asked if not url.startswith((address, "data:", "blob:"))} == set()
    assert tab.complaints == []
    page.close()


def test_texts_of_a_scenario_are_shown_as_text_and_what_is_outside_is_said(chromium, address, tmp_path):
    document = Scenario.load("two_bidders").document()
    document["title"], document["description"] = TRAPS[0], TRAPS[1]
    for kind in ("patrons", "bidders", "deposits"):
        for name, trap in zip(document[kind], TRAPS[1:], strict=False):
            document[kind][name]["label"] = trap
    document["sources"][WEIGHT] = {"assumption": TRAPS[0], "status": "swept", "low": 0, "high": 2}
    file = tmp_path / "trap.yaml"
    file.write_text(Scenario.from_document(document, "trap").to_yaml(), encoding="utf-8")
    tab = opened(chromium, address, width=400)
    page = tab.page
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_function("trap => document.querySelector('h1').innerText === trap", arg=TRAPS[0])
    settled(page)
    page.wait_for_selector(".picture img[src^=data]")
    for trap in TRAPS[1:]:
        assert f"{trap} wins" in page.locator(".bars").inner_text()
    assert page.title() == "minegame"
    assert page.locator("img[src=x], main script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")  # nothing is cut off at 400 px
    box = page.locator(f'[data-path="{WEIGHT}"] input[type=number]')
    box.fill("9")
    box.press("Enter")
    page.wait_for_selector(".entry.outside [role=alert]")
    assert "outside 0 to 2" in page.locator(f'[data-path="{WEIGHT}"]').inner_text()
    box.fill("-1")
    box.press("Enter")
    page.wait_for_function(
        "() => document.querySelector('.entry.outside [role=alert]').innerText.includes('not allowed')"
    )
    page.locator("input[type=file]").set_input_files({"name": "no.yaml", "mimeType": "", "buffer": b"title: [1"})
    page.wait_for_function(
        "() => [...document.querySelectorAll('header [role=alert]')].some(e => e.innerText.includes('no.yaml, line'))"
    )
    assert tab.complaints == []
    page.close()


def test_tabs_do_not_disturb_each_other_and_an_answer_can_be_cancelled(chromium, address):
    one, other = opened(chromium, address).page, opened(chromium, address).page
    before = drawn(one)
    slider(one, WEIGHT).focus()
    for _ in range(20):
        one.keyboard.press("ArrowLeft")
    moved(one, before, 6)
    assert drawn(other) == before
    assert other.locator(".entry.changed").count() == 0
    box = one.locator(f'[data-path="{WEIGHT}"] input[type=number]')
    box.press_sequentially("3")  # is still being typed while something else is drawn anew
    typed, before = box.input_value(), drawn(one)
    slider(one, LINK).evaluate("e => { e.value = 0.9; e.dispatchEvent(new Event('input')) }")
    moved(one, before, 6)
    assert box.input_value() == typed
    one.get_by_role("tab", name="Tipping points").click()
    one.get_by_role("button", name="Ask for the tipping").click()
    one.wait_for_selector("[data-question=tipping]:text-matches('^[0-9]+ %$')")
    one.get_by_role("button", name="Cancel the tipping").click()
    one.wait_for_selector("[data-question=tipping]:text('Cancelled.')")
    assert one.get_by_role("button", name="Ask for the tipping").is_enabled()
    luck = one.locator(".summary").inner_text()
    one.get_by_role("button", name="Another draw of luck").click()
    one.wait_for_function("before => document.querySelector('.summary').innerText !== before", arg=luck)
    one.close()
    other.close()


@pytest.mark.slow
def test_ctrl_c_ends_it_with_one_line_while_a_tab_is_open_and_a_question_is_answered(chromium):
    process, where = started("-n", "1000")
    tab = chromium.new_page()
    tab.goto(where)
    tab.wait_for_selector(".status[data-count]", timeout=_PATIENCE)
    tab.get_by_role("button", name="Ask for the attribution").click()
    tab.wait_for_selector("[data-question=attribution]:text-matches('^[0-9]+ %$')", timeout=_PATIENCE)
    assert ended(process) == (130, "", "Interrupted.\n")
    tab.close()


@pytest.mark.slow
def test_every_question_is_answered_on_the_page(chromium, address):
    page = opened(chromium, address).page
    for name, picture in (
        ("Attribution", "adds most to P"),
        ("Map", "How often Cove Kaz"),
        ("Tipping", "the favourite"),
    ):
        page.get_by_role("tab", name=name).click()
        page.get_by_role("button", name=f"Ask for the {name.lower()}").click()
        page.wait_for_selector(f"img[alt*='{picture}']", timeout=5 * _PATIENCE)
    page.close()


WATCH = """
async ([path, value]) => {
  const slider = document.querySelector(`[data-path="${path}"] input[type=range]`);
  const status = document.querySelector(".status");
  const begun = performance.now();
  let first = null;
  return await new Promise((done) => {
    const look = new MutationObserver(() => {
      const took = performance.now() - begun;
      if (status.innerText.includes("start")) first ??= took;
      else if (first !== null) { look.disconnect(); done([first, took]); }
    });
    look.observe(status, { attributes: true, childList: true, characterData: true, subtree: true });
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => done([first, null]), 10000);
  });
}
"""


@pytest.mark.slow
def test_a_first_picture_comes_at_once_and_the_whole_one_soon_after_the_slider_stops(chromium):
    """A coarse picture first, whatever the machine does beside; prints the medians that docs/page.md tells."""
    process, where = started()
    page = chromium.new_page()
    page.goto(where)
    page.wait_for_selector('.status[data-count="20000"]', timeout=_PATIENCE)
    page.wait_for_selector(".picture img[src^=data]", timeout=_PATIENCE)
    page.wait_for_timeout(1500)
    took = []
    for step in range(15):
        took.append(page.evaluate(WATCH, [WEIGHT, 0.3 + 0.2 * step]))
        page.wait_for_timeout(2000)
    ended(process)
    page.close()
    first, whole = (statistics.median(one[n] for one in took if None not in one) for n in (0, 1))
    print(f"first {first:.0f} ms, whole {whole:.0f} ms")
    assert 0 < first < whole
