using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;

namespace Collab.Arithmetic.Codes;

/// <summary>
/// The systematic Expand-Convolute code of rate 1/2 with expander weight 7 and state 24: the generator is G = (I | E·K) of shape [k, 2k],
/// and <see cref="DualEncode(Span{Gf128}, Span{Gf128}, int)"/> computes G · e.
/// </summary>
/// <remarks>
/// E has seven ones in each row, one at a random place of each seventh of the row. K is two convolutions around the ring of k places, each
/// with 24 random taps a place and a last tap that is always one. Both are fixed by k alone: AES-128 in counter mode under the first half
/// of SHA-256("collab.expand-convolute.7x24" ‖ k), so nobody chose them. Layout of the streams: specs/vole-silent.md, "The code".
/// Source: Raghuraman, Rindal, Tanguy, Expand-Convolute Codes for Pseudorandom Correlation Generators from LPN, CRYPTO 2023, eprint 2023/882.
/// Not safe for use by two threads at once, though one call may use many. Timing depends on k alone.
/// </remarks>
public sealed partial class ExpandConvoluteCode : IDisposable
{
    /// <summary>Ones in a row of the expander.</summary>
    public const int ExpanderWeight = 7;

    /// <summary>Random taps of a place of a convolution.</summary>
    public const int StateSize = 24;

    /// <summary>The smallest k.</summary>
    public const int SmallestMessageSize = 64;

    /// <summary>The largest k.</summary>
    public const int LargestMessageSize = 1 << 28;

    // Elements whose taps or places are drawn from the streams at a time; every multiple of it begins at a block.
    private const int Chunk = 1024;
    private const ulong ExpanderDomain = 2; // the convolutions have 0 and 1

    private readonly AesPermutation _stream;

    /// <summary>The code of one size.</summary>
    /// <param name="messageSize">k, a multiple of 4 from <see cref="SmallestMessageSize"/> to <see cref="LargestMessageSize"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another size.</exception>
    public ExpandConvoluteCode(int messageSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(messageSize, SmallestMessageSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(messageSize, LargestMessageSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(messageSize % 4, 0, nameof(messageSize));
        MessageSize = messageSize;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes($"collab.expand-convolute.7x24/{messageSize}"), digest);
        _stream = new AesPermutation(Gf128.Read(digest));
    }

    /// <summary>k: how many elements come out; twice as many go in.</summary>
    public int MessageSize { get; }

    /// <summary>G · e for blocks, where e = (<paramref name="systematic"/>, <paramref name="parity"/>).</summary>
    /// <param name="systematic">Shape [k]; holds G · e afterwards.</param>
    /// <param name="parity">Shape [k]; destroyed.</param>
    /// <param name="parallelism">Threads for the expander, 1 or more.</param>
    /// <exception cref="ArgumentException">A length is not k.</exception>
    /// <remarks>Addition alone, so it serves elements of GF(2^128) and any other 128 bits. Reads seven random blocks of 16k bytes for each element that comes out.</remarks>
    public void DualEncode(Span<Gf128> systematic, Span<Gf128> parity, int parallelism = 1) =>
        DualEncode(systematic, parity, parallelism, Best);

    /// <summary>G · e for two vectors of blocks in one pass, as <see cref="DualEncode(Span{Gf128}, Span{Gf128}, int)"/> gives for each.</summary>
    /// <param name="first">Shape [k]; the first vector's systematic half, then its result. Or empty: the half is zero, and the result takes the parity's place.</param>
    /// <param name="firstParity">Shape [k]; destroyed, or the result.</param>
    /// <param name="second">Shape [k]; the second vector's systematic half, then its result.</param>
    /// <param name="secondParity">Shape [k]; destroyed.</param>
    /// <param name="parallelism">Threads, 1 or more.</param>
    /// <exception cref="ArgumentException">A length is not k.</exception>
    /// <remarks>Memory beside the vectors: 32·k bytes, zeroed.</remarks>
    public void DualEncodePair(Span<Gf128> first, Span<Gf128> firstParity, Span<Gf128> second, Span<Gf128> secondParity, int parallelism = 1)
    {
        RequireSizes(first.IsEmpty ? MessageSize : first.Length, firstParity.Length);
        RequireSizes(second.Length, secondParity.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        ConvolveTwice(firstParity, Best);
        ConvolveTwice(secondParity, Best);
        ExpandPair(first, second, firstParity, secondParity, parallelism);
    }

    /// <summary>G · e for single bits, one in each byte.</summary>
    /// <param name="systematic">Shape [k], each 0 or 1; holds G · e afterwards.</param>
    /// <param name="parity">Shape [k], each 0 or 1; destroyed.</param>
    /// <exception cref="ArgumentException">A length is not k.</exception>
    public void DualEncodeBits(Span<byte> systematic, Span<byte> parity)
    {
        RequireSizes(systematic.Length, parity.Length);
        ConvolveBits(parity, 0);
        ConvolveBits(parity, 1);
        ExpandBits(systematic, parity);
    }

    /// <summary>Frees the stream.</summary>
    public void Dispose() => _stream.Dispose();

    internal void DualEncode(Span<Gf128> systematic, Span<Gf128> parity, int parallelism, CodeKernel kernel)
    {
        RequireSizes(systematic.Length, parity.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        ConvolveTwice(parity, kernel);
        if (kernel == CodeKernel.Scalar) Expand(systematic, parity);
        else ExpandFast(systematic, parity, parallelism);
    }

    private void ConvolveTwice(Span<Gf128> parity, CodeKernel kernel)
    {
        for (var pass = 0UL; pass < 2; pass++)
        {
            if (kernel == CodeKernel.Lanes512) ConvolveLanes512(parity, pass);
            else if (kernel == CodeKernel.Lanes256) ConvolveLanes256(parity, pass);
            else Convolve(parity, pass);
        }
    }

    /// <summary>The taps of places start, start + 1, …: 24 random bits and the one, bit j − 1 for the place j further.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Taps(ulong pass, int start, Span<uint> taps)
    {
        Stream((ulong)start / 4, pass, taps);
        for (var i = 0; i < taps.Length; i++) taps[i] = (taps[i] & 0xFFFFFF) | (1U << StateSize);
    }

    /// <summary>Words of the stream: block i of a domain is AES of (first + i, domain).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Stream(ulong first, ulong domain, Span<uint> words)
    {
        var blocks = MemoryMarshal.Cast<uint, Gf128>(words);
        for (var i = 0; i < blocks.Length; i++) blocks[i] = new(first + (ulong)i, domain);
        _stream.Permute(blocks, blocks);
    }

    private void RequireSizes(int systematic, int parity)
    {
        if (systematic != MessageSize || parity != MessageSize) throw new ArgumentException($"Both halves have {MessageSize} elements.");
    }
}

/// <summary>The forms in which the code exists; all give the same bits.</summary>
internal enum CodeKernel
{
    /// <summary>One element at a time. The specification.</summary>
    Scalar,

    /// <summary>Vectors of 128 bits: one element at a time, places drawn in bulk.</summary>
    Lanes128,

    /// <summary>AVX2: two elements at a time.</summary>
    Lanes256,

    /// <summary>AVX-512: four elements at a time.</summary>
    Lanes512,
}
