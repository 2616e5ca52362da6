using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

/// <summary>Many plaintexts kept small: 4 bytes a coefficient instead of 8 for each prime, transformed when <see cref="Evaluator.SumOfProducts"/> uses them.</summary>
/// <remarks>A transform of 2048 or 4096 places takes less time than reading the transformed plaintext from memory would. t is below 2^31.
/// Rows may be set by several threads at once, each row by one; afterwards it may be used by many threads. Nothing is zeroed: what secrets it holds is its user's matter.</remarks>
public sealed class PlaintextMatrix
{
    private readonly int[] _coefficients;      // about zero, shape [Rows, N]
    private readonly double[] _sums;
    private readonly double[] _norms;

    /// <summary>A matrix of zeros.</summary>
    /// <param name="parameters">What the plaintexts are of.</param>
    /// <param name="rows">How many plaintexts, 1 or more.</param>
    /// <exception cref="ArgumentException">t has more than 31 bits, or there are no rows.</exception>
    public PlaintextMatrix(BfvParameters parameters, int rows)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        if (parameters.PlaintextModulus > int.MaxValue) throw new ArgumentException("The plaintext modulus has at most 31 bits.", nameof(parameters));
        (Parameters, Rows) = (parameters, rows);
        (_coefficients, _sums, _norms) = (new int[checked(rows * parameters.RingDegree)], new double[rows], new double[rows]);
    }

    /// <summary>What the plaintexts are of.</summary>
    public BfvParameters Parameters { get; }

    /// <summary>How many plaintexts.</summary>
    public int Rows { get; }

    /// <summary>The largest √(Σ m_i²) of a row, coefficients about zero: the deviation of noise grows by it.</summary>
    public double LargestNorm => _norms.Max();

    /// <summary>The coefficients of a row, each the representative of its residue nearest to zero, shape [N].</summary>
    public ReadOnlySpan<int> this[int row] => _coefficients.AsSpan(row * Parameters.RingDegree, Parameters.RingDegree);

    /// <summary>Sets a row to the plaintext of these slots.</summary>
    /// <param name="row">Which one.</param>
    /// <param name="encoder">The order of slots.</param>
    /// <param name="slots">N numbers below t.</param>
    /// <exception cref="ArgumentException">Too many slots, or one not below t.</exception>
    public void SetSlots(int row, BatchEncoder encoder, ReadOnlySpan<ulong> slots)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        using var plaintext = encoder.Encode(slots);
        Parameters.CheckSame(plaintext.Parameters, nameof(encoder));
        ResidueVectors.Center(plaintext.Element.Residues, plaintext.Element.Residues, Parameters.Plain.Moduli[0]);
        Convert(plaintext.Element.Residues, Target(row));
        Measure(row);
    }

    /// <summary>The slots of a row.</summary>
    /// <param name="row">Which one.</param>
    /// <param name="encoder">The order of slots.</param>
    /// <param name="slots">Receives N numbers below t.</param>
    /// <exception cref="ArgumentException">There are not N places.</exception>
    public void GetSlots(int row, BatchEncoder encoder, Span<uint> slots)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        if (slots.Length != Parameters.RingDegree) throw new ArgumentException("There are N slots.", nameof(slots));
        using var element = new RingElement<Coefficients>(Parameters.Plain);
        CopyTo(row, element.Residues);
        using var values = element.Evaluate();
        encoder.Arrange(values.Residues, slots);
    }

    /// <summary>A row as a plaintext of its own.</summary>
    public Plaintext ToPlaintext(int row)
    {
        var element = new RingElement<Coefficients>(Parameters.Plain);
        CopyTo(row, element.Residues);
        ResidueVectors.Normalize(element.Residues, element.Residues, Parameters.Plain.Moduli[0]);
        return new(Parameters, element);
    }

    /// <summary>Sets a row to coefficients as they were read from <see cref="this[int]"/>.</summary>
    /// <exception cref="MalformedException">There are not N of them, or one is farther from zero than t/2.</exception>
    public void SetCoefficients(int row, ReadOnlySpan<int> coefficients)
    {
        var half = (int)(Parameters.PlaintextModulus / 2);
        if (coefficients.Length != Parameters.RingDegree) throw new MalformedException("as many coefficients as the degree");
        foreach (var coefficient in coefficients)
        {
            if (coefficient < -half || coefficient > half) throw new MalformedException("coefficients about zero");
        }

        coefficients.CopyTo(Target(row));
        Measure(row);
    }

    internal double AbsoluteSum(int row) => _sums[row];

    internal double EuclideanNorm(int row) => _norms[row];

    /// <summary>The coefficients of a row as doubles, which is what a transform takes.</summary>
    internal void CopyTo(int row, Span<double> destination)
    {
        ref var from = ref MemoryMarshal.GetReference(this[row]);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var n = (nuint)Parameters.RingDegree;                                // at least 16, a power of two
        unchecked
        {
            for (nuint i = 0; i < n; i += 8)
            {
                var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref from, i));
                Vector256.ConvertToDouble(low).StoreUnsafe(ref to, i);
                Vector256.ConvertToDouble(high).StoreUnsafe(ref to, i + 4);
            }
        }
    }

    private Span<int> Target(int row) => _coefficients.AsSpan(row * Parameters.RingDegree, Parameters.RingDegree);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Convert(ReadOnlySpan<double> coefficients, Span<int> destination)
    {
        ref var from = ref MemoryMarshal.GetReference(coefficients);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var (i, n) = ((nuint)0, (nuint)Math.Min(coefficients.Length, destination.Length));
        unchecked
        {
            for (; Avx.IsSupported && i < n; i += 8)                         // n is a multiple of 16
            {
                Vector256.Create(
                    Avx.ConvertToVector128Int32(Vector256.LoadUnsafe(ref from, i)),
                    Avx.ConvertToVector128Int32(Vector256.LoadUnsafe(ref from, i + 4))).StoreUnsafe(ref to, i);
            }

            for (; i < n; i++) Unsafe.Add(ref to, i) = (int)Unsafe.Add(ref from, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Measure(int row)
    {
        ref var from = ref MemoryMarshal.GetReference(this[row]);
        var (sums, squares) = (Vector256<double>.Zero, Vector256<double>.Zero);
        for (nuint i = 0; i < (nuint)Parameters.RingDegree; i += 4)
        {
            var values = Vector256.ConvertToDouble(Vector256.WidenLower(Vector128.LoadUnsafe(ref from, i).ToVector256Unsafe()));
            sums += Vector256.Abs(values);
            squares = Vector256.FusedMultiplyAdd(values, values, squares);
        }

        (_sums[row], _norms[row]) = (Vector256.Sum(sums), Math.Sqrt(Vector256.Sum(squares)));
    }
}
