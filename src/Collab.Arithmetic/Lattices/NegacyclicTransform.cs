using System.Numerics;
using System.Runtime.Intrinsics;
using Collab.Primitives;

namespace Collab.Arithmetic.Lattices;

/// <summary>The number-theoretic transform of Z_p[X]/(X^N + 1): coefficients to evaluations at the odd powers of ψ, and back.</summary>
/// <remarks>
/// ψ is the least primitive 2N-th root of unity modulo p. Place i of the evaluations holds the value at ψ^(2·r(i) + 1), where r reverses
/// the log N bits of i. Forward: Cooley-Tukey butterflies from the far pairs to the near ones; inverse: Gentleman-Sande, the other way
/// (Longa and Naehrig, eprint 2016/504, algorithms 1 and 2), without reductions between forward levels and with one partial reduction
/// for every three inverse levels. Timing depends on N alone. Immutable, and safe to use from many threads.
/// </remarks>
public sealed unsafe partial class NegacyclicTransform
{
    private readonly NativeBuffer<double> _tables;
    private readonly VectorKernel _kernel;
    private readonly double _p;
    private readonly double _inverseP;
    private readonly double _scale;
    private readonly double _scaleQuotient;

    /// <summary>Prepares the tables: 4·N doubles.</summary>
    /// <param name="modulus">p ≡ 1 mod 2N.</param>
    /// <param name="degree">N, a power of two of 16 to 32 768.</param>
    /// <exception cref="ArgumentException">The degree or the modulus does not fit.</exception>
    public NegacyclicTransform(ResidueModulus modulus, int degree) : this(ResidueKernels.Best, modulus, degree)
    {
    }

    internal NegacyclicTransform(VectorKernel kernel, ResidueModulus modulus, int degree)
    {
        ArgumentNullException.ThrowIfNull(modulus);
        if (degree is < 16 or > 32768 || !BitOperations.IsPow2(degree))
            throw new ArgumentException("The degree is a power of two of 16 to 32 768.", nameof(degree));
        // A pass takes four registers at least.
        _kernel = degree < 32 && kernel == VectorKernel.Bits512 ? VectorKernel.Bits256 : kernel;
        (Modulus, Degree, _p, _inverseP) = (modulus, degree, modulus.Value, modulus.Inverse);
        Root = modulus.PrimitiveRootVariableTime(2UL * (ulong)degree);
        _tables = NativeBuffer<double>.Allocate(4 * degree);
        Fill(_tables.Span[..(2 * degree)], Root);
        if (_kernel == VectorKernel.Bits512) ExchangeMiddlePairs(_tables.Span);
        Fill(_tables.Span[(2 * degree)..], modulus.InvertVariableTime(Root));
        _scale = modulus.Centered(modulus.InvertVariableTime((ulong)degree));
        _scaleQuotient = _scale / _p;
    }

    /// <summary>p.</summary>
    public ResidueModulus Modulus { get; }

    /// <summary>N.</summary>
    public int Degree { get; }

    /// <summary>ψ.</summary>
    public ulong Root { get; }

    /// <summary>The power of ψ at which a place of the evaluations is: 2·r(i) + 1.</summary>
    public static int ExponentAt(int place, int degree) => (2 * ReverseBits(place, BitOperations.Log2((uint)degree))) + 1;

    /// <summary>The place of the evaluation at an odd power of ψ, taken modulo 2N.</summary>
    public static int PlaceOf(int exponent, int degree) => ReverseBits(((exponent & ((2 * degree) - 1)) - 1) / 2, BitOperations.Log2((uint)degree));

    /// <summary>Coefficients to evaluations, in place.</summary>
    /// <param name="values">Shape [N]; any integers |x| ≤ p on entry, in [0, p) on return.</param>
    /// <exception cref="ArgumentException">The length is not N.</exception>
    public void Forward(Span<double> values) => Run<Set>(values);

    /// <summary>Evaluations to coefficients, in place.</summary>
    /// <param name="values">Shape [N]; any integers |x| ≤ p on entry, in [0, p) on return.</param>
    /// <exception cref="ArgumentException">The length is not N.</exception>
    public void Inverse(Span<double> values) => Run<Unset>(values);

    private void Run<TForward>(Span<double> values)
        where TForward : struct, IFlag
    {
        if (values.Length != Degree) throw new ArgumentException("The length is the degree.", nameof(values));
        fixed (double* x = values)
        {
            switch (_kernel)
            {
                case VectorKernel.Bits512: Run<TForward, ResidueLanes512, Vector512<double>>(x); break;
                case VectorKernel.Bits256: Run<TForward, ResidueLanes256, Vector256<double>>(x); break;
                default: Run<TForward, ResidueLanes1, double>(x); break;
            }
        }
    }

    // Entry m + i of a level of m blocks: root^r(m + i), centred; then the same entries divided by p.
    private void Fill(Span<double> table, ulong root)
    {
        var power = 1UL;
        for (var i = 0; i < Degree; i++, power = Modulus.Multiply(power, root))
        {
            var place = ReverseBits(i, BitOperations.Log2((uint)Degree));
            table[place] = Modulus.Centered(power);
            table[Degree + place] = table[place] / _p;
        }
    }

    // The constants of the nearest forward level, in eights, as the forward shuffles of 512 bits leave the values: pairs 0, 2, 1, 3.
    private void ExchangeMiddlePairs(Span<double> table)
    {
        for (var i = Degree / 2; i < 2 * Degree; i += i == Degree - 8 ? 8 + (Degree / 2) : 8)
        {
            (table[i + 2], table[i + 4]) = (table[i + 4], table[i + 2]);
            (table[i + 3], table[i + 5]) = (table[i + 5], table[i + 3]);
        }
    }

    private static int ReverseBits(int value, int bits)
    {
        var reversed = 0;
        for (var i = 0; i < bits; i++) reversed |= ((value >> i) & 1) << (bits - 1 - i);
        return reversed;
    }
}
