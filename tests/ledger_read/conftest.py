"""The whole story of the demo, told to a writer in this process, and its ledger."""

import pytest

from ledger.ledger import open_ledger
from support import story


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return story.told(tmp_path_factory.mktemp("stamps"))


@pytest.fixture(scope="module")
def ledger(world):
    opened = open_ledger(world.settings)
    yield opened
    opened.close()
