using System.Runtime.CompilerServices;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Cli.Bench.Parties;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Cli.Bench.Cases;

/// <summary>
/// One party of a streamed intersection by vector OLE: its items are made, hashed and set aside on the disk within the run, and never lie
/// in memory together. The receiver marks each match; no match is missing, foreign or told twice.
/// </summary>
internal sealed class StreamedPsi(BenchOptions options, BenchRole role) : IBenchParty
{
    private const int BatchSize = 1 << 14;

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-bench-spill-").FullName;
    private readonly long _first = role == BenchRole.A ? 0 : options.Size / 2;
    private byte[] _seen = [];
    private long _matches;
    private bool _right = true;

    // The items in common are the receiver's first.
    private long Shared => options.Size - (options.Size / 2);

    public async Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation)
    {
        (_matches, _right) = (0, true);
        var itemContext = Digest.Of("collab.bench.items", context.ToArray());
        using var spill = SpillFolder.Create(Path.Combine(_folder, context.Short), itemContext);
        await spill.AddAllAsync(ItemsAsync(itemContext, cancellation), cancellation);
        var streamed = new StreamedPsiOptions(context) { Security = BenchParties.ModelOf(options), Parallelism = options.Threads };
        if (role == BenchRole.A)
        {
            await StreamedVolePsi.SendAsync(channel, spill, RandomSource.System, streamed, null, cancellation);
            return;
        }

        _seen = new byte[(Shared + 7) / 8];
        await StreamedVolePsi.ReceiveAsync(channel, spill, RandomSource.System, streamed, MarkAsync, cancellation);
    }

    public Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation) =>
        Task.FromResult(role == BenchRole.A || (_right && _matches == Shared));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ValueTask MarkAsync(ReadOnlyMemory<long> rows, CancellationToken cancellation)
    {
        foreach (var row in rows.Span)
        {
            var isNew = row >= 0 && row < Shared && (_seen[row >> 3] >> (int)(row & 7) & 1) == 0;
            _right &= isNew;
            if (isNew) _seen[row >> 3] |= (byte)(1 << (int)(row & 7));
            _matches++;
        }

        return ValueTask.CompletedTask;
    }

    private async IAsyncEnumerable<ItemBatch> ItemsAsync(Digest itemContext, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Yield();
        var (digests, rows, items) = (new Gf128[BatchSize], new long[BatchSize], new ReadOnlyMemory<byte>[BatchSize]);
        for (var start = 0L; start < options.Size; start += BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = (int)Math.Min(BatchSize, options.Size - start);
            var batch = new GeneratedItems(_first + start, count);
            for (var i = 0; i < count; i++) (items[i], rows[i]) = (batch[i], start + i);
            ItemDigests.Hash(itemContext, items.AsSpan(0, count), digests.AsSpan(0, count));
            yield return new ItemBatch(digests.AsMemory(0, count), rows.AsMemory(0, count));
        }
    }
}
