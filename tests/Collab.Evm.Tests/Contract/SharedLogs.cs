using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Evm.Tests.Contract;

/// <summary>The logs of all parties as if every operation were final at once: what stands behind the contract in these tests.</summary>
internal sealed class SharedLogs(TimeProvider clock, RandomSource random)
{
    private readonly List<LedgerOperation> _operations = [];
    private readonly HashSet<PartyId> _parties = [];
    private readonly Pulse _pulse = new();

    public ILedger Of(PartyId party)
    {
        _parties.Add(party);
        return new View(this, party);
    }

    private sealed class View(SharedLogs logs, PartyId party) : ILedger
    {
        public PartyId Self => party;

        public long Position => logs._pulse.Value;

        public Standing Standing => Standing.Everybody(logs._parties);

        public IReadOnlyList<Digest> Jobs => [.. logs._operations.Select(o => o.Job).Distinct()];

        public JobPage Page(Digest job) => JobPage.Of(job, logs._operations.Where(o => o.Job == job));

        public JobPage PageWithPending(Digest job) => Page(job);

        public Task WaitForChangeAsync(long seen, CancellationToken cancellation) => logs._pulse.AboveAsync(seen, cancellation);

        public Task<T> AppendAsync<T>(Func<OperationStamp, T> make, CancellationToken cancellation)
            where T : LedgerOperation
        {
            var operation = make(new OperationStamp(party, new Digest(logs.Random.Bytes(Digest.Size)), logs.Now, []));
            logs._operations.Add(operation);
            logs._pulse.Beat();
            return Task.FromResult(operation);
        }

        public Task WaitForFinalityAsync(LedgerOperation operation, CancellationToken cancellation) => Task.CompletedTask;
    }

    private RandomSource Random => random;

    private DateTimeOffset Now => clock.GetUtcNow();
}
