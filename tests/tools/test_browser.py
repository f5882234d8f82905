"""The browser that tests use: real, and cut off from the outside."""

import socket
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page

from tools import browser


@pytest.mark.browser
def test_the_browser_runs_scripts_and_cannot_leave_this_machine(page: Page) -> None:
    page.set_content("<p id=a>before</p><script>document.getElementById('a').textContent = 'å' + 1</script>")
    assert page.locator("#a").inner_text() == "å1"
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://fjallvik.example/")


def test_a_chosen_browser_that_is_not_there_is_not_replaced(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHROME_BIN", str(tmp_path / "nothing"))
    assert browser.find() is None
    assert browser.main() == 1


def test_tests_cannot_reach_beyond_loopback() -> None:
    with pytest.raises(pytest.fail.Exception, match="stay on this machine"):
        socket.create_connection(("fjallvik.example", 80), timeout=1)
    with pytest.raises(pytest.fail.Exception, match="stay on this machine"):
        socket.socket().connect(("192.0.2.1", 80))
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
