using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.ObliviousTransfer.Base;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Extension;

/// <summary>The side that holds Δ: after each batch its columns are q_j = t_j + Δ_j·u, where the other side has t_j and u.</summary>
/// <remarks>Roy's subspace VOLE for p = 2 and the repetition code, in groups of k columns, with its consistency check. Source: eprint 2022/192, figures 7 and 8.</remarks>
internal sealed class SenderColumns : IDisposable
{
    private readonly IChannel _channel;
    private readonly bool _checks;
    private readonly RandomSource _random;
    private readonly FieldStreams _streams;
    private readonly int _fieldBits;
    private readonly Gf128[] _deltaMasks;
    private readonly Queue<(ulong Number, Gf128[] Hashes)> _open = new();
    private ulong _number;

    private SenderColumns(IChannel channel, OtExtensionOptions options, RandomSource random, Gf128 delta, FieldStreams streams)
    {
        (_channel, _checks, _random, Delta) = (channel, options.Security == SecurityModel.Malicious, random, delta);
        (_streams, _fieldBits) = (streams, options.FieldBits);
        _deltaMasks = new Gf128[BitMatrix.Side];
        for (var j = 0; j < _deltaMasks.Length; j++)
        {
            var mask = unchecked(0 - ((j < 64 ? delta.Low : delta.High) >> (j & 63) & 1));
            _deltaMasks[j] = new(mask, mask);
        }
    }

    public Gf128 Delta { get; }

    /// <summary>Blocks of a column beyond the rows asked for.</summary>
    public int MaskBlocks => _checks ? 1 : 0;

    /// <summary>Step 1: as the base receiver, with the bits of Δ as choices; then all but one of the seeds of each group.</summary>
    public static async Task<SenderColumns> BeginAsync(
        IChannel channel, OtExtensionOptions options, RandomSource random, Gf128 delta, CancellationToken cancellation)
    {
        options.Check();
        var choices = new BitVector(BitMatrix.Side);
        (choices.Words[0], choices.Words[1]) = (delta.Low, delta.High);
        var context = Digest.Of(ExtensionSteps.BaseDomain, options.Context.ToArray());
        var keys = await BaseOt.ReceiveAsync(channel, choices, context, random, cancellation).ConfigureAwait(false);
        choices.Clear();
        var streams = await FieldSeeds.ReceiveAsync(channel, keys, delta, options, cancellation).ConfigureAwait(false);
        Array.Clear(keys);
        return new(channel, options, random, delta, streams);
    }

    /// <summary>Steps 2 and 3: a batch of columns, shape [128, blocks + <see cref="MaskBlocks"/>]; not to be used before its check is done.</summary>
    public async Task<NativeBuffer<Gf128>> ReceiveAsync(int blocks, CancellationToken cancellation)
    {
        var size = blocks + MaskBlocks;
        var number = _number++;
        using var correction = await BlocksMessage.ReceiveAsync(
            _channel, ExtensionSteps.Correction, number, size * _streams.GroupCount, cancellation).ConfigureAwait(false);
        var columns = NativeBuffer<Gf128>.Allocate(size * BitMatrix.Side);
        try
        {
            Expand(columns.Span, correction.Blocks.Span, size);
            if (_checks) await ChallengeAsync(number, columns, size, cancellation).ConfigureAwait(false);
            return columns;
        }
        catch
        {
            columns.Dispose();
            throw;
        }
    }

    /// <summary>Step 4 for every batch that is still open.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        while (_open.Count > 0) await CheckAsync(cancellation).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _streams.Dispose();
        Array.Clear(_deltaMasks);
    }

    private void Expand(Span<Gf128> columns, ReadOnlySpan<Gf128> correction, int size)
    {
        using (var sums = NativeBuffer<Gf128>.Allocate(size * _streams.GroupCount)) _streams.Expand(columns, sums.Span, size);
        for (var j = 0; j < BitMatrix.Side; j++)
            AddMasked(columns.Slice(j * size, size), correction.Slice(j / _fieldBits * size, size), _deltaMasks[j]);
    }

    private static void AddMasked(Span<Gf128> column, ReadOnlySpan<Gf128> correction, Gf128 mask)
    {
        for (var b = 0; b < column.Length; b++)
        {
            column[b] += new Gf128(correction[b].Low & mask.Low, correction[b].High & mask.High);
        }
    }

    /// <summary>Step 3: the challenge is drawn when the corrections have come, and goes to the receiver.</summary>
    private async Task ChallengeAsync(ulong number, NativeBuffer<Gf128> columns, int size, CancellationToken cancellation)
    {
        var challenge = new Gf128(_random.NextUInt64(), _random.NextUInt64());
        await BlocksMessage.SendAsync(_channel, number, [challenge], cancellation).ConfigureAwait(false);
        var hashes = new Gf128[BitMatrix.Side];
        new ColumnHash(challenge, size).OfAll(columns.Span, hashes);
        _open.Enqueue((number, hashes));
        if (_open.Count >= Batch.Window) await CheckAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Step 4: h(q_j) = h(t_j) + Δ_j·h(u) for every column of the oldest open batch.</summary>
    private async Task CheckAsync(CancellationToken cancellation)
    {
        var (number, hashes) = _open.Dequeue();
        using var answer = await BlocksMessage.ReceiveAsync(
            _channel, ExtensionSteps.Answer, number, BitMatrix.Side + 1, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(
            Agree(hashes, answer.Blocks.Span), _channel.Peer, ExtensionSteps.Answer, "one choice in all columns of a transfer");
    }

    private bool Agree(ReadOnlySpan<Gf128> hashes, ReadOnlySpan<Gf128> answer)
    {
        var choices = answer[BitMatrix.Side];
        ulong difference = 0;                                                           // which columns differ must not show
        for (var j = 0; j < hashes.Length; j++)
        {
            var expected = answer[j] + new Gf128(choices.Low & _deltaMasks[j].Low, choices.High & _deltaMasks[j].High) + hashes[j];
            difference |= expected.Low | expected.High;
        }

        return difference == 0;
    }
}

/// <summary>The steps of specs/oblivious-transfer.md, "Extension".</summary>
internal static class ExtensionSteps
{
    public const string BaseDomain = "collab.ot-extension.base";
    public const string HashDomain = "collab.ot-extension.hash";

    public static readonly StepId Seeds = new("ot-extension.1b");
    public static readonly StepId Correction = new("ot-extension.2");
    public static readonly StepId Challenge = new("ot-extension.3");
    public static readonly StepId Answer = new("ot-extension.4");
    public static readonly StepId Messages = new("ot-extension.5");

    /// <summary>The hash that breaks the correlation, bound to the context.</summary>
    public static AesHash Hash(Digest context)
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        Digest.Of(HashDomain, context.ToArray()).CopyTo(digest);
        return new AesHash(Gf128.Read(digest));
    }
}
