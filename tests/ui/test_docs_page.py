"""The page to read and try the API, in a real browser: it shows everything, loads nothing from elsewhere, and works."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.server import Server

_ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-sync --no-first-run"
).split()

_FRESH = 10
"""The page keeps what it worked out for each operation, and is slower by each: 1 s at first, 3 s after eighty."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    path = os.environ.get("INFERLOG_CHROMIUM") or shutil.which("chromium")
    assert path, "no chromium: install it, or name it in INFERLOG_CHROMIUM"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield running
        running.close()


class Visit:
    """A page of the docs, with what it requested and what it complained about."""

    def __init__(self, page: Page) -> None:
        """Watch a page from before it is opened."""
        self.page = page
        self.requested: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._hear(message.type, message.text))

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """The docs page, open and loaded."""
    page = browser.new_page()
    visited = Visit(page)
    page.goto(f"{server.url}/docs")
    page.locator(".opblock").first.wait_for()
    yield visited
    page.close()


def _operations(server: Server) -> list[tuple[str, str, dict[str, Any]]]:
    description = httpx.get(f"{server.url}/openapi.json").json()
    return [
        (method.upper(), path, operation)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    ]


def test_every_operation_is_shown(visit: Visit, server: Server) -> None:
    """Each operation of the description is on the page, with its method, path and summary."""
    blocks = visit.page.locator(".opblock").all()
    shown = {
        (
            block.locator(".opblock-summary-method").inner_text(),
            block.locator(".opblock-summary-path").get_attribute("data-path"),
            block.locator(".opblock-summary-description").inner_text(),
        )
        for block in blocks
    }
    described = {(method, path, operation["summary"]) for method, path, operation in _operations(server)}
    assert shown == described


def test_the_page_complains_about_nothing_and_asks_nobody_else(visit: Visit, server: Server) -> None:
    """No error or warning in the console, and no request to any other host."""
    blocks = visit.page.locator(".opblock")
    for index in range(blocks.count()):
        if index % _FRESH == 0:
            visit.page.reload()
        block = blocks.nth(index)
        block.locator(".opblock-summary-control").click()
        block.locator(".opblock-body").wait_for()
        block.locator(".opblock-summary-control").click()
    visit.page.wait_for_load_state("networkidle")
    assert visit.complaints == []
    elsewhere = [url for url in visit.requested if not url.startswith((f"{server.url}/", "data:", "blob:"))]
    assert elsewhere == []
    assert f"{server.url}/openapi.json" in visit.requested


def test_a_log_is_created_from_the_page(visit: Visit, server: Server, api: httpx.Client) -> None:
    """With the key entered once, "try it out" stores the example and shows the answer."""
    page = visit.page
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".auth-container input").fill(server.key)
    page.locator(".auth-btn-wrapper button.authorize").click()
    page.locator(".auth-btn-wrapper button.btn-done").click()
    block = page.locator("#operations-logs-create")
    block.locator(".opblock-summary-control").click()
    block.locator(".try-out__btn").click()
    block.locator("textarea.body-param__text").fill('{"model": "from the page", "metadata": {"n": 1}}')
    with page.expect_response(f"{server.url}/api/request-logs/create/") as answered:
        block.locator("button.execute").click()
    log_id = answered.value.json()["id"]
    expect(block.locator(".live-responses-table .response .response-col_status").first).to_contain_text("200")
    stored = api.get(f"/api/request-logs/{log_id}/").json()
    assert (stored["model"], stored["metadata"]) == ("from the page", {"n": 1})
    assert visit.complaints == []


def test_a_call_without_a_key_shows_what_to_do(visit: Visit) -> None:
    """Without a key the page shows the server's own text."""
    block = visit.page.locator("#operations-logs-list_logs")
    block.locator(".opblock-summary-control").click()
    block.locator(".try-out__btn").click()
    block.locator("button.execute").click()
    expect(block.locator(".live-responses-table")).to_contain_text("No API key came with the request")
