using System.Numerics;
using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>An amount that follows from a number of a record: <c>min(cap, share · max(0, value − deductible))</c>, exact.</summary>
/// <param name="Column">The column with the value.</param>
/// <param name="Scale">Decimal digits of the column, of <paramref name="Deductible"/> and of <paramref name="Cap"/>.</param>
/// <param name="Share">In units of 10^(−<paramref name="ShareScale"/>): from above 0 to 1.</param>
/// <param name="ShareScale">Decimal digits of the share, 0 to 6.</param>
/// <param name="Deductible">In units of 10^(−scale), 0 or more.</param>
/// <param name="Cap">In units of 10^(−scale), 0 or more; null for none.</param>
/// <remarks>Nothing is rounded: the amount has the digits of the column and of the share together.</remarks>
public sealed record AmountRule(string Column, int Scale, long Share, int ShareScale, long Deductible, long? Cap)
{
    /// <summary>The most decimal digits of a share.</summary>
    public const int MostShareDigits = 6;

    /// <summary>Decimal digits of the amount.</summary>
    public int AmountScale => Scale + ShareScale;

    /// <summary>Whether its numbers are in bounds.</summary>
    public bool IsSound =>
        Scale >= 0 && ShareScale is >= 0 and <= MostShareDigits && AmountScale <= ColumnSchema.MaximumScale
        && Share > 0 && Share <= BigInteger.Pow(10, ShareScale) && Deductible >= 0 && Cap is null or >= 0;

    /// <summary>The amount for a value, in units of 10^(−<see cref="AmountScale"/>); null when it does not fit into 64 bits.</summary>
    /// <param name="value">In units of 10^(−scale).</param>
    public long? Of(long value)
    {
        var amount = BigInteger.Max(0, (BigInteger)value - Deductible) * Share;
        if (Cap is { } cap) amount = BigInteger.Min(amount, cap * BigInteger.Pow(10, ShareScale));
        return amount <= long.MaxValue ? (long)amount : null;
    }

    internal static void Encode(CanonicalWriter writer, AmountRule rule) => writer
        .Text(rule.Column).Byte((byte)rule.Scale).Int64(rule.Share).Byte((byte)rule.ShareScale).Int64(rule.Deductible).Boolean(rule.Cap is not null).Raw(rule.Cap is { } cap ? new CanonicalWriter().Int64(cap).Written : []);

    internal static AmountRule Decode(ref CanonicalReader reader)
    {
        var rule = new AmountRule(reader.Text(), reader.Byte(), reader.Int64(), reader.Byte(), reader.Int64(), reader.Boolean() ? reader.Int64() : null);
        return rule.IsSound ? rule : throw new MalformedException("a share from above 0 to 1, and a deductible and a cap that are not negative");
    }
}
