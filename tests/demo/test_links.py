"""Every start shows the same stamps, with links that are what packs carry."""

import pytest

from attest import gs1
from webapp.demo import links
from webapp.demo.errors import FolderError
from webapp.demo.province import Shown

CODE = "00X1P1000A3TY24W7QXP"
SHOWN = [
    Shown("active: nước mắm", "active", CODE, "09521000001015"),
    Shown("never issued", "unknown", CODE, None),
]


def test_what_is_kept_is_what_is_shown(tmp_path):
    links.save(tmp_path, SHOWN)
    assert links.load(tmp_path) == SHOWN


def test_before_the_story_is_told_there_are_none(tmp_path):
    assert links.load(tmp_path) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("[]", id="a list"),
        pytest.param('{"shown": [{"what": "x"}]}', id="a member is missing"),
        pytest.param('{"shown": [{"what": 1, "x": 2}]}', id="an unknown member"),
    ],
)
def test_a_damaged_list_says_what_to_do(tmp_path, text):
    (tmp_path / links.NAME).write_text(text)
    with pytest.raises(FolderError, match="make demo-reset"):
        links.load(tmp_path)


def test_a_pack_with_a_gtin_carries_a_digital_link_in_upper_case():
    base = "http://localhost:8080"
    carried = links.printed(base, SHOWN[0])
    assert carried == carried.upper()
    link = gs1.parse(carried.removeprefix(base.upper()))
    assert (link.gtin, link.serial) == ("09521000001015", CODE)
    assert links.printed(base, SHOWN[1]) == f"{base.upper()}/S/{CODE}"
    assert links.page(base, SHOWN[0]) == f"{base}/s/{CODE}"
