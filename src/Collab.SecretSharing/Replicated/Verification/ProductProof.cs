using System.Runtime.CompilerServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Replicated.Verification;

/// <summary>The local work of one proof that a party's products are right, between it and the two others. Steps as in specs/replicated-sharing.md, step 10.</summary>
/// <remarks>
/// Of every word j: x_j·y'_j + y_j·x'_j = L_j + F_j, with (x, y, L) known to the first verifier, (x', y', F) to the second, and all to the prover.
/// The words lie in B blocks; block b, place k has the weight ρ^b·τ_k. u(X) = Σ X^b ρ^b (x_b, y_b) + X^B r and v(X) = Σ X^(B−1−b) (y'_b, x'_b) + X^B s,
/// so that coefficient B − 1 of q(X) = Σ_k τ_k ⟨u_k(X), v_k(X)⟩ is the weighted sum, which both verifiers know a share of. Source: Boneh, Boyle,
/// Corrigan-Gibbs, Gilboa, Ishai, eprint 2019/188, and Boyle, Gilboa, Ishai, Nof, eprint 2019/1390.
/// </remarks>
internal sealed unsafe class ProductProof<TRing, TProof> : IDisposable
    where TRing : struct, IWordRing
    where TProof : struct, IProofRing
{
    private readonly int _count, _blocks, _blockWords, _places;
    private readonly NativeBuffer<ulong> _tau, _rho;

    /// <summary>One proof over so many words.</summary>
    /// <param name="count">Words, at least 1.</param>
    /// <param name="challenge">The seed of τ and ρ.</param>
    public ProductProof(int count, Gf128 challenge)
    {
        _count = count;
        _blocks = BlocksOf(count);
        _blockWords = (count + _blocks - 1) / _blocks;
        _places = checked(_blockWords * TProof.Lanes);
        (_tau, _rho) = (Elements(_places), Elements(_blocks));
        using var stream = new AesPrg(challenge);
        using var rho = Elements(1);
        TProof.DrawChallenges(stream, rho.Pointer, 1);
        TProof.DrawChallenges(stream, _tau.Pointer, _places);
        _rho.Span[0] = 1;                                                                            // ρ^0
        for (var b = 1; b < _blocks; b++) TProof.Multiply(At(_rho, b), At(_rho, b - 1), rho.Pointer);
    }

    /// <summary>Elements of u(ξ), and of v(ξ).</summary>
    public int FoldedCount => 2 * _places;

    /// <summary>Coefficients of q.</summary>
    public int CoefficientCount => (2 * _blocks) + 1;

    /// <summary>B − 1: the coefficient that is the claim.</summary>
    public int ClaimIndex => _blocks - 1;

    /// <summary>B: about the cost of the prover over the size of the message; at most 64.</summary>
    public static int BlocksOf(int count) => Math.Clamp((int)Math.Sqrt(count), 1, 64);

    public static NativeBuffer<ulong> Elements(int count) => NativeBuffer<ulong>.AllocateZeroed(checked(count * TProof.Words));

    /// <summary>10b. The coefficients of q, at the prover.</summary>
    public NativeBuffer<ulong> Coefficients(ulong* x, ulong* y, ulong* xNext, ulong* yNext, Gf128 firstMask, Gf128 secondMask)
    {
        using NativeBuffer<ulong> r = Masks(firstMask), s = Masks(secondMask), cross = Elements(1), scaled = Elements(1), sum = Elements(1);
        var q = Elements(CoefficientCount);
        for (var a = 0; a < _blocks; a++)
        {
            for (var c = 0; c < _blocks; c++)
            {
                cross.Span.Clear();
                Cross(x, y, xNext, yNext, a, c, cross.Pointer);
                TProof.Multiply(scaled.Pointer, cross.Pointer, At(_rho, a));
                TProof.Add(At(q, a + _blocks - 1 - c), scaled.Pointer);
            }
        }

        // The masks: τ·r against v's blocks, τ·s against u's, and with each other.
        for (var half = 0; half < 2; half++)
        {
            for (var k = 0; k < _places; k++)
            {
                var place = (half * _places) + k;
                TProof.Multiply(scaled.Pointer, At(r, place), At(s, place));
                TProof.Multiply(sum.Pointer, scaled.Pointer, At(_tau, k));
                TProof.Add(At(q, 2 * _blocks), sum.Pointer);
                TProof.Multiply(scaled.Pointer, At(r, place), At(_tau, k));
                Copy(At(r, place), scaled.Pointer);
                TProof.Multiply(scaled.Pointer, At(s, place), At(_tau, k));
                Copy(At(s, place), scaled.Pointer);
            }

            ulong* u = half == 0 ? x : y, v = half == 0 ? yNext : xNext;
            for (var b = 0; b < _blocks; b++)
            {
                Weigh(v, b, At(r, half * _places), At(q, _blocks + _blocks - 1 - b));
                sum.Span.Clear();
                Weigh(u, b, At(s, half * _places), sum.Pointer);
                TProof.Multiply(scaled.Pointer, sum.Pointer, At(_rho, b));
                TProof.Add(At(q, b + _blocks), scaled.Pointer);
            }
        }

        return q;
    }

    /// <summary>10c. u(ξ) at the first verifier.</summary>
    public NativeBuffer<ulong> FoldFirst(ulong* x, ulong* y, Gf128 mask, Gf128 point)
    {
        using var powers = Powers(point);
        using var weights = Elements(_blocks);
        for (var b = 0; b < _blocks; b++) TProof.Multiply(At(weights, b), At(powers, b), At(_rho, b));
        return Fold(x, y, weights, At(powers, _blocks), mask);
    }

    /// <summary>10d. v(ξ) at the second verifier.</summary>
    public NativeBuffer<ulong> FoldSecond(ulong* xNext, ulong* yNext, Gf128 mask, Gf128 point)
    {
        using var powers = Powers(point);
        using var weights = Elements(_blocks);
        for (var b = 0; b < _blocks; b++) Copy(At(weights, b), At(powers, _blocks - 1 - b));
        return Fold(yNext, xNext, weights, At(powers, _blocks), mask);
    }

    /// <summary>10c, 10d. A verifier's share of q(ξ): of all coefficients but one what it was given, of that one the weighted sum of its own words.</summary>
    public NativeBuffer<ulong> Evaluate(NativeBuffer<ulong> coefficients, ulong* known, Gf128 point)
    {
        using NativeBuffer<ulong> x = PointOf(point), term = Elements(1), claim = Elements(1);
        for (var b = 0; b < _blocks; b++)
        {
            term.Span.Clear();
            Weigh(known, b, _tau.Pointer, term.Pointer);
            using var weighted = Elements(1);
            TProof.Multiply(weighted.Pointer, term.Pointer, At(_rho, b));
            TProof.Add(claim.Pointer, weighted.Pointer);
        }

        var value = Elements(1);
        for (var e = CoefficientCount - 1; e >= 0; e--)
        {
            TProof.Multiply(term.Pointer, value.Pointer, x.Pointer);
            TProof.Add(term.Pointer, e == _blocks - 1 ? claim.Pointer : At(coefficients, e));
            Copy(value.Pointer, term.Pointer);
        }

        return value;
    }

    /// <summary>10d. Whether Σ_k τ_k ⟨u_k, v_k⟩ is the sum of the two shares of q(ξ).</summary>
    public bool Holds(NativeBuffer<ulong> u, NativeBuffer<ulong> v, NativeBuffer<ulong> first, NativeBuffer<ulong> second)
    {
        using NativeBuffer<ulong> sum = Elements(1), product = Elements(1), weighted = Elements(1);
        for (var half = 0; half < 2; half++)
        {
            for (var k = 0; k < _places; k++)
            {
                var place = (half * _places) + k;
                TProof.Multiply(product.Pointer, At(u, place), At(v, place));
                TProof.Multiply(weighted.Pointer, product.Pointer, At(_tau, k));
                TProof.Add(sum.Pointer, weighted.Pointer);
            }
        }

        TProof.Subtract(sum.Pointer, first.Pointer);
        TProof.Subtract(sum.Pointer, second.Pointer);
        return ConstantTime.Equal(
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(sum.Span), new byte[sum.Length * sizeof(ulong)]);
    }

    /// <summary>Zeroes the challenges.</summary>
    public void Dispose()
    {
        _tau.Dispose();
        _rho.Dispose();
    }

    private static ulong* At(NativeBuffer<ulong> elements, int index) => elements.Pointer + ((nint)index * TProof.Words);

    private static void Copy(ulong* d, ulong* x) => new Span<ulong>(x, TProof.Words).CopyTo(new Span<ulong>(d, TProof.Words));

    private NativeBuffer<ulong> Masks(Gf128 seed)
    {
        var masks = Elements(2 * _places);
        using var stream = new AesPrg(seed);
        TProof.Draw(stream, masks.Pointer, 2 * _places);
        return masks;
    }

    private static NativeBuffer<ulong> PointOf(Gf128 seed)
    {
        var point = Elements(1);
        using var stream = new AesPrg(seed);
        TProof.DrawChallenges(stream, point.Pointer, 1);
        return point;
    }

    private NativeBuffer<ulong> Powers(Gf128 seed)
    {
        using var point = PointOf(seed);
        var powers = Elements(_blocks + 1);
        powers.Span[0] = 1;
        for (var b = 1; b <= _blocks; b++) TProof.Multiply(At(powers, b), At(powers, b - 1), point.Pointer);
        return powers;
    }

    /// <summary>d += Σ_k τ_k (x_{a,k}·y'_{c,k} + y_{a,k}·x'_{c,k}).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Cross(ulong* x, ulong* y, ulong* xNext, ulong* yNext, int a, int c, ulong* d)
    {
        unchecked
        {
            nint first = (nint)a * _blockWords, second = (nint)c * _blockWords;
            nint n = Math.Min(_blockWords, Math.Min(_count - (int)first, _count - (int)second));
            nint step = TProof.Lanes * TProof.Words;
            var tau = _tau.Pointer;
            for (nint w = 0; w < n; w++)
            {
                var product = TRing.Add(TRing.Multiply(x[first + w], yNext[second + w]), TRing.Multiply(y[first + w], xNext[second + w]));
                TProof.Accumulate(d, tau + (w * step), product);
            }
        }
    }

    /// <summary>d += Σ_k element_k · word_{b,k}.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Weigh(ulong* words, int b, ulong* elements, ulong* d)
    {
        unchecked
        {
            var first = (nint)b * _blockWords;
            nint n = Math.Min(_blockWords, _count - (int)first);
            nint step = TProof.Lanes * TProof.Words;
            for (nint w = 0; w < n; w++) TProof.Accumulate(d, elements + (w * step), words[first + w]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private NativeBuffer<ulong> Fold(ulong* firstHalf, ulong* secondHalf, NativeBuffer<ulong> weights, ulong* maskWeight, Gf128 mask)
    {
        using NativeBuffer<ulong> masks = Masks(mask), scaled = Elements(1);
        var folded = Elements(2 * _places);
        unchecked
        {
            nint step = TProof.Lanes * TProof.Words;
            for (var half = 0; half < 2; half++)
            {
                var words = half == 0 ? firstHalf : secondHalf;
                var to = At(folded, half * _places);
                for (var b = 0; b < _blocks; b++)
                {
                    var first = (nint)b * _blockWords;
                    nint n = Math.Min(_blockWords, _count - (int)first);
                    var weight = At(weights, b);
                    for (nint w = 0; w < n; w++) TProof.Spread(to + (w * step), weight, words[first + w]);
                }
            }

            for (var place = 0; place < 2 * _places; place++)
            {
                TProof.Multiply(scaled.Pointer, At(masks, place), maskWeight);
                TProof.Add(At(folded, place), scaled.Pointer);
            }
        }

        return folded;
    }
}
