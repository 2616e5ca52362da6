// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Refusal, demand} from "./Refusals.sol";
import {Catalogue} from "./Catalogue.sol";

/// Proposals, grants and the decision whether a run may start.
abstract contract Jobs is Catalogue {
    uint256 internal constant MAX_LIST = 16;

    enum JobState {
        None,
        Proposed,
        Authorized,
        Closed,
        Revoked
    }

    struct Job {
        bytes32 requester;
        bytes32 plan;
        bytes32 algorithm; // zero: none but what the plan's digest names
        uint64 notBefore;
        uint64 notAfter;
        uint32 algorithmVersion;
        uint32 maxRuns;
        uint32 runs;
        JobState state;
    }

    struct Grant {
        uint64 notAfter;
        uint32 version; // of the dataset
        uint32 uses;
        uint32 used; // over all versions: a new approval gives nothing back
        bool live;
        uint32 algorithmFor; // the dataset's version for which the algorithm's provider approved
    }

    mapping(bytes32 => Job) public jobs;
    mapping(bytes32 => bytes32[]) internal _datasetsOf;
    mapping(bytes32 => bytes32[]) internal _partiesOf;
    mapping(bytes32 => mapping(bytes32 => Grant)) public grants;

    event JobProposed(bytes32 indexed job, bytes32 indexed requester, bytes32 indexed plan, bytes32 label, bytes32 algorithm, uint32 algorithmVersion, uint64 notBefore, uint64 notAfter, uint32 maxRuns, bytes32[] datasets, bytes32[] parties);
    event GrantGiven(bytes32 indexed job, bytes32 indexed dataset, bytes32 indexed owner, uint32 version, uint32 uses, uint64 notAfter);
    event AlgorithmApproved(bytes32 indexed job, bytes32 indexed dataset, bytes32 indexed provider, uint32 datasetVersion, uint32 algorithmVersion);
    event GrantRefused(bytes32 indexed job, bytes32 indexed organisation, uint16 code);
    event GrantRevoked(bytes32 indexed job, bytes32 indexed dataset, bytes32 indexed owner);
    event JobStateChanged(bytes32 indexed job, JobState state);

    /// Proposes a job: both lists sorted, without repetition; every owner of a dataset is a party.
    function propose(
        bytes32 label,
        bytes32 plan,
        bytes32 algorithm,
        uint32 algorithmVersion,
        bytes32[] calldata datasetIds,
        bytes32[] calldata parties,
        uint64 notBefore,
        uint64 notAfter,
        uint32 maxRuns
    ) external {
        _whileOpen();
        bytes32 requester = _member(REQUESTER);
        bytes32 id = idOf(requester, label);
        Job storage job = jobs[id];
        demand(job.state == JobState.None, Refusal.Exists);
        demand(label != 0 && plan != 0 && maxRuns != 0 && notBefore < notAfter, Refusal.Malformed);
        demand(notAfter > block.timestamp, Refusal.TooLate);
        demand(_sorted(datasetIds) && _sorted(parties), Refusal.Malformed);
        _checkProposal(algorithm, algorithmVersion, datasetIds, parties);
        job.requester = requester;
        job.plan = plan;
        (job.algorithm, job.algorithmVersion) = (algorithm, algorithmVersion);
        (job.notBefore, job.notAfter, job.maxRuns, job.state) = (notBefore, notAfter, maxRuns, JobState.Proposed);
        _datasetsOf[id] = datasetIds;
        _partiesOf[id] = parties;
        _emitProposed(id, label);
    }

    /// The owner of a dataset of the job grants at most the job's time and runs. Again only after the dataset has changed.
    function approve(bytes32 id, bytes32 plan, bytes32 dataset, uint32 version, uint32 uses, uint64 notAfter) external {
        _whileOpen();
        bytes32 owner = _member(PROVIDER);
        Job storage job = _approvable(id, plan, dataset, version);
        demand(datasets[dataset].owner == owner, Refusal.NotYours);
        Grant storage grant = grants[id][dataset];
        demand(!grant.live || grant.version != version, Refusal.Exists);
        demand(uses > grant.used, Refusal.Malformed);
        demand(uses <= job.maxRuns && notAfter <= job.notAfter, Refusal.TooMuch);
        demand(notAfter > block.timestamp, Refusal.TooLate);
        if (!grant.live) {
            grant.live = true;
            ++organisations[owner].liveGrants;
        }
        (grant.version, grant.uses, grant.notAfter) = (version, uses, notAfter);
        emit GrantGiven(id, dataset, owner, version, uses, notAfter);
        _authorizeIfComplete(id, job);
    }

    /// The provider of the job's algorithm approves its use on one dataset.
    function approveAlgorithm(bytes32 id, bytes32 plan, bytes32 dataset, uint32 version) external {
        _whileOpen();
        bytes32 provider = _member(ALGORITHM);
        Job storage job = _approvable(id, plan, dataset, version);
        demand(job.algorithm != 0 && algorithms[job.algorithm].owner == provider, Refusal.NotYours);
        Grant storage grant = grants[id][dataset];
        demand(grant.algorithmFor != version, Refusal.Exists);
        grant.algorithmFor = version;
        emit AlgorithmApproved(id, dataset, provider, version, job.algorithmVersion);
        _authorizeIfComplete(id, job);
    }

    /// An owner of a dataset of the job, or the provider of its algorithm, says no: the job is closed.
    function refuse(bytes32 id, uint16 code) external {
        bytes32 organisation = _member(PROVIDER | ALGORITHM);
        Job storage job = _job(id);
        demand(_mayRefuse(id, job, organisation), Refusal.NotYours);
        demand(job.state == JobState.Proposed, Refusal.WrongState);
        emit GrantRefused(id, organisation, code);
        _end(id, job, JobState.Closed);
    }

    /// The owner takes a grant back, and no run of the job starts again. Also while paused or suspended.
    function revoke(bytes32 id, bytes32 dataset) external {
        bytes32 owner = _holder(PROVIDER);
        Job storage job = _job(id);
        demand(grants[id][dataset].live, Refusal.Unknown);
        demand(datasets[dataset].owner == owner, Refusal.NotYours);
        emit GrantRevoked(id, dataset, owner);
        _end(id, job, JobState.Revoked);
    }

    /// Ends a job: its requester at any time, any member once its time is over.
    function close(bytes32 id) external {
        bytes32 organisation = _member(ANY_ROLE);
        Job storage job = _job(id);
        demand(job.state == JobState.Proposed || job.state == JobState.Authorized, Refusal.WrongState);
        if (block.timestamp <= job.notAfter) demand(job.requester == organisation && keys[msg.sender].role == REQUESTER, Refusal.NotYours);
        _end(id, job, JobState.Closed);
    }

    /// Why a run of the job may not start now, or `None`; with the block and the time at which that was read.
    function authorized(bytes32 id) external view returns (Refusal why, uint256 blockNumber, uint256 time) {
        return (_whyNot(id, jobs[id]), block.number, block.timestamp);
    }

    function datasetsOf(bytes32 id) external view returns (bytes32[] memory) {
        return _datasetsOf[id];
    }

    function partiesOf(bytes32 id) external view returns (bytes32[] memory) {
        return _partiesOf[id];
    }

    // ---- inside

    /// Spends one use of the job and of every grant; the caller has found nothing in the way.
    function _spend(bytes32 id, Job storage job) internal {
        _authorizeIfComplete(id, job);
        ++job.runs;
        bytes32[] storage list = _datasetsOf[id];
        for (uint256 i; i < list.length; ++i) ++grants[id][list[i]].used;
    }

    function _whyNot(bytes32 id, Job storage job) internal view returns (Refusal) {
        JobState state = job.state;
        if (state == JobState.None) return Refusal.Unknown;
        if (!_open()) return Refusal.Paused;
        if (state == JobState.Closed) return Refusal.JobClosed;
        if (state == JobState.Revoked) return Refusal.JobRevoked;
        if (block.timestamp < job.notBefore) return Refusal.JobNotBegun;
        if (block.timestamp > job.notAfter) return Refusal.JobExpired;
        if (job.runs >= job.maxRuns) return Refusal.JobSpent;
        if (!_has(job.requester, REQUESTER)) return Refusal.RequesterOut;
        if (!_all(_partiesOf[id])) return Refusal.PartyOut;
        return _whyNotGranted(id, job);
    }

    function _whyNotGranted(bytes32 id, Job storage job) private view returns (Refusal) {
        bytes32 algorithm = job.algorithm;
        if (algorithm != 0 && !_current(algorithms[algorithm], job.algorithmVersion, ALGORITHM)) return Refusal.AlgorithmChanged;
        bytes32[] storage list = _datasetsOf[id];
        for (uint256 i; i < list.length; ++i) {
            Grant memory grant = grants[id][list[i]];
            if (!grant.live) return Refusal.GrantMissing;
            if (!_current(datasets[list[i]], grant.version, PROVIDER)) return Refusal.DatasetChanged;
            if (algorithm != 0 && grant.algorithmFor != grant.version) return Refusal.AlgorithmNotApproved;
            if (block.timestamp > grant.notAfter) return Refusal.GrantExpired;
            if (grant.used >= grant.uses) return Refusal.GrantSpent;
        }
        return Refusal.None;
    }

    /// The state follows the grants when the last of them is given, or with the first run when a suspension ended after that.
    function _authorizeIfComplete(bytes32 id, Job storage job) private {
        if (job.state != JobState.Proposed || _whyNotGranted(id, job) != Refusal.None) return;
        job.state = JobState.Authorized;
        emit JobStateChanged(id, JobState.Authorized);
    }

    function _approvable(bytes32 id, bytes32 plan, bytes32 dataset, uint32 version) private view returns (Job storage job) {
        job = _job(id);
        demand(job.state == JobState.Proposed || job.state == JobState.Authorized, Refusal.WrongState);
        demand(job.plan == plan, Refusal.WrongPlan);
        demand(_contains(_datasetsOf[id], dataset), Refusal.Unknown);
        demand(datasets[dataset].active && datasets[dataset].version == version, Refusal.WrongVersion);
        if (job.algorithm != 0) demand(_current(algorithms[job.algorithm], job.algorithmVersion, ALGORITHM), Refusal.AlgorithmChanged);
    }

    function _end(bytes32 id, Job storage job, JobState state) private {
        job.state = state;
        bytes32[] storage list = _datasetsOf[id];
        for (uint256 i; i < list.length; ++i) {
            Grant storage grant = grants[id][list[i]];
            if (!grant.live) continue;
            grant.live = false;
            --organisations[datasets[list[i]].owner].liveGrants;
        }
        emit JobStateChanged(id, state);
    }

    function _checkProposal(bytes32 algorithm, uint32 algorithmVersion, bytes32[] calldata datasetIds, bytes32[] calldata parties) private view {
        for (uint256 i; i < parties.length; ++i) demand(_has(parties[i], PROVIDER | REQUESTER), Refusal.PartyOut);
        for (uint256 i; i < datasetIds.length; ++i) {
            Item storage item = datasets[datasetIds[i]];
            demand(item.active, Refusal.DatasetChanged);
            bool present;
            for (uint256 j; j < parties.length && !present; ++j) present = parties[j] == item.owner;
            demand(present, Refusal.PartyOut);
        }
        if (algorithm == 0) demand(algorithmVersion == 0, Refusal.Malformed);
        else demand(_current(algorithms[algorithm], algorithmVersion, ALGORITHM), Refusal.AlgorithmChanged);
    }

    function _emitProposed(bytes32 id, bytes32 label) private {
        Job storage job = jobs[id];
        emit JobProposed(id, job.requester, job.plan, label, job.algorithm, job.algorithmVersion, job.notBefore, job.notAfter, job.maxRuns, _datasetsOf[id], _partiesOf[id]);
    }

    function _mayRefuse(bytes32 id, Job storage job, bytes32 organisation) private view returns (bool) {
        if (keys[msg.sender].role == ALGORITHM) return job.algorithm != 0 && algorithms[job.algorithm].owner == organisation;
        bytes32[] storage list = _datasetsOf[id];
        for (uint256 i; i < list.length; ++i) if (datasets[list[i]].owner == organisation) return true;
        return false;
    }

    function _job(bytes32 id) internal view returns (Job storage job) {
        job = jobs[id];
        demand(job.state != JobState.None, Refusal.Unknown);
    }

    function _all(bytes32[] storage parties) private view returns (bool) {
        for (uint256 i; i < parties.length; ++i) if (!_has(parties[i], PROVIDER | REQUESTER)) return false;
        return true;
    }

    function _contains(bytes32[] storage list, bytes32 value) internal view returns (bool) {
        for (uint256 i; i < list.length; ++i) if (list[i] == value) return true;
        return false;
    }

    function _sorted(bytes32[] calldata list) private pure returns (bool) {
        if (list.length == 0 || list.length > MAX_LIST || list[0] == 0) return false;
        for (uint256 i = 1; i < list.length; ++i) if (list[i] <= list[i - 1]) return false;
        return true;
    }
}
