using Collab.Channels;
using Collab.Cli.Bench.Parties;
using Collab.Pir.Index;
using Collab.Primitives;

namespace Collab.Cli.Bench.Cases;

/// <summary>Private retrieval end to end: the client asks for one record, with the hint that it took in the run that is not counted.</summary>
/// <remarks>The size is the table's records, the message size the bytes of a value. Every record that came is compared.</remarks>
internal static class RetrievalCase
{
    public const string Index = "index";

    public static BenchOptions Complete(BenchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, 1 << 26, nameof(options));
        return options with
        {
            Operation = BenchParties.Of(options.Operation ?? "query", "operation", "query"),
            Mode = BenchParties.Of(options.Mode ?? Index, "kind", Index),
            Security = BenchParties.Of(options.Security ?? "semi-honest", "security of retrieval", "semi-honest"),
            Size = options.Size > 0 ? options.Size : 1_000_000,
            MessageBytes = options.MessageBytes > 0 ? options.MessageBytes : 32,
        };
    }

    public static IBenchParty Create(BenchOptions options, BenchRole role) => role == BenchRole.A
        ? new IndexClient((int)options.Size, options.MessageBytes)
        : new IndexServer(IndexShape.For((int)options.Size, options.MessageBytes), options.Threads);

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
