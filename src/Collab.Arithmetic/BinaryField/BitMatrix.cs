namespace Collab.Arithmetic.BinaryField;

/// <summary>Transposition of bit matrices of 128 columns.</summary>
public static partial class BitMatrix
{
    /// <summary>The number of columns, and of rows in a block.</summary>
    public const int Side = 128;

    private const int Words = 2 * Side;

    /// <summary>rows[128·b + r] bit j = columns[j·stride + b] bit r: from 128 columns to rows of 128 bits.</summary>
    /// <param name="columns">Column-major, shape [128, stride]; element b of a column holds its rows 128·b to 128·b + 127.</param>
    /// <param name="stride">Elements of a column; the first ⌈rows/128⌉ of each are used.</param>
    /// <param name="rows">Receives the rows, any number up to 128·stride; must not overlap.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the spans overlap.</exception>
    /// <remarks>Timing depends on lengths alone.</remarks>
    public static void TransposeColumns(ReadOnlySpan<Gf128> columns, int stride, Span<Gf128> rows)
    {
        if (columns.Length != (long)Side * stride || rows.Length > (long)Side * stride || rows.Overlaps(columns))
        {
            throw new ArgumentException("128 columns that hold the rows are needed, apart from them.", nameof(columns));
        }

        Span<Gf128> block = stackalloc Gf128[Side];
        for (var b = 0; b * Side < rows.Length; b++)
        {
            for (var j = 0; j < Side; j++) block[j] = columns[j * stride + b];
            TransposeBlock(block);
            var part = rows[(b * Side)..];
            block[..Math.Min(Side, part.Length)].CopyTo(part);
        }

        block.Clear();
    }

    /// <summary>Transposes a 128 × 128 matrix in place: bit c of element r becomes bit r of element c.</summary>
    internal static void TransposeBlock(Span<Gf128> block)
    {
        var words = System.Runtime.InteropServices.MemoryMarshal.Cast<Gf128, ulong>(block)[..Words];
        for (var r = 0; r < Side / 2; r++)                                              // quarters of 64 × 64
        {
            (words[2 * r + 1], words[2 * (r + 64)]) = (words[2 * (r + 64)], words[2 * r + 1]);
        }

        var mask = 0x00000000ffffffffUL;                                                // columns with the distance's bit 0
        for (var distance = 32; distance > 0; distance >>= 1, mask ^= mask << distance) ExchangeQuarters(words, distance, mask);
    }

    // Source: H. S. Warren, Hacker's Delight, section 7-3; each quarter is a matrix of its own.
    private static void ExchangeQuarters(Span<ulong> words, int distance, ulong mask)
    {
        for (var r = 0; r < Side; r++)
        {
            if ((r & distance) != 0) continue;
            for (var half = 0; half < 2; half++)
            {
                ref var above = ref words[2 * r + half];
                ref var below = ref words[2 * (r + distance) + half];
                var swap = ((above >> distance) ^ below) & mask;
                above ^= swap << distance;
                below ^= swap;
            }
        }
    }
}
