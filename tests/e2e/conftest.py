"""A real Chromium for every test of this folder."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from support import require
from support.browser import FLAGS


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one browser, which can play H.264; each test opens pages of its own in it."""
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=str(require.chromium()), args=FLAGS)
        yield made
        made.close()
