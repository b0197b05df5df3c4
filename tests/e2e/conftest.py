"""A real Chromium for every test of this folder."""

import pytest
from playwright.sync_api import sync_playwright

from support import require


@pytest.fixture(scope="session")
def browser():
    """Start one browser; each test opens pages of its own in it."""
    arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"]
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=str(require.chromium()), args=arguments)
        yield made
        made.close()
