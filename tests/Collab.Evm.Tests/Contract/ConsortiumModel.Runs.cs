using System.Numerics;
using Refusal = Collab.Evm.Contract.ContractRefusal;

namespace Collab.Evm.Tests.Contract;

/// <summary>Consortium.sol.</summary>
public sealed partial class ConsortiumModel
{
    public enum RunStage { None, Started, Committed, Disputed, Aborted }

    public struct RunState { public int Job, Committed, Opened; public long Transcript, Deadline; public RunStage Stage; }
    public struct CommitmentState { public long Bound, Result, Transcript, Flags; }
    public struct HeadState { public long Root, Size; public int Conflicts; }

    public readonly RunState[] Run = new RunState[Runs + 1];
    public readonly CommitmentState[] Commitment = new CommitmentState[(Runs + 1) * (Organisations + 1)];
    public readonly HeadState[] Head = new HeadState[Organisations + 1];

    public static int CommitmentAt(int run, int party) => run * (Organisations + 1) + party;

    private Refusal StartRun(int sender, int id, long label, long deadline)
    {
        var why = Member(sender, Role.Requester, out var requester);
        if (why != Refusal.None) return why;
        ref var job = ref Job[id];
        if (job.Stage == JobStage.None) return Refusal.Unknown;
        if (job.Requester != requester) return Refusal.NotYours;
        why = Authorized(id);
        if (why != Refusal.None) return why;
        if (label == 0) return Refusal.Malformed;
        if (deadline <= Now) return Refusal.TooLate;
        if (deadline > Now + MaxDelay) return Refusal.TooMuch;
        var run = IdOf(id, label);
        if (Run[run].Stage != RunStage.None) return Refusal.Exists;
        Run[run] = new() { Job = id, Deadline = deadline, Stage = RunStage.Started };
        AuthorizeIfComplete(id);
        job.Runs++;
        for (var d = 1; d <= Items; d++) if (Contains(job.Datasets, d)) Grant[GrantAt(id, d)].Used++;
        Emit(EventKind.RunStarted, run, id, label, deadline, job.Runs);
        return Emit(EventKind.RunStateChanged, run, (long)RunStage.Started);
    }

    private Refusal Party(int sender, int run, out int organisation)
    {
        var why = Member(sender, Role.Provider | Role.Requester, out organisation);
        if (why != Refusal.None) return why;
        if (Run[run].Stage == RunStage.None) return Refusal.Unknown;
        return Contains(Job[Run[run].Job].Parties, organisation) ? Refusal.None : Refusal.NotYours;
    }

    private Refusal Commit(int sender, int id, long bound, long result, long logRoot, long logSize)
    {
        var why = Party(sender, id, out var party);
        if (why != Refusal.None) return why;
        ref var run = ref Run[id];
        ref var c = ref Commitment[CommitmentAt(id, party)];
        if (c.Bound != 0) return Refusal.Exists;
        if (bound == 0) return Refusal.Malformed;
        var flags = (Job[run.Job].Stage == JobStage.Revoked ? 1 : 0) | (run.Stage != RunStage.Started ? 2 : 0) | (run.Opened != 0 ? 4 : 0);
        c = new() { Bound = bound, Result = result, Flags = flags };
        run.Committed++;
        return Emit(EventKind.RunCommitted, id, party, bound, result, logRoot, logSize, flags);
    }

    private Refusal Open(int sender, int id, long transcript)
    {
        var why = Party(sender, id, out var party);
        if (why != Refusal.None) return why;
        ref var run = ref Run[id];
        ref var c = ref Commitment[CommitmentAt(id, party)];
        var parties = BitOperations.PopCount((ulong)Job[run.Job].Parties);
        if (c.Bound == 0) return Refusal.Unknown;
        if (c.Transcript != 0) return Refusal.Exists;
        if (transcript == 0) return Refusal.Malformed;
        if (run.Committed != parties && run.Stage == RunStage.Started) return Refusal.TooEarly;
        c.Transcript = transcript;
        run.Opened++;
        Emit(EventKind.RunOpened, id, party, transcript);
        if (run.Transcript == 0) run.Transcript = transcript;
        if (run.Stage != RunStage.Started) return Refusal.None;
        if (run.Transcript != transcript) return Enter(id, RunStage.Disputed);
        return run.Opened == parties ? Enter(id, RunStage.Committed) : Refusal.None;
    }

    private Refusal Abort(int sender, int id, long code)
    {
        var why = Member(sender, Role.Provider | Role.Requester, out var organisation);
        if (why != Refusal.None) return why;
        ref var run = ref Run[id];
        if (run.Stage == RunStage.None) return Refusal.Unknown;
        if (!Contains(Job[run.Job].Parties, organisation) && Job[run.Job].Requester != organisation) return Refusal.NotYours;
        if (run.Stage != RunStage.Started) return Refusal.WrongState;
        Emit(EventKind.RunAborted, id, organisation, code);
        return Enter(id, RunStage.Aborted);
    }

    private Refusal Expire(int sender, int id)
    {
        var why = Member(sender, Role.Any, out var organisation);
        if (why != Refusal.None) return why;
        ref var run = ref Run[id];
        if (run.Stage == RunStage.None) return Refusal.Unknown;
        if (run.Stage != RunStage.Started) return Refusal.WrongState;
        if (Now <= run.Deadline) return Refusal.TooEarly;
        Emit(EventKind.RunAborted, id, organisation, 0);
        return Enter(id, RunStage.Aborted);
    }

    private Refusal Checkpoint(int sender, long size, long root)
    {
        var why = Member(sender, Role.Any, out var organisation);
        if (why != Refusal.None) return why;
        if (size == 0 || root == 0) return Refusal.Malformed;
        ref var head = ref Head[organisation];
        if (size > head.Size)
        {
            (head.Size, head.Root) = (size, root);
            return Emit(EventKind.Checkpoint, organisation, size, root);
        }

        if (size == head.Size && root == head.Root) return Refusal.Exists;
        head.Conflicts++;
        return Emit(EventKind.CheckpointConflict, organisation, size, root, head.Size, head.Root);
    }

    private Refusal Enter(int run, RunStage stage)
    {
        Run[run].Stage = stage;
        return Emit(EventKind.RunStateChanged, run, (long)stage);
    }
}
