using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Curves;

/// <content>
/// Products. h = fma(a, b, 1.5·2^103) holds ab rounded to a multiple of 2^51, l = fma(a, b, 1.5·2^103 + 1.5·2^52 − h) the exact rest, if
/// |ab| ≤ 2^102: tight times loose is. Their bits, less those of the two units, are the integers ab div 2^51 (for the column above)
/// and the rest in [−2^50, 2^50], so columns are sums of bits; the units are taken off once for each column.
/// </content>
internal static unsafe partial class FieldLanes<TVector, TLanes>
{
    /// <summary>a·b; one tight, the other tight or loose.</summary>
    [MethodImpl(Kernel)]
    public static void Multiply(TVector* a, TVector* b, TVector* product)
    {
        MultiplyCore(a, b, out var column0, out var column1, out var column2, out var column3, out var column4);
        Carry(column0, column1, column2, column3, column4, product);
    }

    /// <summary>a·b as five columns not yet carried, each below 2^58 in magnitude; one operand tight, the other tight or loose.</summary>
    [MethodImpl(Kernel)]
    public static void MultiplyToColumns(TVector* a, TVector* b, TVector* columns)
    {
        MultiplyCore(a, b, out columns[0], out columns[1], out columns[2], out columns[3], out columns[4]);
    }

    /// <summary>a²; tight.</summary>
    [MethodImpl(Kernel)]
    public static void Square(TVector* a, TVector* square)
    {
        SquareCore(a, out var column0, out var column1, out var column2, out var column3, out var column4);
        Carry(column0, column1, column2, column3, column4, square);
    }

    /// <summary>a² as five columns not yet carried; tight.</summary>
    [MethodImpl(Kernel)]
    public static void SquareToColumns(TVector* a, TVector* columns)
    {
        SquareCore(a, out columns[0], out columns[1], out columns[2], out columns[3], out columns[4]);
    }

    /// <summary>The sum and the difference of two sets of columns, carried: both tight. Carrying after the sum saves carrying before it.</summary>
    [MethodImpl(Kernel)]
    public static void CarrySumAndDifference(TVector* a, TVector* b, TVector* sum, TVector* difference)
    {
        Carry(
            TLanes.AddBits(a[0], b[0]), TLanes.AddBits(a[1], b[1]), TLanes.AddBits(a[2], b[2]), TLanes.AddBits(a[3], b[3]),
            TLanes.AddBits(a[4], b[4]), sum);
        Carry(
            TLanes.SubtractBits(a[0], b[0]), TLanes.SubtractBits(a[1], b[1]), TLanes.SubtractBits(a[2], b[2]), TLanes.SubtractBits(a[3], b[3]),
            TLanes.SubtractBits(a[4], b[4]), difference);
    }

    /// <summary>a + factor·b; a tight, b tight or loose, factor an integer below 2^20.</summary>
    [MethodImpl(Kernel)]
    public static void AddMultiple(TVector* a, double factor, TVector* b, TVector* result)
    {
        var high = TLanes.Create(HighUnit);
        var both = TLanes.Create(HighUnit + LowUnit);
        var unit = TLanes.Create(LowUnit);
        var times = TLanes.Create(factor);
        var begin = TLanes.CreateBits(unchecked(0 - 2 * LowBits - HighBits));           // a, the rest below, the product above
        var column0 = TLanes.AddBits(TLanes.Add(a[0], unit), TLanes.CreateBits(unchecked(0 - 2 * LowBits - 19 * HighBits)));
        var column1 = TLanes.AddBits(TLanes.Add(a[1], unit), begin);
        var column2 = TLanes.AddBits(TLanes.Add(a[2], unit), begin);
        var column3 = TLanes.AddBits(TLanes.Add(a[3], unit), begin);
        var column4 = TLanes.AddBits(TLanes.Add(a[4], unit), begin);
        Accumulate(times, b[0], high, both, ref column0, ref column1);
        Accumulate(times, b[1], high, both, ref column1, ref column2);
        Accumulate(times, b[2], high, both, ref column2, ref column3);
        Accumulate(times, b[3], high, both, ref column3, ref column4);
        Begin(times, b[4], high, both, ref column4, out var column5);
        Carry(TLanes.AddBits(column0, TLanes.NineteenTimes(column5)), column1, column2, column3, column4, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyCore(
        TVector* a, TVector* b, out TVector result0, out TVector result1, out TVector result2, out TVector result3, out TVector result4)
    {
        TVector a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4];
        TVector b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3], b4 = b[4];
        var high = TLanes.Create(HighUnit);
        var both = TLanes.Create(HighUnit + LowUnit);

        // What the units add to columns k and k + 5: one low unit for each product of the column, one high unit for each of the one below.
        var column0 = TLanes.CreateBits(unchecked(0 - (1 * LowBits + 0 * HighBits) - 19 * (4 * LowBits + 5 * HighBits)));
        var column1 = TLanes.CreateBits(unchecked(0 - (2 * LowBits + 1 * HighBits) - 19 * (3 * LowBits + 4 * HighBits)));
        var column2 = TLanes.CreateBits(unchecked(0 - (3 * LowBits + 2 * HighBits) - 19 * (2 * LowBits + 3 * HighBits)));
        var column3 = TLanes.CreateBits(unchecked(0 - (4 * LowBits + 3 * HighBits) - 19 * (1 * LowBits + 2 * HighBits)));
        var column4 = TLanes.CreateBits(unchecked(0 - (5 * LowBits + 4 * HighBits) - 19 * (0 * LowBits + 1 * HighBits)));
        Accumulate(a0, b0, high, both, ref column0, ref column1);
        Accumulate(a0, b1, high, both, ref column1, ref column2);
        Accumulate(a1, b0, high, both, ref column1, ref column2);
        Accumulate(a0, b2, high, both, ref column2, ref column3);
        Accumulate(a1, b1, high, both, ref column2, ref column3);
        Accumulate(a2, b0, high, both, ref column2, ref column3);
        Accumulate(a0, b3, high, both, ref column3, ref column4);
        Accumulate(a1, b2, high, both, ref column3, ref column4);
        Accumulate(a2, b1, high, both, ref column3, ref column4);
        Accumulate(a3, b0, high, both, ref column3, ref column4);
        Begin(a0, b4, high, both, ref column4, out var column5);
        Accumulate(a1, b3, high, both, ref column4, ref column5);
        Accumulate(a2, b2, high, both, ref column4, ref column5);
        Accumulate(a3, b1, high, both, ref column4, ref column5);
        Accumulate(a4, b0, high, both, ref column4, ref column5);
        Begin(a1, b4, high, both, ref column5, out var column6);
        Accumulate(a2, b3, high, both, ref column5, ref column6);
        Accumulate(a3, b2, high, both, ref column5, ref column6);
        Accumulate(a4, b1, high, both, ref column5, ref column6);
        Begin(a2, b4, high, both, ref column6, out var column7);
        Accumulate(a3, b3, high, both, ref column6, ref column7);
        Accumulate(a4, b2, high, both, ref column6, ref column7);
        Begin(a3, b4, high, both, ref column7, out var column8);
        Accumulate(a4, b3, high, both, ref column7, ref column8);
        Begin(a4, b4, high, both, ref column8, out var column9);
        result0 = TLanes.AddBits(column0, TLanes.NineteenTimes(column5));               // 2^255 = 19
        result1 = TLanes.AddBits(column1, TLanes.NineteenTimes(column6));
        result2 = TLanes.AddBits(column2, TLanes.NineteenTimes(column7));
        result3 = TLanes.AddBits(column3, TLanes.NineteenTimes(column8));
        result4 = TLanes.AddBits(column4, TLanes.NineteenTimes(column9));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SquareCore(
        TVector* a, out TVector result0, out TVector result1, out TVector result2, out TVector result3, out TVector result4)
    {
        TVector a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4];
        TVector twice0 = TLanes.Add(a0, a0), twice1 = TLanes.Add(a1, a1), twice2 = TLanes.Add(a2, a2), twice3 = TLanes.Add(a3, a3);
        var high = TLanes.Create(HighUnit);
        var both = TLanes.Create(HighUnit + LowUnit);
        var column0 = TLanes.CreateBits(unchecked(0 - (1 * LowBits + 0 * HighBits) - 19 * (2 * LowBits + 3 * HighBits)));
        var column1 = TLanes.CreateBits(unchecked(0 - (1 * LowBits + 1 * HighBits) - 19 * (2 * LowBits + 2 * HighBits)));
        var column2 = TLanes.CreateBits(unchecked(0 - (2 * LowBits + 1 * HighBits) - 19 * (1 * LowBits + 2 * HighBits)));
        var column3 = TLanes.CreateBits(unchecked(0 - (2 * LowBits + 2 * HighBits) - 19 * (1 * LowBits + 1 * HighBits)));
        var column4 = TLanes.CreateBits(unchecked(0 - (3 * LowBits + 2 * HighBits) - 19 * (0 * LowBits + 1 * HighBits)));
        Accumulate(a0, a0, high, both, ref column0, ref column1);
        Accumulate(twice0, a1, high, both, ref column1, ref column2);
        Accumulate(twice0, a2, high, both, ref column2, ref column3);
        Accumulate(a1, a1, high, both, ref column2, ref column3);
        Accumulate(twice0, a3, high, both, ref column3, ref column4);
        Accumulate(twice1, a2, high, both, ref column3, ref column4);
        Begin(twice0, a4, high, both, ref column4, out var column5);
        Accumulate(twice1, a3, high, both, ref column4, ref column5);
        Accumulate(a2, a2, high, both, ref column4, ref column5);
        Begin(twice1, a4, high, both, ref column5, out var column6);
        Accumulate(twice2, a3, high, both, ref column5, ref column6);
        Begin(twice2, a4, high, both, ref column6, out var column7);
        Accumulate(a3, a3, high, both, ref column6, ref column7);
        Begin(twice3, a4, high, both, ref column7, out var column8);
        Begin(a4, a4, high, both, ref column8, out var column9);
        result0 = TLanes.AddBits(column0, TLanes.NineteenTimes(column5));
        result1 = TLanes.AddBits(column1, TLanes.NineteenTimes(column6));
        result2 = TLanes.AddBits(column2, TLanes.NineteenTimes(column7));
        result3 = TLanes.AddBits(column3, TLanes.NineteenTimes(column8));
        result4 = TLanes.AddBits(column4, TLanes.NineteenTimes(column9));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(TVector a, TVector b, TVector high, TVector both, ref TVector column, ref TVector above)
    {
        var upper = TLanes.MultiplyAdd(a, b, high);
        column = TLanes.AddBits(column, TLanes.MultiplyAdd(a, b, TLanes.Subtract(both, upper)));
        above = TLanes.AddBits(above, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Begin(TVector a, TVector b, TVector high, TVector both, ref TVector column, out TVector above)
    {
        above = TLanes.MultiplyAdd(a, b, high);
        column = TLanes.AddBits(column, TLanes.MultiplyAdd(a, b, TLanes.Subtract(both, above)));
    }

    /// <summary>One parallel carry of columns below 2^61 in magnitude: tight limbs for columns below 2^60.</summary>
    /// <remarks>
    /// 2^62 makes a column positive, 2^50 makes the cut a rounding: (t and 2^51 − 1) − 2^50 is the limb, (t shifted by 51) − 2^11 the carry.
    /// The sum of the two, put into the low bits of 2^52, is a double.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Carry(TVector column0, TVector column1, TVector column2, TVector column3, TVector column4, TVector* result)
    {
        var bias = TLanes.CreateBits((1UL << 62) + (1UL << 50));
        var mask = TLanes.CreateBits(Field25519.LimbMask);
        var exponent = TLanes.CreateBits(0x4330_0000_0000_0000);                        // 2^52 as bits
        var excess = TLanes.Create((1UL << 52) + (1UL << 50) + (1UL << 11));
        var excessFirst = TLanes.Create((1UL << 52) + (1UL << 50) + 19 * (1UL << 11));
        column0 = TLanes.AddBits(column0, bias);
        column1 = TLanes.AddBits(column1, bias);
        column2 = TLanes.AddBits(column2, bias);
        column3 = TLanes.AddBits(column3, bias);
        column4 = TLanes.AddBits(column4, bias);
        var around = TLanes.NineteenTimes(TLanes.ShiftRight(column4, 51));
        result[0] = TLanes.Subtract(TLanes.AddBits(TLanes.Or(TLanes.And(column0, mask), exponent), around), excessFirst);
        result[1] = TLanes.Subtract(TLanes.AddBits(TLanes.Or(TLanes.And(column1, mask), exponent), TLanes.ShiftRight(column0, 51)), excess);
        result[2] = TLanes.Subtract(TLanes.AddBits(TLanes.Or(TLanes.And(column2, mask), exponent), TLanes.ShiftRight(column1, 51)), excess);
        result[3] = TLanes.Subtract(TLanes.AddBits(TLanes.Or(TLanes.And(column3, mask), exponent), TLanes.ShiftRight(column2, 51)), excess);
        result[4] = TLanes.Subtract(TLanes.AddBits(TLanes.Or(TLanes.And(column4, mask), exponent), TLanes.ShiftRight(column3, 51)), excess);
    }
}
