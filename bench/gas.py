"""Goal 6: what one anchor costs in gas as the log grows, beside EAS `timestamp` of a root.

    PYTHONPATH=. .venv/bin/python bench/gas.py

The yardstick is the real EAS 1.9.0, as its npm package ships it compiled, deployed on the same
anvil. It stores a time for 32 bytes and checks nothing: the surplus buys append-only. Trees of
a billion entries need not be built: the hashes of a proof may be any, only their number is
fixed by the two sizes, and the two roots are what the proof leads to.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from eth_utils import keccak

from ledger.anchor import contract, wallet
from ledger.anchor.chain import ChainClient
from ledger.anchor.devchain import DevChain

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "hardhat" / "node_modules"
EAS = MODULES / "@ethereum-attestation-service/eas-contracts/artifacts/contracts"
FEES = wallet.Fees(10**11, 10**9)
GAS = 8_000_000
GOAL = 2.2
BILLION = 10**9


class Bench:
    """A key with money on a chain of its own."""

    def __init__(self, chain: ChainClient, key: wallet.AnchorKey) -> None:
        self.chain = chain
        self.key = key
        self.chain_id = chain.identify().number

    def spend(self, to: str | None, data: bytes) -> int:
        """Send one transaction and return the gas it used."""
        nonce = self.chain.nonce(self.key.address)
        sent = wallet.Transaction(self.chain_id, nonce, to, data, GAS, FEES)
        raw, tx = self.key.sign(sent)
        self.chain.send(raw)
        while (receipt := self.chain.receipt(tx)) is None:
            time.sleep(0.01)
        if not receipt.succeeded:
            raise RuntimeError(f"transaction {nonce} failed")
        return receipt.gas_used

    def deploy(self, code: bytes) -> str:
        """Deploy a contract and return its address."""
        nonce = self.chain.nonce(self.key.address)
        self.spend(None, code)
        return contract.created_address(self.key.address, nonce)

    def anchor(self, address: str, m: int, n: int) -> tuple[int, int]:
        """Register a log, anchor it at m, and return gas and hashes of the anchor at n."""
        name = f"log.example/{m}/{n}"
        self.spend(address, contract.register_call(name))
        log_id = wallet.origin_id(self.key.address, name)
        proof, first, second = imagined(m, n)
        note = sha256(name.encode()).digest()
        self.spend(address, contract.anchor_call(log_id, (m, first), note, []))
        time.sleep(1.1)  # an anchor in the same second would not pay for the new time
        gas = self.spend(address, contract.anchor_call(log_id, (n, second), note, proof))
        return gas, len(proof)


def main() -> int:
    """Print the table; the exit status is 1 where the yardstick cannot be had."""
    anvil = next(iter(MODULES.glob("@foundry-rs/anvil-*/bin/anvil")), None)
    if anvil is None or not EAS.is_dir():
        print("!! hardhat/node_modules is incomplete: run npm ci in hardhat")
        return 1
    with running(anvil) as bench:
        address = bench.deploy(contract.deploy_call())
        eas = bench.deploy(code("EAS") + bytes(12) + bytes.fromhex(registry(bench)[2:]))
        call = keccak(text="timestamp(bytes32)")[:4]
        yardstick = bench.spend(eas, call + sha256(b"a root").digest())
        print(f"EAS 1.9.0 `timestamp`: {yardstick:,} gas on the same node\n")
        print("| from | to | hashes | gas | of EAS |")
        print("|---|---|---|---|---|")
        worst = 0.0
        for n in (10**3, 10**6, BILLION):
            for m in sorted({n - n // 10, n - n // 1000, n - 1}):
                gas, hashes = bench.anchor(address, m, n)
                ratio = gas / yardstick
                worst = max(worst, ratio)
                print(f"| {m:,} | {n:,} | {hashes} | {gas:,} | {ratio:.2f} × |", flush=True)
        print(f"\nWorst: {worst:.2f} × EAS; goal {GOAL} ×.")
    return 0


def code(name: str) -> bytes:
    """Return a yardstick contract's bytecode."""
    text = (EAS / f"{name}.sol" / f"{name}.json").read_text(encoding="utf-8")
    return bytes.fromhex(json.loads(text)["bytecode"].removeprefix("0x"))


def registry(bench: Bench) -> str:
    """Deploy the schema registry that EAS asks for."""
    return bench.deploy(code("SchemaRegistry"))


@contextmanager
def running(anvil: Path) -> Iterator[Bench]:
    """Run a chain of its own in a temporary folder."""
    key = wallet.generate()
    with tempfile.TemporaryDirectory() as folder:
        chain = DevChain(Path(folder) / "chain", anvil, key.address)
        chain.start()
        try:
            yield Bench(chain.chain, key)
        finally:
            chain.stop()


def imagined(m: int, n: int) -> tuple[list[bytes], bytes, bytes]:
    """Return a proof of the right length from m to n, and the two roots it leads to."""
    for length in range(128):
        proof = [sha256(f"hash {i}".encode()).digest() for i in range(length)]
        roots = follow(m, n, proof)
        if roots is not None:
            return proof, *roots
    raise ValueError(f"no proof leads from {m} to {n}")


def follow(m: int, n: int, proof: list[bytes]) -> tuple[bytes, bytes] | None:
    """Return the roots of RFC 9162, 2.1.4.2, steps 1 to 6; None for a wrong length."""
    path = proof if m & (m - 1) else [sha256(b"the first tree").digest(), *proof]
    if not path:
        return None
    first, second = m - 1, n - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if second == 0:
            return None
        if first & 1 or first == second:
            old, new = node(sibling, old), node(sibling, new)
            while first and not first & 1:
                first, second = first >> 1, second >> 1
        else:
            new = node(new, sibling)
        first, second = first >> 1, second >> 1
    return None if second else (old, new)


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


if __name__ == "__main__":
    sys.exit(main())
