"""Key records: a key comes in, replaces another, or ends. `attest.key_record` reads them."""

from typing import Final

from attest import key_record
from attest.statement import JSON

from .kind import Kind, signers

KINDS: Final = (Kind("key", JSON, signers("key"), key_record.parse),)
