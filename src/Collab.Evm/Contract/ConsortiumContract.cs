using System.Numerics;
using System.Text.Json;
using Collab.Evm.Codecs;
using Collab.Primitives;

namespace Collab.Evm.Contract;

/// <summary>The calls and the events of the consortium's contract that a party's node uses (protocols/contracts).</summary>
public static class ConsortiumContract
{
    /// <summary>The roles a key or an organisation may have, as bits.</summary>
    public const int Provider = 1, Requester = 2, Algorithm = 4, Operator = 8, Auditor = 16, Administration = 32;

    private static readonly AbiType Founding = AbiType.Parse("(bytes32[],uint8[],address[],uint256,uint64)");
    private static readonly AbiFunction Error = AbiFunction.Parse("Refused(uint8)");

    internal static readonly AbiFunction
        Nominate = AbiFunction.Parse("nominate(address,uint8)"),
        Claim = AbiFunction.Parse("claim(bytes32)"),
        SetDataset = AbiFunction.Parse("setDataset(bytes32,bytes32)"),
        Propose = AbiFunction.Parse("propose(bytes32,bytes32,bytes32,uint32,bytes32[],bytes32[],uint64,uint64,uint32)"),
        Approve = AbiFunction.Parse("approve(bytes32,bytes32,bytes32,uint32,uint32,uint64)"),
        Refuse = AbiFunction.Parse("refuse(bytes32,uint16)"),
        Revoke = AbiFunction.Parse("revoke(bytes32,bytes32)"),
        Close = AbiFunction.Parse("close(bytes32)"),
        StartRun = AbiFunction.Parse("startRun(bytes32,bytes32,uint64)"),
        Commit = AbiFunction.Parse("commit(bytes32,bytes32,bytes32,bytes32,uint64)"),
        Open = AbiFunction.Parse("open(bytes32,bytes32)"),
        Abort = AbiFunction.Parse("abort(bytes32,uint16)"),
        Checkpoint = AbiFunction.Parse("checkpoint(uint64,bytes32)");

    internal static readonly AbiEvent
        OrgChanged = AbiEvent.Parse("OrgChanged(bytes32,uint8,bool)", 0),
        Paused = AbiEvent.Parse("Paused(bool)"),
        SuccessorSet = AbiEvent.Parse("SuccessorSet(address)"),
        DatasetChanged = AbiEvent.Parse("DatasetChanged(bytes32,bytes32,bytes32,bytes32,uint32,bool)", 0, 1),
        JobProposed = AbiEvent.Parse("JobProposed(bytes32,bytes32,bytes32,bytes32,bytes32,uint32,uint64,uint64,uint32,bytes32[],bytes32[])", 0, 1, 2),
        GrantGiven = AbiEvent.Parse("GrantGiven(bytes32,bytes32,bytes32,uint32,uint32,uint64)", 0, 1, 2),
        JobStateChanged = AbiEvent.Parse("JobStateChanged(bytes32,uint8)", 0),
        RunStarted = AbiEvent.Parse("RunStarted(bytes32,bytes32,bytes32,uint64,uint32)", 0, 1),
        RunCommitted = AbiEvent.Parse("RunCommitted(bytes32,bytes32,bytes32,bytes32,bytes32,uint64,uint8)", 0, 1),
        RunStateChanged = AbiEvent.Parse("RunStateChanged(bytes32,uint8)", 0),
        CheckpointMade = AbiEvent.Parse("Checkpoint(bytes32,uint64,bytes32)", 0),
        CheckpointConflict = AbiEvent.Parse("CheckpointConflict(bytes32,uint64,bytes32,uint64,bytes32)", 0);

    /// <summary>All functions and events above, for a test that compares them with the contract's build.</summary>
    internal static (IReadOnlyList<AbiFunction> Functions, IReadOnlyList<AbiEvent> Events) Everything =>
        ([Nominate, Claim, SetDataset, Propose, Approve, Refuse, Revoke, Close, StartRun, Commit, Open, Abort, Checkpoint, Error],
         [OrgChanged, Paused, SuccessorSet, DatasetChanged, JobProposed, GrantGiven, JobStateChanged, RunStarted, RunCommitted, RunStateChanged, CheckpointMade, CheckpointConflict]);

    /// <summary>What a transaction carries that puts the contract, as protocols/contracts has it, on a chain.</summary>
    /// <param name="founders">Id, roles and administration key of each organisation.</param>
    /// <param name="quorum">How many operators carry a motion.</param>
    /// <param name="keyDelay">Seconds before a nominated key may claim.</param>
    public static byte[] Deployment(IReadOnlyList<(Digest Id, int Roles, EvmAddress Key)> founders, int quorum, ulong keyDelay) =>
        Deployment(Bytecode(), founders, quorum, keyDelay);

    /// <summary>As the other, with the bytecode of a build.</summary>
    /// <param name="bytecode">As the build has it.</param>
    /// <param name="founders">Id, roles and administration key of each organisation.</param>
    /// <param name="quorum">How many operators carry a motion.</param>
    /// <param name="keyDelay">Seconds before a nominated key may claim.</param>
    public static byte[] Deployment(ReadOnlySpan<byte> bytecode, IReadOnlyList<(Digest Id, int Roles, EvmAddress Key)> founders, int quorum, ulong keyDelay) =>
    [
        .. bytecode,
        .. Abi.Encode(Founding, new object[]
        {
            founders.Select(founder => (object)founder.Id).ToArray(),
            founders.Select(founder => (object)founder.Roles).ToArray(),
            founders.Select(founder => (object)founder.Key).ToArray(),
            quorum,
            keyDelay,
        }),
    ];

    /// <summary>The call by which an administration key names a key for one role.</summary>
    public static byte[] NominateCall(EvmAddress key, int role) => Nominate.EncodeCall(key, role);

    /// <summary>The call by which a named key takes its place.</summary>
    public static byte[] ClaimCall(Digest organisation) => Claim.EncodeCall(organisation);

    private static byte[] Bytecode()
    {
        using var stream = typeof(ConsortiumContract).Assembly.GetManifestResourceStream("Consortium.json")!;
        using var build = JsonDocument.Parse(stream);
        return Convert.FromHexString(build.RootElement.GetProperty("bytecode").GetString()!);
    }

    /// <summary>Why the contract refused, read from what it returned; null when that is not its error.</summary>
    public static ContractRefusal? RefusalOf(ReadOnlySpan<byte> returned)
    {
        try
        {
            return (ContractRefusal)(int)(BigInteger)Error.DecodeCall(returned)[0];
        }
        catch (MalformedException)
        {
            return null;
        }
    }
}
