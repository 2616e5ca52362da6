using System.Numerics;
using System.Runtime.Intrinsics;
using Collab.Primitives;

namespace Collab.Arithmetic.Lattices;

/// <summary>The number-theoretic transform of Z_p[X]/(X^N + 1): coefficients to evaluations at the odd powers of ψ, and back.</summary>
/// <remarks>
/// ψ is the least primitive 2N-th root of unity modulo p. Place i of the evaluations holds the value at ψ^(2·r(i) + 1), where r reverses
/// the log N bits of i. Forward: Cooley-Tukey butterflies from the far pairs to the near ones; inverse: Gentleman-Sande, the other way
/// (Longa and Naehrig, eprint 2016/504, algorithms 1 and 2), without reductions between forward levels and with one partial reduction
/// for every pass of inverse levels. Timing depends on N alone. Immutable, and safe to use from many threads.
/// </remarks>
public sealed unsafe partial class NegacyclicTransform
{
    private readonly NativeBuffer<double> _tables;
    private readonly VectorKernel _kernel;
    private readonly double _p;
    private readonly double _inverseP;
    private readonly double _scale;
    private readonly int _near;

    /// <summary>Prepares the tables: 5·N doubles with lanes of 512 bits, 4·N otherwise.</summary>
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
        // Sixteen registers are at work at a time.
        while (degree < 16 * Lanes(kernel)) kernel--;
        (_kernel, Modulus, Degree, _p, _inverseP) = (kernel, modulus, degree, modulus.Value, modulus.Inverse);
        Root = modulus.PrimitiveRootVariableTime(2UL * (ulong)degree);
        _near = degree / 2 * BitOperations.Log2((uint)Lanes(kernel));
        _tables = NativeBuffer<double>.Allocate(2 * Tables);
        Fill<Set>(Root);
        Fill<Unset>(modulus.InvertVariableTime(Root));
        _scale = modulus.Centered(modulus.InvertVariableTime((ulong)degree));
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

    // Of one direction: constants of levels between registers, one for all lanes, then those of levels inside registers.
    private int Tables => Degree + _near;

    private static int Lanes(VectorKernel kernel) => kernel switch { VectorKernel.Bits512 => 8, VectorKernel.Bits256 => 4, _ => 1 };

    // Entry m + i of a level of m blocks: root^r(m + i), centred. Of levels between registers each as often as there are lanes: to spread one takes
    // as long as a multiplication, to load it no time. Of those inside, registers in the order of their use.
    private void Fill<TForward>(ulong root)
        where TForward : struct, IFlag
    {
        var powers = new double[Degree];
        var power = 1UL;
        for (var i = 0; i < Degree; i++, power = Modulus.Multiply(power, root))
            powers[ReverseBits(i, BitOperations.Log2((uint)Degree))] = Modulus.Centered(power);
        var tables = _tables.Span.Slice(typeof(TForward) == typeof(Set) ? 0 : Tables, Tables);
        for (var i = 0; i < Degree; i++) tables[i] = powers[i / Lanes(_kernel)];
        // The last inverse level divides by N: its differences by their constant.
        if (typeof(TForward) != typeof(Set)) tables.Slice(Lanes(_kernel), Lanes(_kernel)).Fill(Modulus.Centered(Modulus.Multiply(
            Modulus.PowerVariableTime(root, (ulong)Degree / 2), Modulus.InvertVariableTime((ulong)Degree))));
        if (_near == 0) return;
        var upper = _kernel == VectorKernel.Bits512 ? Upper<TForward, ResidueLanes512, Vector512<double>>() : Upper<TForward, ResidueLanes256, Vector256<double>>();
        var lanes = Lanes(_kernel);
        for (var (pair, to) = (0, Degree); to < tables.Length; pair += 2 * lanes)
        {
            for (var k = 0; k < upper.Length; k++, to++)
            {
                var distance = typeof(TForward) == typeof(Set) ? lanes / 2 >> (k / lanes) : 1 << (k / lanes);
                tables[to] = powers[(Degree + pair + upper[k]) / (2 * distance)];
            }
        }
    }

    private static int ReverseBits(int value, int bits)
    {
        var reversed = 0;
        for (var i = 0; i < bits; i++) reversed |= ((value >> i) & 1) << (bits - 1 - i);
        return reversed;
    }
}
