using System.Diagnostics;
using Collab.Cryptography.Signatures;
using Collab.Ledger;
using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Ledger.Witness;
using Collab.Primitives;

namespace Collab.Cli.Bench;

/// <summary>Measures the embedded log on this machine's disk: every append counted is signed and synchronised.</summary>
/// <remarks>
/// <c>append</c>: one entry after the other, a signature and a synchronisation each. <c>concurrent</c>: <see cref="BenchOptions.InFlight"/>
/// callers with one entry each, who share them. <c>grouped</c>: batches of 256. <c>verify</c>: a closed log opened and checked whole.
/// <c>proof</c>: an inclusion proof made and verified. <c>witness</c>: batches of 256 checked, stored and cosigned by another party.
/// </remarks>
public static class LedgerBench
{
    private const int Group = 256;
    private const int OwnEntryBytes = 300;
    private const string Origin = "a.bench.example/ledger";

    /// <summary>Runs the benchmark in a folder of its own under the temporary one, which is removed.</summary>
    /// <exception cref="ArgumentException">The operation is none of the topic's, or a number is below 1.</exception>
    public static async Task<BenchReport> RunAsync(BenchOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Runs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.InFlight, 1);
        var operation = options.Operation ?? "grouped";
        var (run, ownSize) = operation switch
        {
            "append" => ((Operation)AppendAsync, 500L),
            "concurrent" => (ConcurrentAsync, 20_000L),
            "grouped" => (GroupedAsync, 50L * Group),
            "verify" => (VerifyAsync, 200L * Group),
            "proof" => (ProofAsync, 200L * Group),
            "witness" => (WitnessAsync, 50L * Group),
            _ => throw new ArgumentException("The operation is append, concurrent, grouped, verify, proof or witness.", nameof(options)),
        };
        var size = options.Size > 0 ? options.Size : ownSize;
        var entrySize = options.MessageBytes > 0 ? options.MessageBytes : OwnEntryBytes;

        var correct = true;
        var all = new List<double>();
        for (var i = 0; i <= options.Runs; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var bench = new Bench(size, entrySize, options.InFlight);
            var seconds = await run(bench);
            correct &= bench.Correct;
            if (i > 0) all.Add(seconds); // the first one warms up
        }

        var spread = BenchSeconds.Of(all);
        return new BenchReport(
            "ledger", operation, size, options.Runs, options.Threads, "memory", "ed25519", spread, new BenchBytes(size * entrySize, 0),
            new BenchPeakBytes(Process.GetCurrentProcess().PeakWorkingSet64, 0), size / spread.Median, correct, BenchReport.ThisMachine, all);
    }

    private delegate Task<double> Operation(Bench bench);

    private static async Task<double> AppendAsync(Bench bench)
    {
        using var log = bench.OpenLog();
        var clock = Stopwatch.StartNew();
        for (var i = 0L; i < bench.Size; i++) await log.AppendAsync([bench.Entry(i)]);
        var seconds = clock.Elapsed.TotalSeconds;
        bench.Check(log);
        return seconds;
    }

    private static async Task<double> ConcurrentAsync(Bench bench)
    {
        using var log = bench.OpenLog();
        var next = -1L;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, bench.InFlight).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < bench.Size; i = Interlocked.Increment(ref next))
                await log.AppendAsync([bench.Entry(i)]);
        })));
        var seconds = clock.Elapsed.TotalSeconds;
        bench.Correct &= log.Size == bench.Size;
        return seconds;
    }

    private static async Task<double> GroupedAsync(Bench bench)
    {
        using var log = bench.OpenLog();
        var clock = Stopwatch.StartNew();
        await bench.FillAsync(log);
        var seconds = clock.Elapsed.TotalSeconds;
        bench.Check(log);
        return seconds;
    }

    private static async Task<double> VerifyAsync(Bench bench)
    {
        using (var log = bench.OpenLog()) await bench.FillAsync(log);
        var clock = Stopwatch.StartNew();
        using var again = bench.OpenLog();
        await again.VerifyAsync();
        var seconds = clock.Elapsed.TotalSeconds;
        bench.Correct &= again.Size == bench.Size;
        return seconds;
    }

    private static async Task<double> ProofAsync(Bench bench)
    {
        using var log = bench.OpenLog();
        await bench.FillAsync(log);
        var clock = Stopwatch.StartNew();
        for (var i = 0L; i < bench.Size; i++)
        {
            var index = i * 7919 % bench.Size; // all over the log
            var proof = log.InclusionProof(index, bench.Size);
            bench.Correct &= proof.Verify(MerkleTree.LeafHash(bench.Entry(index).Span), log.Latest!.Root);
        }

        return clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> WitnessAsync(Bench bench)
    {
        using var log = bench.OpenLog();
        using var witness = bench.FoundWitness();
        var requests = new List<AddCheckpointRequest>();
        for (var held = 0L; held < bench.Size; held = log.Size)
        {
            await log.AppendAsync(bench.Entries(held, Math.Min(Group, bench.Size - held)));
            requests.Add(new AddCheckpointRequest(
                held, log.ConsistencyProof(held, log.Size).Path, log.Latest!.ToBytes(), log.ReadEntries(held, log.Size)));
        }

        var clock = Stopwatch.StartNew();
        foreach (var request in requests) bench.Correct &= witness.AddCheckpoint(request).Status == WitnessStatus.Cosigned;
        return clock.Elapsed.TotalSeconds;
    }

    private sealed class Bench : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("collab-bench").FullName;
        private readonly SigningKey[] _keys = [SigningKey.Generate(), SigningKey.Generate(), SigningKey.Generate(), SigningKey.Generate()];
        private readonly byte[] _pattern;
        private readonly FinalityPolicy _policy;

        public Bench(long size, int entrySize, int inFlight)
        {
            (Size, InFlight) = (size, inFlight);
            _pattern = RandomSource.System.Bytes(entrySize + 4096);
            EntrySize = entrySize;
            _policy = FinalityPolicy.Create(((string[])["a", "b"]).Select((name, i) => new LedgerParty(
                PartyId.Parse(name),
                $"{name}.bench.example/ledger",
                NoteSigner.ForLog($"{name}.bench.example/ledger", _keys[i]).Verifier,
                NoteSigner.ForWitness($"{name}.bench.example/witness", _keys[2 + i], TimeProvider.System).Verifier)));
        }

        public long Size { get; }

        public int InFlight { get; }

        public bool Correct { get; set; } = true;

        private int EntrySize { get; }

        public ReadOnlyMemory<byte> Entry(long i) => _pattern.AsMemory((int)(i % 4096), EntrySize);

        public ReadOnlyMemory<byte>[] Entries(long from, long count) => [.. Enumerable.Range(0, (int)count).Select(i => Entry(from + i))];

        public PartyLog OpenLog() => PartyLog.Open(Path.Combine(_folder, "log"), _keys[0], Origin, _policy);

        public LogWitness FoundWitness() => LogWitness.Found(
            Path.Combine(_folder, "witness"),
            PartyId.Parse("b"),
            NoteSigner.ForWitness("b.bench.example/witness", _keys[3], TimeProvider.System),
            _policy);

        public async Task FillAsync(PartyLog log)
        {
            for (var i = 0L; i < Size; i += Group) await log.AppendAsync(Entries(i, Math.Min(Group, Size - i)));
        }

        public void Check(PartyLog log)
        {
            var entries = log.ReadEntries(0, Size);
            for (var i = 0; i < entries.Count; i++) Correct &= entries[i].Span.SequenceEqual(Entry(i).Span);
            Correct &= log.Size == Size;
        }

        public void Dispose()
        {
            foreach (var key in _keys) key.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
