// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Refusal, demand} from "./Refusals.sol";
import {Members} from "./Members.sol";

/// Datasets and algorithms by the salted digests of their descriptions. A version is never used twice.
abstract contract Catalogue is Members {
    struct Item {
        bytes32 owner;
        bytes32 digest;
        uint32 version; // from 1, grows with every change
        bool active;
    }

    mapping(bytes32 => Item) public datasets;
    mapping(bytes32 => Item) public algorithms;

    event DatasetChanged(bytes32 indexed dataset, bytes32 indexed owner, bytes32 label, bytes32 digest, uint32 version, bool active);
    event AlgorithmChanged(bytes32 indexed algorithm, bytes32 indexed owner, bytes32 label, bytes32 digest, uint32 version, bool active);

    /// The id of what `owner` calls `label`: nobody can take an id of somebody else. Asked of the contract, since the hash is the chain's.
    function idOf(bytes32 owner, bytes32 label) public view returns (bytes32) {
        return keccak256(abi.encode(address(this), owner, label));
    }

    /// Registers a dataset or its next version; a zero digest withdraws it.
    function setDataset(bytes32 label, bytes32 digest) external {
        _whileOpen();
        bytes32 owner = _member(PROVIDER);
        bytes32 id = idOf(owner, label);
        uint32 version = _set(datasets[id], owner, label, digest);
        emit DatasetChanged(id, owner, label, digest, version, digest != 0);
    }

    /// Registers an algorithm or its next version; a zero digest withdraws it.
    function setAlgorithm(bytes32 label, bytes32 digest) external {
        _whileOpen();
        bytes32 owner = _member(ALGORITHM);
        bytes32 id = idOf(owner, label);
        uint32 version = _set(algorithms[id], owner, label, digest);
        emit AlgorithmChanged(id, owner, label, digest, version, digest != 0);
    }

    function _set(Item storage item, bytes32 owner, bytes32 label, bytes32 digest) private returns (uint32) {
        demand(label != 0, Refusal.Malformed);
        demand(digest != 0 || item.active, Refusal.WrongState);
        demand(digest != item.digest, Refusal.Exists);
        item.owner = owner;
        item.digest = digest;
        item.active = digest != 0;
        return ++item.version;
    }

    function _current(Item storage item, uint32 version, uint8 role) internal view returns (bool) {
        return item.active && item.version == version && _has(item.owner, role);
    }
}
