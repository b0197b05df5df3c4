"""What Python deploys is the committed artifact, and its interface is the promised one."""

import pytest

import contracts

PROMISED = {
    "register(string)",
    "anchor(bytes32,uint64,bytes32,bytes32,bytes32[])",
    "latest(bytes32)",
    "rootAt(bytes32,uint64)",
    "isIncluded(bytes32,uint64,uint64,bytes32,bytes32[])",
    "owner(bytes32)",
    "offer(bytes32,address)",
    "accept(bytes32)",
}
EVENTS = {"Registered(bytes32,address,string)", "Anchored(bytes32,uint64,bytes32,bytes32)"}
INDEXED = {"Registered": ["id", "owner"], "Anchored": ["id", "size"]}


def signatures(kind: str) -> set[str]:
    items = [item for item in contracts.artifact("AnchorLog").abi if item["type"] == kind]
    return {f"{i['name']}({','.join(v['type'] for v in i['inputs'])})" for i in items}


def test_the_contract_has_the_promised_functions_and_events_and_no_others() -> None:
    assert signatures("function") == PROMISED
    assert signatures("event") == EVENTS


@pytest.mark.parametrize("event", sorted(INDEXED))
def test_events_can_be_searched_by_id_and_owner_or_size(event: str) -> None:
    items = contracts.artifact("AnchorLog").abi
    found = next(i for i in items if i["type"] == "event" and i["name"] == event)
    assert [v["name"] for v in found["inputs"] if v["indexed"]] == INDEXED[event]


def test_no_function_takes_ether() -> None:
    items = contracts.artifact("AnchorLog").abi
    assert not [i for i in items if i.get("stateMutability") == "payable"]
    assert not [i for i in items if i["type"] in ("receive", "fallback", "constructor")]


def test_every_refusal_carries_values() -> None:
    errors = [i for i in contracts.artifact("AnchorLog").abi if i["type"] == "error"]
    assert errors
    assert all(error["inputs"] for error in errors)


def test_the_bytecode_is_what_the_chain_will_hold() -> None:
    found = contracts.artifact("AnchorLog")
    assert found.bytecode.endswith(found.deployed_bytecode)
    assert found.compiler.startswith("0.8.37+")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        contracts.artifact("Nothing")
