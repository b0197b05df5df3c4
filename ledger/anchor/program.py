"""Where the embedded chain's program is: as told, as npm installed it, or on PATH."""

import shutil
from pathlib import Path

# npm's own `anvil` is a script that calls this one, and would not pass its signals on
FOLDER = Path(__file__).parents[2] / "hardhat/node_modules/@foundry-rs"


def anvil(named: str = "") -> Path:
    """Return the path of anvil; `named` decides where it is given. Nothing need be there."""
    if named:
        return Path(named)
    built = sorted(FOLDER.glob("anvil-*/bin/anvil"))
    return built[0] if built else Path(shutil.which("anvil") or FOLDER / "anvil")
