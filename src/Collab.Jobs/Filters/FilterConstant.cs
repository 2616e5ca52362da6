using System.Globalization;
using System.Numerics;
using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>A constant that a filter compares a column with: a text, or a decimal number in its shortest form.</summary>
public abstract record FilterConstant
{
    /// <summary>The most letters of a text, and the most digits of a number.</summary>
    internal const int LongestText = 1_000, MostDigits = 18;

    /// <summary>A text, compared as it stands, code unit by code unit.</summary>
    /// <param name="Value">The text.</param>
    public sealed record Text(string Value) : FilterConstant
    {
        /// <inheritdoc/>
        public override string ToString() => $"'{Value.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    /// <summary>Units · 10^(−Scale), without a zero at its end behind the point.</summary>
    public sealed record Number : FilterConstant
    {
        /// <summary>The number, whose zeros at the end behind the point are dropped.</summary>
        /// <param name="units">The number without its point; of a plan below 10^18 in magnitude.</param>
        /// <param name="scale">0 to 18.</param>
        public Number(long units, int scale)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(scale, MostDigits);
            for (; scale > 0 && units % 10 == 0; scale--) units /= 10;
            (Units, Scale) = (units, scale);
        }

        /// <summary>The number without its point.</summary>
        public long Units { get; }

        /// <summary>Digits behind the point.</summary>
        public int Scale { get; }

        /// <summary>The number as a fraction of a power of ten, exactly, at a scale of at least its own.</summary>
        internal BigInteger At(int scale) => Units * BigInteger.Pow(10, scale - Scale);

        /// <inheritdoc/>
        public override string ToString()
        {
            if (Scale == 0) return Units.ToString(CultureInfo.InvariantCulture);
            var digits = BigInteger.Abs(Units).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
            return $"{(Units < 0 ? "-" : "")}{digits[..^Scale]}.{digits[^Scale..]}";
        }
    }

    /// <summary>Whether a plan may hold it.</summary>
    internal bool IsInBounds => this switch
    {
        Text text => text.Value.Length <= LongestText,
        Number number => number.Units is > -1_000_000_000_000_000_000 and < 1_000_000_000_000_000_000,
        _ => false,
    };

    /// <summary>Whether a column of that type can be compared with it.</summary>
    public bool Fits(ColumnType type) => this is Text == (type == ColumnType.Text);

    /// <summary>Below 0, 0 or above as the first comes before, is or comes after the second; both of one type.</summary>
    internal static int Compare(FilterConstant x, FilterConstant y) => (x, y) switch
    {
        (Text a, Text b) => string.CompareOrdinal(a.Value, b.Value),
        (Number a, Number b) => a.At(MostDigits).CompareTo(b.At(MostDigits)),
        _ => throw new ArgumentException("Constants of one type compare.", nameof(y)),
    };

    internal static void Encode(CanonicalWriter writer, FilterConstant constant)
    {
        if (constant is Text text) writer.Byte(1).Text(text.Value);
        else if (constant is Number number) writer.Byte(2).Int64(number.Units).Byte((byte)number.Scale);
    }

    internal static FilterConstant Decode(ref CanonicalReader reader)
    {
        switch (reader.Byte())
        {
            case 1:
                return new Text(reader.Text());
            case 2:
                var (units, scale) = (reader.Int64(), reader.Byte());
                return scale == 0 || (scale <= MostDigits && units % 10 != 0) ? new Number(units, scale) : throw new MalformedException("a number of a filter in its shortest form");
            default:
                throw new MalformedException("a text or a number of a filter");
        }
    }
}
