using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Collab.Arithmetic.BinaryField;

/// <summary>Transposition of bit matrices of 128 columns.</summary>
public static unsafe partial class BitMatrix
{
    /// <summary>The number of columns, and of rows in a block.</summary>
    public const int Side = 128;

    /// <summary>rows[128·b + r] bit j = columns[j·stride + b] bit r: from 128 columns to rows of 128 bits.</summary>
    /// <param name="columns">Column-major, shape [128, stride]; element b of a column holds its rows 128·b to 128·b + 127.</param>
    /// <param name="stride">Elements of a column; the first ⌈rows/128⌉ of each are used.</param>
    /// <param name="rows">Receives the rows, any number up to 128·stride; must not overlap.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the spans overlap.</exception>
    /// <remarks>Timing depends on lengths alone. Four blocks side by side with AVX-512, two with AVX2, else one; all give the same bits.</remarks>
    public static void TransposeColumns(ReadOnlySpan<Gf128> columns, int stride, Span<Gf128> rows) =>
        TransposeColumns(columns, stride, rows, BestWidth);

    /// <summary>The widest vectors this processor has for the kernel, in bits; 128 is the scalar form.</summary>
    internal static int BestWidth =>
        Avx512F.IsSupported && Vector512.IsHardwareAccelerated ? 512 : Avx2.IsSupported ? 256 : 128;

    internal static void TransposeColumns(ReadOnlySpan<Gf128> columns, int stride, Span<Gf128> rows, int width)
    {
        if (columns.Length != (long)Side * stride || rows.Length > (long)Side * stride || rows.Overlaps(columns))
        {
            throw new ArgumentException("128 columns that hold the rows are needed, apart from them.", nameof(columns));
        }

        var block = 0;
        fixed (Gf128* source = columns, destination = rows)
        {
            for (; width >= 512 && (block + 4) * Side <= rows.Length; block += 4) Transpose512(source + block, stride, destination + block * Side);
            for (; width >= 256 && (block + 2) * Side <= rows.Length; block += 2) Transpose256(source + block, stride, destination + block * Side);
        }

        for (; block * Side < rows.Length; block++) TransposeOne(columns[block..], stride, rows[(block * Side)..]);
    }

    /// <summary>One block, of which the last may have fewer rows.</summary>
    private static void TransposeOne(ReadOnlySpan<Gf128> columns, int stride, Span<Gf128> rows)
    {
        Span<Gf128> block = stackalloc Gf128[Side];
        for (var j = 0; j < Side; j++) block[j] = columns[j * stride];
        TransposeBlock(block);
        block[..Math.Min(Side, rows.Length)].CopyTo(rows);
        block.Clear();
    }

    /// <summary>Transposes a 128 × 128 matrix in place: bit c of element r becomes bit r of element c.</summary>
    /// <remarks>The specification of the vector forms. Source: H. S. Warren, Hacker's Delight, section 7-3; each quarter is a matrix of its own.</remarks>
    internal static void TransposeBlock(Span<Gf128> block)
    {
        for (var r = 0; r < Side / 2; r++)                                              // quarters of 64 × 64
        {
            var (above, below) = (block[r], block[r + 64]);
            block[r] = new(above.Low, below.Low);
            block[r + 64] = new(above.High, below.High);
        }

        var mask = 0x00000000ffffffffUL;                                                // columns whose number has no bit of the distance
        for (var distance = 32; distance > 0; distance >>= 1, mask ^= mask << distance)
        {
            for (var r = 0; r < Side; r++)
            {
                if ((r & distance) != 0) continue;
                var (above, below) = (block[r], block[r + distance]);
                var low = ((above.Low >> distance) ^ below.Low) & mask;
                var high = ((above.High >> distance) ^ below.High) & mask;
                block[r] = new(above.Low ^ (low << distance), above.High ^ (high << distance));
                block[r + distance] = new(below.Low ^ low, below.High ^ high);
            }
        }
    }
}
