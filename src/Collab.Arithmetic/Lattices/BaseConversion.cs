using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Arithmetic.Lattices;

/// <summary>Numbers known modulo the primes of one base become known modulo the primes of another: x about zero, |x| &lt; Q/2.</summary>
/// <remarks>
/// With y_i = x·(Q/q_i)^(−1) mod q_i about zero, x = Σ y_i·(Q/q_i) − v·Q for v = ⌊Σ y_i/q_i⌉ (Halevi, Polyakov and Shoup, eprint 2018/117,
/// section 2). The sum of at most 20 rounded quotients is off by less than 2^-46; so v is exact unless |x| is within 2^-46·Q of Q/2, and then
/// the result is that of x − Q or x + Q: congruent modulo Q and about as small. For each target prime the sum of products is exact in two doubles
/// and reduced once: with |y_i| ≤ 3/4·2^48, |f| ≤ 2^47 and 20 terms the high parts stay below 2^99, their quotient by p below 2^51, and the
/// low parts with v·Q below 2^53. Timing depends on lengths alone. Immutable; thread-safe.
/// </remarks>
public sealed unsafe class BaseConversion
{
    private const int MostPrimes = 20;
    private const int Tile = 64;
    private const double LargeMagic = 1.5 * (1L << 50) * (1L << 50);
    private readonly ResidueModulus[] _from;
    private readonly ResidueModulus[] _to;
    private readonly NativeBuffer<double> _constants;   // for each source prime four, then for each target prime the factors and −Q

    /// <summary>Prepares the constants.</summary>
    /// <param name="from">The primes q_i, 1 to 20, distinct.</param>
    /// <param name="to">The primes of the target.</param>
    /// <exception cref="ArgumentException">No prime, too many, or one twice.</exception>
    public BaseConversion(ReadOnlySpan<ResidueModulus> from, ReadOnlySpan<ResidueModulus> to)
    {
        (_from, _to) = (from.ToArray(), to.ToArray());
        if (_from.Length is 0 or > MostPrimes || _from.DistinctBy(q => q.Value).Count() != _from.Length)
            throw new ArgumentException("A base has 1 to 20 distinct primes.", nameof(from));
        var product = _from.Aggregate(BigInteger.One, (q, modulus) => q * modulus.Value);
        _constants = NativeBuffer<double>.AllocatePublic((4 * _from.Length) + (_to.Length * (_from.Length + 1)));
        var constants = _constants.Span;
        for (var i = 0; i < _from.Length; i++)
        {
            var q = _from[i];
            var w = q.Centered(q.InvertVariableTime(q.ReduceVariableTime(product / q.Value)));
            (constants[4 * i], constants[(4 * i) + 1], constants[(4 * i) + 2], constants[(4 * i) + 3]) = (w, w / q.Value, -(double)q.Value, q.Inverse);
        }

        constants = constants[(4 * _from.Length)..];
        foreach (var p in _to)
        {
            for (var i = 0; i < _from.Length; i++) constants[i] = p.Centered(p.ReduceVariableTime(product / _from[i].Value));
            constants[_from.Length] = p.Centered(p.ReduceVariableTime(-product));
            constants = constants[(_from.Length + 1)..];
        }
    }

    /// <summary>Converts vectors of numbers.</summary>
    /// <param name="x">Residues, shape [from, n]; any integers below 2^51 in magnitude.</param>
    /// <param name="d">Receives residues, shape [to, n]; must not overlap <paramref name="x"/>.</param>
    /// <param name="n">Numbers.</param>
    /// <exception cref="ArgumentException">A length does not match.</exception>
    public void Convert(ReadOnlySpan<double> x, Span<double> d, int n) => Convert(ResidueKernels.Best, x, d, n);

    internal void Convert(VectorKernel kernel, ReadOnlySpan<double> x, Span<double> d, int n)
    {
        if (x.Length != _from.Length * n || d.Length != _to.Length * n) throw new ArgumentException("The lengths are those of the bases.", nameof(d));
        // The numbers y of a tile may be secret.
        Span<double> scratch = stackalloc double[(MostPrimes + 1) * Tile];
        fixed (double* from = x, to = d, y = scratch)
        {
            var done = kernel switch
            {
                VectorKernel.Bits512 => Run<ResidueLanes512, Vector512<double>>(from, to, y, 0, n),
                VectorKernel.Bits256 => Run<ResidueLanes256, Vector256<double>>(from, to, y, 0, n),
                _ => 0,
            };
            _ = Run<ResidueLanes1, double>(from, to, y, done, n);
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(scratch));
        GC.KeepAlive(this);
    }

    // From a number on, as many as fill whole vectors; returns where it stopped.
    private int Run<TLanes, V>(double* x, double* d, double* y, int start, int n)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        var end = n - ((n - start) % TLanes.Count);
        for (var first = start; first < end; first += Tile)
        {
            var count = Math.Min(Tile, end - first);
            Quotients<TLanes, V>(x + first, y, count, n);
            for (var j = 0; j < _to.Length; j++) Combine<TLanes, V>(y, d + ((long)j * n) + first, count, j);
        }

        return end;
    }

    // The y_i of a tile, then v, at places Tile apart.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private void Quotients<TLanes, V>(double* x, double* y, int count, nint n)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var magic = TLanes.Broadcast(Residue<TLanes, V>.Magic);
            var v = y + (_from.Length * Tile);
            var c = _constants.Pointer;
            for (var i = 0; i < _from.Length; i++, x += n, y += Tile, c += 4)
            {
                var (w, quotient, negativeQ, inverse) = (TLanes.Broadcast(c[0]), TLanes.Broadcast(c[1]), TLanes.Broadcast(c[2]), TLanes.Broadcast(c[3]));
                for (nint k = 0; k < count; k += TLanes.Count)
                {
                    var value = Residue<TLanes, V>.MultiplyConstant(TLanes.Load(x + k), w, quotient, negativeQ, magic);
                    TLanes.Store(y + k, value);
                    // While v is added to magic it is rounded: an integer at the last.
                    var sum = TLanes.MultiplyAdd(value, inverse, i == 0 ? TLanes.Broadcast(0) : TLanes.Load(v + k));
                    TLanes.Store(v + k, i == _from.Length - 1 ? TLanes.Subtract(TLanes.Add(sum, magic), magic) : sum);
                }
            }
        }
    }

    // Σ y_i·f_i − v·Q modulo one prime. The high parts of the products are rounded to multiples of 2^48 by adding them to 1.5·2^100, and so add up
    // exactly; so do the low parts, which are what the rounding left, at most 2^47 each.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private void Combine<TLanes, V>(double* y, double* d, int count, int target)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (magic, large) = (TLanes.Broadcast(Residue<TLanes, V>.Magic), TLanes.Broadcast(LargeMagic));
            double p = _to[target].Value;
            var (prime, negativeP, inverse) = (TLanes.Broadcast(p), TLanes.Broadcast(-p), TLanes.Broadcast(_to[target].Inverse));
            var f = _constants.Pointer + (4 * _from.Length) + (target * (_from.Length + 1));
            int terms = _from.Length;
            for (nint k = 0; k < count; k += TLanes.Count)
            {
                var high = large;
                var low = TLanes.Multiply(TLanes.Load(y + (terms * Tile) + k), TLanes.Broadcast(f[terms]));
                for (nint i = 0; i < terms; i++)
                {
                    var (value, factor) = (TLanes.Load(y + (i * Tile) + k), TLanes.Broadcast(f[i]));
                    var next = TLanes.MultiplyAdd(value, factor, high);
                    low = TLanes.Add(low, TLanes.MultiplySubtract(value, factor, TLanes.Subtract(next, high)));
                    high = next;
                }

                var reduced = Residue<TLanes, V>.Reduce(TLanes.Subtract(high, large), inverse, negativeP, magic);
                TLanes.Store(d + k, Residue<TLanes, V>.Normalize(TLanes.Add(reduced, low), inverse, prime, negativeP, magic));
            }
        }
    }
}
