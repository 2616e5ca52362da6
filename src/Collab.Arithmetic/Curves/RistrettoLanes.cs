using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Collab.Arithmetic.Curves;

/// <summary>Scalar multiplication of as many elements at once as a vector has lanes, each by its own scalar.</summary>
/// <remarks>
/// The digits, tables and formulas of <see cref="RistrettoPoint"/>; the same elements come out, by other representatives. A point is
/// X, Y, Z, T one after the other, a prepared one Y + X, Y − X, 2Z, 2d·T, all tight. Timing is independent of scalars and points.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class RistrettoLanes<TVector, TLanes>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    private const int Limbs = 5, Coordinates = 4, PointVectors = Coordinates * Limbs;
    private const int DigitCount = 64, TableSize = 9;                                   // {0 … 8}·P
    private const ulong SignBit = 1UL << 63;

    /// <summary>products[i] = scalars[i]·points[i].</summary>
    public static void Multiply(ReadOnlySpan<RistrettoScalar> scalars, ReadOnlySpan<RistrettoPoint> points, Span<RistrettoPoint> products)
    {
        const int elements = Coordinates * (TableSize + 2) + 1;
        var room = stackalloc byte[FieldLanes<TVector, TLanes>.Room(elements)];
        var table = FieldLanes<TVector, TLanes>.Align(room);
        TVector* point = table + TableSize * PointVectors, entry = point + PointVectors;
        Span<sbyte> digits = stackalloc sbyte[DigitCount * TLanes.Count];
        for (var first = 0; first < points.Length; first += TLanes.Count)
        {
            var count = Math.Min(TLanes.Count, points.Length - first);
            digits.Clear();
            for (var lane = 0; lane < count; lane++) scalars[first + lane].ToSignedDigits(digits.Slice(lane * DigitCount, DigitCount));
            Load(points.Slice(first, count), point);
            FillTable(point, entry, table);
            Climb(digits, table, entry, point);
            for (var lane = 0; lane < count; lane++) products[first + lane] = Extract(point, lane);
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(digits));
        CryptographicOperations.ZeroMemory(new Span<byte>(room, FieldLanes<TVector, TLanes>.Room(elements)));
    }

    private static void Load(ReadOnlySpan<RistrettoPoint> points, TVector* result)
    {
        Span<Field25519> elements = stackalloc Field25519[Coordinates * TLanes.Count];
        for (var lane = 0; lane < TLanes.Count; lane++)
        {
            var point = lane < points.Length ? points[lane] : RistrettoPoint.Neutral;
            elements[lane] = point.X;
            elements[TLanes.Count + lane] = point.Y;
            elements[2 * TLanes.Count + lane] = point.Z;
            elements[3 * TLanes.Count + lane] = point.T;
        }

        for (var i = 0; i < Coordinates; i++)
        {
            FieldLanes<TVector, TLanes>.Load(elements.Slice(i * TLanes.Count, TLanes.Count), result + i * Limbs);
        }
    }

    private static RistrettoPoint Extract(TVector* point, int lane)
    {
        Span<Field25519> carried = stackalloc Field25519[Coordinates];
        for (var i = 0; i < Coordinates; i++) carried[i] = FieldLanes<TVector, TLanes>.Extract(point + i * Limbs, lane) + Field25519.Zero;
        return new(carried[0], carried[1], carried[2], carried[3]);
    }

    /// <summary>{0 … 8}·P, prepared.</summary>
    private static void FillTable(TVector* point, TVector* multiple, TVector* table)
    {
        FieldLanes<TVector, TLanes>.Fill(1, table);
        FieldLanes<TVector, TLanes>.Fill(1, table + Limbs);
        FieldLanes<TVector, TLanes>.Fill(2, table + 2 * Limbs);
        FieldLanes<TVector, TLanes>.Fill(0, table + 3 * Limbs);
        for (var i = 0; i < PointVectors; i++) multiple[i] = point[i];
        Prepare(multiple, table + PointVectors);
        for (var i = 2; i < TableSize; i++)
        {
            Add(multiple, table + PointVectors);
            Prepare(multiple, table + i * PointVectors);
        }
    }

    private static void Prepare(TVector* point, TVector* prepared)
    {
        var room = stackalloc byte[FieldLanes<TVector, TLanes>.Room(1)];
        var twiceD = FieldLanes<TVector, TLanes>.Align(room);
        TVector* x = point, y = point + Limbs, z = y + Limbs, t = z + Limbs;
        FieldLanes<TVector, TLanes>.Fill(RistrettoPoint.TwiceD, twiceD);
        FieldLanes<TVector, TLanes>.Add(y, x, prepared);
        FieldLanes<TVector, TLanes>.Tighten(prepared, prepared);
        FieldLanes<TVector, TLanes>.Subtract(y, x, prepared + Limbs);
        FieldLanes<TVector, TLanes>.Tighten(prepared + Limbs, prepared + Limbs);
        FieldLanes<TVector, TLanes>.Add(z, z, prepared + 2 * Limbs);
        FieldLanes<TVector, TLanes>.Tighten(prepared + 2 * Limbs, prepared + 2 * Limbs);
        FieldLanes<TVector, TLanes>.Multiply(t, twiceD, prepared + 3 * Limbs);
    }

    /// <summary>The sum over all digits from the highest; leaves it in <paramref name="point"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Climb(ReadOnlySpan<sbyte> digits, TVector* table, TVector* entry, TVector* point)
    {
        FieldLanes<TVector, TLanes>.Fill(0, point);
        FieldLanes<TVector, TLanes>.Fill(1, point + Limbs);
        FieldLanes<TVector, TLanes>.Fill(1, point + 2 * Limbs);
        FieldLanes<TVector, TLanes>.Fill(0, point + 3 * Limbs);
        for (var i = DigitCount - 1; i >= 0; i--)
        {
            if (i < DigitCount - 1)
            {
                for (var j = 0; j < 4; j++) Double(point);
            }

            Look(digits, i, table, entry);
            Add(point, entry);
        }
    }

    /// <summary>Each lane's digit times its point, from the whole table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Look(ReadOnlySpan<sbyte> digits, int position, TVector* table, TVector* entry)
    {
        TVector mask = default, negative = default;
        for (var k = 0; k < PointVectors; k++) entry[k] = default;
        for (var i = 0; i < TableSize; i++)
        {
            for (var lane = 0; lane < TLanes.Count; lane++)
            {
                int digit = digits[lane * DigitCount + position];
                unchecked
                {
                    var magnitude = (ulong)((digit ^ (digit >> 31)) - (digit >> 31));
                    ((ulong*)&mask)[lane] = 0 - (((magnitude ^ (ulong)i) - 1) >> 63);
                    ((ulong*)&negative)[lane] = (ulong)(long)(digit >> 31);
                }
            }

            for (var k = 0; k < PointVectors; k++) entry[k] = TLanes.Or(entry[k], TLanes.And(mask, table[i * PointVectors + k]));
        }

        FieldLanes<TVector, TLanes>.Swap(negative, entry, entry + Limbs);
        var flip = TLanes.And(negative, TLanes.CreateBits(SignBit));
        for (var k = 3 * Limbs; k < PointVectors; k++) entry[k] = TLanes.Xor(entry[k], flip); // −T: limbs are signed
    }

    /// <summary>P becomes P + Q, Q prepared: the formulas of <see cref="RistrettoPoint"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(TVector* point, TVector* prepared)
    {
        var room = stackalloc byte[FieldLanes<TVector, TLanes>.Room(8)];
        TVector* first = FieldLanes<TVector, TLanes>.Align(room), second = first + Limbs, columns1 = second + Limbs, columns2 = columns1 + Limbs;
        TVector* e = columns2 + Limbs, f = e + Limbs, g = f + Limbs, h = g + Limbs;
        TVector* x = point, y = point + Limbs, z = y + Limbs, t = z + Limbs;
        FieldLanes<TVector, TLanes>.Subtract(y, x, first);
        FieldLanes<TVector, TLanes>.Add(y, x, second);
        FieldLanes<TVector, TLanes>.MultiplyToColumns(prepared + Limbs, first, columns1);   // A
        FieldLanes<TVector, TLanes>.MultiplyToColumns(prepared, second, columns2);          // B
        FieldLanes<TVector, TLanes>.CarrySumAndDifference(columns2, columns1, h, e);
        FieldLanes<TVector, TLanes>.MultiplyToColumns(prepared + 3 * Limbs, t, columns1);   // C
        FieldLanes<TVector, TLanes>.MultiplyToColumns(prepared + 2 * Limbs, z, columns2);   // D
        FieldLanes<TVector, TLanes>.CarrySumAndDifference(columns2, columns1, g, f);
        FieldLanes<TVector, TLanes>.Multiply(e, f, x);
        FieldLanes<TVector, TLanes>.Multiply(g, h, y);
        FieldLanes<TVector, TLanes>.Multiply(f, g, z);
        FieldLanes<TVector, TLanes>.Multiply(e, h, t);
    }

    /// <summary>P becomes 2P.</summary>
    /// <remarks>All coordinates of the formula negated, which is the same point: E = 2XY, G = Y² − X², H = X² + Y², F = 2Z² − G.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Double(TVector* point)
    {
        var room = stackalloc byte[FieldLanes<TVector, TLanes>.Room(7)];
        TVector* twice = FieldLanes<TVector, TLanes>.Align(room), columns1 = twice + Limbs, columns2 = columns1 + Limbs;
        TVector* e = columns2 + Limbs, f = e + Limbs, g = f + Limbs, h = g + Limbs;
        TVector* x = point, y = point + Limbs, z = y + Limbs, t = z + Limbs;
        FieldLanes<TVector, TLanes>.SquareToColumns(x, columns1);
        FieldLanes<TVector, TLanes>.SquareToColumns(y, columns2);
        FieldLanes<TVector, TLanes>.CarrySumAndDifference(columns2, columns1, h, g);
        FieldLanes<TVector, TLanes>.Add(y, y, twice);
        FieldLanes<TVector, TLanes>.Multiply(x, twice, e);
        FieldLanes<TVector, TLanes>.Square(z, f);
        FieldLanes<TVector, TLanes>.Add(f, f, f);
        FieldLanes<TVector, TLanes>.Subtract(f, g, f);                                      // below 3·2^50 + 3·2^14
        FieldLanes<TVector, TLanes>.Tighten(f, f);
        FieldLanes<TVector, TLanes>.Multiply(e, f, x);
        FieldLanes<TVector, TLanes>.Multiply(g, h, y);
        FieldLanes<TVector, TLanes>.Multiply(f, g, z);
        FieldLanes<TVector, TLanes>.Multiply(e, h, t);
    }
}
