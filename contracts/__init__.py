"""The contract that anchors logs, as compiled: its interface and its bytecode.

`hardhat/scripts/artifact.js` writes the artifact, and CI proves that the source compiles to it.
"""

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract, exactly as `artifacts/<name>.json` has it."""

    name: str
    compiler: str
    abi: tuple[dict[str, Any], ...]
    bytecode: bytes
    deployed_bytecode: bytes


def artifact(name: str) -> Artifact:
    """Read a committed artifact; raise FileNotFoundError for a name that has none."""
    file = resources.files(__name__) / "artifacts" / f"{name}.json"
    fields = json.loads(file.read_text(encoding="utf-8"))
    return Artifact(
        name=fields["contractName"],
        compiler=fields["compiler"]["version"],
        abi=tuple(fields["abi"]),
        bytecode=bytes.fromhex(fields["bytecode"].removeprefix("0x")),
        deployed_bytecode=bytes.fromhex(fields["deployedBytecode"].removeprefix("0x")),
    )
