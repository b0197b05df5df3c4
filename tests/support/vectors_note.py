"""Makes the shared vectors of notes, checkpoints, cosignatures and policies."""

from base64 import b64encode
from hashlib import sha256

from attest.log import checkpoint, note, policy

from .vector_keys import DAY, LOG, ORIGIN, WITNESSES, key, lines_of, text

HEAD = checkpoint.Checkpoint(ORIGIN, 12, sha256(b"root").digest())
GOOD = checkpoint.sign(HEAD, LOG)
LINE = note.parse(GOOD).signatures[0].line()
OTHER = note.NoteSigner(ORIGIN, key("another log")).sign(HEAD.text()).line()
BROKEN = note.Signature(ORIGIN, LOG.verifier.key_id, b"\x01" * 64).line()
COSIGNED = GOOD + "".join(
    w.sign(HEAD.text(), DAY + 60 * i).line() for i, w in enumerate(WITNESSES)
)


def note_vectors() -> dict:
    """Notes with the keys that a reader knows, and what is refused."""
    return {
        "vkey": LOG.verifier.text(),
        "witnesses": [w.verifier.text() for w in WITNESSES],
        "head": {"origin": HEAD.origin, "size": HEAD.size, "root": text(HEAD.root)},
        "signer": LOG.text(),
        **notes(),
        **checkpoints(),
        **verifier_keys(),
        **cosignatures(),
        "policies": policies(),
        "refusedPolicies": refused_policies(),
    }


def notes() -> dict:
    """Notes of our log in any company, and what is no note of it."""
    return {
        "accepted": [
            {"why": "the log alone", "note": GOOD},
            {"why": "an unknown key before it", "note": GOOD.replace(LINE, OTHER + LINE)},
            {"why": "cosigned", "note": COSIGNED},
            {"why": "sixteen lines", "note": GOOD + OTHER * 15},
            {"why": "a hundred lines", "note": GOOD + OTHER * 99},
        ],
        "refused": [
            {"why": why, "note": changed}
            for why, changed in {
                "no signature": HEAD.text() + "\n",
                "no empty line": GOOD.replace("\n\n", "\n"),
                "no last newline": GOOD[:-1],
                "two last newlines": GOOD + "\n",
                "a tab": GOOD.replace("example", "exa\tmple"),
                "a carriage return": GOOD.replace("\n", "\r\n"),
                "a hyphen for the dash": GOOD.replace("—", "-"),
                "two spaces": GOOD.replace("— ", "—  "),
                "no name": GOOD.replace(f"— {ORIGIN} ", "—  "),
                "plus in a name": GOOD + LINE.replace(ORIGIN, "a+b"),
                "Unicode space in a name": GOOD + LINE.replace(ORIGIN, "a\u00a0b"),
                "base64 without padding": GOOD.replace("=\n", "\n"),
                "base64 with a blank": GOOD.replace(LINE, LINE[:-9] + " " + LINE[-9:]),
                "only unknown keys": GOOD.replace(LINE, OTHER),
                "a known key that did not sign": GOOD.replace(LINE, LINE + BROKEN),
                "another text": GOOD.replace("\n12\n", "\n13\n"),
                "a signature of four bytes": HEAD.text() + f"\n— {ORIGIN} AAAAAA==\n",
                "101 lines": GOOD + OTHER * 100,
            }.items()
        ],
    }


def checkpoints() -> dict:
    """Texts that are nearly checkpoints."""
    return {
        "refusedCheckpoints": [
            {"why": why, "text": changed}
            for why, changed in {
                "empty": "",
                "no origin": HEAD.text().replace(ORIGIN, ""),
                "size 00": HEAD.text().replace("12", "00"),
                "size 012": HEAD.text().replace("12", "012"),
                "size +12": HEAD.text().replace("12", "+12"),
                "size with a space": HEAD.text().replace("12", " 12"),
                "size 1_2": HEAD.text().replace("12", "1_2"),
                "size in other digits": HEAD.text().replace("12", "\u0661\u0662"),
                "size -1": HEAD.text().replace("12", "-1"),
                "size 2^64": HEAD.text().replace("12", str(2**64)),
                "root of 31 bytes": f"{ORIGIN}\n12\n{b64encode(bytes(31)).decode()}\n",
                "root of 33 bytes": f"{ORIGIN}\n12\n{b64encode(bytes(33)).decode()}\n",
                "root without padding": HEAD.text().replace("=", ""),
                "root in base64url": f"{ORIGIN}\n12\n{'-_' * 21}8=\n",
                "loose last bits": HEAD.text().replace("=\n", "=\n").replace("U=", "V="),
                "an extension line": HEAD.text() + "more\n",
                "no last newline": HEAD.text()[:-1],
            }.items()
            if changed != HEAD.text()
        ],
    }


def verifier_keys() -> dict:
    """Texts that are nearly verifier keys."""
    vkey = LOG.verifier.text()
    name, key_id, material = vkey.split("+")
    return {
        "refusedKeys": [
            {"why": why, "vkey": changed}
            for why, changed in {
                "another id": f"{name}+00000000+{material}",
                "upper-case id": f"{name}+{key_id.upper()}+{material}",
                "no name": f"+{key_id}+{material}",
                "a plus in the name": f"a+{vkey}",
                "kind 2": note.VerifierKey(ORIGIN, 2, LOG.verifier.key).text(),
                "31 bytes": note.VerifierKey(ORIGIN, 1, LOG.verifier.key[:31]).text(),
                "small order": note.VerifierKey(ORIGIN, 1, bytes([1]) + bytes(31)).text(),
                "not canonical": note.VerifierKey(
                    ORIGIN, 1, b"\xee" + b"\xff" * 30 + b"\x7f"
                ).text(),
            }.items()
            if changed != vkey
        ],
    }


def cosignatures() -> dict:
    """A note with three witnesses, and lines that name one and do not hold."""
    return {
        "cosigned": COSIGNED,
        "times": {f"w{i + 1}": DAY + 60 * i for i in range(3)},
        "refusedCosignatures": [
            {"why": "of another text", "note": GOOD + cosigned("other\n12\nx\n", DAY)},
            {"why": "another time", "note": GOOD + cosigned(HEAD.text(), DAY, DAY + 1)},
            {"why": "time above 2^63", "note": GOOD + cosigned(HEAD.text(), 2**63)},
            {"why": "no time", "note": GOOD + untimed(HEAD.text())},
        ],
    }


def cosigned(body: str, time_s: int, said: int | None = None) -> str:
    """A LINE of the first witness for a body; `said` is the time that it claims."""
    line = WITNESSES[0].sign(body, time_s)
    data = (time_s if said is None else said).to_bytes(8, "big") + line.data[8:]
    return note.Signature(line.name, line.key_id, data).line()


def untimed(body: str) -> str:
    """A LINE of the first witness without its time."""
    line = WITNESSES[0].sign(body, DAY)
    return note.Signature(line.name, line.key_id, line.data[8:]).line()


def policies() -> list[dict]:
    """Rules, and who must have witnessed for them to hold."""
    groups = ("group two 2 w1 w2", "group all-of all two w3")
    cases = [
        ("nobody", lines_of("quorum none"), [], True),
        ("one", lines_of("# a comment", "", "\tquorum   w2 "), ["w2"], True),
        ("the wrong one", lines_of("quorum w2"), ["w1", "w3"], False),
        ("any", lines_of("group g any w1 w2 w3", "quorum g"), ["w3"], True),
        ("two of three", lines_of("group g 2 w1 w2 w3", "quorum g"), ["w1", "w3"], True),
        ("one of two", lines_of("group g 2 w1 w2 w3", "quorum g"), ["w1"], False),
        ("groups of groups", lines_of(*groups, "quorum all-of"), ["w1", "w2", "w3"], True),
        ("one group short", lines_of(*groups, "quorum all-of"), ["w1", "w2"], False),
    ]
    made = []
    for why, body, who, met in cases:
        times = {name: DAY + 60 * (int(name[1]) - 1) for name in who}
        rule = policy.parse(body)
        assert rule.met(who) is met, why
        made.append(
            {
                "why": why,
                "text": body,
                "times": times,
                "met": met,
                "quorumTime": rule.quorum_time(times),
            }
        )
    return made


def refused_policies() -> list[dict]:
    """Files that say nothing, or two things."""
    vkey, w1 = LOG.verifier.text(), WITNESSES[0].verifier.text()
    return [
        {"why": why, "text": body}
        for why, body in {
            "empty": "",
            "no quorum": lines_of(),
            "two quorums": lines_of("quorum w1", "quorum w1"),
            "quorum of a stranger": lines_of("quorum w4"),
            "quorum above its group": lines_of("quorum g", "group g any w1"),
            "none as a member": lines_of("group g any none", "quorum g"),
            "none as a name": lines_of("group none any w1", "quorum none"),
            "a member twice": lines_of("group g 2 w1 w1", "quorum g"),
            "a member of two groups": lines_of("group g any w1", "group h any w1", "quorum g"),
            "threshold 0": lines_of("group g 0 w1", "quorum g"),
            "threshold 01": lines_of("group g 01 w1", "quorum g"),
            "threshold above": lines_of("group g 2 w1", "quorum g"),
            "no member": lines_of("group g any", "quorum g"),
            "a name twice": lines_of(f"witness w1 {w1}", "quorum w1"),
            "a key twice": lines_of(f"witness w4 {w1}", "quorum w1"),
            "a log twice": lines_of(f"log {vkey}", "quorum w1"),
            "a log key as witness": f"witness w {vkey}\nquorum w\n",
            "a witness key as log": f"log {w1}\nquorum none\n",
            "another word": lines_of("quorum none", "witnesses 3"),
            "no last newline": lines_of("quorum none")[:-1],
            "a carriage return": lines_of("quorum none").replace("\n", "\r\n"),
            "a Unicode space": lines_of("quorum\u00a0none"),
            "a delete character": lines_of("quorum none # \x7f"),
        }.items()
    ]
