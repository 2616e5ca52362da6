using Collab.Jobs.Governance;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Jobs.Tests;

/// <summary>Random but valid values of the vocabulary; a seed gives the same ones again.</summary>
internal sealed class Samples(int seed)
{
    private static readonly DateTimeOffset Epoch = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private readonly RandomSource _random = RandomSource.Seeded(seed);

    public int Next(int below) => (int)(_random.NextUInt64() % (ulong)below);

    public bool Coin() => Next(2) == 1;

    public Digest Digest() => new(_random.Bytes(Primitives.Digest.Size));

    public DateTimeOffset Time() => Epoch.AddMilliseconds(Next(1_000_000_000));

    public string Text() => new[] { "visits", "患者", "naïve café", "a", "日本語 text with spaces", "ﬁ" }[Next(6)] + Next(1000);

    public string Code() => new[] { "policy.purpose", "psi-ecdh.2", "run.5-read", "a/b" }[Next(4)];

    public List<T> List<T>(int least, int most, Func<T> item) => [.. Enumerable.Range(0, least + Next(most - least + 1)).Select(_ => item())];

    /// <summary>So many different parties, in order.</summary>
    public List<PartyId> Parties(int count) =>
        [.. Enumerable.Range(0, 40).Select(i => PartyId.Parse($"party-{i}")).OrderBy(_ => Next(1000)).Take(count).Order()];

    public ColumnSchema Column(int i) => Next(3) switch
    {
        0 => new($"c{i}", ColumnType.Text, 0),
        1 => new($"c{i}", ColumnType.Integer, 0),
        _ => new($"c{i}", ColumnType.Decimal, Next(ColumnSchema.MaximumScale + 1)),
    };

    public List<ColumnSchema> Columns() => [.. Enumerable.Range(0, 1 + Next(4)).Select(Column)];

    public KeyRule KeyRule() => new(Coin(), Coin(), (KeyCase)(1 + Next(2)), (KeyProblem)(1 + Next(2)), (DuplicateKeys)(1 + Next(3)));

    public Question Question() => Coin()
        ? new IntersectionQuestion(KeyRule())
        : StatisticsQuestion();

    public StatisticsQuestion StatisticsQuestion()
    {
        var plain = PlainStatistics();
        return plain.TellsSums && Coin() ? plain with { Dominance = Coin() ? DominanceRule.Default : new DominanceRule(Next(101), 1 + Next(3), 1 + Next(99)) } : plain;
    }

    private StatisticsQuestion PlainStatistics() => new(
        [.. Enumerable.Range(0, 1 + Next(3)).Select(i => new Measure($"m{i}", Next(19)))],
        Coin() ? new GroupBy("city", [.. Enumerable.Range(0, 1 + Next(3)).Select(i => $"level {i} ü")]) : null,
        [.. Enum.GetValues<Statistic>().Where(_ => Coin()).DefaultIfEmpty(Statistic.Mean)],
        1 + Next(100));

    /// <summary>A plan of two owners with alternative keys and whatever can be told of an intersection.</summary>
    public Plan FullIntersection()
    {
        var owners = Parties(2);
        List<int> parts = [1 + Next(2), 1 + Next(3)];
        List<ColumnSchema> columns = [.. Enumerable.Range(0, parts.Sum()).Select(Column), new("amount", ColumnType.Decimal, 2), new("note", ColumnType.Text, 0)];
        Reveal reveal = Next(5) switch
        {
            0 => new Reveal.Rows(),
            1 => new Reveal.Differences(),
            2 => new Reveal.Cardinality(),
            3 => new Reveal.Aggregates(owners[0], [new Measure("amount", 2 + Next(3))], [Statistic.Sum, Statistic.Variance], 1 + Next(50)),
            _ => new Reveal.Join(owners[1], ["note", "amount"]),
        };
        return Plan() with
        {
            Question = new IntersectionQuestion(
                KeyRule(), parts, reveal, Coin() ? 2 : 0, (ProtocolChoice)(1 + Next(3)), Next(10_000), Coin() ? [] : [Next(1000), Next(1000)]),
            Inputs = owners.ConvertAll(owner => new PlanInput(
                owner, Text(), Digest(), Digest(), 1 + Next(19), columns, [.. columns.Take(parts.Sum()).Select(c => c.Name)])),
            Receivers = Coin() ? owners : [owners[0]],
        };
    }

    public Plan Plan()
    {
        var created = Time();
        return new(
            Text(), Digest(), "psi-ecdh/1", Question(), "cohort-study", SecurityModel.SemiHonest, Parties(1)[0],
            Parties(1 + Next(4)).ConvertAll(owner =>
            {
                var columns = Columns();
                return new PlanInput(owner, Text(), Digest(), Digest(), 1 + Next(19), columns, [.. columns.Where(_ => Coin()).Select(c => c.Name)]);
            }),
            Parties(1 + Next(3)), created, created.AddMilliseconds(1 + Next(1_000_000_000)), 1 + Next(1000), TimeSpan.FromSeconds(1 + Next(86_400)));
    }

    public List<LedgerHead> Heads() => Parties(Next(4)).ConvertAll(p => new LedgerHead(p, _random.NextUInt64(), Digest()));

    /// <summary>One operation of each kind, and the aborts that name no party or step.</summary>
    public IReadOnlyList<LedgerOperation> OperationsOfEveryKind()
    {
        var author = Parties(1)[0];
        return
        [
            new LedgerOperation.Propose(
                author, Digest(), Time(), Heads(), Digest(), Parties(1 + Next(3)).ConvertAll(p => new DatasetReference(p, Digest())),
                Parties(1 + Next(3)), Time(), 1 + Next(100)),
            new LedgerOperation.Approve(author, Digest(), Time(), Heads(), Digest(), Digest(), Digest(), Time(), 1 + Next(100)),
            new LedgerOperation.Refuse(author, Digest(), Time(), Heads(), Digest(), Code()),
            new LedgerOperation.Revoke(author, Digest(), Time(), Heads(), Digest()),
            new LedgerOperation.StartRun(author, Digest(), Time(), Heads(), Digest(), Digest(), Time()),
            new LedgerOperation.Spend(author, Digest(), Time(), Heads(), Digest(), Digest(), Digest(), 1 + Next(100)),
            new LedgerOperation.Commit(author, Digest(), Time(), Heads(), Digest(), Digest(), Digest()),
            new LedgerOperation.Abort(author, Digest(), Time(), Heads(), Digest(), Digest(), Code(), Parties(1)[0], new StepId(Code())),
            new LedgerOperation.Abort(author, Digest(), Time(), Heads(), Digest(), Digest(), Code(), null, null),
            new LedgerOperation.RegisterConsents(author, Digest(), Time(), Heads(), Digest(), 1 + Next(100), 1, Digest()),
            .. Changes().Select(change => Digest() is var id ? new LedgerOperation.OpenMotion(author, id, Time(), Heads(), id, change, Time()) : null!),
            new LedgerOperation.Vote(author, Digest(), Time(), Heads(), Digest(), Digest()),
            new LedgerOperation.RegisterAlgorithm(author, Digest(), Time(), Heads(), Digest(), 1 + Next(100), Digest()),
            new LedgerOperation.ApproveAlgorithm(author, Digest(), Time(), Heads(), Digest(), Digest(), 1 + Next(100)),
            new LedgerOperation.Endorse(author, Digest(), Time(), Heads(), Digest(), Time()),
            new LedgerOperation.DeclareRefusal(author, Digest(), Time(), Heads(), Digest(), Digest(), Code(), Parties(1)[0]),
            new LedgerOperation.DeclareRefusal(author, Digest(), Time(), Heads(), Digest(), null, Code(), Parties(1)[0]),
            new LedgerOperation.Attest(author, Digest(), Time(), Heads(), Digest(), Digest(), 1, Digest(), Time()),
            new LedgerOperation.RevokeRecord(author, Digest(), Time(), Heads(), Digest(), Digest(), Code()),
            new LedgerOperation.RecordChecked(author, Digest(), Time(), Heads(), Digest(), 1, Digest()),
        ];
    }

    private MotionChange[] Changes() =>
    [
        new MotionChange.Member(Parties(1)[0], (MemberRoles)Next(32), Coin()), new MotionChange.Pause(Coin()), new MotionChange.Quorum(1 + Next(9)),
        new MotionChange.Successor(Digest()),
    ];

    public Receipt Receipt() => new(
        Digest(), Digest(), Parties(1)[0], Digest(), Text(), Coin() ? new SnapshotReference(Digest(), Digest(), Digest()) : null,
        Parties(Next(4)).ConvertAll(p => new Conversation(p, List(0, 2, Line), List(0, 2, Line))),
        Coin() ? new CommitmentReference((byte)Next(256), Digest()) : null, Time())
    {
        Replay = Coin() ? new CommitmentReference((byte)Next(256), Digest()) : null,
    };

    public DatasetOffer Offer() => new(Parties(1)[0], Text(), Digest(), Digest(), 1 + Next(19), new DatasetSchema(Columns()));

    private ChannelDigest Line() => new(Text(), _random.NextUInt64(), _random.NextUInt64(), Digest());
}
