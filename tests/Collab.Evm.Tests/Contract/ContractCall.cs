namespace Collab.Evm.Tests.Contract;

/// <summary>The functions of the contract that change its state, and <see cref="Wait"/>, which lets time pass.</summary>
public enum Operation
{
    Nominate, Claim, Retire, OpenMotion, Vote,
    SetDataset, SetAlgorithm,
    Propose, Approve, ApproveAlgorithm, Refuse, Revoke, Close,
    StartRun, Commit, Open, Abort, Expire, Checkpoint,
    Wait,
}

/// <summary>The roles of keys and organisations, as the contract numbers them.</summary>
[Flags]
public enum Role
{
    None = 0, Provider = 1, Requester = 2, Algorithm = 4, Operator = 8, Auditor = 16, Any = 31, Administration = 32,
}

/// <summary>
/// One call: who sends it and the arguments in the order of the contract's own. Ids, keys, labels and digests are small numbers from 1, with 0
/// for the zero value; lists are sets of ids as bits; times are seconds since the chain of the test began.
/// </summary>
public readonly record struct ContractCall(
    Operation Operation, int Sender, long A = 0, long B = 0, long C = 0, long D = 0, long E = 0, long F = 0, long G = 0, long H = 0, long I = 0)
{
    public long this[int index] => index switch { 0 => A, 1 => B, 2 => C, 3 => D, 4 => E, 5 => F, 6 => G, 7 => H, _ => I };
}
