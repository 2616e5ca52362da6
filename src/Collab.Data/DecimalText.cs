using Collab.Jobs;

namespace Collab.Data;

/// <summary>What came of reading a number.</summary>
internal enum DecimalOutcome
{
    Exact,
    NotNumber,
    Overflow,
    TooPrecise,
}

/// <summary>How a number is written; it tells amounts from codes that only look like numbers.</summary>
internal enum DecimalForm
{
    /// <summary>The one way to write a whole number: 0, 7, -12.</summary>
    Whole,

    /// <summary>With a point, an exponent or a negative zero.</summary>
    Fraction,

    /// <summary>With a plus or a leading zero, which reading as a number would lose: 007, +4930.</summary>
    Code,
}

/// <summary>
/// A decimal number as it is written, exactly: value = ± <paramref name="Digits"/> · 10^<paramref name="Exponent"/>, with no
/// trailing zero in the digits (0 is 0 · 10^0).
/// </summary>
/// <param name="Negative">Whether a minus sign stands before it.</param>
/// <param name="Digits">Up to 19 significant digits.</param>
/// <param name="DigitCount">How many they are; 20 stands for more than 19, and then <paramref name="Digits"/> means nothing.</param>
/// <param name="Exponent">The power of ten, kept within ±10^6: beyond, no scale makes it fit.</param>
/// <param name="Form">How it is written.</param>
internal readonly record struct DecimalText(bool Negative, ulong Digits, int DigitCount, int Exponent, DecimalForm Form)
{
    private const int MaximumDigits = 19; // 10^19 > 2^63, and 19 digits fit an unsigned word

    /// <summary>10^0 to 10^19.</summary>
    internal static ReadOnlySpan<ulong> PowersOfTen =>
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
        100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
    ];

    /// <summary>Decimal digits behind the point that the value needs.</summary>
    public int Scale => Math.Max(0, -Exponent);

    /// <summary>Reads <c>[+-] digits [. digits] [e [+-] digits]</c>, spaces at both ends ignored; the point may stand first or last.</summary>
    /// <remarks>The rules are those of the invariant culture without group separators; NaN and Infinity are no numbers.</remarks>
    public static bool TryRead(ReadOnlySpan<byte> text, out DecimalText number)
    {
        number = default;
        text = text.Trim(" \t"u8);
        if (text.IsEmpty) return false;

        var signed = text[0] is (byte)'-' or (byte)'+';
        var negative = text[0] == '-';
        var form = signed && !negative ? DecimalForm.Code : DecimalForm.Whole;

        ulong digits = 0;
        int count = 0, zeros = 0, exponent = 0, written = 0;
        var point = false;
        var position = signed ? 1 : 0;
        for (; position < text.Length; position++)
        {
            var digit = unchecked((uint)(text[position] - '0'));
            if (digit > 9)
            {
                if (text[position] != '.' || point) break;
                point = true;
                continue;
            }

            if (written++ == 1 && !point && count == 0) form = DecimalForm.Code; // a digit behind a leading zero
            if (point) exponent--;
            if (digit != 0)
            {
                digits = Append(digits, ref count, zeros, digit);
                zeros = 0;
            }
            else if (count != 0)
            {
                zeros++; // they count once another digit follows
            }
        }

        if (written == 0) return false;
        exponent += zeros;
        var hasExponent = position < text.Length;
        if (hasExponent && ((text[position] | 0x20) != 'e' || !TryReadExponent(text[(position + 1)..], ref exponent))) return false;
        if (form == DecimalForm.Whole && (point || hasExponent || (negative && count == 0))) form = DecimalForm.Fraction;

        number = count == 0
            ? new DecimalText(false, 0, 0, 0, form)
            : new DecimalText(negative, digits, count, Math.Clamp(exponent, -1_000_000, 1_000_000), form);
        return true;
    }

    /// <summary>The value in whole units of 10^(−scale). A value that is both too large and too precise may be told as either.</summary>
    public DecimalOutcome ToUnits(int scale, out long units)
    {
        units = 0;
        if (DigitCount == 0) return DecimalOutcome.Exact;
        var power = Exponent + scale;
        if (DigitCount + power > MaximumDigits) return DecimalOutcome.Overflow;
        if (power < 0) return DecimalOutcome.TooPrecise; // the last digit is not zero
        var magnitude = Digits * PowersOfTen[power]; // at most 19 digits: below 2^64
        var limit = Negative ? 1UL << 63 : (1UL << 63) - 1;
        if (magnitude > limit) return DecimalOutcome.Overflow;
        units = unchecked(Negative ? (long)(0 - magnitude) : (long)magnitude);
        return DecimalOutcome.Exact;
    }

    /// <summary>Reads a number straight into units of 10^(−scale).</summary>
    public static DecimalOutcome Read(ReadOnlySpan<byte> text, int scale, out long units)
    {
        if (TryReadShort(text, scale, out units)) return DecimalOutcome.Exact;
        return TryRead(text, out var number) ? number.ToUnits(scale, out units) : DecimalOutcome.NotNumber;
    }

    /// <summary>The common case in one pass: an optional minus, at most 18 digits in all, no more behind the point than the scale.</summary>
    private static bool TryReadShort(ReadOnlySpan<byte> text, int scale, out long units)
    {
        units = 0;
        if (text.Length is 0 or > 19) return false;
        var negative = text[0] == '-';
        var position = negative ? 1 : 0;
        long value = 0;
        var point = -1;
        unchecked
        {
            for (; position < text.Length; position++)
            {
                var digit = (uint)(text[position] - '0');
                if (digit <= 9)
                {
                    value = value * 10 + digit;
                }
                else
                {
                    if (text[position] != '.' || point >= 0) return false;
                    point = position;
                }
            }

            var behind = point < 0 ? 0 : text.Length - 1 - point;
            var digitCount = text.Length - (negative ? 1 : 0) - (point < 0 ? 0 : 1);
            if (digitCount == 0 || behind > scale || digitCount + scale - behind > ColumnSchema.MaximumScale) return false;
            value *= (long)PowersOfTen[scale - behind];
            units = negative ? -value : value;
            return true;
        }
    }

    private static ulong Append(ulong digits, ref int count, int zeros, uint digit)
    {
        count = Math.Min(count + zeros + 1, MaximumDigits + 1);
        return count > MaximumDigits ? digits : digits * PowersOfTen[zeros + 1] + digit;
    }

    private static bool TryReadExponent(ReadOnlySpan<byte> text, ref int exponent)
    {
        const int beyondAny = 10_000_000;
        var negative = text is [(byte)'-', ..];
        if (text is [(byte)'-' or (byte)'+', ..]) text = text[1..];
        if (text.IsEmpty) return false;
        var value = 0;
        foreach (var character in text)
        {
            if (character is < (byte)'0' or > (byte)'9') return false;
            value = Math.Min(value * 10 + (character - '0'), beyondAny);
        }

        exponent += negative ? -value : value;
        return true;
    }
}
