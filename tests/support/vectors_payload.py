"""Makes payload.json: good spellings of records, and bad ones with their codes."""

from .said import b64

GOOD = {
    "empty object": "{}",
    "order is kept": '{"b":1,"a":2}',
    "small exponent": '{"n":1e-7}',
    "no exponent yet": '{"n":0.000001}',
    "large exponent": '{"n":1e+21}',
    "no exponent, 21 digits": '{"n":100000000000000000000}',
    "beyond 2^53, exact": '{"n":9007199254740992}',
    "beyond 2^53, shortest digits": '{"n":123456789012345680000}',
    "negative fraction": '{"n":-12.5}',
    "smallest double": '{"n":5e-324}',
    "largest double": '{"n":1.7976931348623157e+308}',
    "17 digits": '{"n":0.30000000000000004}',
    "fraction with exponent": '{"n":1.5e-9}',
    "literals": '{"a":true,"b":false,"c":null}',
    "nested": '{"a":[[],{},[{"b":[]}]]}',
    "vietnamese in NFC": '{"t":"Tương Bần"}',
    "chinese and emoji": '{"t":"溯源码😀"}',
    "escapes": '{"t":"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f"}',
    "not escaped": '{"t":"/\x7f\u2028\u2029"}',
    "escape before a mark": '{"t":"\\n\u0303"}',
    "escape before a mark, below": '{"l":["\\n\u0303",{"t":[]},1]}',
    "name of a prototype": '{"__proto__":{"toString":1}}',
    "empty name": '{"":1}',
    "name with a sign": '{"-1":1,"01":2,"1.5":3,"1e3":4}',
    "digits in a text": '{"t":"\\"12\\":"}',
    "depth 32": '{"a":' + "[" * 31 + "]" * 31 + "}",
}

BAD = {
    "empty": ("", "malformed"),
    "null": ("null", "malformed"),
    "array": ("[]", "malformed"),
    "text": ('"a"', "malformed"),
    "cut off": ('{"a":1', "malformed"),
    "two values": ("{}{}", "malformed"),
    "byte order mark": ("\ufeff{}", "malformed"),
    "not a number": ('{"n":NaN}', "malformed"),
    "infinity": ('{"n":-Infinity}', "malformed"),
    "comment": ("{/**/}", "malformed"),
    "single quotes": ("{'a':1}", "malformed"),
    "trailing comma": ('{"a":1,}', "malformed"),
    "raw newline in a text": ('{"t":"\n"}', "malformed"),
    "plus sign": ('{"n":+1}', "malformed"),
    "leading zero": ('{"n":01}', "malformed"),
    "depth 33": ('{"a":' + "[" * 32 + "]" * 32 + "}", "malformed"),
    "space": ('{"a": 1}', "payload-spelling"),
    "trailing newline": ("{}\n", "payload-spelling"),
    "duplicate name": ('{"a":1,"a":1}', "payload-spelling"),
    "duplicate name below": ('{"o":{"a":1,"b":2,"a":3}}', "payload-spelling"),
    "index name": ('{"0":1}', "payload-spelling"),
    "long index name": ('{"o":[{"12345678901234567890":1}]}', "payload-spelling"),
    "python exponent": ('{"n":1e-07}', "payload-spelling"),
    "upper exponent": ('{"n":1E-7}', "payload-spelling"),
    "exponent without sign": ('{"n":1e21}', "payload-spelling"),
    "point zero": ('{"n":1.0}', "payload-spelling"),
    "trailing zero": ('{"n":1.50}', "payload-spelling"),
    "spelled out": ('{"n":0.0000001}', "payload-spelling"),
    "22 digits": ('{"n":1000000000000000000000}', "payload-spelling"),
    "minus zero": ('{"n":-0}', "payload-spelling"),
    "minus zero point": ('{"n":-0.0}', "payload-spelling"),
    "too many digits": ('{"n":0.1000000000000000055}', "payload-spelling"),
    "beyond 2^53": ('{"n":9007199254740993}', "payload-spelling"),
    "beyond doubles": ('{"n":1e400}', "payload-spelling"),
    "below doubles": ('{"n":1e-400}', "payload-spelling"),
    "escaped slash": ('{"t":"\\/"}', "payload-spelling"),
    "escaped letter": ('{"t":"\\u0061"}', "payload-spelling"),
    "upper case escape": ('{"t":"\\u001F"}', "payload-spelling"),
    "long escape of newline": ('{"t":"\\u000a"}', "payload-spelling"),
    "escaped pair": ('{"t":"\\ud83d\\ude00"}', "payload-spelling"),
    "lone surrogate": ('{"t":"\\ud800"}', "payload-spelling"),
    "lone surrogate in a name": ('{"\\udc00":1}', "payload-spelling"),
    "not NFC": ('{"t":"Tu\u031bo\u031bng"}', "payload-spelling"),
    "name not NFC": ('{"e\u0301":1}', "payload-spelling"),
    "NFC but compatibility sign": ('{"t":"\u212b"}', "payload-spelling"),
}

RAW = {
    "not UTF-8": (b'{"t":"\xff"}', "malformed"),
    "overlong": (b'{"t":"\xc0\xaf"}', "malformed"),
    "surrogate in UTF-8": (b'{"t":"\xed\xa0\x80"}', "malformed"),
    "UTF-16": ('{"a":1}'.encode("utf-16-le"), "malformed"),
}


def payloads() -> dict:
    texts = {name: (text.encode(), code) for name, (text, code) in BAD.items()}
    return {
        "good": [{"name": n, "data": b64(t.encode())} for n, t in GOOD.items()],
        "bad": [
            {"name": n, "data": b64(d), "code": code} for n, (d, code) in (texts | RAW).items()
        ],
    }
