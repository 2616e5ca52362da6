using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.Arithmetic.Codes;

public sealed unsafe partial class ExpandConvoluteCode
{
    /// <summary>The places of rows start, start + 1, …: shape [7, rows], the s-th row of the matrix within the s-th seventh.</summary>
    private void Places(int start, int rows, Span<uint> places)
    {
        // Row i's seven words are blocks of the stream's chunk: seventh s of a chunk begins at block 7·start/4 + s·rows/4.
        Stream(7UL * (ulong)start / 4, ExpanderDomain, places[..(7 * rows)]);
        for (var s = 0; s < ExpanderWeight; s++)
        {
            var begin = (uint)((long)MessageSize * s / ExpanderWeight);
            var width = (uint)((long)MessageSize * (s + 1) / ExpanderWeight) - begin;
            Scale(places.Slice(s * rows, rows), begin, width);
        }
    }

    // begin + ⌊word · width / 2^32⌋.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Scale(Span<uint> words, uint begin, uint width)
    {
        var i = 0;
        if (Avx512F.IsSupported)
        {
            var w = Vector512.Create(width);
            var b = Vector512.Create((ulong)begin);
            fixed (uint* p = words)
            {
                for (; i <= words.Length - 16; i += 16)
                {
                    var x = Vector512.Load(p + i);
                    var even = (Avx512F.Multiply(x, w) >>> 32) + b;                       // the even lanes' products, 64 bits each
                    var odd = (Avx512F.Multiply((x.AsUInt64() >>> 32).AsUInt32(), w) >>> 32) + b;
                    (even | (odd << 32)).AsUInt32().Store(p + i);
                }
            }
        }

        for (; i < words.Length; i++) words[i] = begin + (uint)(((ulong)words[i] * width) >> 32);
    }

    /// <summary>The specification: systematic[i] += the sum of parity at the seven places of row i.</summary>
    private void Expand(Span<Gf128> systematic, ReadOnlySpan<Gf128> parity)
    {
        var places = new uint[ExpanderWeight * Chunk];
        for (var start = 0; start < systematic.Length; start += Chunk)
        {
            var rows = Math.Min(Chunk, systematic.Length - start);
            Places(start, rows, places);
            for (var i = 0; i < rows; i++)
            {
                for (var s = 0; s < ExpanderWeight; s++) systematic[start + i] += parity[(int)places[(s * rows) + i]];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void ExpandBits(Span<byte> systematic, ReadOnlySpan<byte> parity)
    {
        var places = new uint[ExpanderWeight * Chunk];
        for (var start = 0; start < systematic.Length; start += Chunk)
        {
            var rows = Math.Min(Chunk, systematic.Length - start);
            Places(start, rows, places);
            fixed (byte* d = systematic[start..], y = parity)
            fixed (uint* p = places)
            {
                for (var i = 0; i < rows; i++)
                {
                    d[i] ^= (byte)(y[p[i]] ^ y[p[rows + i]] ^ y[p[(2 * rows) + i]] ^ y[p[(3 * rows) + i]]
                        ^ y[p[(4 * rows) + i]] ^ y[p[(5 * rows) + i]] ^ y[p[(6 * rows) + i]]);
                }
            }
        }
    }

    private void ExpandFast(Span<Gf128> systematic, ReadOnlySpan<Gf128> parity, int parallelism)
    {
        fixed (Gf128* d = systematic, y = parity)
        {
            var (target, source) = ((nint)d, (nint)y);
            var chunks = (MessageSize + Chunk - 1) / Chunk;
            if (parallelism == 1 || chunks == 1)
            {
                ExpandChunks(target, source, 0, chunks);
                return;
            }

            var parts = Math.Min(parallelism, chunks);
            Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = parts }, part => ExpandChunks(
                target, source, (int)((long)chunks * part / parts), (int)((long)chunks * (part + 1) / parts)));
        }
    }

    private void ExpandChunks(nint systematic, nint parity, int from, int to)
    {
        using var places = NativeBuffer<uint>.Allocate(ExpanderWeight * Chunk);
        for (var chunk = from; chunk < to; chunk++)
        {
            var start = chunk * Chunk;
            var rows = Math.Min(Chunk, MessageSize - start);
            Places(start, rows, places.Span);
            ExpandRows((Vector128<ulong>*)systematic + start, (Vector128<ulong>*)parity, places.Pointer, rows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ExpandRows(Vector128<ulong>* d, Vector128<ulong>* y, uint* p, int rows)
    {
        uint* p1 = p + rows, p2 = p1 + rows, p3 = p2 + rows, p4 = p3 + rows, p5 = p4 + rows, p6 = p5 + rows;
        for (var i = 0; i < rows; i++)
        {
            d[i] ^= y[p[i]] ^ y[p1[i]] ^ y[p2[i]] ^ y[p3[i]] ^ y[p4[i]] ^ y[p5[i]] ^ y[p6[i]];
        }
    }

    /// <summary>Two vectors at once: the parities stand side by side, so that one look-up serves both.</summary>
    private void ExpandPair(Span<Gf128> first, Span<Gf128> second, Span<Gf128> firstParity, ReadOnlySpan<Gf128> secondParity, int parallelism)
    {
        using var pairs = NativeBuffer<Vector256<ulong>>.Allocate(MessageSize);
        fixed (Gf128* y = firstParity, z = secondParity) Pair((Vector128<ulong>*)y, (Vector128<ulong>*)z, pairs.Pointer, MessageSize);
        if (first.IsEmpty) (first = firstParity).Clear();
        fixed (Gf128* d = first, e = second)
        {
            var (one, two, source) = ((nint)d, (nint)e, (nint)pairs.Pointer);
            var chunks = (MessageSize + Chunk - 1) / Chunk;
            var parts = Math.Min(parallelism, chunks);
            if (parts == 1) ExpandPairChunks(one, two, source, 0, chunks);
            else
            {
                Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = parts }, part => ExpandPairChunks(
                    one, two, source, (int)((long)chunks * part / parts), (int)((long)chunks * (part + 1) / parts)));
            }
        }
    }

    private void ExpandPairChunks(nint first, nint second, nint pairs, int from, int to)
    {
        using var places = NativeBuffer<uint>.Allocate(ExpanderWeight * Chunk);
        for (var chunk = from; chunk < to; chunk++)
        {
            var start = chunk * Chunk;
            var rows = Math.Min(Chunk, MessageSize - start);
            Places(start, rows, places.Span);
            ExpandPairRows(
                (Vector128<ulong>*)first + start, (Vector128<ulong>*)second + start, (Vector256<ulong>*)pairs, places.Pointer, rows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pair(Vector128<ulong>* y, Vector128<ulong>* z, Vector256<ulong>* pairs, int count)
    {
        for (var i = 0; i < count; i++) pairs[i] = Vector256.Create(y[i], z[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ExpandPairRows(Vector128<ulong>* d, Vector128<ulong>* e, Vector256<ulong>* y, uint* p, int rows)
    {
        uint* p1 = p + rows, p2 = p1 + rows, p3 = p2 + rows, p4 = p3 + rows, p5 = p4 + rows, p6 = p5 + rows;
        for (var i = 0; i < rows; i++)
        {
            var sum = y[p[i]] ^ y[p1[i]] ^ y[p2[i]] ^ y[p3[i]] ^ y[p4[i]] ^ y[p5[i]] ^ y[p6[i]];
            d[i] ^= sum.GetLower();
            e[i] ^= sum.GetUpper();
        }
    }
}
