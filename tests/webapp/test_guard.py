"""Every answer is strict: no inline code, no foreign resource, the same for every origin."""

import gzip
import hashlib
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import attest
import ledger
import webapp
from attest.errors import AttestError
from ledger.errors import STATUS, LedgerError
from support import html, pages
from support.sample_ledger import NOW_MS, SampleLedger
from webapp import create_app as factory
from webapp import errors
from webapp.pages import scripts
from webapp.settings import WebSettings

CODE = pages.CODE.text
STATIC = Path(factory.__file__).with_name("static")
PATHS = ["/", f"/s/{CODE}", "/s", "/nowhere", "/static/style.css", "/robots.txt"]
PAGES = ["/", f"/s/{CODE}", "/s", "/nowhere", "/s/nonsense"]
SERVES = {"webapp.wsgi"}  # importing it opens a ledger
BROWSER = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client():
    return factory.create_app(SampleLedger(), WebSettings(), lambda: NOW_MS).test_client()


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers_and_is_open_to_all_origins(client, path):
    answer = client.get(path, headers=BROWSER | {"Origin": "https://elsewhere.example"})
    policy = answer.headers["Content-Security-Policy"]
    assert "'unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_only_the_stamp_page_may_connect_to_other_addresses(client):
    def connect(path):
        policy = client.get(path, headers=BROWSER).headers["Content-Security-Policy"]
        return re.search("connect-src ([^;]+)", policy)[1]

    assert connect(f"/s/{CODE}") == "'self' https:"
    assert {connect(path) for path in PAGES if path != f"/s/{CODE}"} == {"'self'"}


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_no_inline_code_and_nothing_from_elsewhere(client, path):
    root = html.parse(client.get(path, headers=BROWSER).text)
    for element in root.walk():
        assert not [n for n in element.attributes if n.startswith("on") or n == "style"]
        assert element.tag != "style"
        if element.tag == "script":
            assert element.get("src") or element.get("type") == "application/json"
        loaded = element.get("src") or (element.tag == "link" and element.get("href")) or "/"
        assert loaded.startswith("/")
        assert not loaded.startswith("//")


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [("/log/checkpoint", "GET", True), ("/chain", "POST", True), ("/capture", "POST", False)],
)
def test_only_public_reads_and_the_chain_pass_a_preflight(client, path, method, allowed):
    headers = {"Origin": "https://x.example", "Access-Control-Request-Method": method}
    answer = client.options(path, headers=headers)
    assert ("Access-Control-Allow-Origin" in answer.headers) == allowed


def test_texts_are_compressed_for_those_who_accept_it(client):
    plain = client.get("/static/style.css")
    squeezed = client.get("/static/style.css", headers={"Accept-Encoding": "gzip"})
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(squeezed.data) == plain.data
    assert "Accept-Encoding" in squeezed.headers["Vary"]


def test_what_is_known_already_is_not_sent_again(client):
    tag = client.get("/static/style.css").headers["ETag"]
    assert client.get("/static/style.css", headers={"If-None-Match": tag}).status_code == 304


def test_the_first_view_is_small(client):
    def size(path):
        return len(client.get(path, headers=BROWSER | {"Accept-Encoding": "gzip"}).data)

    modules = [m for m in scripts.modules(str(STATIC), "page/check.js") if m]
    script_size = sum(map(size, modules))
    assert script_size <= 20_000
    assert size(f"/s/{CODE}") + size("/static/style.css") + script_size <= 100_000


def test_third_party_files_are_the_ones_written_down():
    lines = (STATIC / "vendor/SHA256SUMS").read_text().splitlines()
    sums = dict(reversed(line.split("  ")) for line in lines)
    files = {p.name for p in (STATIC / "vendor").iterdir()} - {"SHA256SUMS"}
    assert files == sums.keys()
    for name, digest in sums.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest


def subclasses(base):
    return {base}.union(*(subclasses(child) for child in base.__subclasses__()))


def test_every_refusal_has_a_status_and_a_code_of_its_own():
    for room in (attest, ledger, webapp):
        for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
            if module.name not in SERVES:
                importlib.import_module(module.name)
    refusals = subclasses(AttestError) | subclasses(LedgerError)
    assert all((STATUS | errors.OWN).keys() & set(r.__mro__) for r in refusals)
    named = [r for r in refusals if "code" in vars(r)]
    assert len({r.code for r in named}) == len(named) > 40


def test_a_person_and_a_program_are_refused_in_their_own_form(client):
    person = client.get("/nowhere", headers=BROWSER)
    program = client.get("/nowhere")
    assert (person.status_code, person.mimetype) == (404, "text/html")
    assert program.content_type == "application/problem+json"
    assert program.json == {
        "type": "https://w3id.org/nguon/v1/problems/not-found",
        "title": "not found",
        "status": 404,
        "detail": program.json["detail"],
    }


def test_a_wrong_method_says_which_are_right(client):
    answer = client.delete("/capture")
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert "POST" in answer.headers["Allow"]
