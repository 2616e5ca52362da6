using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <content>Rounded and clamped words: each party rounds its own share.</content>
public sealed partial class TwoPartyEngine
{
    /// <inheritdoc/>
    /// <remarks>Step 14: one transfer an element.</remarks>
    public async Task<SharedVector> RoundAsync(SharedVector x, int bits, CancellationToken cancellation = default)
    {
        VectorRounding.RequireShift(bits);
        using var positive = this.Affine(x, 1, 1UL << 62);
        using var tops = Tops(positive.Component(0), 63);
        using var both = await _products.MultiplyKnownAsync(tops, 1, chooses: Index == 1, cancellation).ConfigureAwait(false);              // 14
        var result = SharedVector.Allocate(x.Length, 1);
        Span<ulong> from = positive.Component(0), to = result.Component(0);
        var constant = Index == 0 ? unchecked(1 - (1UL << (62 - bits))) : 0;
        for (var i = 0; i < to.Length; i++) to[i] = unchecked((from[i] >> bits) - ((tops.Span[i] - both.Span[i]) << (64 - bits)) + constant);
        return result;
    }

    /// <inheritdoc/>
    /// <remarks>Step 15: two comparisons of 63 − bits bits, and four transfers an element.</remarks>
    public async Task<SharedVector> ClampAsync(SharedVector x, int bits, ulong limit, CancellationToken cancellation = default)
    {
        VectorRounding.RequireLimit(bits, limit);
        var (n, low) = (x.Length, 63 - bits);
        using var rounded = Rounded(x, bits);
        using SharedVector less = this.Affine(rounded, 1, unchecked(0 - limit)), each = SharedVectors.Concatenate(rounded, less);
        using var negative = await VectorComparisons.BitAsync(this, each, low, cancellation).ConfigureAwait(false);                           // 15a
        using var bit = SpreadOf(negative);
        using NativeBuffer<ulong> known = NativeBuffer<ulong>.Allocate(checked(2 * n)), tops = Tops(rounded.Component(0), low);
        bit.Span[n..].CopyTo(known.Span);
        tops.Span.CopyTo(known.Span[n..]);
        using var both = await _products.MultiplyKnownAsync(known, 1, chooses: Index == 1, cancellation).ConfigureAwait(false);             // 15b

        // m = E + F + 2^(64 − bits) · (both top bits), where it matters; taken where the two comparisons differ.
        using NativeBuffer<ulong> words = NativeBuffer<ulong>.Allocate(n), sent = NativeBuffer<ulong>.Allocate(n), within = NativeBuffer<ulong>.Allocate(n);
        for (var i = 0; i < n; i++)
        {
            unchecked
            {
                words.Span[i] = rounded.Component(0)[i] + ((both.Span[n + i] - tops.Span[i]) << 1 << low);
                within.Span[i] = bit.Span[i] ^ bit.Span[n + i];
                sent.Span[i] = (1 - (2 * within.Span[i])) * words.Span[i];
            }
        }

        var (ofSent, ofChosen) = await _products.MultiplyKnownBothWaysAsync(sent, within, 1, cancellation).ConfigureAwait(false);           // 15c
        using (ofSent)
        using (ofChosen)
        {
            var result = SharedVector.Allocate(n, 1);
            var constant = Index == 0 ? 1UL : 0;
            for (var i = 0; i < n; i++)
            {
                unchecked
                {
                    var upper = constant - (bit.Span[n + i] - (2 * both.Span[i]));
                    result.Component(0)[i] = (upper * limit) + (within.Span[i] * words.Span[i]) + ofSent.Span[i] + ofChosen.Span[i];
                }
            }

            return result;
        }
    }

    /// <summary>The own share, rounded, modulo 2^(64 − bits); the second party's and one.</summary>
    private SharedVector Rounded(SharedVector x, int bits)
    {
        var rounded = SharedVector.Allocate(x.Length, 1);
        for (var i = 0; i < x.Length; i++) rounded.Component(0)[i] = unchecked((x.Component(0)[i] >> bits) + (ulong)Index) & (ulong.MaxValue >> bits);
        return rounded;
    }

    private static NativeBuffer<ulong> Tops(ReadOnlySpan<ulong> words, int bit)
    {
        var tops = NativeBuffer<ulong>.Allocate(words.Length);
        for (var i = 0; i < words.Length; i++) tops.Span[i] = (words[i] >> bit) & 1;
        return tops;
    }
}
