using Collab.Channels;
using Collab.Cli.Bench.Parties;
using Collab.Cryptography.Oprf;
using Collab.Pir.Index;
using Collab.Pir.Keyword;
using Collab.Primitives;

namespace Collab.Cli.Bench.Cases;

/// <summary>Private retrieval end to end: the client asks for one record, with the hint that it took in the run that is not counted.</summary>
/// <remarks>The size is the table's records, the message size the bytes of a value. Every record that came is compared.</remarks>
internal static class RetrievalCase
{
    public const string Index = "index", Keyword = "keyword";

    public static BenchOptions Complete(BenchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, 1 << 27, nameof(options));
        return options with
        {
            Operation = BenchParties.Of(options.Operation ?? "query", "operation", "query"),
            Mode = BenchParties.Of(options.Mode ?? Keyword, "kind", Keyword, Index),
            Security = BenchParties.Of(options.Security ?? "semi-honest", "security of retrieval", "semi-honest"),
            Size = options.Size > 0 ? options.Size : 1_000_000,
            MessageBytes = options.MessageBytes > 0 ? options.MessageBytes : 32,
        };
    }

    public static IBenchParty Create(BenchOptions options, BenchRole role) => (options.Mode, role) switch
    {
        (Index, BenchRole.A) => new IndexClient((int)options.Size, options.MessageBytes),
        (Index, _) => new IndexServer(IndexShape.For((int)options.Size, options.MessageBytes), options.Threads),
        (_, BenchRole.A) => new KeywordClient((int)options.Size, options.MessageBytes),
        _ => new KeywordServer(KeywordShape.For((int)options.Size, options.MessageBytes), options.Threads),
    };

    private static byte[] Key(int i) => BitConverter.GetBytes(i);

    private sealed class KeywordServer(KeywordShape shape, int threads) : IBenchParty
    {
        private readonly OprfKey _key = OprfKey.Generate(OprfSuite.Ristretto255Sha512, OprfMode.Voprf, RandomSource.System);
        private KeywordDatabase? _database;

        public Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation) =>
            KeywordRetrieval.ServeAsync(channel, _database ??= Made(), RandomSource.System, new(context), cancellation); // made in the run that is not counted

        public Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation) => Task.FromResult(true);

        public void Dispose()
        {
            _database?.Dispose();
            _key.Dispose();
        }

        private KeywordDatabase Made() => KeywordDatabase.Create(
            _key, shape, [.. Enumerable.Range(0, shape.Capacity).Select(i => new KeywordRecord(Key(i), GeneratedRecords.Of(i, shape.ValueSize)))], RandomSource.System, threads);
    }

    /// <summary>Asks for keys of the table and, as often, for others.</summary>
    private sealed class KeywordClient(int records, int size) : IBenchParty
    {
        private KeywordHint? _hint;
        private int _wanted;
        private byte[]? _found;

        public async Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation)
        {
            _wanted = (int)(RandomSource.System.NextUInt64() % (2 * (ulong)records));
            (var found, _hint) = await KeywordRetrieval.RetrieveAsync(
                channel, _hint, [Key(_wanted)], RandomSource.System, new(context) { MaximumHint = 1L << 31 }, cancellation);
            _found = found[0];
        }

        public Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation) => Task.FromResult(
            _wanted < records ? _found.AsSpan().SequenceEqual(GeneratedRecords.Of(_wanted, size)) : _found is null);

        public void Dispose()
        {
        }
    }

    private sealed class IndexServer(IndexShape shape, int threads) : IBenchParty
    {
        private readonly IndexDatabase _database = IndexDatabase.Create(shape, GeneratedRecords.Write, RandomSource.System, threads);

        public Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation) =>
            IndexRetrieval.ServeAsync(channel, _database, new(context), cancellation);

        public Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation) => Task.FromResult(true);

        public void Dispose() => _database.Dispose();
    }

    private sealed class IndexClient(int records, int size) : IBenchParty
    {
        private IndexHint? _hint;
        private int _wanted;
        private byte[] _found = [];

        public async Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation)
        {
            _wanted = (int)(RandomSource.System.NextUInt64() % (ulong)records);
            (var found, _hint) = await IndexRetrieval.RetrieveAsync(
                channel, _hint, [_wanted], RandomSource.System, new(context) { MaximumHint = 1L << 31 }, cancellation);
            _found = found[0];
        }

        public Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation) =>
            Task.FromResult(_found.AsSpan().SequenceEqual(GeneratedRecords.Of(_wanted, size)));

        public void Dispose()
        {
        }
    }
}
