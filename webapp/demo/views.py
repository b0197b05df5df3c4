"""People look at a stamp: real page views, as a phone's browser opens a link.

"Checked too often" is reached by these and by nothing else. Each view comes without a cookie,
as from a device of its own; a proxy of the demo's would name the visitor's province.
"""

import httpx

from .errors import DemoError

WANTED = 57
PROVINCES = (  # invented, as all names here
    "Mau",
    "Vi Du",
    "Thi Du",
    "Minh Hoa",
    "Gia Dinh Mau",
    "Mau Trung",
    "Mau Nam",
    "Mau Bac",
    "Mau Tay",
)
PLACE_HEADER = "X-Nguon-Place"
HEADERS = {
    "User-Agent": "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/130.0.0.0 Mobile Safari/537.36",
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi-VN,vi;q=0.9",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-User": "?1",
    "Upgrade-Insecure-Requests": "1",
}
TIMEOUT_S = 20.0


def look(page: str) -> int:
    """Open a stamp's page until 57 devices in 9 provinces have; return how many came now.

    Said again after a stop it goes on where it was. Raises `DemoError` when a page fails.
    """
    with httpx.Client(timeout=TIMEOUT_S) as client:
        try:
            before = _count(client, page)
            for view in range(before, WANTED):
                place = {PLACE_HEADER: PROVINCES[view % len(PROVINCES)]}
                client.get(page, headers=HEADERS | place).raise_for_status()
                client.cookies.clear()
        except httpx.HTTPStatusError as e:
            raise DemoError(f"{page} answered {e.response.status_code}") from e
        except httpx.HTTPError as e:
            raise DemoError(f"{page} could not be looked at: {e}") from e
    return max(0, WANTED - before)


def _count(client: httpx.Client, page: str) -> int:
    answer = client.get(page, headers={"Accept": "application/json"}).raise_for_status()
    return int(answer.json()["checks"]["count"])
