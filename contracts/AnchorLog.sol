// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Keeps the heads of append-only logs, so that no log can take one back.
/// @notice A log is a Merkle tree of RFC 9162 with SHA-256. Its owner records a head, which is a
/// size and a root, with the proof that the larger tree begins with every entry of the last one.
/// Nobody else can write; nothing can be changed, deleted or upgraded; no ether is held.
contract AnchorLog {
    struct Log {
        uint64 size;
        uint64 time; // in one word with size: an anchor writes both
        address owner;
        address offered;
        mapping(uint64 size => bytes32 root) roots;
    }

    error AlreadyRegistered(bytes32 id, address owner);
    error NotOwner(address owner, address sender);
    error NotOffered(address offered, address sender);
    error NotLarger(uint64 last, uint64 offered);
    error EmptyRoot(uint64 size);
    /// @notice `hashes` hashes are too few or too many to lead from `last` to `size` entries.
    error WrongProofLength(uint64 last, uint64 size, uint256 hashes);
    /// @notice The proof leads to the root `proven` for the `last` entries, not to the `kept` one.
    error HistoryRewritten(uint64 last, bytes32 kept, bytes32 proven);
    /// @notice The proof leads to the root `proven` for the `size` entries, not to the `sent` one.
    error WrongRoot(uint64 size, bytes32 sent, bytes32 proven);

    event Registered(bytes32 indexed id, address indexed owner, string name);
    event Anchored(bytes32 indexed id, uint64 indexed size, bytes32 root, bytes32 noteHash);

    mapping(bytes32 id => Log) private _logs;

    /// @notice Claim `name`, the log's origin text, for the sender; `id` names this log for ever.
    function register(string calldata name) external returns (bytes32 id) {
        id = keccak256(abi.encode(msg.sender, name));
        Log storage log = _logs[id];
        if (log.owner != address(0)) revert AlreadyRegistered(id, log.owner);
        log.owner = msg.sender;
        emit Registered(id, msg.sender, name);
    }

    /// @notice Record the next head of log `id`; `proof` is empty for the first one only.
    /// @param noteHash SHA-256 of the signed note that promised this head.
    /// @param proof The consistency proof of RFC 9162, 2.1.4, from the last head to this one.
    function anchor(bytes32 id, uint64 size, bytes32 root, bytes32 noteHash, bytes32[] calldata proof) external {
        Log storage log = _logs[id];
        uint64 last = log.size;
        if (msg.sender != log.owner) revert NotOwner(log.owner, msg.sender);
        if (size <= last) revert NotLarger(last, size);
        if (root == bytes32(0)) revert EmptyRoot(size);
        if (last > 0) _requireConsistent(last, log.roots[last], size, root, proof);
        else if (proof.length > 0) revert WrongProofLength(0, size, proof.length);
        log.size = size;
        log.time = uint64(block.timestamp);
        log.roots[size] = root;
        emit Anchored(id, size, root, noteHash);
    }

    /// @notice Offer log `id` to another owner, who must accept; the zero address takes it back.
    function offer(bytes32 id, address to) external {
        Log storage log = _logs[id];
        if (msg.sender != log.owner) revert NotOwner(log.owner, msg.sender);
        log.offered = to;
    }

    /// @notice Become the owner of log `id`, which was offered to the sender.
    function accept(bytes32 id) external {
        Log storage log = _logs[id];
        if (msg.sender != log.offered) revert NotOffered(log.offered, msg.sender);
        log.owner = msg.sender;
        log.offered = address(0);
    }

    /// @notice The newest head of log `id` and the second it was recorded; all zero before the first.
    function latest(bytes32 id) external view returns (uint64 size, bytes32 root, uint64 time) {
        Log storage log = _logs[id];
        return (log.size, log.roots[log.size], log.time);
    }

    /// @notice The root recorded for exactly `size` entries; zero when there was no such anchor.
    function rootAt(bytes32 id, uint64 size) external view returns (bytes32) {
        return _logs[id].roots[size];
    }

    /// @notice Who may write log `id`; the zero address when nobody registered it.
    function owner(bytes32 id) external view returns (address) {
        return _logs[id].owner;
    }

    /// @notice Whether `proof` leads from leaf `index` to the root anchored at `size` (RFC 9162, 2.1.3.2).
    function isIncluded(
        bytes32 id, uint64 size, uint64 index, bytes32 leafHash, bytes32[] calldata proof
    ) external view returns (bool) {
        bytes32 root = _logs[id].roots[size];
        if (root == bytes32(0) || index >= size) return false;
        uint256 first = index;
        uint256 second = size - 1;
        bytes32 hash = leafHash;
        for (uint256 i = 0; i < proof.length; ++i) {
            if (second == 0) return false;
            if (first & 1 == 1 || first == second) {
                hash = _node(proof[i], hash);
                (first, second) = _climb(first, second);
            } else {
                hash = _node(hash, proof[i]);
            }
            first >>= 1;
            second >>= 1;
        }
        return second == 0 && hash == root;
    }

    /// @dev RFC 9162, 2.1.4.2; `first` and `second` are its fn and sn, the roots its fr and sr.
    function _requireConsistent(
        uint64 last, bytes32 lastRoot, uint64 size, bytes32 root, bytes32[] calldata proof
    ) private pure {
        uint256 first = last - 1;
        uint256 second = size - 1;
        while (first & 1 == 1) (first, second) = (first >> 1, second >> 1);
        // A tree of a power of two is a whole subtree of the next: its root is the missing first hash.
        bool whole = last & (last - 1) == 0;
        if (!whole && proof.length == 0) revert WrongProofLength(last, size, 0);
        bytes32 firstRoot = whole ? lastRoot : proof[0];
        bytes32 secondRoot = firstRoot;
        for (uint256 i = whole ? 0 : 1; i < proof.length; ++i) {
            if (second == 0) revert WrongProofLength(last, size, proof.length);
            if (first & 1 == 1 || first == second) {
                bytes32 hash = proof[i];
                firstRoot = _node(hash, firstRoot);
                secondRoot = _node(hash, secondRoot);
                (first, second) = _climb(first, second);
            } else {
                secondRoot = _node(secondRoot, proof[i]);
            }
            first >>= 1;
            second >>= 1;
        }
        if (second != 0) revert WrongProofLength(last, size, proof.length);
        if (firstRoot != lastRoot) revert HistoryRewritten(last, lastRoot, firstRoot);
        if (secondRoot != root) revert WrongRoot(size, root, secondRoot);
    }

    /// @dev Skip the levels at which a rightmost node has no sibling.
    function _climb(uint256 first, uint256 second) private pure returns (uint256, uint256) {
        while (first & 1 == 0 && first != 0) (first, second) = (first >> 1, second >> 1);
        return (first, second);
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }
}
