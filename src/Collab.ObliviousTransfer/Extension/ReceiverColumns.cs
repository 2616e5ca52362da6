using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.ObliviousTransfer.Base;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Extension;

/// <summary>The side that holds the choices u: its columns are t_j, where the other side gets q_j = t_j + Δ_j·u.</summary>
internal sealed class ReceiverColumns : IDisposable
{
    private readonly IChannel _channel;
    private readonly bool _checks;
    private readonly RandomSource _random;
    private readonly FieldStreams _streams;
    private readonly Queue<OpenBatch> _open = new();
    private ulong _number;

    private ReceiverColumns(IChannel channel, OtExtensionOptions options, RandomSource random, FieldStreams streams) =>
        (_channel, _checks, _random, _streams) = (channel, options.Security == SecurityModel.Malicious, random, streams);

    /// <summary>Blocks of a column beyond the rows asked for.</summary>
    public int MaskBlocks => _checks ? 1 : 0;

    /// <summary>Step 1: as the base sender; then the seeds of each group.</summary>
    public static async Task<ReceiverColumns> BeginAsync(
        IChannel channel, OtExtensionOptions options, RandomSource random, CancellationToken cancellation)
    {
        options.Check();
        var context = Digest.Of(ExtensionSteps.BaseDomain, options.Context.ToArray());
        var keys = await BaseOt.SendAsync(channel, BitMatrix.Side, context, random, cancellation).ConfigureAwait(false);
        var streams = await FieldSeeds.SendAsync(channel, keys, options, cancellation).ConfigureAwait(false);
        Array.Clear(keys);
        return new(channel, options, random, streams);
    }

    /// <summary>Step 2: a batch of columns t_j, shape [128, blocks + <see cref="MaskBlocks"/>], of whose check this object takes care.</summary>
    /// <param name="choices">The blocks of u, without the mask.</param>
    /// <param name="use">Reads the columns; they are given back when it returns or when the check is answered.</param>
    /// <param name="cancellation">Ends the run.</param>
    public async Task SendAsync(ReadOnlyMemory<Gf128> choices, Action<ReadOnlySpan<Gf128>, int> use, CancellationToken cancellation)
    {
        var size = choices.Length + MaskBlocks;
        var number = _number++;
        var batch = new OpenBatch(number, size, NativeBuffer<Gf128>.Allocate(size), NativeBuffer<Gf128>.Allocate(size * BitMatrix.Side));
        _open.Enqueue(batch);
        choices.Span.CopyTo(batch.Choices.Span);
        if (_checks) _random.Fill(MemoryMarshal.AsBytes(batch.Choices.Span[^1..]));
        using (var correction = NativeBuffer<Gf128>.Allocate(size * _streams.GroupCount))
        {
            Expand(batch, correction.Span);
            await _channel.SendAsync(new BlocksMessage(number, correction), cancellation).ConfigureAwait(false);
        }

        use(batch.Columns.Span, size);
        if (!_checks) _open.Dequeue().Dispose();
        else if (_open.Count >= Batch.Window) await AnswerAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Steps 3 and 4 for every batch that is still open.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        while (_open.Count > 0) await AnswerAsync(cancellation).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _streams.Dispose();
        while (_open.TryDequeue(out var batch)) batch.Dispose();
    }

    private void Expand(OpenBatch batch, Span<Gf128> correction)
    {
        _streams.Expand(batch.Columns.Span, correction, batch.Size);
        for (var group = 0; group < _streams.GroupCount; group++)
        {
            var difference = correction.Slice(group * batch.Size, batch.Size);
            Gf128Vector.Add(difference, batch.Choices.Span, difference);
        }
    }

    /// <summary>Steps 3 and 4: the hashes of all columns and of the choices under the sender's challenge.</summary>
    private async Task AnswerAsync(CancellationToken cancellation)
    {
        using var batch = _open.Dequeue();
        using var challenge = await BlocksMessage.ReceiveAsync(
            _channel, ExtensionSteps.Challenge, batch.Number, 1, cancellation).ConfigureAwait(false);
        var answer = new Gf128[BitMatrix.Side + 1];
        var hash = new ColumnHash(challenge.Blocks.Span[0], batch.Size);
        hash.OfAll(batch.Columns.Span, answer.AsSpan(0, BitMatrix.Side));
        answer[BitMatrix.Side] = hash.Of(batch.Choices.Span);
        await BlocksMessage.SendAsync(_channel, batch.Number, answer, cancellation).ConfigureAwait(false);
    }

    private sealed record OpenBatch(ulong Number, int Size, NativeBuffer<Gf128> Choices, NativeBuffer<Gf128> Columns) : IDisposable
    {
        public void Dispose()
        {
            Choices.Dispose();
            Columns.Dispose();
        }
    }
}
