using System.Globalization;

namespace Collab.Plots;

/// <summary>Numbers and names as a picture shows them.</summary>
internal static class PlotText
{
    private const double LetterWidth = 0.56, WideLetterWidth = 1.0; // of the size; fonts differ, so this is a little generous
    private const int FirstWideLetter = 0x2E80;

    /// <summary>A whole number, its thousands apart.</summary>
    public static string Whole(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A value on an axis: as short as it is exact.</summary>
    public static string Tick(double value) => Math.Abs(value) is >= 1e-5 and < 1e9 or 0 ? value.ToString("#,0.########", CultureInfo.InvariantCulture) : Power(value);

    /// <summary>To three digits.</summary>
    public static string Rounded(double value)
    {
        if (value == 0 || !double.IsFinite(value)) return double.IsPositiveInfinity(value) ? "∞" : double.IsNegativeInfinity(value) ? "−∞" : "0";
        var digits = 2 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        if (digits is < -6 or > 6) return Power(value);
        return Math.Round((decimal)value, Math.Max(0, digits)).ToString(digits > 0 ? "#,0." + new string('0', digits) : "#,0", CultureInfo.InvariantCulture).Replace('-', '−');
    }

    /// <summary>A p-value with its sign: <c>p = 0.0123</c>, <c>p = 5.8 × 10⁻⁷</c>.</summary>
    public static string PValue(double p) => double.IsNaN(p) ? "p = –" : p < 1e-300 ? "p < 10⁻³⁰⁰" : p < 0.001 ? $"p = {Power(p)}" : $"p = {Rounded(p)}";

    /// <summary>How wide a line of text is at most, in pixels.</summary>
    public static double WidthOf(string text, double size) => text.Sum(letter => letter < FirstWideLetter ? LetterWidth : WideLetterWidth) * size;

    /// <summary>A name cut to a width, with a mark where it is cut.</summary>
    public static string Cut(string text, double size, double width)
    {
        if (WidthOf(text, size) <= width) return text;
        var kept = text.Length;
        while (kept > 1 && WidthOf(text[..kept], size) > width - size) kept--;
        if (char.IsHighSurrogate(text[kept - 1])) kept--;
        return text[..kept].TrimEnd() + "…";
    }

    /// <summary>What was asked as a heading: without its article, its first letter large.</summary>
    public static string Heading(string asked)
    {
        var start = asked.StartsWith("a ", StringComparison.Ordinal) ? 2 : asked.StartsWith("an ", StringComparison.Ordinal) ? 3 : asked.StartsWith("the ", StringComparison.Ordinal) ? 4 : 0;
        return asked.Length == start ? asked : char.ToUpperInvariant(asked[start]) + asked[(start + 1)..];
    }

    private static string Power(double value)
    {
        var parts = value.ToString("E1", CultureInfo.InvariantCulture).Split('E');
        var raised = string.Concat(int.Parse(parts[1], CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture).Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0']));
        return $"{parts[0].Replace('-', '−')} × 10{raised}";
    }
}
