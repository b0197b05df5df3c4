"""Tests run on this machine alone, quick ones first; missing parts are named at the end."""

import os
import sys
from collections.abc import Iterator

import hypothesis
import pytest

from support import loopback, require

FOLDER_MARKS = {"e2e": "browser", "lives": "integration", "judges": "integration"}
QUICK_FIRST = ("integration", "browser")

hypothesis.settings.register_profile("quick", max_examples=50, deadline=None)
hypothesis.settings.register_profile(
    "ci", max_examples=200, deadline=None, derandomize=True, print_blob=True
)
hypothesis.settings.register_profile("deep", max_examples=5_000, deadline=None)
hypothesis.settings.load_profile(
    os.environ.get("NGUON_PROFILE") or ("ci" if os.environ.get("CI") else "quick")
)


def pytest_configure() -> None:
    """Refuse a misspelled NGUON_REQUIRE before a test could be skipped by it."""
    require.required()


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark by folder; what starts processes and browsers comes last, else as shuffled."""
    for item in items:  # before `-m` chooses
        for folder in item.path.relative_to(require.ROOT).parts:
            if mark := FOLDER_MARKS.get(folder):
                item.add_marker(mark)
    yield  # the shuffling, and `-m`
    items.sort(key=lambda item: [item.get_closest_marker(m) is not None for m in QUICK_FIRST])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which real parts were missing, one loud line each."""
    for line in require.lines():
        terminalreporter.write_line(line, red=True, bold=True)


sys.addaudithook(loopback.refuse_to_leave)


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[None]:
    """Fail the test that tried to leave this machine, though the code caught the refusal."""
    loopback.attempts.clear()
    yield
    assert not loopback.attempts
