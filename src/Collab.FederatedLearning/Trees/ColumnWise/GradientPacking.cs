using System.Security.Cryptography;
using System.Runtime.InteropServices;
using Collab.Arithmetic.Hashing;
using Collab.HomomorphicEncryption;
using Collab.Primitives;

namespace Collab.FederatedLearning.Trees.ColumnWise;

/// <summary>Numbers of rows in plaintexts of BFV such that one product by a plaintext of zeros and ones sums the rows of <see cref="Stride"/> bins at once.</summary>
/// <remarks>
/// Row i of a block stands at X^(s·i), for s = Stride; the row of a bin that is j-th of its group counts with X^(j − s·i). In the product, X^j has the sum of the numbers of bin j's rows
/// for every j below s, since a row i and a row k meet at X^(s·(i − k) + j), and the other coefficients are cross terms that nobody may see. Spec: train-trees, step 4, with the derivation.
/// </remarks>
internal sealed class GradientPacking
{
    private static readonly Lazy<BfvParameters> Fixed = new(() => BfvParameters.Create(BfvParameters.Literal(8192, 34, [48, 35, 35], null)));
    private readonly ulong _modulus = Parameters.PlaintextModulus;

    public GradientPacking(int stride) => (Stride, RowsInBlock) = (stride, Parameters.RingDegree / stride);

    /// <summary>N = 8192, t of 34 bits, log₂ Q = 118: derivation in the spec. No key switching.</summary>
    public static BfvParameters Parameters => Fixed.Value;

    /// <summary>s: bins that one ciphertext answers, a power of two.</summary>
    public int Stride { get; }

    /// <summary>N/s.</summary>
    public int RowsInBlock { get; }

    /// <summary>How many ciphertexts carry one number for each of so many rows.</summary>
    public int BlocksOf(int rows) => (rows + RowsInBlock - 1) / RowsInBlock;

    /// <summary>Whether a stride is one of those in use.</summary>
    public static bool IsStride(uint stride) => stride is >= 2 and <= 1024 && uint.IsPow2(stride);

    /// <summary>The stride that moves the fewest bytes in a tree: blocks grow with it and answers shrink.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="bins">Bins of each owner of features.</param>
    /// <param name="depth">The tree's depth d: the root's rows are summed and on each of d − 1 levels at most half of them; of nodes, at most 2^(d − 1).</param>
    public static int BestStride(int rows, IReadOnlyList<int> bins, int depth)
    {
        long Bytes(int stride)
        {
            var blocks = new GradientPacking(stride).BlocksOf(rows) * (depth + 1) / 2;
            return bins.Sum(owned => (blocks * 16L) + (12L * ((((long)owned << (depth - 1)) + stride - 1) / stride)));    // in units of 2·N bytes
        }

        return Enumerable.Range(1, 10).Select(power => 1 << power).MinBy(Bytes);
    }

    /// <summary>A block of numbers as a plaintext.</summary>
    /// <param name="values">A number for each row of all, |value| below t/2.</param>
    /// <param name="rows">The rows of the block, in their order, at most <see cref="RowsInBlock"/>.</param>
    public Plaintext Encode(ReadOnlySpan<long> values, ReadOnlySpan<int> rows)
    {
        var coefficients = new ulong[Parameters.RingDegree];
        for (var i = 0; i < rows.Length; i++)
        {
            var value = values[rows[i]];
            coefficients[i * Stride] = value < 0 ? _modulus - (ulong)-value : (ulong)value;
        }

        var plaintext = Plaintext.FromCoefficients(Parameters, coefficients);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(coefficients.AsSpan()));
        return plaintext;
    }

    /// <summary>Marks that a row of a block is in the j-th bin of a group: adds X^(j − s·i).</summary>
    /// <param name="coefficients">The indicator, N coefficients.</param>
    /// <param name="rowInBlock">i.</param>
    /// <param name="place">j, below the stride.</param>
    public void Mark(Span<ulong> coefficients, int rowInBlock, int place)
    {
        // X^N = −1: a negative exponent comes back from above with its sign changed. No row marks one coefficient twice.
        if (rowInBlock == 0) coefficients[place] = 1;
        else coefficients[Parameters.RingDegree + place - (Stride * rowInBlock)] = _modulus - 1;
    }

    /// <summary>Random numbers where cross terms stand, zeros where sums do.</summary>
    public Plaintext Mask(RandomSource random) => Mask(random, default);

    /// <summary>Random numbers where cross terms stand, and where sums do what takes these to shares: zeros, or random numbers too.</summary>
    /// <param name="random">The mask.</param>
    /// <param name="sums">Receives the random numbers on the first sums, modulo t, below the stride in number; empty for zeros on all of them.</param>
    public Plaintext Mask(RandomSource random, Span<ulong> sums)
    {
        var words = new ulong[2 * Parameters.RingDegree];
        using (var prg = AesPrg.Generate(random)) prg.Fill(MemoryMarshal.AsBytes(words.AsSpan()));
        var coefficients = new ulong[Parameters.RingDegree];
        for (var i = sums.IsEmpty ? Stride : 0; i < coefficients.Length; i++)
        {
            // ⌊w·t/2^128⌋ of a 128-bit word w: within 2^-94 of uniform modulo t.
            var lower = Math.BigMul(words[2 * i], _modulus, out _);
            var upper = Math.BigMul(words[(2 * i) + 1], _modulus, out var rest);
            coefficients[i] = upper + (ulong)(((UInt128)rest + lower) >> 64);
        }

        coefficients.AsSpan(0, sums.Length).CopyTo(sums);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words.AsSpan()));
        return Plaintext.FromCoefficients(Parameters, coefficients);
    }

    /// <summary>The sums of an answer, about zero.</summary>
    /// <param name="plaintext">The decrypted answer.</param>
    /// <param name="sums">Receives at most Stride sums.</param>
    public void Decode(Plaintext plaintext, Span<long> sums)
    {
        var coefficients = plaintext.ToCoefficients();
        for (var j = 0; j < sums.Length; j++) sums[j] = coefficients[j] > _modulus / 2 ? (long)coefficients[j] - (long)_modulus : (long)coefficients[j];
    }
}
