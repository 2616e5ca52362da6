namespace Collab.Evm.Tests.Contract;

/// <summary>The events of the contract, by their names.</summary>
public enum EventKind
{
    OrgChanged, KeyNominated, KeyChanged, MotionOpened, MotionVoted, MotionCarried, Paused, QuorumChanged, SuccessorSet,
    DatasetChanged, AlgorithmChanged,
    JobProposed, GrantGiven, AlgorithmApproved, GrantRefused, GrantRevoked, JobStateChanged,
    RunStarted, RunCommitted, RunOpened, RunAborted, RunStateChanged, Checkpoint, CheckpointConflict,
}

/// <summary>One event with its values in the order of its declaration, in the numbers of <see cref="ContractCall"/>.</summary>
public sealed record ContractEvent(EventKind Kind, long[] Values);
