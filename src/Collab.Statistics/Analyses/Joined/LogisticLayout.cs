namespace Collab.Statistics.Analyses.Joined;

/// <summary>How the factors of the functions of a round are rounded: each bit of the receiver's costs, the other's are free.</summary>
/// <remarks>
/// With E bits of a function and the largest E of the round, its sums are whole numbers of 2^−(E + largest E + 2). The receiver has c_k in units of 2^−E, or T_k in units of 2^−E over the largest c_k,
/// the same for all functions; the other owner has the rest, in which its T_k are the same for all functions. Source: specs/regression.md, "Logistic regression".
/// </remarks>
internal sealed class LogisticLayout
{
    private const int TotalBits = 101; // of a sum of factors at their largest: with 2^24 rows below 2^126

    private readonly SeparatedFunction?[] _functions;

    private LogisticLayout(SeparatedFunction?[] functions, bool isInterpolatedByReceiver) => (_functions, IsInterpolatedByReceiver) = (functions, isInterpolatedByReceiver);

    /// <summary>Whether T_k are the receiver's, of its part of the linear predictor.</summary>
    public bool IsInterpolatedByReceiver { get; }

    /// <summary>How many terms the longest function has.</summary>
    public int TermCount => _functions.Max(function => function?.TermCount ?? 0);

    /// <summary>h, the same of all.</summary>
    public double HalfRange => _functions.First(function => function is not null)!.HalfRange;

    /// <summary>A function of the round; null where it is not asked for.</summary>
    public SeparatedFunction? this[LogisticSum kind] => _functions[(int)kind];

    private int LargestBits => _functions.Max(function => function?.Bits ?? 0);

    /// <summary>Lays it out; null where there is no function, or no room.</summary>
    /// <param name="functions">By kind, all of one half range.</param>
    /// <param name="isInterpolatedByReceiver">Whose T_k are.</param>
    public static LogisticLayout? Of(SeparatedFunction?[] functions, bool isInterpolatedByReceiver)
    {
        var layout = new LogisticLayout(functions, isInterpolatedByReceiver);
        return functions.Any(function => function is not null) && functions.OfType<SeparatedFunction>().All(function => layout.RoomOf(function) >= 0) ? layout : null;
    }

    /// <summary>Whether a function has a term.</summary>
    public bool Has(LogisticSum kind, int term) => this[kind]?.TermCount > term;

    /// <summary>A sum of a function is a whole number of 2^−this.</summary>
    public int FractionBits(LogisticSum kind) => this[kind]!.Bits + LargestBits + 2;

    /// <summary>How many bits a number may have that multiplies sums of a function at the end.</summary>
    public int RoomOf(LogisticSum kind) => RoomOf(this[kind]!);

    /// <summary>Bits after the point of a factor of term k at one owner.</summary>
    public int FractionBitsOf(LogisticSum kind, int term, bool isReceiver)
    {
        var ofReceiver = IsInterpolatedByReceiver ? WidthOf(kind, term, true) : this[kind]!.Bits;
        return isReceiver ? ofReceiver : FractionBits(kind) - ofReceiver;
    }

    /// <summary>A factor of term k is at most 2^this, in its units.</summary>
    public int WidthOf(LogisticSum kind, int term, bool isReceiver)
    {
        if (!isReceiver) return IsInterpolatedByReceiver ? Math.Max(0, FractionBitsOf(kind, term, false) + this[kind]!.ExponentOf(term)) : FractionBitsOf(kind, term, false);
        return IsInterpolatedByReceiver
            ? _functions.Where(function => function?.TermCount > term).Max(function => Math.Max(0, function!.Bits + function.ExponentOf(term)))
            : Math.Max(0, this[kind]!.Bits + this[kind]!.ExponentOf(term));
    }

    /// <summary>How far the value of a row, times factors in [−1, 1], may be off.</summary>
    /// <param name="kind">The function.</param>
    /// <param name="largest">How large the linear predictor may be, as a sum of sizes.</param>
    public double ErrorOf(LogisticSum kind, double largest) => this[kind]!.ErrorOf(largest, term =>
    {
        double receiver = Math.ScaleB(1, -FractionBitsOf(kind, term, true)), sender = Math.ScaleB(1, -FractionBitsOf(kind, term, false));
        return IsInterpolatedByReceiver ? (sender, receiver) : (receiver, sender);
    });

    private int RoomOf(SeparatedFunction function) =>
        TotalBits - (function.Bits + LargestBits + 2) - (int)Math.Ceiling(Math.Log2(Enumerable.Range(0, function.TermCount).Sum(term => Math.ScaleB(1, function.ExponentOf(term)))));
}
