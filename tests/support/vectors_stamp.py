"""Makes the shared vectors of stamps, rolls, names of things and blobs, and pins."""

import json
from hashlib import sha256

from attest import gs1, roll, stamp, trust
from attest.log import note, policy

from .vector_keys import LOG, ORIGIN, WITNESSES, key, lines_of, text

SECRET = sha256(b"stamp secret of the vectors").digest()


def stamp_vectors() -> dict:
    """Codes of two rolls, spellings of one, and what no stamp says."""
    codes = []
    for number, index in [(0, 0), (1, 0), (7, 777), (2**30 - 1, 2**20 - 1)]:
        secret = stamp.roll_key(SECRET, number)
        code = stamp.code(secret, number, index)
        codes.append(
            {
                "roll": number,
                "index": index,
                "rollKey": text(secret),
                "code": code.text,
                "grouped": code.grouped,
                "blind": text(stamp.blind(secret, index)),
                "leaf": text(stamp.leaf(code, stamp.blind(secret, index))),
            }
        )
    good = stamp.Code(7, 777, 1 << 49 | 33).text
    return {
        "secret": text(SECRET),
        "codes": codes,
        "spellings": [
            {"text": spelling, "code": good}
            for spelling in (
                good,
                good.lower(),
                good.replace("0", "O"),
                good.replace("0", "o"),
                good.replace("1", "I"),
                good.replace("1", "l"),
                "-".join(good[i : i + 4] for i in range(0, 20, 4)),
                "  " + " ".join(good) + " ",
            )
        ],
        "refused": [
            {"why": why, "text": spelling}
            for why, spelling in {
                "empty": "",
                "nineteen": good[:-1],
                "twenty-one": good + "0",
                "letter U": good[:-1] + "U",
                "a dot": good[:-1] + ".",
                "a newline": good + "\n",
                "a tab": good[:5] + "\t" + good[5:],
                "long s": good[:-1] + "\u017f",
                "dotless i": good[:-1] + "\u0131",
                "full width": good[:-1] + "\uff11",
                "an en dash": good[:4] + "\u2013" + good[4:],
                "a thousand hyphens": good + "-" * 1000,
            }.items()
        ],
        "forged": [codes[2]["code"][:-1] + ("0" if codes[2]["code"][-1] != "0" else "1")],
    }


def roll_vectors() -> dict:
    """Roots and proofs of small rolls, every edge of a group of sixteen among them."""
    secret = stamp.roll_key(SECRET, 7)
    rolls = []
    for count in (1, 15, 16, 17, 32, 100, 1000):
        tree = roll.build(secret, 7, count)
        places = sorted({0, 15, 16, count // 2, count - 1})
        proofs = [
            {
                "index": i,
                "code": stamp.code(secret, 7, i).text,
                "blind": text(stamp.blind(secret, i)),
                "proof": [text(h) for h in tree.proof(secret, i)],
            }
            for i in places
            if i < count
        ]
        rolls.append({"count": count, "root": text(tree.root(secret)), "proofs": proofs})
    return {"roll": 7, "rollKey": text(secret), "rolls": rolls}


def gs1_vectors() -> dict:
    """Digital Links as phones send them."""
    gtin = "09506000134352"
    return {
        "accepted": [
            {"path": path, "gtin": d.gtin, "lot": d.lot, "serial": d.serial, "text": d.text()}
            for path in (
                f"/01/{gtin}",
                f"/01/{gtin}/10/LOT-7.b",
                f"/01/{gtin}/21/0000070019RCKCTF9M7F",
                f"/01/{gtin}/10/AB%2F1/21/7",
                f"/01/{gtin}/10/a%2fb%28",
                f"/01/{gtin}/10/a(b",
            )
            for d in [gs1.parse(path)]
        ],
        "refused": [
            {"why": why, "path": path}
            for why, path in {
                "empty": "",
                "no product": "/10/LOT",
                "bad check digit": "/01/09506000134353",
                "thirteen digits": "/01/9506000134352",
                "other digits": "/01/0950600013435\u0662",
                "a letter": "/01/0950600013435A",
                "trailing slash": f"/01/{gtin}/",
                "a key without value": f"/01/{gtin}/21",
                "an empty value": f"/01/{gtin}/21/",
                "the wrong order": f"/01/{gtin}/21/7/10/LOT",
                "an unknown key": f"/01/{gtin}/99/7",
                "a key twice": f"/01/{gtin}/10/a/10/b",
                "twenty-one characters": f"/01/{gtin}/21/{'7' * 21}",
                "a broken escape": f"/01/{gtin}/10/a%2",
                "a space": f"/01/{gtin}/10/a b",
                "an escaped newline": f"/01/{gtin}/10/a%0A",
                "a letter of another alphabet": f"/01/{gtin}/10/\u00e9",
                "text in front": f"x/01/{gtin}",
            }.items()
        ],
        "checkDigits": [
            {"digits": "0950600013435", "digit": "2"},
            {"digits": "629104150021", "digit": "3"},
            {"digits": "7351353", "digit": "7"},
        ],
    }


def cid_vectors() -> dict:
    """CIDs that Kubo's own profile test states, and the refused spellings of one."""
    hello = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
    seeded = "the ChaCha20 keystream under SHA-256(seed), counter and nonce zero"
    return {
        "source": "ipfs/kubo test/cli/cid_profiles_test.go, profile unixfs-v1-2025",
        "content": seeded,
        "files": [
            {"text": "hello world", "cid": hello},
            {"text": "", "cid": "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"},
            {
                "seed": "chunk-v1-seed",
                "size": 1 << 20,
                "cid": "bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta",
            },
            {
                "seed": "chunk-v1-seed",
                "size": (1 << 20) + 1,
                "cid": "bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64",
            },
            {
                "seed": "v1-2025-seed",
                "size": 1 << 30,
                "cid": "bafybeihmf37wcuvtx4hpu7he5zl5qaf2ineo2lqlfrapokkm5zzw7zyhvm",
            },
            {
                "seed": "v1-2025-seed",
                "size": (1 << 30) + 1,
                "cid": "bafybeibdsi225ugbkmpbdohnxioyab6jsqrmkts3twhpvfnzp77xtzpyhe",
            },
            {
                "seed": "v1-2025-seed",
                "size": 1025 << 20,
                "cid": "bafybeihmzokxxjqwxjcryerhp5ezpcog2wcawfryb2xm64xiakgm4a5jue",
            },
        ],
        "refused": [
            {"why": why, "text": spelling}
            for why, spelling in {
                "empty": "",
                "upper case": hello.upper(),
                "multibase z": "z" + hello[1:],
                "version 0": "Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD",
                "cut": hello[:-1],
                "longer": hello + "a",
                "digit 1": hello[:-1] + "1",
                "loose last bits": hello[:-1] + "f",
                "codec dag-cbor": "bafyrei" + hello[7:],
                "another hash": "bafkrii" + hello[7:],
            }.items()
        ],
    }


def trust_vectors() -> dict:
    """Pins with and without a chain, and what a forger would change."""
    pins = trust.Trust(
        ORIGIN,
        LOG.verifier,
        sha256(b"root key").digest(),
        policy.parse(lines_of("quorum none")),
        31337,
        sha256(b"genesis").digest(),
        sha256(b"contract").digest()[:20],
        sha256(b"id").digest(),
    )
    record = pins.record()
    chainless = record | dict.fromkeys(("chainId", "genesis", "contract", "originId"))
    other = note.NoteSigner("other.example/log", key("log")).verifier.text()
    changes = {
        "another origin": {"origin": "other.example/log"},
        "a key of another name": {"vkey": other},
        "a witness key": {"vkey": WITNESSES[0].verifier.text()},
        "a policy of another log": {"policy": f"log {other}\nquorum none\n"},
        "an empty policy": {"policy": ""},
        "root with padding": {"root": record["root"] + "="},
        "root of 31 bytes": {"root": record["root"][:-1]},
        "root in hex": {"root": pins.root.hex()},
        "chain id as text": {"chainId": "31337"},
        "chain id true": {"chainId": True},
        "chain id 0": {"chainId": 0},
        "upper-case hex": {"genesis": record["genesis"].upper().replace("X", "x")},
        "contract of 32 bytes": {"contract": record["genesis"]},
        "half a chain": {"genesis": None},
        "one more member": {"more": 1},
    }
    return {
        "accepted": [
            {"why": why, "trust": changed, "fingerprint": pins.fingerprint}
            for why, changed in {"with a chain": record, "without one": chainless}.items()
        ],
        "refused": [{"why": w, "trust": record | change} for w, change in changes.items()],
        "refusedTexts": [
            {"why": "not JSON", "text": "{"},
            {"why": "a list", "text": "[]"},
            {"why": "a member twice", "text": '{"origin":"a",' + json.dumps(record)[1:]},
            {"why": "NaN", "text": json.dumps(record).replace("31337", "NaN")},
            {
                "why": "a chain id of 31337.5",
                "text": json.dumps(record).replace("337", "337.5"),
            },
        ],
    }
