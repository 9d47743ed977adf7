"""The built site in a browser: pages show, search finds, nothing is loaded from elsewhere.

Needs the extra ``docs``, playwright and an installed Chromium; skipped without them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("material")
playwright = pytest.importorskip("playwright.sync_api")
ROOT = Path(__file__).parents[2]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed"),
]


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Build the site and serve it below a folder, as a host of many projects does."""
    top = tmp_path_factory.mktemp("served")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", top / "lrlint"]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(top)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/lrlint/"
    server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """Open a page that must ask for nothing outside the site, and report no error."""
    page = browser.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: errors.append(request.url))
    page.on("console", lambda entry: errors.append(entry.text) if entry.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []
    assert [url for url in asked if not url.startswith((address, "blob:", "data:"))] == []


def test_home_leads_to_the_pages(page: Any, address: str) -> None:
    page.goto(address)
    assert page.locator("h1").inner_text().startswith("lrlint")
    page.get_by_role("link", name="LR101").first.click()
    assert page.url == f"{address}rules/lr101/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_of_a_rule_shows_its_curve(page: Any, address: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}rules/lr101/")
    curve = page.locator("figure.lr-curve svg")
    assert curve.bounding_box()["width"] > 400
    assert curve.locator("polyline").count() == 2
    page.set_viewport_size({"width": 360, "height": 640})
    assert curve.bounding_box()["width"] < 360


def test_search_finds_a_warning_by_its_text(page: Any, address: str) -> None:
    page.goto(address)
    page.locator("[data-md-component=search-query]").first.click()
    page.keyboard.type("Detected call of lr_scheduler.step()")
    first = page.locator(".md-search-result__item a").first
    first.wait_for()
    assert "torch-warnings/" in first.get_attribute("href")
