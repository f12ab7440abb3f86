"""Make docs/pictures/page.png again: ``python docs/pictures/page.py`` with the extra ``dev`` and Chromium installed."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def main() -> None:
    """Serve the page, move two values, photograph it."""
    command = [sys.executable, "-m", "minegame", "page", "--no-browser", "--port", "0"]
    with subprocess.Popen(
        [*command, "--set", "patrons.us.levers.tariff.intensity=0"], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            address = re.findall(r"http://\S+", server.stdout.readline() if server.stdout else "")[0]
            photograph(address, Path(__file__).with_suffix(".png"))
        finally:
            server.kill()


def photograph(address: str, file: Path) -> None:
    """What is seen at an address once everything is drawn."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1180})
        page.goto(address)
        page.wait_for_selector('.status[data-count="20000"]', timeout=120_000)
        page.wait_for_selector(".picture img[src^=data]", timeout=120_000)
        weight = page.locator('[data-path="host.balance_weight"] input[type=number]')
        weight.fill("1.4")
        weight.press("Enter")
        page.wait_for_timeout(6_000)
        page.evaluate("scrollTo(0, 0); document.querySelector('.left').scrollTop = 0")
        page.wait_for_timeout(500)
        seen = page.screenshot()
        browser.close()
    Image.open(io.BytesIO(seen)).convert("RGB").quantize(128).save(file, optimize=True)


if __name__ == "__main__":
    main()
