"""What `nguon serve` is told, and which of it is refused."""

import pytest

from ledger.errors import SettingsError
from webapp import settings
from webapp.settings import WebSettings


def test_nothing_said_gives_the_defaults():
    assert settings.load({}) == WebSettings()


def test_environment_and_file_say_the_same_in_their_own_types():
    told = {"port": "8099", "demo": "1", "workers": "3", "contact": "a@b.example"}
    typed = {"port": 8099, "demo": True, "workers": 3, "contact": "a@b.example"}
    assert settings.load(told) == settings.load(typed)


def test_settings_of_other_rooms_are_left_alone():
    assert settings.load({"data": "var", "origin": "x/log"}) == WebSettings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "80 80"),
        ("port", "65536"),
        ("port", "-1"),
        ("port", True),
        ("workers", "0"),
        ("threads", "0"),
        ("demo", "perhaps"),
        ("utc_offset", "7"),
        ("utc_offset", "+25:00"),
        ("place_header", "X Place"),
        ("place_header", "X-Place\r\nSet-Cookie"),
        ("contact", 7),
    ],
)
def test_what_means_nothing_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=name):
        settings.load({name: value})
