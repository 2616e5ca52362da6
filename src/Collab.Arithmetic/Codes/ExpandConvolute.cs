using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;

namespace Collab.Arithmetic.Codes;

/// <summary>The dual encoder of a systematic Expand-Convolute code of rate 1/2: n blocks from 2n, linear over GF(2), public and pseudorandom.</summary>
/// <remarks>
/// out = e + B·K·f for (e ‖ f) of 2n blocks: K convolves with 24 random coefficients a position, y[i] = f[i] + Σ α[i, j]·y[i − j];
/// B sums 7 random positions an output. Profile 7x24 of Raghuraman, Rindal, Tanguy, eprint 2023/882. O(n); memory accesses depend on the
/// seed alone, which is public, so timing is independent of the blocks.
/// </remarks>
public sealed unsafe class ExpandConvolute
{
    /// <summary>Positions that each output sums.</summary>
    public const int ExpanderWeight = 7;

    /// <summary>Earlier outputs that each step of the convolution may add.</summary>
    public const int StateSize = 24;

    private const int ChunkLength = 2048;

    private readonly Gf128 _seed;
    private readonly VectorKernelChoice _kernel;

    /// <summary>The code of one length and seed.</summary>
    /// <param name="messageLength">n, in blocks, 1 or more.</param>
    /// <param name="seed">Public; both parties have the same.</param>
    public ExpandConvolute(int messageLength, Gf128 seed)
        : this(messageLength, seed, Avx512DQ.IsSupported ? VectorKernelChoice.Bits512 : VectorKernelChoice.Scalar)
    {
    }

    internal ExpandConvolute(int messageLength, Gf128 seed, VectorKernelChoice kernel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(messageLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(messageLength, int.MaxValue / 2);
        (MessageLength, _seed, _kernel) = (messageLength, seed, kernel);
    }

    /// <summary>The widths of the convolution; both give the same bits.</summary>
    internal enum VectorKernelChoice
    {
        Scalar,
        Bits512,
    }

    /// <summary>n, in blocks.</summary>
    public int MessageLength { get; }

    /// <summary>Encodes in place: the first n of 2n blocks become the result, the others are used up.</summary>
    /// <param name="vector">Shape [2n].</param>
    /// <exception cref="ArgumentException">The length is not 2n.</exception>
    public void Encode(Span<Gf128> vector)
    {
        Convolve(vector);
        Expand(vector, default);
    }

    /// <summary>Encodes two vectors with one pass over the code.</summary>
    /// <param name="first">Shape [2n].</param>
    /// <param name="second">Shape [2n]; does not overlap <paramref name="first"/>.</param>
    /// <exception cref="ArgumentException">A length is not 2n.</exception>
    public void Encode(Span<Gf128> first, Span<Gf128> second)
    {
        Convolve(first);
        Convolve(second);
        Expand(first, second);
    }

    private void Convolve(Span<Gf128> vector)
    {
        if (vector.Length != 2 * MessageLength) throw new ArgumentException("Twice as many blocks as the message has.", nameof(vector));
        using var stream = new AesPrg(_seed + Gf128.One);
        Span<uint> coefficients = stackalloc uint[ChunkLength];
        var state = stackalloc Gf128[StateSize];                                        // state[j] is added to the output j places on
        for (var j = 0; j < StateSize; j++) state[j] = Gf128.Zero;
        fixed (Gf128* parity = vector[MessageLength..])
        {
            for (var start = 0; start < MessageLength; start += ChunkLength)
            {
                var count = Math.Min(ChunkLength, MessageLength - start);
                stream.Fill(MemoryMarshal.AsBytes(coefficients));
                fixed (uint* bits = coefficients)
                {
                    if (_kernel == VectorKernelChoice.Bits512) Convolve512(parity + start, bits, count, state);
                    else ConvolveScalar(parity + start, bits, count, state);
                }
            }
        }
    }

    /// <summary>The specification: bit j of a position's coefficients says whether its output is added to the one j + 1 places on.</summary>
    private static void ConvolveScalar(Gf128* parity, uint* coefficients, int count, Gf128* state)
    {
        for (var i = 0; i < count; i++)
        {
            var output = parity[i] + state[0];
            parity[i] = output;
            for (var j = 0; j < StateSize; j++)
            {
                var mask = unchecked(0UL - ((coefficients[i] >> j) & 1));
                var next = j + 1 < StateSize ? state[j + 1] : Gf128.Zero;
                state[j] = next + new Gf128(output.Low & mask, output.High & mask);
            }
        }
    }

    /// <summary>The same with the state in six registers, which move on by one block a step; four coefficients choose a mask of four blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private static void Convolve512(Gf128* parity, uint* coefficients, int count, Gf128* state)
    {
        var masks = stackalloc ulong[16 * 8];
        for (var pattern = 0; pattern < 16; pattern++)
        {
            for (var word = 0; word < 8; word++) masks[(8 * pattern) + word] = unchecked(0UL - (ulong)((pattern >> (word >> 1)) & 1));
        }

        var window = (Vector512<ulong>*)state;
        var table = (Vector512<ulong>*)masks;
        var (s0, s1, s2, s3, s4, s5) = (window[0], window[1], window[2], window[3], window[4], window[5]);
        for (var i = 0; i < count; i++)
        {
            var output = Vector128.Load((ulong*)(parity + i)) ^ s0.GetLower().GetLower();
            output.Store((ulong*)(parity + i));
            var lanes = Avx512DQ.BroadcastVector128ToVector512((ulong*)(parity + i));
            var bits = coefficients[i];
            s0 = Avx512F.AlignRight64(s1, s0, 2) ^ (lanes & table[bits & 15]);
            s1 = Avx512F.AlignRight64(s2, s1, 2) ^ (lanes & table[(bits >> 4) & 15]);
            s2 = Avx512F.AlignRight64(s3, s2, 2) ^ (lanes & table[(bits >> 8) & 15]);
            s3 = Avx512F.AlignRight64(s4, s3, 2) ^ (lanes & table[(bits >> 12) & 15]);
            s4 = Avx512F.AlignRight64(s5, s4, 2) ^ (lanes & table[(bits >> 16) & 15]);
            s5 = Avx512F.AlignRight64(Vector512<ulong>.Zero, s5, 2) ^ (lanes & table[(bits >> 20) & 15]);
        }

        (window[0], window[1], window[2], window[3], window[4], window[5]) = (s0, s1, s2, s3, s4, s5);
    }

    private void Expand(Span<Gf128> first, Span<Gf128> second)
    {
        using var stream = new AesPrg(_seed);
        var positions = new uint[ChunkLength * ExpanderWeight];
        fixed (uint* chosen = positions)
        fixed (Gf128* a = first, b = second)
        {
            for (var start = 0; start < MessageLength; start += ChunkLength)
            {
                var count = Math.Min(ChunkLength, MessageLength - start);
                stream.Fill(MemoryMarshal.AsBytes(positions.AsSpan()));
                Scale(chosen, positions.Length, (uint)MessageLength);
                Sum(a + start, a + MessageLength, chosen, count);
                if (!second.IsEmpty) Sum(b + start, b + MessageLength, chosen, count);
            }
        }
    }

    /// <summary>32 uniform bits to a position below n: ⌊bits·n / 2^32⌋, within n/2^32 of uniform.</summary>
    private static void Scale(uint* bits, int count, uint length)
    {
        for (var i = 0; i < count; i++) bits[i] = (uint)(((ulong)bits[i] * length) >> 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Sum(Gf128* message, Gf128* parity, uint* positions, int count)
    {
        for (var i = 0; i < count; i++, positions += ExpanderWeight)
        {
            var sum = Load(message + i) ^ Load(parity + positions[0]) ^ Load(parity + positions[1]) ^ Load(parity + positions[2])
                ^ Load(parity + positions[3]) ^ Load(parity + positions[4]) ^ Load(parity + positions[5]) ^ Load(parity + positions[6]);
            sum.Store((ulong*)(message + i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(Gf128* block) => Vector128.Load((ulong*)block);
}
