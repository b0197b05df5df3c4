"""Why an anchor was not made or not believed. Callers catch `ChainError`."""

from ledger.errors import ForbiddenError, UnableError


class ChainError(UnableError):
    """The chain cannot be used as it is now; nothing that was acknowledged depends on it."""

    code = "chain"


class ChainUnreachableError(ChainError):
    """Nobody answered in time, or the node asked to be left alone; try again later."""

    code = "chain-unreachable"


class ChainAnswerError(ChainError):
    """What answered is not the JSON-RPC of a chain: an error page, a cut answer."""

    code = "chain-answer"


class WrongChainError(ChainError):
    """The node follows another chain than the one that this log was anchored on."""

    code = "wrong-chain"


class WrongContractError(ChainError):
    """The code at the contract's address is not AnchorLog."""

    code = "wrong-contract"


class ChainAheadError(ChainError):
    """The chain keeps a head that this log cannot prove: the log is older, or another one."""

    code = "chain-ahead"


class RevertError(ChainError):
    """The contract refused; `name` and `values` are its own words."""

    code = "contract-refused"

    def __init__(self, name: str, values: tuple[object, ...] = ()) -> None:
        self.name = name
        self.values = values
        shown = ", ".join(f"0x{v.hex()}" if isinstance(v, bytes) else str(v) for v in values)
        super().__init__(f"contract refused: {name}({shown})")


class SendRefusedError(ChainError):
    """The node did not take the transaction."""

    code = "transaction-refused"


class NonceUsedError(SendRefusedError):
    """A transaction with this nonce is mined already, perhaps ours."""

    code = "nonce-used"


class FeeTooLowError(SendRefusedError):
    """The fee is below what the node or the block asks for, or what a replacement needs."""

    code = "fee-too-low"


class NoFundsError(SendRefusedError):
    """The anchor key cannot pay."""

    code = "no-funds"


class CallForbiddenError(ForbiddenError):
    """The call is not on the list of what browsers may ask the chain through this server."""

    code = "chain-call-forbidden"


class NoAnvilError(ChainError):
    """The embedded chain cannot start on this machine; everything else works without it."""

    code = "no-anvil"
