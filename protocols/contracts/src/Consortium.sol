// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Refusal, Refused, demand} from "./Refusals.sol";
import {Members} from "./Members.sol";
import {Jobs} from "./Jobs.sol";

/// The contract of one consortium: runs, what the parties committed to, and the heads of their logs.
///
/// It holds 32-byte values that nobody can guess, and nothing else. It takes no ether, calls nobody and recovers no signature.
contract Consortium is Jobs {
    uint256 internal constant MAX_RUN = 30 days;
    uint8 internal constant AFTER_REVOCATION = 1;
    uint8 internal constant AFTER_END = 2;
    uint8 internal constant AFTER_OPENING = 4;

    enum RunState {
        None,
        Started,
        Committed,
        Disputed,
        Aborted
    }

    struct Run {
        bytes32 job;
        bytes32 transcript; // the first that was opened
        uint64 deadline;
        uint8 committed;
        uint8 opened;
        RunState state;
    }

    struct Commitment {
        bytes32 bound; // H(party, transcript, salt), opened in the evidence: nobody can copy it
        bytes32 result; // to this party's result; zero for who receives none
        bytes32 transcript;
        uint8 flags;
    }

    struct Head {
        bytes32 root;
        uint64 size;
        uint32 conflicts;
    }

    mapping(bytes32 => Run) public runs;
    mapping(bytes32 => mapping(bytes32 => Commitment)) public commitments;
    mapping(bytes32 => Head) public heads;

    event RunStarted(bytes32 indexed run, bytes32 indexed job, bytes32 label, uint64 deadline, uint32 number);
    event RunCommitted(bytes32 indexed run, bytes32 indexed party, bytes32 bound, bytes32 result, bytes32 logRoot, uint64 logSize, uint8 flags);
    event RunOpened(bytes32 indexed run, bytes32 indexed party, bytes32 transcript);
    event RunAborted(bytes32 indexed run, bytes32 indexed party, uint16 code);
    event RunStateChanged(bytes32 indexed run, RunState state);
    event Checkpoint(bytes32 indexed organisation, uint64 size, bytes32 root);
    event CheckpointConflict(bytes32 indexed organisation, uint64 size, bytes32 root, uint64 headSize, bytes32 headRoot);

    constructor(bytes32[] memory ids, uint8[] memory roles, address[] memory administration, uint256 quorum_, uint64 keyDelay_)
        Members(ids, roles, administration, quorum_, keyDelay_)
    {}

    /// The requester starts a run: one use of the job and of every grant, or nothing at all.
    function startRun(bytes32 job, bytes32 label, uint64 deadline) external {
        bytes32 requester = _member(REQUESTER);
        Job storage j = _job(job);
        demand(j.requester == requester, Refusal.NotYours);
        Refusal why = _whyNot(job, j);
        if (why != Refusal.None) revert Refused(why);
        demand(label != 0, Refusal.Malformed);
        demand(deadline > block.timestamp, Refusal.TooLate);
        demand(deadline <= block.timestamp + MAX_RUN, Refusal.TooMuch);
        bytes32 id = idOf(job, label);
        Run storage run = runs[id];
        demand(run.state == RunState.None, Refusal.Exists);
        (run.job, run.deadline, run.state) = (job, deadline, RunState.Started);
        _spend(job, j);
        emit RunStarted(id, job, label, deadline, j.runs);
        emit RunStateChanged(id, RunState.Started);
    }

    /// A party commits, once, also after the run has ended: that is evidence, and flagged. The head of its log goes with it.
    function commit(bytes32 id, bytes32 bound, bytes32 result, bytes32 logRoot, uint64 logSize) external {
        (bytes32 party, Run storage run) = _party(id);
        Commitment storage c = commitments[id][party];
        demand(c.bound == 0, Refusal.Exists);
        demand(bound != 0, Refusal.Malformed);
        uint8 flags = jobs[run.job].state == JobState.Revoked ? AFTER_REVOCATION : 0;
        if (run.state != RunState.Started) flags |= AFTER_END;
        if (run.opened != 0) flags |= AFTER_OPENING;
        (c.bound, c.result, c.flags) = (bound, result, flags);
        ++run.committed;
        emit RunCommitted(id, party, bound, result, logRoot, logSize, flags);
    }

    /// A party shows the transcript it committed to, once all have committed or the run has ended. Two that differ make a dispute.
    function open(bytes32 id, bytes32 transcript) external {
        (bytes32 party, Run storage run) = _party(id);
        Commitment storage c = commitments[id][party];
        uint256 parties = _partiesOf[run.job].length;
        demand(c.bound != 0, Refusal.Unknown);
        demand(c.transcript == 0, Refusal.Exists);
        demand(transcript != 0, Refusal.Malformed);
        demand(run.committed == parties || run.state != RunState.Started, Refusal.TooEarly);
        c.transcript = transcript;
        ++run.opened;
        emit RunOpened(id, party, transcript);
        if (run.transcript == 0) run.transcript = transcript;
        if (run.state != RunState.Started) return;
        if (run.transcript != transcript) _enter(id, run, RunState.Disputed);
        else if (run.opened == parties) _enter(id, run, RunState.Committed);
    }

    /// A party of the run, or the requester, ends it with a reason. Nothing is given back.
    function abort(bytes32 id, uint16 code) external {
        bytes32 organisation = _member(PROVIDER | REQUESTER);
        Run storage run = _run(id);
        demand(_contains(_partiesOf[run.job], organisation) || jobs[run.job].requester == organisation, Refusal.NotYours);
        demand(run.state == RunState.Started, Refusal.WrongState);
        emit RunAborted(id, organisation, code);
        _enter(id, run, RunState.Aborted);
    }

    /// Any member ends a run whose deadline has passed.
    function expire(bytes32 id) external {
        bytes32 organisation = _member(ANY_ROLE);
        Run storage run = _run(id);
        demand(run.state == RunState.Started, Refusal.WrongState);
        demand(block.timestamp > run.deadline, Refusal.TooEarly);
        emit RunAborted(id, organisation, 0);
        _enter(id, run, RunState.Aborted);
    }

    /// Anchors the head of the organisation's log. One that is smaller, or has another root for the same size, does not move the head:
    /// it is recorded as a conflict, under the key that sent it.
    function checkpoint(uint64 size, bytes32 root) external {
        bytes32 organisation = _member(ANY_ROLE);
        demand(size != 0 && root != 0, Refusal.Malformed);
        Head storage head = heads[organisation];
        if (size > head.size) {
            (head.size, head.root) = (size, root);
            emit Checkpoint(organisation, size, root);
        } else {
            demand(size != head.size || root != head.root, Refusal.Exists);
            ++head.conflicts;
            emit CheckpointConflict(organisation, size, root, head.size, head.root);
        }
    }

    function _party(bytes32 id) private view returns (bytes32 organisation, Run storage run) {
        organisation = _member(PROVIDER | REQUESTER);
        run = _run(id);
        demand(_contains(_partiesOf[run.job], organisation), Refusal.NotYours);
    }

    function _run(bytes32 id) private view returns (Run storage run) {
        run = runs[id];
        demand(run.state != RunState.None, Refusal.Unknown);
    }

    function _enter(bytes32 id, Run storage run, RunState state) private {
        run.state = state;
        emit RunStateChanged(id, state);
    }
}
