// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Refusal, demand} from "./Refusals.sol";

/// Organisations, their keys, and the motions by which k operators change the consortium.
///
/// A key belongs to one organisation for ever and has one role. It becomes a key by its own transaction (`claim`), so nobody can
/// register a key that is not theirs; a retired key never comes back.
abstract contract Members {
    uint8 internal constant PROVIDER = 1;
    uint8 internal constant REQUESTER = 2;
    uint8 internal constant ALGORITHM = 4;
    uint8 internal constant OPERATOR = 8;
    uint8 internal constant AUDITOR = 16;
    uint8 internal constant ANY_ROLE = 31;
    uint8 internal constant ADMINISTRATION = 32;

    uint8 internal constant SET_ORGANISATION = 1;
    uint8 internal constant SET_PAUSED = 2;
    uint8 internal constant SET_QUORUM = 3;
    uint8 internal constant SET_SUCCESSOR = 4;

    uint256 internal constant MAX_ORGANISATIONS = 64;
    uint256 internal constant MAX_DELAY = 30 days;

    struct Organisation {
        address administration; // zero until the first administration key claims
        uint8 roles;
        bool active;
        bool exists;
        uint32 term; // grows when it stops being an active operator: votes of an earlier term lapse
        uint32 liveGrants; // grants given, and neither revoked nor released
    }

    struct Key {
        bytes32 organisation;
        uint8 role; // one role, or ADMINISTRATION; zero when retired
    }

    struct Nomination {
        uint8 role;
        uint64 readyAt;
    }

    struct Motion {
        uint8 kind;
        bytes32 subject;
        uint256 value;
        address key;
        uint64 closesAt;
        bool carried;
        bytes32[] voters;
    }

    mapping(bytes32 => Organisation) public organisations;
    mapping(address => Key) public keys;
    mapping(bytes32 => mapping(address => Nomination)) public nominations;
    mapping(uint256 => Motion) public motions;
    mapping(uint256 => mapping(bytes32 => uint32)) public votes; // term of the vote, plus one
    uint256 public motionCount;
    uint256 public organisationCount;
    uint256 public activeOperators;
    uint256 public quorum;
    uint64 public immutable keyDelay;
    address public successor;
    bool public paused;

    event OrgChanged(bytes32 indexed organisation, uint8 roles, bool active);
    event KeyNominated(bytes32 indexed organisation, address indexed key, uint8 role, uint64 readyAt);
    event KeyChanged(bytes32 indexed organisation, address indexed key, uint8 role);
    event MotionOpened(uint256 indexed motion, bytes32 indexed organisation, uint8 kind, bytes32 subject, uint256 value, address key, uint64 closesAt);
    event MotionVoted(uint256 indexed motion, bytes32 indexed organisation);
    event MotionCarried(uint256 indexed motion);
    event Paused(bool paused);
    event QuorumChanged(uint256 quorum);
    event SuccessorSet(address successor);

    /// The founders. Each administration key must still claim its organisation.
    constructor(bytes32[] memory ids, uint8[] memory roles, address[] memory administration, uint256 quorum_, uint64 keyDelay_) {
        demand(ids.length == roles.length && ids.length == administration.length && ids.length <= MAX_ORGANISATIONS, Refusal.Malformed);
        demand(keyDelay_ <= MAX_DELAY, Refusal.TooMuch);
        keyDelay = keyDelay_;
        quorum = quorum_;
        for (uint256 i; i < ids.length; ++i) {
            demand(!organisations[ids[i]].exists, Refusal.Exists);
            _setOrganisation(ids[i], roles[i], true, administration[i]);
        }
        demand(quorum_ != 0 && quorum_ <= activeOperators, Refusal.Unreachable);
        emit QuorumChanged(quorum_);
    }

    // ---- who calls

    /// The organisation of the sender, whose key has one of `roles`, as has the organisation, which is active.
    function _member(uint8 roles) internal view returns (bytes32 organisation) {
        organisation = _holder(roles);
        demand(organisations[organisation].active, Refusal.Inactive);
    }

    /// As `_member`, of a suspended organisation too.
    function _holder(uint8 roles) internal view returns (bytes32) {
        Key storage key = keys[msg.sender];
        demand(key.role != 0, Refusal.UnknownKey);
        uint8 held = key.role == ADMINISTRATION ? ADMINISTRATION : key.role & organisations[key.organisation].roles;
        demand(held & roles != 0, Refusal.WrongRole);
        return key.organisation;
    }

    function _has(bytes32 organisation, uint8 roles) internal view returns (bool) {
        Organisation storage o = organisations[organisation];
        return o.active && o.roles & roles != 0;
    }

    function _whileOpen() internal view {
        demand(_open(), Refusal.Paused);
    }

    function _open() internal view returns (bool) {
        return !paused && successor == address(0);
    }

    // ---- keys

    /// The administration key names a key that may claim a role of the organisation, or its own place, once the delay has passed.
    function nominate(address key, uint8 role) external {
        bytes32 organisation = _member(ADMINISTRATION);
        demand(_single(role), Refusal.Malformed);
        demand(keys[key].organisation == 0, Refusal.Exists);
        _nominate(organisation, key, role, uint64(block.timestamp) + keyDelay);
    }

    /// The nominated key itself takes its place; a new administration key retires the old one.
    function claim(bytes32 organisation) external {
        Nomination memory nomination = nominations[organisation][msg.sender];
        demand(nomination.role != 0, Refusal.Unknown);
        demand(keys[msg.sender].organisation == 0, Refusal.Exists);
        demand(block.timestamp >= nomination.readyAt, Refusal.TooEarly);
        Organisation storage o = organisations[organisation];
        demand(o.active, Refusal.Inactive);
        delete nominations[organisation][msg.sender];
        if (nomination.role == ADMINISTRATION) {
            if (o.administration != address(0)) _retire(organisation, o.administration);
            o.administration = msg.sender;
        }
        keys[msg.sender] = Key(organisation, nomination.role);
        emit KeyChanged(organisation, msg.sender, nomination.role);
    }

    /// The administration key retires a key of its organisation, or cancels a nomination, at once.
    function retire(address key) external {
        bytes32 organisation = _member(ADMINISTRATION);
        bool nominated = nominations[organisation][key].role != 0;
        bool held = keys[key].organisation == organisation && keys[key].role != 0;
        demand(nominated || held, Refusal.Unknown);
        demand(key != msg.sender, Refusal.WrongState); // it is replaced, never retired: an organisation would be left without
        if (nominated) {
            delete nominations[organisation][key];
            emit KeyNominated(organisation, key, 0, 0);
        }
        if (held) _retire(organisation, key);
    }

    function _retire(bytes32 organisation, address key) private {
        keys[key].role = 0;
        emit KeyChanged(organisation, key, 0);
    }

    function _nominate(bytes32 organisation, address key, uint8 role, uint64 readyAt) private {
        nominations[organisation][key] = Nomination(role, readyAt);
        emit KeyNominated(organisation, key, role, readyAt);
    }

    function _single(uint8 role) private pure returns (bool) {
        return role != 0 && role & (role - 1) == 0 && role <= ADMINISTRATION;
    }

    // ---- motions

    /// An operator opens the motion with this number and votes for it.
    /// kind 1: organisation `subject` gets roles `value & 0xff` and is active when bit 8 is set; `key` may be its administration key.
    /// kind 2: paused when `value` is 1. kind 3: the quorum is `value`. kind 4: the successor is `key`.
    function openMotion(uint256 motion, uint8 kind, bytes32 subject, uint256 value, address key, uint64 closesAt) external {
        bytes32 organisation = _member(OPERATOR);
        demand(motion == motionCount + 1, Refusal.Exists);
        demand(closesAt > block.timestamp, Refusal.TooLate);
        demand(closesAt <= block.timestamp + MAX_DELAY, Refusal.TooMuch);
        demand(_wellFormed(kind, subject, value, key), Refusal.Malformed);
        motionCount = motion;
        Motion storage m = motions[motion];
        (m.kind, m.subject, m.value, m.key, m.closesAt) = (kind, subject, value, key, closesAt);
        emit MotionOpened(motion, organisation, kind, subject, value, key, closesAt);
        _vote(motion, organisation);
    }

    /// An operator votes; the vote that makes the quorum carries the motion.
    function vote(uint256 motion) external {
        bytes32 organisation = _member(OPERATOR);
        demand(motion != 0 && motion <= motionCount, Refusal.Unknown);
        _vote(motion, organisation);
    }

    /// The votes that count now: one for each organisation that has been an active operator ever since it voted.
    function tally(uint256 motion) public view returns (uint256 count) {
        bytes32[] storage voters = motions[motion].voters;
        for (uint256 i; i < voters.length; ++i) {
            if (votes[motion][voters[i]] == organisations[voters[i]].term + 1) ++count; // the term ends with the role
        }
    }

    function _vote(uint256 motion, bytes32 organisation) private {
        Motion storage m = motions[motion];
        demand(!m.carried, Refusal.WrongState);
        demand(block.timestamp <= m.closesAt, Refusal.TooLate);
        uint32 term = organisations[organisation].term + 1;
        uint32 voted = votes[motion][organisation];
        demand(voted != term, Refusal.Exists);
        if (voted == 0) m.voters.push(organisation);
        votes[motion][organisation] = term;
        emit MotionVoted(motion, organisation);
        if (tally(motion) < quorum) return;
        m.carried = true;
        emit MotionCarried(motion);
        _carry(m);
    }

    function _carry(Motion storage m) private {
        if (m.kind == SET_ORGANISATION) {
            _setOrganisation(m.subject, uint8(m.value), m.value >> 8 == 1, m.key);
            demand(quorum <= activeOperators, Refusal.Unreachable);
        } else if (m.kind == SET_PAUSED) {
            paused = m.value == 1;
            emit Paused(paused);
        } else if (m.kind == SET_QUORUM) {
            demand(m.value <= activeOperators, Refusal.Unreachable);
            quorum = m.value;
            emit QuorumChanged(quorum);
        } else {
            successor = m.key;
            emit SuccessorSet(successor);
        }
    }

    function _wellFormed(uint8 kind, bytes32 subject, uint256 value, address key) private pure returns (bool) {
        if (kind == SET_ORGANISATION) return subject != 0 && value & 0xff <= ANY_ROLE && value >> 8 <= 1;
        if (kind == SET_PAUSED) return subject == 0 && value <= 1 && key == address(0);
        if (kind == SET_QUORUM) return subject == 0 && value != 0 && key == address(0);
        return kind == SET_SUCCESSOR && subject == 0 && value == 0 && key != address(0);
    }

    function _setOrganisation(bytes32 id, uint8 roles, bool active, address administration) private {
        Organisation storage o = organisations[id];
        demand(id != 0 && roles <= ANY_ROLE, Refusal.Malformed);
        bool joins = !o.exists;
        if (joins) {
            demand(administration != address(0) && active, Refusal.Malformed);
            demand(organisationCount < MAX_ORGANISATIONS, Refusal.TooMuch);
            ++organisationCount;
            o.exists = true;
        }
        demand(roles & PROVIDER != 0 || o.liveGrants == 0, Refusal.LiveGrants);
        bool was = o.active && o.roles & OPERATOR != 0;
        bool is_ = active && roles & OPERATOR != 0;
        if (was && !is_) {
            --activeOperators;
            ++o.term;
        } else if (is_ && !was) {
            ++activeOperators;
        }
        (o.roles, o.active) = (roles, active);
        emit OrgChanged(id, roles, active);
        if (administration == address(0)) return;
        demand(keys[administration].organisation == 0, Refusal.Exists);
        // A first administration key is ready at once: the motion was its delay. A later one waits, and the present one may cancel it.
        _nominate(id, administration, ADMINISTRATION, uint64(block.timestamp) + (o.administration == address(0) ? 0 : keyDelay));
    }
}
