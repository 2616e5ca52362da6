using System.Collections.Concurrent;
using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Ledger.Embedded;
using Collab.Ledger.Notes;
using Collab.Ledger.Witness;
using Collab.Primitives;

namespace Collab.Ledger.Tests.Embedded;

/// <summary>The embedded ledgers of a consortium, which call each other directly; each may be closed, opened again, or cut off.</summary>
internal sealed class Members : IAsyncDisposable
{
    public static readonly Digest Job = Digest.Sha256("a plan"u8);
    public static readonly ErrorCode Away = new("test.away", ErrorKind.Peer, "Come back.");

    private readonly TimeProvider _clock;
    private readonly TimeSpan _limit;
    private readonly Func<int, Standing?> _founding;
    private readonly Dictionary<int, (CancellationTokenSource Stop, Task Loop)> _running = [];

    public Members(int parties, TimeProvider? clock = null, TimeSpan? limit = null, Func<int, Standing?>? founding = null)
    {
        Consortium = new Consortium(parties);
        _founding = founding ?? (_ => null);
        (_clock, _limit) = (clock ?? Consortium.Clock, limit ?? TimeSpan.FromMinutes(5));
        for (var i = 0; i < parties; i++) EmbeddedLedger.Found(Options(i));
    }

    public Consortium Consortium { get; }

    /// <summary>The ledgers that are open.</summary>
    public ConcurrentDictionary<int, EmbeddedLedger> Open { get; } = [];

    /// <summary>Pairs (from, to) between whom no call gets through.</summary>
    public ConcurrentDictionary<(int From, int To), bool> Cut { get; } = [];

    /// <summary>Pairs (from, to) whose next offer is stored and cosigned, and the answer lost: as when a witness dies in between.</summary>
    public ConcurrentDictionary<(int From, int To), bool> LoseNextAnswer { get; } = [];

    public EmbeddedLedger this[int i] => Open[i];

    public string Folder(int i) => Path.Combine(Consortium.Folder, $"member-{i}");

    public LedgerOptions Options(int i) => new(
        Consortium.Party(i), Folder(i), Consortium.LogKeys[i], Consortium.WitnessSigner(i), Consortium.Policy, _clock, RandomSource.System, _limit) { Founding = _founding(i) };

    public List<IWitnessClient> WitnessesOf(int i) =>
        [.. Enumerable.Range(0, Consortium.LogKeys.Count).Where(to => to != i).Select(to => new Line(this, i, to))];

    /// <summary>Opens a ledger, compares it with those that are there, and lets it run.</summary>
    public async Task<EmbeddedLedger> StartAsync(int i)
    {
        var ledger = Open[i] = EmbeddedLedger.Open(Options(i));
        await ledger.CatchUpAsync(WitnessesOf(i), CancellationToken.None);
        Run(i);
        return ledger;
    }

    public void Run(int i)
    {
        var stop = new CancellationTokenSource();
        _running[i] = (stop, Open[i].RunAsync(WitnessesOf(i), stop.Token));
    }

    public async Task StartAllAsync()
    {
        for (var i = 0; i < Consortium.LogKeys.Count; i++) await StartAsync(i);
    }

    public async Task CloseAsync(int i)
    {
        Open.TryRemove(i, out var ledger);
        if (_running.Remove(i, out var running))
        {
            await running.Stop.CancelAsync();
            await running.Loop;
            running.Stop.Dispose();
        }

        ledger?.Dispose();
    }

    public Task<LedgerOperation.Revoke> AppendAsync(int i, Digest? id = null) => Open[i].AppendAsync(
        s => new LedgerOperation.Revoke(s.Author, id ?? s.Id, s.Time, s.Heads, Job), CancellationToken.None);

    public async Task<LedgerOperation.Revoke> AppendFinalAsync(int i)
    {
        var operation = await AppendAsync(i);
        await Open[i].WaitForFinalityAsync(operation, CancellationToken.None);
        return operation;
    }

    /// <summary>Returns once the ledger has so many final operations on its page.</summary>
    public async Task UntilAsync(int i, int operations)
    {
        for (var seen = Open[i].Position; Open[i].Page(Job).Operations.Count < operations; seen = Open[i].Position)
            await Open[i].WaitForChangeAsync(seen, CancellationToken.None);
    }

    /// <summary>Returns once the ledger is so.</summary>
    public async Task UntilAsync(int i, Func<EmbeddedLedger, bool> isSo)
    {
        for (var seen = Open[i].Position; !isSo(Open[i]); seen = Open[i].Position) await Open[i].WaitForChangeAsync(seen, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var i in Open.Keys) await CloseAsync(i);
        Consortium.Dispose();
    }

    private sealed class Line(Members members, int from, int to) : IWitnessClient
    {
        public PartyId Party => Consortium.Party(to);

        public Task<AddCheckpointReply> AddCheckpointAsync(
            string origin, AddCheckpointRequest request, SignedCheckpoint? newestFinal, CancellationToken cancellation) =>
            Task.Run(
                () =>
                {
                    var reply = Reach().Witness(Consortium.Party(from), origin, request, newestFinal);
                    return members.LoseNextAnswer.TryRemove((from, to), out _) ? throw new CollabException(Away, "The answer is lost.", Party) : reply;
                },
                cancellation);

        public Task<SignedCheckpoint?> GetCheckpointAsync(string origin, CancellationToken cancellation) =>
            Task.Run(() => Reach().NewestOf(origin), cancellation);

        private EmbeddedLedger Reach() => !members.Cut.ContainsKey((from, to)) && members.Open.TryGetValue(to, out var ledger)
            ? ledger
            : throw new CollabException(Away, "The party is away.", Party);
    }
}
