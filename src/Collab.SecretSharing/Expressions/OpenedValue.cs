using System.Globalization;
using System.Numerics;

namespace Collab.SecretSharing.Expressions;

/// <summary>A value that a program opened.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsTruth">Whether 0 and 1 mean false and true.</param>
/// <param name="IsList">Whether it is a list.</param>
/// <param name="Scale">Decimal digits behind the point.</param>
/// <param name="Units">Its values, in units of 10^(−Scale).</param>
/// <param name="Divisor">What each is to be divided by: of a mean the number of rows, 1 otherwise.</param>
public sealed record OpenedValue(string Name, bool IsTruth, bool IsList, int Scale, IReadOnlyList<long> Units, long Divisor)
{
    private const int DecimalsOfQuotient = 18;

    /// <summary>The values as text: exact, but of a mean rounded to 18 decimals, half to even.</summary>
    public IReadOnlyList<string> Texts => [.. Units.Select(TextOf)];

    private string TextOf(long units)
    {
        if (IsTruth) return units == 0 ? "false" : "true";
        if (Divisor == 1) return Decimal(units, Scale);
        var numerator = units * BigInteger.Pow(10, DecimalsOfQuotient - Scale);
        var (quotient, rest) = BigInteger.DivRem(BigInteger.Abs(numerator), Divisor);
        if (2 * rest > Divisor || (2 * rest == Divisor && !quotient.IsEven)) quotient++;
        var text = Decimal(units < 0 ? -quotient : quotient, DecimalsOfQuotient).TrimEnd('0');
        return text.TrimEnd('.');
    }

    private static string Decimal(BigInteger units, int scale)
    {
        var digits = BigInteger.Abs(units).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}";
        return units.Sign < 0 ? $"-{text}" : text;
    }
}
