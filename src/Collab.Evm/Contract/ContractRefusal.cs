namespace Collab.Evm.Contract;

/// <summary>Why the contract refused a call; numbers and names are those of protocols/contracts/src/Refusals.sol, which says what each means.</summary>
public enum ContractRefusal
{
#pragma warning disable CS1591 // the one place where they are explained is the contract
    None, UnknownKey, WrongRole, Inactive, Paused, NotYours, Malformed, Exists, Unknown, WrongPlan, WrongVersion, WrongState, TooMuch, TooLate, TooEarly,
    LiveGrants, Unreachable, JobClosed, JobRevoked, JobNotBegun, JobExpired, JobSpent, RequesterOut, PartyOut, AlgorithmChanged, AlgorithmNotApproved,
    GrantMissing, DatasetChanged, GrantExpired, GrantSpent,
#pragma warning restore CS1591
}
