using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Collab.Arithmetic.Curves;

/// <content>Scalar multiplication in signed digits of 4 bits; every table is read whole for every digit.</content>
public readonly partial struct RistrettoPoint
{
    private const int DigitCount = 64;
    private const int TableSize = 8;

    // Rows 16^(2i)·{1 … 8}·G, i < 32, shape [32, 8]. Public, made at first use in about two milliseconds.
    private static readonly Lazy<AffinePoint[]> GeneratorTable = new(MakeGeneratorTable);

    /// <summary>s·P.</summary>
    /// <remarks>252 doublings and 64 additions; s and P are secret.</remarks>
    [SkipLocalsInit]
    public static RistrettoPoint operator *(in RistrettoScalar scalar, in RistrettoPoint point)
    {
        Span<sbyte> digits = stackalloc sbyte[DigitCount];
        Span<CachedPoint> table = stackalloc CachedPoint[TableSize];                     // {1 … 8}·P
        scalar.ToSignedDigits(digits);
        FillTable(point, table);
        var sum = Neutral.Add(Look(table, digits[DigitCount - 1]));
        for (var i = DigitCount - 2; i >= 0; i--)
        {
            sum = sum.Double().Double().Double().Double().Add(Look(table, digits[i]));
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(digits));
        return sum;
    }

    /// <summary>s·G.</summary>
    /// <remarks>4 doublings and 64 additions of affine points; s is secret.</remarks>
    [SkipLocalsInit]
    public static RistrettoPoint MultiplyGenerator(in RistrettoScalar scalar)
    {
        Span<sbyte> digits = stackalloc sbyte[DigitCount];
        scalar.ToSignedDigits(digits);
        ReadOnlySpan<AffinePoint> table = GeneratorTable.Value;
        var sum = Neutral;
        for (var i = 1; i < DigitCount; i += 2) sum = sum.Add(Look(table.Slice(i / 2 * TableSize, TableSize), digits[i]));
        sum = sum.Double().Double().Double().Double();
        for (var i = 0; i < DigitCount; i += 2) sum = sum.Add(Look(table.Slice(i / 2 * TableSize, TableSize), digits[i]));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(digits));
        return sum;
    }

    /// <summary>products[i] = scalars[i]·points[i], several at once where the processor has the vectors.</summary>
    /// <param name="scalars">Shape [n]; secret.</param>
    /// <param name="points">Shape [n]; secret.</param>
    /// <param name="products">Receives n elements; must not overlap.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap.</exception>
    public static void Multiply(ReadOnlySpan<RistrettoScalar> scalars, ReadOnlySpan<RistrettoPoint> points, Span<RistrettoPoint> products) =>
        Multiply(CurveKernels.Best, scalars, points, products);

    internal static void Multiply(
        CurveKernel kernel, ReadOnlySpan<RistrettoScalar> scalars, ReadOnlySpan<RistrettoPoint> points, Span<RistrettoPoint> products)
    {
        if (scalars.Length != points.Length || points.Length != products.Length || products.Overlaps(points))
        {
            throw new ArgumentException("A scalar and a place for each point are needed.", nameof(products));
        }

        if (kernel == CurveKernel.Lanes512) RistrettoLanes<Vector512<double>, Lanes512>.Multiply(scalars, points, products);
        else if (kernel == CurveKernel.Lanes256) RistrettoLanes<Vector256<double>, Lanes256>.Multiply(scalars, points, products);
        else
        {
            for (var i = 0; i < points.Length; i++) products[i] = scalars[i] * points[i];
        }
    }

    private static void FillTable(in RistrettoPoint point, Span<CachedPoint> table)
    {
        table[0] = new(point);
        var multiple = point;
        for (var i = 1; i < TableSize; i++)
        {
            multiple = multiple.Add(table[0]);
            table[i] = new(multiple);
        }
    }

    /// <summary>digit·P from the whole table.</summary>
    private static CachedPoint Look(ReadOnlySpan<CachedPoint> table, int digit)
    {
        var entry = CachedPoint.Neutral;
        Scan(MemoryMarshal.Cast<CachedPoint, ulong>(table), Magnitude(digit), MemoryMarshal.Cast<CachedPoint, ulong>(new Span<CachedPoint>(ref entry)));
        return entry.NegateIf(Sign(digit));
    }

    private static AffinePoint Look(ReadOnlySpan<AffinePoint> table, int digit)
    {
        var entry = AffinePoint.Neutral;
        Scan(MemoryMarshal.Cast<AffinePoint, ulong>(table), Magnitude(digit), MemoryMarshal.Cast<AffinePoint, ulong>(new Span<AffinePoint>(ref entry)));
        return entry.NegateIf(Sign(digit));
    }

    /// <summary>Reads every entry and leaves the one of the magnitude, or the entry as it was for 0.</summary>
    private static void Scan(ReadOnlySpan<ulong> table, ulong magnitude, Span<ulong> entry)
    {
        var size = entry.Length;
        var at = 0;
        for (; at <= size - Vector256<ulong>.Count; at += Vector256<ulong>.Count)
        {
            var found = Vector256.Create<ulong>(entry[at..]) & Vector256.Create(Mask(magnitude, 0));
            for (var i = 0; i < TableSize; i++)
            {
                found |= Vector256.Create<ulong>(table[(i * size + at)..]) & Vector256.Create(Mask(magnitude, (ulong)i + 1));
            }

            found.CopyTo(entry[at..]);
        }

        for (; at < size; at++)
        {
            var found = entry[at] & Mask(magnitude, 0);
            for (var i = 0; i < TableSize; i++) found |= table[i * size + at] & Mask(magnitude, (ulong)i + 1);
            entry[at] = found;
        }
    }

    private static ulong Sign(int digit) => unchecked((ulong)(uint)(digit >> 31) & 1);

    private static ulong Magnitude(int digit) => unchecked((ulong)((digit ^ (digit >> 31)) - (digit >> 31)));

    /// <summary>All ones if both are the same, else 0; for numbers below 2^63.</summary>
    private static ulong Mask(ulong a, ulong b) => unchecked(0 - (((a ^ b) - 1) >> 63));

    private static AffinePoint[] MakeGeneratorTable()
    {
        var table = new AffinePoint[DigitCount / 2 * TableSize];
        var row = Generator;
        for (var i = 0; i < DigitCount / 2; i++)
        {
            var multiple = row;
            for (var j = 0; j < TableSize; j++)
            {
                table[i * TableSize + j] = AffinePoint.From(multiple, multiple.Z.Invert());
                multiple += row;
            }

            for (var j = 0; j < 8; j++) row = row.Double();
        }

        return table;
    }
}
