// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AnchorLog} from "../../contracts/AnchorLog.sol";

/// @notice Every step from m to n entries, up to 64, is taken with its proof, and only with it.
/// @dev The trees and proofs are built here word for word as RFC 9162, 2.1.1 and 2.1.4.1 say.
contract ConsistencyTest {
    uint256 private constant LARGEST = 64;
    AnchorLog private immutable ANCHORS = new AnchorLog();
    uint256 private _logs;
    mapping(uint256 range => bytes32 root) private _roots;

    error Held(uint256 m, uint256 n, string what);
    error Refused(uint256 m, uint256 n, bytes reason);
    error Differs(uint256 m, uint256 n, bytes32 kept);

    function testEveryPairIsTakenWithItsProof() external {
        for (uint256 n = 1; n <= LARGEST; ++n) {
            for (uint256 m = 1; m <= n; ++m) this.checkPair(m, n);
        }
    }

    function testNoPairIsTakenWithAnythingElse() external {
        for (uint256 n = 2; n <= LARGEST; n += n < 20 ? 1 : 7) {
            for (uint256 m = 1; m < n; ++m) this.refuseForgeries(m, n);
        }
    }

    function testEveryLeafIsIncludedAndNoOther() external {
        for (uint256 n = 1; n <= LARGEST; n += n < 20 ? 1 : 5) {
            bytes32 id = _logOf(n);
            for (uint256 i = 0; i < n; ++i) this.checkLeaf(id, n, i);
        }
    }

    /// @dev The checks are calls of their own, so that each begins with an empty memory.
    function checkPair(uint256 m, uint256 n) external {
        bytes32 id = _logOf(m);
        bytes memory reason = _anchor(id, n, _root(0, n), _proof(m, n));
        if (m == n) return _mustFail(m, n, reason, AnchorLog.NotLarger.selector);
        if (reason.length > 0) revert Refused(m, n, reason);
        if (ANCHORS.rootAt(id, uint64(n)) != _root(0, n)) revert Differs(m, n, _root(0, n));
        reason = _anchor(id, m, _root(0, m), _proof(m, n));
        _mustFail(n, m, reason, AnchorLog.NotLarger.selector);
    }

    function checkLeaf(bytes32 id, uint256 n, uint256 i) external {
        bytes32[] memory path = _path(i, 0, n);
        if (!_included(id, n, i, _leaf(i), path)) revert Refused(i, n, "leaf");
        if (_included(id, n, i, _leaf(i + 1), path)) revert Held(i, n, "another leaf");
        if (_included(id, n, n, _leaf(i), path)) revert Held(i, n, "index outside");
        if (_included(id, n + 1, i, _leaf(i), path)) revert Held(i, n, "size never anchored");
        if (_included(id, n, i, _leaf(i), _longer(path))) revert Held(i, n, "longer path");
        if (path.length == 0) return;
        if (_included(id, n, i, _leaf(i), _shorter(path))) revert Held(i, n, "shorter path");
        if (_included(id, n, i, _leaf(i), _flipped(path, i % path.length))) revert Held(i, n, "bit");
    }

    function refuseForgeries(uint256 m, uint256 n) external {
        bytes32 root = _root(0, n);
        bytes32[] memory proof = _proof(m, n);
        bytes32 id = _logOf(m);
        for (uint256 i = 0; i < proof.length; ++i) {
            _mustFail(m, n, _anchor(id, n, root, _flipped(proof, i)), bytes4(0));
        }
        _mustFail(m, n, _anchor(id, n, ~root, proof), AnchorLog.WrongRoot.selector);
        bytes4 length = AnchorLog.WrongProofLength.selector;
        _mustFail(m, n, _anchor(id, n, root, _longer(proof)), length);
        _mustFail(m, n, _anchor(id, n, root, _shorter(proof)), length);
        _mustFail(m, n, _anchor(id, n, root, new bytes32[](0)), length);
    }

    function _logOf(uint256 m) private returns (bytes32 id) {
        id = ANCHORS.register(string(abi.encode(++_logs)));
        bytes memory reason = _anchor(id, m, _root(0, m), new bytes32[](0));
        if (reason.length > 0) revert Refused(0, m, reason);
    }

    function _anchor(bytes32 id, uint256 size, bytes32 root, bytes32[] memory proof)
        private
        returns (bytes memory)
    {
        try ANCHORS.anchor(id, uint64(size), root, bytes32(0), proof) {
            return "";
        } catch (bytes memory reason) {
            return reason;
        }
    }

    function _mustFail(uint256 m, uint256 n, bytes memory reason, bytes4 selector) private pure {
        if (reason.length == 0) revert Held(m, n, "no refusal");
        if (selector != 0 && bytes4(reason) != selector) revert Refused(m, n, reason);
    }

    function _included(bytes32 id, uint256 size, uint256 i, bytes32 leaf, bytes32[] memory path)
        private
        view
        returns (bool)
    {
        return ANCHORS.isIncluded(id, uint64(size), uint64(i), leaf, path);
    }

    function _leaf(uint256 index) private pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0), index));
    }

    function _root(uint256 start, uint256 end) private returns (bytes32 root) {
        if (end - start == 1) return _leaf(start);
        root = _roots[start * 1000 + end];
        if (root != 0) return root;
        uint256 split = start + _split(end - start);
        root = sha256(abi.encodePacked(bytes1(0x01), _root(start, split), _root(split, end)));
        _roots[start * 1000 + end] = root;
    }

    function _path(uint256 index, uint256 start, uint256 end) private returns (bytes32[] memory) {
        if (end - start == 1) return new bytes32[](0);
        uint256 split = start + _split(end - start);
        if (index < split) return _add(_path(index, start, split), _root(split, end));
        return _add(_path(index, split, end), _root(start, split));
    }

    function _proof(uint256 m, uint256 n) private returns (bytes32[] memory) {
        return _subproof(m, 0, n, true);
    }

    function _subproof(uint256 m, uint256 start, uint256 end, bool whole)
        private
        returns (bytes32[] memory)
    {
        if (m == end - start) {
            return whole ? new bytes32[](0) : _add(new bytes32[](0), _root(start, end));
        }
        uint256 split = _split(end - start);
        if (m <= split) {
            return _add(_subproof(m, start, start + split, whole), _root(start + split, end));
        }
        bytes32[] memory rest = _subproof(m - split, start + split, end, false);
        return _add(rest, _root(start, start + split));
    }

    function _split(uint256 size) private pure returns (uint256 split) {
        split = 1;
        while (split * 2 < size) split *= 2;
    }

    function _add(bytes32[] memory hashes, bytes32 last) private pure returns (bytes32[] memory more) {
        more = new bytes32[](hashes.length + 1);
        for (uint256 i = 0; i < hashes.length; ++i) more[i] = hashes[i];
        more[hashes.length] = last;
    }

    function _longer(bytes32[] memory hashes) private pure returns (bytes32[] memory) {
        return _add(hashes, bytes32(uint256(1)));
    }

    function _shorter(bytes32[] memory hashes) private pure returns (bytes32[] memory less) {
        less = new bytes32[](hashes.length - 1);
        for (uint256 i = 0; i < less.length; ++i) less[i] = hashes[i];
    }

    function _flipped(bytes32[] memory hashes, uint256 where) private pure returns (bytes32[] memory other) {
        other = _shorter(_longer(hashes));
        other[where] ^= bytes32(uint256(1) << (where % 256));
    }
}
