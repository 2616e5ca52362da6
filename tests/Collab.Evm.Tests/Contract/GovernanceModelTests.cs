using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Primitives;
using Collab.Testing;
using Refusal = Collab.Evm.Contract.ContractRefusal;

namespace Collab.Evm.Tests.Contract;

/// <summary>Motions on the embedded ledger are the contract's: where every author has seen all that was said before, the two do the same, call by call.</summary>
public sealed class GovernanceModelTests
{
    private const int Members = 4; // organisations 1 to 4 of the scenario
    private static readonly DateTimeOffset Epoch = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Motions_in_the_logs_and_on_the_contract_do_the_same()
    {
        var (done, refused, carried) = (0, 0, 0);
        for (var seed = 0; seed < 120; seed++)
        {
            var both = new Both(seed);
            for (var i = 0; i < 40; i++)
            {
                if (both.Step()) done++;
                else refused++;
            }

            carried += both.Carried;
        }

        Assert.True(done > 800 && refused > 800 && carried > 200, $"{done} done, {refused} refused, {carried} carried: the histories say too little");
    }

    private sealed class Both
    {
        private readonly RandomSource _random;
        private readonly ConsortiumModel _model = new();
        private readonly GovernanceBook _book;
        private readonly long[] _sizes = new long[Members + 1];
        private readonly List<LedgerOperation.OpenMotion> _motions = [];

        public Both(int seed)
        {
            _random = RandomSource.Seeded(seed);
            _model.Deploy(Scenario.Founders, Scenario.Quorum, Scenario.KeyDelay);
            foreach (var call in Scenario.SetUp) Assert.Equal(Refusal.None, _model.Apply(call));
            _book = new GovernanceBook(Standing.Found(Scenario.Founders.Select(f => (Party(f.Organisation), (MemberRoles)f.Roles)), Scenario.Quorum));
        }

        public int Carried => _book.Motions.Count(m => m.Carried);

        public bool Step()
        {
            _model.Now += 1 + Next(Next(10) == 0 ? 20 * 24 * 3600 : 3600);
            var author = 1 + Next(Members);
            var (call, operation) = _motions.Count < ConsortiumModel.Motions && Next(3) == 0 ? Opening(author) : Voting(author);
            var may = _model.Apply(call) == Refusal.None;
            Assert.Equal(may, (OperationRights.Check(operation, _book.Standing) ?? _book.Check(operation)) is null);
            _book.Add(operation, _sizes[author]++); // what may not be said counts for nothing, also if it was said
            if (may && operation is LedgerOperation.OpenMotion opened) _motions.Add(opened);

            Assert.Equal((_model.Quorum, _model.IsPaused, _model.Successor != 0), (_book.Standing.Quorum, _book.Standing.Paused, _book.Standing.Successor is not null));
            for (var o = 1; o <= Members; o++)
                Assert.Equal(new MemberStanding((MemberRoles)_model.Org[o].Roles, _model.Org[o].Active), _book.Standing.Of(Party(o)));
            return may;
        }

        private (ContractCall, LedgerOperation) Opening(int author)
        {
            var closes = _model.Now - 3600 + Next(33 * 24 * 3600);
            var (kind, subject, value, key) = Next(6) switch
            {
                0 => (2, 0, Next(2), 0),
                1 => (3, 0, 1 + Next(4), 0),
                2 when Next(4) == 0 => (4, 0, 0, 25),
                _ => (1, 1 + Next(Members), Next(32) | (Next(2) * (int)Role.Operator) | (Next(4) == 0 ? 0 : 256), 0),
            };
            MotionChange change = kind switch
            {
                1 => new MotionChange.Member(Party(subject), (MemberRoles)(value & 255), value >> 8 == 1),
                2 => new MotionChange.Pause(value == 1),
                3 => new MotionChange.Quorum(value),
                _ => new MotionChange.Successor(Fresh()),
            };
            var id = Fresh();
            return (new ContractCall(Operation.OpenMotion, Scenario.Key(author, Role.Operator), _model.MotionCount + 1, kind, subject, value, key, closes),
                new LedgerOperation.OpenMotion(Party(author), id, At(_model.Now), Heads(author), id, change, At(closes)));
        }

        private (ContractCall, LedgerOperation) Voting(int author)
        {
            var motion = Next(_motions.Count + 1); // one in many that nobody opened
            var (job, digest) = motion == _motions.Count ? (Fresh(), Fresh()) : (_motions[motion].Job, Motion.DigestOf(_motions[motion]));
            return (new ContractCall(Operation.Vote, Scenario.Key(author, Role.Operator), motion + 1),
                new LedgerOperation.Vote(Party(author), Fresh(), At(_model.Now), Heads(author), job, digest));
        }

        private List<LedgerHead> Heads(int author) =>
            [.. Enumerable.Range(1, Members).Where(o => o != author && _sizes[o] > 0).Select(o => new LedgerHead(Party(o), (ulong)_sizes[o], default))];

        private Digest Fresh() => new(_random.Bytes(Digest.Size));

        private int Next(int below) => (int)(_random.NextUInt64() % (ulong)below);

        private static DateTimeOffset At(long seconds) => Epoch.AddSeconds(seconds);

        private static PartyId Party(int organisation) => PartyId.Parse($"organisation-{organisation}");
    }
}
