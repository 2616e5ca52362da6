namespace Collab.Evm.Tests.Contract;

/// <summary>Calls at random, of which many are allowed: the sender mostly has the role, ids are mostly of things that are there.</summary>
/// <remarks>The same seed gives the same calls on the same state. Times are counted from the model's now, in half hours.</remarks>
public struct RandomCalls(ulong seed)
{
    private const long Tick = 1800;

    private static readonly (Operation Operation, int Weight)[] Weights =
    [
        (Operation.Nominate, 3), (Operation.Claim, 4), (Operation.Retire, 1), (Operation.OpenMotion, 4), (Operation.Vote, 5),
        (Operation.SetDataset, 4), (Operation.SetAlgorithm, 2),
        (Operation.Propose, 6), (Operation.Approve, 14), (Operation.ApproveAlgorithm, 6), (Operation.Refuse, 2), (Operation.Revoke, 2),
        (Operation.Close, 1),
        (Operation.StartRun, 14), (Operation.Commit, 20), (Operation.Open, 24), (Operation.Abort, 1), (Operation.Expire, 2),
        (Operation.Checkpoint, 3), (Operation.Wait, 6),
    ];

    private static readonly Operation[] Deck = [.. Weights.SelectMany(w => Enumerable.Repeat(w.Operation, w.Weight))];

    private ulong _state = seed;

    /// <summary>The next call, chosen in sight of the model.</summary>
    public ContractCall Next(ConsortiumModel m)
    {
        var operation = Deck[Below(Deck.Length)];
        var job = Mostly() ? Scenario.Job + Below(2) : Below(ConsortiumModel.Items + 1);
        var run = Run(m, operation == Operation.Expire);
        var dataset = Mostly() ? 1 + Below(4) : Below(ConsortiumModel.Items + 1);
        var version = m.Dataset[dataset].Version - (Rarely() ? 1 : 0);
        return operation switch
        {
            Operation.Nominate => new(operation, Sender(Role.Administration), Key(), Rarely() ? Below(64) : 1 << Below(6)),
            Operation.Claim => Claim(m),
            Operation.Retire => new(operation, Sender(Role.Administration), Key()),
            Operation.OpenMotion => Motion(m),
            Operation.Vote => new(operation, Sender(Role.Operator), Rarely() ? Below(ConsortiumModel.Motions + 1) : m.MotionCount),
            Operation.SetDataset => new(operation, Sender(Role.Provider), Rarely() ? 0 : 1 + Below(2), Below(4)),
            Operation.SetAlgorithm => new(operation, Sender(Role.Algorithm, 3), 1, Below(4)),
            Operation.Propose => Propose(m),
            Operation.Approve => new(
                operation, Sender(Role.Provider, m.Dataset[dataset].Owner), job, Plan(m, job), dataset, Math.Max(0, version), Below(4),
                Rarely() ? Soon(m) : m.Job[job].NotAfter - Below(2)),
            Operation.ApproveAlgorithm => new(operation, Sender(Role.Algorithm, 3), job, Plan(m, job), dataset, Math.Max(0, version)),
            Operation.Refuse => new(operation, Sender(Coin() ? Role.Provider : Role.Algorithm), job, Below(3)),
            Operation.Revoke => new(operation, Sender(Role.Provider, m.Dataset[dataset].Owner), job, dataset),
            Operation.Close => new(operation, Sender(Coin() ? Role.Requester : Role.Auditor), job),
            Operation.StartRun => new(operation, Sender(Role.Requester, m.Job[job].Requester), job, Rarely() ? 0 : 1 + Below(2), Soon(m)),
            Operation.Commit => new(operation, Party(), run, Rarely() ? 0 : 1 + Below(3), Below(3), Below(3), Below(9)),
            Operation.Open => new(operation, Party(), run, Mostly() ? 1 : Below(3)),
            Operation.Abort => new(operation, Party(), run, Below(3)),
            Operation.Expire => new(operation, Sender(Role.Auditor), run),
            Operation.Checkpoint => new(operation, Sender(Coin() ? Role.Auditor : Role.Provider), Below(9), Below(4)),
            _ => new(operation, 0, Rarely() ? Scenario.Later : Tick * (1 + Below(3))),
        };
    }

    private ContractCall Claim(ConsortiumModel m)
    {
        var (organisation, key) = (1 + Below(ConsortiumModel.Organisations), Key());
        for (var k = 1; k <= ConsortiumModel.Keys && Mostly(); k++) // one that is waiting, if there is one
            if (m.Nomination[ConsortiumModel.At(organisation, k)].Role != Role.None) key = k;
        return new(Operation.Claim, key, organisation);
    }

    private ContractCall Motion(ConsortiumModel m)
    {
        if (m.MotionCount == ConsortiumModel.Motions) return new(Operation.Wait, 0, Tick);
        var (number, closes) = (m.MotionCount + (Rarely() ? 0 : 1), Rarely() ? m.Now + Below(2) * 31 * 24 * 3600 : Soon(m));
        var organisation = 1 + Below(ConsortiumModel.Organisations);
        var roles = (int)(organisation <= 4 && Coin() ? Scenario.Founders[organisation - 1].Roles : (Role)Below(32));
        var sender = Sender(Role.Operator);
        return Below(8) switch
        {
            0 or 1 => new(Operation.OpenMotion, sender, number, 2, 0, Below(2), 0, closes),
            2 => new(Operation.OpenMotion, sender, number, 3, 0, Below(5), 0, closes),
            3 => new(Operation.OpenMotion, sender, number, Rarely() ? 4 : Below(4), Below(2), Below(2), Rarely() ? Key() : 0, closes),
            _ => new(Operation.OpenMotion, sender, number, 1, organisation, roles | (Rarely() ? 0 : 256), Coin() ? Key() : 0, closes),
        };
    }

    private ContractCall Propose(ConsortiumModel m)
    {
        var (datasets, parties) = (0L, Rarely() ? Below(64) & ~1L : 0L);
        for (var n = 1 + Below(2); n > 0; n--)
        {
            var dataset = Rarely() ? 1 + Below(ConsortiumModel.Items) : 1 + Below(4);
            datasets |= 1L << dataset;
            parties |= 1L << (dataset + 1) / 2;
        }

        var algorithm = Coin() ? Scenario.Algorithm : 0;
        var version = m.Algorithm[algorithm].Version - (Rarely() ? 1 : 0);
        var begins = m.Now - Tick + Below(3) * Tick;
        return new(
            Operation.Propose, Sender(Role.Requester, 2), Rarely() ? 0 : 1 + Below(2), Rarely() ? 0 : Scenario.Plan, algorithm, Math.Max(0, version),
            Rarely() ? 0 : datasets, parties, begins, Rarely() ? begins : begins + Tick * (1 + Below(20)), Below(4));
    }

    // Mostly one that was started, and for its end one whose deadline has passed, if there is one.
    private int Run(ConsortiumModel m, bool late)
    {
        var (chosen, first) = (Below(ConsortiumModel.Runs + 1), Below(ConsortiumModel.Runs));
        if (Rarely()) return chosen;
        for (var i = 0; i < ConsortiumModel.Runs; i++)
        {
            var run = 1 + (first + i) % ConsortiumModel.Runs;
            if (m.Run[run].Stage == ConsortiumModel.RunStage.None) continue;
            chosen = run;
            if (!late || m.Run[run].Deadline < m.Now) break;
        }

        return chosen;
    }

    private long Plan(ConsortiumModel m, int job) => Rarely() ? 1 : m.Job[job].Plan;

    private long Soon(ConsortiumModel m) => m.Now + Tick * Below(8);

    private int Party() => Sender(Coin() ? Role.Provider : Role.Requester, 1 + Below(2));

    private int Key() => 1 + Below(ConsortiumModel.Keys);

    private int Sender(Role role, int organisation = 0)
    {
        if (Rarely()) return Key();
        if (organisation == 0 || Rarely()) organisation = 1 + Below(4);
        return role == Role.Administration ? Scenario.Administration(organisation) : Scenario.Key(organisation, role);
    }

    private bool Coin() => Below(2) == 0;

    private bool Mostly() => Below(8) != 0;

    private bool Rarely() => Below(16) == 0;

    // SplitMix64 (Steele, Lea, Flood 2014); the upper half scaled to the range.
    private int Below(int limit)
    {
        unchecked
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return (int)(((z ^ (z >> 31)) >> 32) * (ulong)limit >> 32);
        }
    }
}
