"""The stamp page: the promised markup in each state, and who counts as a visitor."""

import json

import pytest
from flask.testing import FlaskClient

from attest import payload, spell, statement
from ledger.people.scans import UNUSUAL_COUNT
from support import html, pages
from support.sample_ledger import NOW_MS, SampleLedger
from webapp.create_app import create_app
from webapp.language import LANGUAGES, words_of
from webapp.settings import WebSettings

CODE = pages.CODE.text
BROWSER = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
PERSON = {"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Dest": "document", "User-Agent": BROWSER}
STATES = ("active", "inactive", "suspicious", "expired", "hold", "recalled", "void")
STEPS = [
    "trust",
    "keys",
    "signature",
    "promise",
    "inclusion",
    "witness",
    "anchor",
    "fresh",
    "stamp",
    "facts",
]


@pytest.fixture
def ledger() -> SampleLedger:
    return SampleLedger()


@pytest.fixture
def client(ledger: SampleLedger) -> FlaskClient:
    settings = WebSettings(demo=True, contact="report@trace.example", place_header="X-Place")
    return create_app(ledger, settings, lambda: NOW_MS).test_client()


def page(client, path=f"/s/{CODE}", **headers):
    return html.parse(client.get(path, headers=PERSON | headers).text)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_the_verdict_stands_in_words_in_each_state_and_language(client, ledger, state, lang):
    ledger.stamps.state = state
    root = page(client, f"/s/{CODE}?lang={lang}")
    main = root.one("data-page")
    assert root.tags("html")[0].get("lang") == lang
    assert [main.get(f"data-{n}") for n in ("page", "code", "state", "by", "level")] == [
        "stamp", CODE, state, "server", "",
    ]  # fmt: skip
    assert root.tags("h1")[0].text() == words_of(lang)(f"state.{state}")
    assert words_of(lang)(f"state.{state}") in root.tags("title")[0].text()
    assert "{" not in main.text().split('{"')[0]


def test_the_steps_stand_in_the_promised_order_and_wait(client):
    steps = page(client).one("data-verify")
    assert (steps.tag, steps.get("data-result")) == ("ol", "waiting")
    assert [e.get("data-step") for e in steps.all("data-step")] == STEPS
    assert {e.get("data-result") for e in steps.all("data-step")} == {"waiting"}
    assert {e.get("data-by") for e in steps.all("data-step")} == {"server"}
    assert all(len(e.all("data-detail")) == 1 for e in steps.all("data-step"))
    assert all(e.all("data-result-text")[0].text() for e in steps.all("data-step"))


def test_the_steps_lead_to_the_dossier(client):
    url = page(client).one("data-verify").get("data-verify")
    answer = client.get(url, headers={"Accept": "text/html"})
    assert answer.json["stamp"]["code"] == CODE


@pytest.mark.parametrize("state", STATES)
def test_every_fact_on_the_page_is_what_was_signed(client, ledger, state):
    ledger.stamps.state = state
    said = [
        statement.parse(spell.parse_base64url(e["statement"])).record
        for e in client.get(f"/s/{CODE}").json["entries"].values()
    ]
    facts = page(client).one("data-page").all("data-fact")
    assert len(facts) >= 5
    for fact in facts:
        index, pointer = fact.get("data-fact").split("#")
        value = payload.pointer(said[int(index)], pointer)
        shown = fact.get("datetime") or fact.get("value") or fact.text()
        assert str(value) == shown


def test_all_of_product_lot_and_timeline_is_a_fact(client):
    root = page(client).one("data-page")
    shown = {f.get("data-fact") for f in root.all("data-fact")}
    dossier = client.get(f"/s/{CODE}").json
    values = [*dossier["product"].values(), *dossier["lot"].values()]
    values += [event["time"] for event in dossier["timeline"]]
    signed = [v for v in values if v and "entry" in v and not v["pointer"].endswith("epcClass")]
    assert {f"{v['entry']}#{v['pointer']}" for v in signed} <= shown


def test_a_recall_says_who_when_why_and_what_to_do(client, ledger):
    ledger.stamps.state = "recalled"
    advice = page(client).one("data-do").text()
    assert pages.NAMES[pages.OFFICE] in advice
    assert "22/11/2026" in advice
    assert "SO₂ 74 mg/kg" in advice
    assert "Mang trả lại nơi mua." in advice


def test_what_the_page_does_not_prove_is_always_there(client):
    items = page(client).one("data-not-proven").all("data-code")
    assert [e.get("data-code") for e in items] == [
        "goods",
        "truth",
        "unseen",
        "absence",
        "page",
    ]


def test_the_embedded_chain_and_invented_data_are_said(client):
    text = page(client).one("data-page").text()
    assert words_of("vi")("banner.chain") in text
    assert words_of("vi")("banner.demo") in text


def test_times_without_video_are_said_with_their_reason(client):
    told = [e.text() for e in page(client).walk() if e.get("class") == "told"]
    assert "93%" in told[0]
    assert "mất điện" in told[0]


def test_an_expired_paper_is_shown_as_expired(client):
    papers = [e for e in page(client).walk() if e.get("class") == "papers"]
    items = {e.tags("h3")[0].text(): e.text() for e in papers[0].tags("li")}
    words = words_of("vi")
    assert words("paper.valid") in items["OCOP 4★ M-04"]
    assert words("paper.confirmed") in items["OCOP 4★ M-04"]
    assert words("paper.expired") in items["food-safety"]
    assert words("paper.submitted") in items["food-safety"]


def test_footage_waits_for_its_button(client):
    figure = page(client).one("data-footage")
    assert (figure.get("data-footage"), figure.get("data-verdict")) == ("cam-1", "waiting")
    assert figure.get("data-playlist") == "/hls/cam-1/20261118T061400Z/20261118T061600Z"
    assert [e.tag for e in figure.all("data-play")] == ["button"]


def test_the_words_for_scripts_are_in_the_page_s_language(client):
    root = page(client, f"/s/{CODE}?lang=zh")
    (data,) = [e for e in root.all("id") if e.get("id") == "words"]
    words = json.loads("".join(str(c) for c in data.children))
    assert words["result.held"] == "通过"
    assert "where.phone" in words


@pytest.mark.parametrize("state", [*STATES, "unknown", "unable"])
def test_link_previews_tell_no_verdict(client, ledger, state):
    ledger.stamps.state = state
    headers = {"User-Agent": "facebookexternalhit/1.1", "Accept": "text/html"}
    root = html.parse(client.get(f"/s/{CODE}", headers=headers).text)
    told = [e.get("content") for e in root.tags("meta")]
    if state in STATES:
        told.append(root.tags("title")[0].text())
    verdicts = [words_of("vi")(f"state.{s}") for s in STATES]
    assert not any(verdict in text for text in told if text for verdict in verdicts)


@pytest.mark.parametrize(
    ("state", "status", "shown"),
    [("unknown", 404, "unknown"), ("unable", 503, "unable"), ("broken", 503, "unable")],
)
def test_without_a_dossier_there_is_a_state_and_no_list(client, ledger, state, status, shown):
    ledger.stamps.state = state
    answer = client.get(f"/s/{CODE}", headers=PERSON)
    root = html.parse(answer.text)
    assert answer.status_code == status
    assert root.one("data-page").get("data-state") == shown
    assert root.all("data-verify") == []
    assert root.tags("h1")[0].text() == words_of("vi")(f"state.{shown}")
    program = client.get(f"/s/{CODE}")
    assert program.status_code == status
    assert program.content_type == "application/problem+json"
    assert program.json["type"].startswith("https://w3id.org/nguon/v1/problems/")


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("A" * 4096, id="4 kB"),
        pytest.param("%00" * 20, id="NUL"),
        pytest.param("\uff10" * 20, id="full-width digits"),
        pytest.param(CODE[:10] + "\u200d" + CODE[10:], id="zero-width joiner"),
        pytest.param("..%2f..%2fetc%2fpasswd", id="path tricks"),
        pytest.param("%ff%fe" * 10, id="no UTF-8"),
        pytest.param("a%0d%0aSet-Cookie:%20x=y", id="header injection"),
        pytest.param("", id="empty"),
        pytest.param("<script>alert(1)</script>", id="markup"),
    ],
)
def test_hostile_codes_were_never_issued(client, code):
    for headers in (PERSON, {}):
        answer = client.get(f"/s/{code}", headers=headers)
        assert answer.status_code == 404
        assert "<script>alert" not in answer.text
        assert "x=y" not in str(answer.headers)


def test_case_hyphens_and_the_upper_case_path_lead_to_the_same_page(client):
    for path in (f"/S/{CODE}", f"/s/{CODE.lower()}", f"/s/{pages.CODE.grouped}"):
        assert page(client, path).one("data-page").get("data-code") == CODE


@pytest.mark.parametrize(
    ("headers", "counts"),
    [
        pytest.param({}, True, id="a person"),
        pytest.param({"Sec-Fetch-Dest": "empty"}, False, id="a script's fetch"),
        pytest.param({"Sec-Fetch-Dest": "iframe"}, False, id="a frame"),
        pytest.param({"Sec-Purpose": "prefetch"}, False, id="a prefetch"),
        pytest.param({"User-Agent": "Googlebot/2.1"}, False, id="a robot"),
        pytest.param({"User-Agent": "WhatsApp/2.23"}, False, id="a link preview"),
        pytest.param({"Accept": "application/json"}, False, id="the dossier"),
    ],
)
def test_only_a_person_s_view_is_a_check(client, ledger, headers, counts):
    client.get(f"/s/{CODE}", headers=PERSON | headers | {"X-Place": "Tỉnh Mẫu".encode()})
    assert len(ledger.checks.noted) == counts


def test_looking_at_the_header_of_a_page_is_no_check(client, ledger):
    client.head(f"/s/{CODE}", headers=PERSON)
    assert ledger.checks.noted == []


def test_a_device_keeps_its_number(client, ledger):
    client.get(f"/s/{CODE}", headers=PERSON)
    client.get(f"/s/{CODE}", headers=PERSON)
    (first, _), (second, _) = ledger.checks.noted
    assert first == second


def test_a_cookie_that_is_not_ours_is_replaced(client, ledger):
    client.set_cookie("nguon_device", "x" * 4000)
    client.get(f"/s/{CODE}", headers=PERSON)
    assert len(ledger.checks.noted[0][0]) < 64


def test_the_rule_of_counting_is_stated_with_its_number(client):
    assert f"{UNUSUAL_COUNT}" in page(client).one("data-page").text()


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        pytest.param("*/*", "application/json", id="anything"),
        pytest.param(None, "application/json", id="nothing said"),
        pytest.param("application/json", "application/json", id="json"),
        pytest.param("text/html,application/xhtml+xml,*/*;q=0.8", "text/html", id="browser"),
        pytest.param("application/linkset+json", "application/linkset+json", id="linkset"),
        pytest.param("text/html;q=0.5,application/json", "application/json", id="quality"),
        pytest.param("application/json; charset=utf-8", "application/json", id="json in utf-8"),
        pytest.param("text/html;level=1", "text/html", id="a parameter"),
    ],
)
def test_one_address_answers_as_the_client_prefers(client, accept, media):
    headers = {"Accept": accept} if accept else {}
    answer = client.get(f"/s/{CODE}", headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, media)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Accept" in answer.headers["Vary"]


def test_a_client_that_takes_none_of_our_forms_is_told(client):
    answer = client.get(f"/s/{CODE}", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert answer.json["type"].endswith("/not-acceptable")


def test_a_digital_link_leads_to_the_same_stamp(client):
    path = f"/01/{pages.GTIN}/21/{CODE}"
    assert client.get(path).json["stamp"]["code"] == CODE
    assert page(client, path).one("data-page").get("data-state") == "active"
    links = client.get(f"{path}?linkType=linkset").json["linkset"][0]
    assert links["anchor"] == f"https://trace.example{path}"
    assert links["https://gs1.org/voc/traceability"][0]["href"].endswith(f"/s/{CODE}/dossier")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param(f"/01/09521000001022/21/{CODE}", 404, id="another product"),
        pytest.param(f"/01/{pages.GTIN}/10/NOPE/21/{CODE}", 404, id="another lot"),
        pytest.param(f"/01/09521000001016/21/{CODE}", 400, id="wrong check digit"),
        pytest.param(f"/01/{pages.GTIN}/21/{CODE}/10/L1", 400, id="identifiers out of order"),
        pytest.param(f"/01/{pages.GTIN}/21/{CODE}/21/{CODE}", 400, id="one twice"),
        pytest.param(f"/01/{pages.GTIN}/99/x", 400, id="an unknown one"),
        pytest.param("/01/123", 400, id="short GTIN"),
        pytest.param("/01/09521000001022", 404, id="a product that nobody described"),
    ],
)
def test_other_digital_links_are_refused(client, path, status):
    assert client.get(path).status_code == status
    answer = client.get(path, headers=PERSON)
    assert answer.status_code == status
    assert html.parse(answer.text).one("data-page").get("data-state") == "unknown"


def test_a_product_s_address_leads_to_the_code(client):
    for path in (f"/01/{pages.GTIN}", f"/01/{pages.GTIN}/10/L26-11"):
        root = page(client, path)
        assert words_of("vi")("unknown.product") in root.tags("main")[0].text()
        anchor = client.get(path).json["linkset"][0]["anchor"]
        assert anchor == f"https://trace.example{path}"


def test_the_evidence_is_the_dossier_as_a_file(client):
    answer = client.get(f"/s/{CODE}/evidence", headers=PERSON)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{CODE}.json"'
    assert answer.json["stamp"]["code"] == CODE


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        pytest.param("0000-ZS00-07H-QEHT-VHC5", [3], id="a short group"),
        pytest.param("0000-ZS0U-07HM-QEHT-VHC5", [2], id="a letter that stamps never use"),
        pytest.param("0000ZS0007HMQEHTVHC", [5], id="one character missing"),
        pytest.param("0000-ZS00", [], id="groups missing"),
    ],
)
def test_a_typed_code_is_told_which_group_is_wrong(client, typed, wrong):
    answer = client.get("/s", query_string={"code": typed}, headers=PERSON)
    faults = html.parse(answer.text).all("id")
    (shown,) = [e for e in faults if e.get("id") == "code-faults"]
    words = words_of("vi")
    assert answer.status_code == 400
    assert all(words("err.code", n=n) in shown.text() for n in wrong)


def test_a_possible_code_leads_on_to_its_page(client):
    answer = client.get("/s", query_string={"code": " 0000-zsoo-o7hm-qeht-vhc5 "})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/s/{CODE}")


def test_the_first_page_takes_a_code_and_speaks_three_languages(client):
    root = html.parse(client.get("/", headers=PERSON).text)
    assert [e.get("action") for e in root.tags("form")] == ["/s"]
    assert [e.get("lang") for e in root.all("hreflang")] == list(LANGUAGES)


def test_the_chosen_language_is_remembered(client):
    client.get("/?lang=zh", headers=PERSON)
    root = html.parse(client.get("/", headers=PERSON).text)
    assert root.tags("html")[0].get("lang") == "zh"
