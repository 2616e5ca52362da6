using Refusal = Collab.Evm.Contract.ContractRefusal;

namespace Collab.Evm.Tests.Contract;

/// <summary>
/// The contract of protocols/contracts once more, as a plain state machine over small numbers: quick enough for millions of calls, and
/// compared with the bytecode on a chain. The parts follow the files of the contract. A refused call changes nothing.
/// </summary>
public sealed partial class ConsortiumModel
{
    /// <summary>Organisations 1 to 5: the founders first.</summary>
    public const int Organisations = 5;

    /// <summary>Keys 1 to 30.</summary>
    public const int Keys = 30;

    /// <summary>Labels 1 and 2 of each owner, and so as many datasets, algorithms and jobs of each organisation, and runs of each job.</summary>
    public const int Labels = 2;

    /// <summary>Datasets, algorithms and jobs 1 to 10.</summary>
    public const int Items = Organisations * Labels;

    /// <summary>Runs 1 to 20.</summary>
    public const int Runs = Items * Labels;

    /// <summary>Motions that a sequence can open.</summary>
    public const int Motions = 8;

    /// <summary>30 days.</summary>
    public const long MaxDelay = 30 * 24 * 3600;

    /// <summary>The order of the datasets by their ids on the chain that the model is compared with; as numbered, if with none.</summary>
    public int[] DatasetOrder { get; set; } = [.. Enumerable.Range(1, Items)];

    /// <summary>Seconds since the chain began.</summary>
    public long Now { get; set; }

    /// <summary>What happened, when somebody listens.</summary>
    public List<ContractEvent>? Events { get; set; }

    /// <summary>The id of what <paramref name="owner"/> calls <paramref name="label"/>; 0 when there is no such label.</summary>
    public static int IdOf(int owner, long label) => label == 0 ? 0 : (owner - 1) * Labels + (int)label;

    /// <summary>Does one call.</summary>
    public Refusal Apply(in ContractCall call) => call.Operation switch
    {
        Operation.Nominate => Nominate(call.Sender, (int)call.A, (Role)call.B),
        Operation.Claim => Claim(call.Sender, (int)call.A),
        Operation.Retire => Retire(call.Sender, (int)call.A),
        Operation.OpenMotion => OpenMotion(call.Sender, call.A, call.B, (int)call.C, call.D, (int)call.E, call.F),
        Operation.Vote => CastVote(call.Sender, call.A),
        Operation.SetDataset => SetItem(call.Sender, Role.Provider, call.A, call.B),
        Operation.SetAlgorithm => SetItem(call.Sender, Role.Algorithm, call.A, call.B),
        Operation.Propose => Propose(call),
        Operation.Approve => Approve(call.Sender, (int)call.A, call.B, (int)call.C, (int)call.D, (int)call.E, call.F),
        Operation.ApproveAlgorithm => ApproveAlgorithm(call.Sender, (int)call.A, call.B, (int)call.C, (int)call.D),
        Operation.Refuse => Refuse(call.Sender, (int)call.A, call.B),
        Operation.Revoke => Revoke(call.Sender, (int)call.A, (int)call.B),
        Operation.Close => Close(call.Sender, (int)call.A),
        Operation.StartRun => StartRun(call.Sender, (int)call.A, call.B, call.C),
        Operation.Commit => Commit(call.Sender, (int)call.A, call.B, call.C, call.D, call.E),
        Operation.Open => Open(call.Sender, (int)call.A, call.B),
        Operation.Abort => Abort(call.Sender, (int)call.A, call.B),
        Operation.Expire => Expire(call.Sender, (int)call.A),
        Operation.Checkpoint => Checkpoint(call.Sender, call.A, call.B),
        _ => Wait(call.A),
    };

    /// <summary>Makes this the same as another, without what happened in it.</summary>
    public void CopyFrom(ConsortiumModel other)
    {
        Now = other.Now;
        (MotionCount, ActiveOperators, Quorum, KeyDelay, Successor, IsPaused) =
            (other.MotionCount, other.ActiveOperators, other.Quorum, other.KeyDelay, other.Successor, other.IsPaused);
        other.Org.CopyTo(Org, 0);
        other.Key.CopyTo(Key, 0);
        other.Nomination.CopyTo(Nomination, 0);
        other.Motion.CopyTo(Motion, 0);
        other.VotedInTerm.CopyTo(VotedInTerm, 0);
        other.Dataset.CopyTo(Dataset, 0);
        other.Algorithm.CopyTo(Algorithm, 0);
        other.Job.CopyTo(Job, 0);
        other.Grant.CopyTo(Grant, 0);
        other.Run.CopyTo(Run, 0);
        other.Commitment.CopyTo(Commitment, 0);
        other.Head.CopyTo(Head, 0);
    }

    private Refusal Wait(long seconds)
    {
        Now += seconds;
        return Refusal.None;
    }

    private Refusal Emit(EventKind kind, params ReadOnlySpan<long> values)
    {
        Events?.Add(new(kind, values.ToArray()));
        return Refusal.None;
    }
}
