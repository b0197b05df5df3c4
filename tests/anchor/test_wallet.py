"""The anchor key is kept by its owner alone, and computes what the contract computes."""

from pathlib import Path

import pytest

from ledger.anchor import wallet
from ledger.anchor.contract import created_address
from ledger.errors import KeyFileError

SECRET = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
ADDRESS = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"  # the widely known first test account


def test_a_created_key_is_read_back_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    key = wallet.create(tmp_path / "anchor.key")
    assert wallet.load(tmp_path / "anchor.key") == key
    assert (tmp_path / "anchor.key").stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    wallet.create(tmp_path / "anchor.key")
    with pytest.raises(FileExistsError):
        wallet.create(tmp_path / "anchor.key")


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        pytest.param(f"0x{SECRET.hex()}\n", 0o640, id="readable by the group"),
        pytest.param(SECRET.hex(), 0o600, id="no 0x"),
        pytest.param(f"0x{SECRET.hex().upper()}", 0o600, id="upper case"),
        pytest.param(f"0x{SECRET.hex()[:-2]}", 0o600, id="too short"),
        pytest.param("", 0o600, id="empty"),
        pytest.param("\xff\xfe", 0o600, id="not text"),
    ],
)
def test_an_unsafe_or_damaged_key_file_is_refused(tmp_path: Path, text: str, mode: int) -> None:
    path = tmp_path / "anchor.key"
    path.write_text(text, encoding="latin-1")
    path.chmod(mode)
    with pytest.raises(KeyFileError):
        wallet.load(path)


def test_a_missing_key_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError):
        wallet.load(tmp_path / "anchor.key")


def test_the_address_is_the_one_that_others_compute_for_this_key() -> None:
    assert wallet.AnchorKey(SECRET).address == ADDRESS


def test_the_secret_is_not_in_the_printed_form() -> None:
    assert SECRET.hex() not in repr(wallet.AnchorKey(SECRET))


@pytest.mark.parametrize(
    ("nonce", "address"),
    [
        (
            0,
            "0x5fbdb2315678afecb367f032d93f642f64180aa3",
        ),  # known to every user of that account
        (1, "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512"),
    ],
)
def test_a_created_contracts_address_is_known_beforehand(nonce: int, address: str) -> None:
    assert created_address(ADDRESS, nonce) == address


def test_a_replacement_pays_more_in_both_fees() -> None:
    assert wallet.Fees(101, 1).bumped(15) == wallet.Fees(117, 2)
