using System.Runtime.InteropServices;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Replicated;

/// <content>
/// Rounded and clamped words: a = x₀ + x₁, which party 0 knows, and b = x₂, which both others know, are rounded apart, and the rounded sum is compared by <see cref="PrivateComparison"/>.
/// </content>
public sealed partial class ReplicatedEngine
{
    internal static readonly StepId CompareStep = new("replicated-sharing.12");

    private const int ClampWords = 8; // that party 0 shares of an element in step 12c

    /// <inheritdoc/>
    /// <remarks>Semi-honest: step 13, three rounds and four words an element of all parties together. Checked: an exact shift.</remarks>
    public async Task<SharedVector> RoundAsync(SharedVector x, int bits, CancellationToken cancellation = default)
    {
        VectorRounding.RequireShift(bits);
        if (IsChecked) return await VectorRounding.ExactAsync(this, x, bits, cancellation).ConfigureAwait(false);
        using var positive = this.Affine(x, 1, 1UL << 62);
        using var shared = await InputAsync(Parties[0], Index == 0 ? RoundedFirst(positive, bits) : default, checked(2 * x.Length), cancellation).ConfigureAwait(false);   // 13a
        using var parts = Index == 0 ? NativeBuffer<ulong>.Allocate(0) : RoundedParts(positive, shared, bits);                                                        // 13b
        return await FromTwoAsync(parts, x.Length, cancellation).ConfigureAwait(false);                                                                                // 12e
    }

    /// <inheritdoc/>
    /// <remarks>Semi-honest: step 12, four rounds. Checked: an exact shift and two comparisons.</remarks>
    public async Task<SharedVector> ClampAsync(SharedVector x, int bits, ulong limit, CancellationToken cancellation = default)
    {
        VectorRounding.RequireLimit(bits, limit);
        if (IsChecked) return await VectorRounding.ClampByComparisonAsync(this, x, bits, limit, cancellation).ConfigureAwait(false);
        var (n, low) = (x.Length, 63 - bits);                                             // rounded words have low + 1 bits
        var count = checked(n * low);
        if (Index == 0)
        {
            var known = Known(x, bits);
            using (var sent = MaskedBits(known, low)) await WordMessages.SendAsync(sent, _next, cancellation).ConfigureAwait(false);                                    // 12a →
            var bytes = checked(2 * n * (low + 1));
            using NativeBuffer<ulong> one = await ReceiveElementsAsync(_next, bytes, cancellation).ConfigureAwait(false), two = await ReceiveElementsAsync(_previous, bytes, cancellation).ConfigureAwait(false); // 12b ←
            var words = ClampedFirst(known, low, BytesOf(one, bytes), BytesOf(two, bytes));
            (await InputAsync(Parties[0], words, checked(ClampWords * n), cancellation).ConfigureAwait(false)).Dispose();                                              // 12c →
            Array.Clear(known);
            Array.Clear(words);
            using var none = NativeBuffer<ulong>.Allocate(0);
            return await FromTwoAsync(none, n, cancellation).ConfigureAwait(false);                                                                                     // 12e
        }

        using var shares = Index == 1 ? await ReceiveElementsAsync(_previous, count, cancellation).ConfigureAwait(false) : DrawnElements(count);                      // 12a
        var flips = new byte[2 * n];
        using (var blinded = Blinded(x, bits, limit, BytesOf(shares, count), flips))
            await WordMessages.SendAsync(blinded, Index == 1 ? _previous : _next, cancellation).ConfigureAwait(false);                                                  // 12b →
        using var given = await InputAsync(Parties[0], default, checked(ClampWords * n), cancellation).ConfigureAwait(false);                                          // 12c
        using var parts = ClampedParts(x, bits, limit, given, flips);                                                                                                  // 12d
        Array.Clear(flips);
        return await FromTwoAsync(parts, n, cancellation).ConfigureAwait(false);                                                                                        // 12e
    }

    /// <summary>⌊a/2^bits⌋ of the words that party 0 knows.</summary>
    private static ulong[] Known(SharedVector x, int bits)
    {
        var known = new ulong[x.Length];
        ReadOnlySpan<ulong> own = x.Component(0), next = x.Component(1);
        for (var i = 0; i < known.Length; i++) known[i] = unchecked(own[i] + next[i]) >> bits;
        return known;
    }

    /// <summary>⌊b/2^bits⌋ + 1 − less, modulo 2^(64 − bits), of the words that parties 1 and 2 know.</summary>
    private ulong Other(SharedVector x, int i, int bits, ulong less) =>
        unchecked((x.Component(Index == 1 ? 1 : 0)[i] >> bits) + 1 - less) & (ulong.MaxValue >> bits);

    /// <summary>Step 12a: the bits less the masks that party 2 draws too.</summary>
    private NativeBuffer<ulong> MaskedBits(ReadOnlySpan<ulong> known, int bits)
    {
        var count = checked(known.Length * bits);
        using var masks = Elements(count);
        PrivateComparison.Draw(_ownStream, BytesOf(masks, count), PrivateComparison.Prime);
        var sent = Elements(count);
        PrivateComparison.Mask(known, bits, BytesOf(masks, count), BytesOf(sent, count));
        return sent;
    }

    /// <summary>Party 2's shares of the bits.</summary>
    private NativeBuffer<ulong> DrawnElements(int count)
    {
        var shares = Elements(count);
        PrivateComparison.Draw(_nextStream, BytesOf(shares, count), PrivateComparison.Prime);
        return shares;
    }

    private static async Task<NativeBuffer<ulong>> ReceiveElementsAsync(Channels.IChannel from, int count, CancellationToken cancellation)
    {
        var received = await WordMessages.ReceiveAsync((count + 7) / 8, from, CompareStep, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(PrivateComparison.AreElements(BytesOf(received, count)), from.Peer, CompareStep, "elements modulo 67");
        return received;
    }

    /// <summary>Step 12b: of each element this holder's part of the comparison with 0, then of that with the limit.</summary>
    private NativeBuffer<ulong> Blinded(SharedVector x, int bits, ulong limit, ReadOnlySpan<byte> shares, Span<byte> flips)
    {
        var (low, first) = (63 - bits, Index == 1);
        var (width, stream) = (low + 1, first ? _nextStream : _ownStream);
        var count = checked(2 * x.Length * width);
        using NativeBuffer<ulong> factors = Elements(count), masks = Elements(count), turns = NativeBuffer<ulong>.Allocate(checked(2 * x.Length));
        PrivateComparison.Draw(stream, BytesOf(factors, count), PrivateComparison.Prime - 1);
        PrivateComparison.Draw(stream, BytesOf(masks, count), PrivateComparison.Prime);
        stream.Fill(MemoryMarshal.AsBytes(turns.Span));
        stream.Fill(flips);
        var blinded = Elements(count);
        Span<byte> allFactors = BytesOf(factors, count), allMasks = BytesOf(masks, count), to = BytesOf(blinded, count);
        var top = (1UL << low) - 1;
        for (var i = 0; i < x.Length; i++)
        {
            var bitsOfFirst = shares.Slice(i * low, low);
            for (var k = 0; k < 2; k++)
            {
                // The low bits of a and b carry iff a is more than 2^low − 1 − b.
                var (at, turn) = ((2 * i) + k, (int)Math.BigMul(turns.Span[(2 * i) + k], (ulong)width, out _));
                flips[at] &= 1;
                var r = top - (Other(x, i, bits, k == 0 ? 0 : limit) & top);
                PrivateComparison.Blind(bitsOfFirst, r, flips[at], turn, allFactors.Slice(at * width, width), allMasks.Slice(at * width, width), first, to.Slice(at * width, width));
            }
        }

        return blinded;
    }

    /// <summary>Step 12c: what party 0 shares. With u the blinded answers and its own top bit, E its signed word: u of both comparisons, E, the top bit, u·E, u·top.</summary>
    private static ulong[] ClampedFirst(ReadOnlySpan<ulong> known, int low, ReadOnlySpan<byte> one, ReadOnlySpan<byte> two)
    {
        unchecked
        {
            var (n, width) = (known.Length, low + 1);
            var words = new ulong[checked(ClampWords * n)];
            for (var i = 0; i < n; i++)
            {
                var top = known[i] >> low;
                var signed = known[i] - (top << 1 << low);
                var (atFirst, atSecond) = (2 * i * width, ((2 * i) + 1) * width);
                ulong u = top ^ PrivateComparison.HasZero(one.Slice(atFirst, width), two.Slice(atFirst, width));
                ulong v = top ^ PrivateComparison.HasZero(one.Slice(atSecond, width), two.Slice(atSecond, width));
                words[i] = u;
                words[n + i] = v;
                words[(2 * n) + i] = signed;
                words[(3 * n) + i] = top;
                words[(4 * n) + i] = u * signed;
                words[(5 * n) + i] = v * signed;
                words[(6 * n) + i] = u * top;
                words[(7 * n) + i] = v * top;
            }

            return words;
        }
    }

    /// <summary>Step 12d: this holder's share of (1 − n₁)·limit + (n₁ − n₀)·m.</summary>
    private NativeBuffer<ulong> ClampedParts(SharedVector x, int bits, ulong limit, SharedVector given, ReadOnlySpan<byte> flips)
    {
        unchecked
        {
            var (n, low, constant) = (x.Length, 63 - bits, Index == 1 ? 1UL : 0);
            ReadOnlySpan<ulong> g = given.Component(Index == 1 ? 0 : 1);
            var parts = NativeBuffer<ulong>.Allocate(n);
            var d = parts.Span;
            for (var i = 0; i < n; i++)
            {
                // n_k = v_k + (1 − 2v_k)·u_k, [m < 0] and [m < limit]; v is the own top bit and the flip.
                ulong b = Other(x, i, bits, 0), top = b >> low, signed = b - (top << 1 << low), wrap = top << 1 << low;
                ulong v0 = top ^ flips[2 * i], v1 = (Other(x, i, bits, limit) >> low) ^ flips[(2 * i) + 1];
                ulong s0 = 1 - (2 * v0), s1 = 1 - (2 * v1);
                var upper = constant - (constant * v1) - (s1 * g[n + i]);                                              // 1 − n₁

                // m = E + F + 2^(64 − bits) · (both top bits), the last where it matters, between 0 and the limit.
                var all = g[(2 * n) + i] + (constant * signed) + (wrap * g[(3 * n) + i]);
                var less = g[(4 * n) + i] + (signed * g[i]) + (wrap * g[(6 * n) + i]);
                var more = g[(5 * n) + i] + (signed * g[n + i]) + (wrap * g[(7 * n) + i]);
                d[i] = (upper * limit) + ((v1 - v0) * all) + (s1 * more) - (s0 * less);
            }

            return parts;
        }
    }

    /// <summary>Step 13a: E and the top bit of party 0's rounded words.</summary>
    private static ulong[] RoundedFirst(SharedVector positive, int bits)
    {
        var known = Known(positive, bits);
        var words = new ulong[checked(2 * known.Length)];
        for (var i = 0; i < known.Length; i++)
        {
            var top = known[i] >> (63 - bits);
            (words[i], words[known.Length + i]) = (unchecked(known[i] - (top << (64 - bits))), top);
        }

        Array.Clear(known);
        return words;
    }

    /// <summary>Step 13b: a share of E + F + 2^(64 − bits) · (both top bits), and without what made x positive.</summary>
    private NativeBuffer<ulong> RoundedParts(SharedVector positive, SharedVector given, int bits)
    {
        unchecked
        {
            var (n, constant) = (positive.Length, Index == 1 ? 1UL : 0);
            ReadOnlySpan<ulong> g = given.Component(Index == 1 ? 0 : 1), other = positive.Component(Index == 1 ? 1 : 0);
            var parts = NativeBuffer<ulong>.Allocate(n);
            for (var i = 0; i < n; i++)
            {
                var wrap = (other[i] >> 63) << (64 - bits);
                parts.Span[i] = g[i] + (wrap * g[n + i]) + (constant * ((other[i] >> bits) - wrap + 1 - (1UL << (62 - bits))));
            }

            return parts;
        }
    }

    /// <summary>Step 12e: what parties 1 and 2 have in two addends is shared among three. Component 2 and the mask come from their common key; party 0 is sent the two others.</summary>
    private async Task<SharedVector> FromTwoAsync(NativeBuffer<ulong> part, int n, CancellationToken cancellation)
    {
        if (Index == 0)
        {
            var own = await WordMessages.ReceiveAsync(n, _previous, CompareStep, cancellation).ConfigureAwait(false);                                                   // 12e ←
            return new SharedVector(n, own, await WordMessages.ReceiveAsync(n, _next, CompareStep, cancellation).ConfigureAwait(false));                              // 12e ←
        }

        NativeBuffer<ulong> last = NativeBuffer<ulong>.Allocate(n), sent = NativeBuffer<ulong>.Allocate(n);
        Mask(part, last, sent);
        await WordMessages.SendAsync(sent, Index == 1 ? _previous : _next, cancellation).ConfigureAwait(false);                                                         // 12e →
        return Index == 1 ? new SharedVector(n, sent, last) : new SharedVector(n, last, sent);
    }

    private unsafe void Mask(NativeBuffer<ulong> part, NativeBuffer<ulong> last, NativeBuffer<ulong> sent)
    {
        var (n, stream) = (part.Length, Index == 1 ? _nextStream : _ownStream);
        using var mask = NativeBuffer<ulong>.Allocate(n);
        Draw(stream, last.Pointer, n);
        Draw(stream, mask.Pointer, n);
        if (Index == 2)
        {
            WordKernels.Subtract<Integers64>(WordKernels.Best, part.Pointer, mask.Pointer, sent.Pointer, n);
            return;
        }

        WordKernels.Add<Integers64>(WordKernels.Best, part.Pointer, mask.Pointer, sent.Pointer, n);
        WordKernels.Subtract<Integers64>(WordKernels.Best, sent.Pointer, last.Pointer, sent.Pointer, n);
    }

    /// <summary>Room for bytes, in whole words; those beyond are 0.</summary>
    private static NativeBuffer<ulong> Elements(int count) => NativeBuffer<ulong>.AllocateZeroed((count + 7) / 8);

    private static Span<byte> BytesOf(NativeBuffer<ulong> words, int count) => MemoryMarshal.AsBytes(words.Span)[..count];
}
