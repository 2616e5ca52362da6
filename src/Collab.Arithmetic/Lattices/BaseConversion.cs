using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Collab.Primitives;

namespace Collab.Arithmetic.Lattices;

/// <summary>Numbers known modulo the primes of one base become known modulo the primes of another: x about zero, |x| &lt; Q/2.</summary>
/// <remarks>
/// With y_i = x·(Q/q_i)^(−1) mod q_i about zero, x = Σ y_i·(Q/q_i) − v·Q for v = ⌊Σ y_i/q_i⌉ (Halevi, Polyakov and Shoup, eprint 2018/117,
/// section 2). The sum of at most 20 rounded quotients is off by less than 2^-46; so v is exact unless |x| is within 2^-46·Q of Q/2, and then
/// the result is that of x − Q or x + Q: congruent modulo Q and about as small. Timing depends on lengths alone. Immutable; thread-safe.
/// </remarks>
public sealed unsafe class BaseConversion
{
    private readonly ResidueModulus[] _from;
    private readonly ResidueModulus[] _to;
    private readonly ulong[] _inverses;
    private readonly ulong[][] _factors;
    private readonly ulong[] _negativeProducts;

    /// <summary>Prepares the constants.</summary>
    /// <param name="from">The primes q_i, 1 to 20, distinct.</param>
    /// <param name="to">The primes of the target.</param>
    /// <exception cref="ArgumentException">No prime, too many, or one twice.</exception>
    public BaseConversion(ReadOnlySpan<ResidueModulus> from, ReadOnlySpan<ResidueModulus> to)
    {
        (_from, _to) = (from.ToArray(), to.ToArray());
        if (_from.Length is 0 or > 20 || _from.DistinctBy(q => q.Value).Count() != _from.Length)
            throw new ArgumentException("A base has 1 to 20 distinct primes.", nameof(from));
        var product = _from.Aggregate(BigInteger.One, (q, modulus) => q * modulus.Value);
        _inverses = [.. _from.Select(q => q.InvertVariableTime(q.ReduceVariableTime(product / q.Value)))];
        _factors = [.. _to.Select(p => _from.Select(q => p.ReduceVariableTime(product / q.Value)).ToArray())];
        _negativeProducts = [.. _to.Select(p => p.ReduceVariableTime(-product))];
    }

    /// <summary>Converts vectors of numbers.</summary>
    /// <param name="x">Residues, shape [from, n].</param>
    /// <param name="d">Receives residues, shape [to, n]; must not overlap <paramref name="x"/>.</param>
    /// <param name="n">Numbers.</param>
    /// <exception cref="ArgumentException">A length does not match.</exception>
    public void Convert(ReadOnlySpan<double> x, Span<double> d, int n)
    {
        if (x.Length != _from.Length * n || d.Length != _to.Length * n) throw new ArgumentException("The lengths are those of the bases.", nameof(d));
        using var scratch = NativeBuffer<double>.Allocate((_from.Length + 1) * n);
        var y = scratch.Span[..(_from.Length * n)];
        var v = scratch.Span[(_from.Length * n)..];
        v.Clear();
        for (var i = 0; i < _from.Length; i++)
        {
            ResidueVectors.ScaleCentered(x.Slice(i * n, n), _inverses[i], y.Slice(i * n, n), _from[i]);
            AddQuotients(y.Slice(i * n, n), _from[i].Inverse, v);
        }

        Round(v);
        for (var j = 0; j < _to.Length; j++)
        {
            var target = d.Slice(j * n, n);
            ResidueVectors.ScaleCentered(v, _negativeProducts[j], target, _to[j]);
            for (var i = 0; i < _from.Length; i++)
            {
                ResidueVectors.AccumulateScaled(y.Slice(i * n, n), _factors[j][i], target, _to[j]);
                if (i % 8 == 7) ResidueVectors.Center(target, target, _to[j]);
            }

            ResidueVectors.Normalize(target, target, _to[j]);
        }
    }

    // Additions and one rounding each way: the same bits at every width, so the portable vector is enough.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddQuotients(ReadOnlySpan<double> y, double inverse, Span<double> v)
    {
        fixed (double* from = y, to = v)
        {
            nint i = 0;
            for (; i <= y.Length - 4; i += 4) (Vector256.Load(to + i) + (Vector256.Load(from + i) * inverse)).Store(to + i);
            for (; i < y.Length; i++) to[i] += from[i] * inverse;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Round(Span<double> v)
    {
        const double Magic = Residue<ResidueLanes1, double>.Magic;
        fixed (double* to = v)
        {
            nint i = 0;
            for (; i <= v.Length - 4; i += 4) (Vector256.Load(to + i) + Vector256.Create(Magic) - Vector256.Create(Magic)).Store(to + i);
            for (; i < v.Length; i++) to[i] = to[i] + Magic - Magic;
        }
    }
}
