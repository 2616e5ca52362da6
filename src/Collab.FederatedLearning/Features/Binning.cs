using Collab.FederatedLearning.Trees;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>How the bins of a column come about.</summary>
public enum BinningKind : byte
{
    /// <summary>Numbers: so many intervals of one width between the smallest and the largest of training.</summary>
    EqualWidth = 1,

    /// <summary>Numbers: so many intervals with about as many rows of training each, equal values together.</summary>
    EqualFrequency = 2,

    /// <summary>Numbers: between declared edges.</summary>
    Edges = 3,

    /// <summary>Text: the levels of training, at most so many.</summary>
    LearnedLevels = 4,

    /// <summary>Text: declared levels.</summary>
    DeclaredLevels = 5,
}

/// <summary>What becomes of a level that there was none of in training, or that is not declared.</summary>
public enum UnseenLevels : byte
{
    /// <summary>It is refused.</summary>
    Refuse = 1,

    /// <summary>It has a bin of its own, together with missing values where these have one.</summary>
    Other = 2,

    /// <summary>It is in no bin: all its indicators are 0, and so is its weight of evidence.</summary>
    Zero = 3,
}

/// <summary>The bins or levels of a column, as declared.</summary>
/// <param name="Kind">How they come about.</param>
/// <param name="Count">Bins or most levels, 1 to 255; 0 where they are declared.</param>
/// <param name="Edges">The upper edges, inclusive, of all bins but the last, in units of 10^(−scale) of the column, ascending; only with <see cref="BinningKind.Edges"/>.</param>
/// <param name="Levels">The levels in ordinal order; only with <see cref="BinningKind.DeclaredLevels"/>.</param>
/// <param name="Unseen">What becomes of other levels; of numbers <see cref="UnseenLevels.Refuse"/>, since every number is in a bin.</param>
public sealed record Binning(BinningKind Kind, int Count, IReadOnlyList<long> Edges, IReadOnlyList<string> Levels, UnseenLevels Unseen)
{
    /// <summary>Intervals of one width.</summary>
    public static Binning EqualWidth(int count) => new(BinningKind.EqualWidth, count, [], [], UnseenLevels.Refuse);

    /// <summary>Intervals with about as many rows each.</summary>
    public static Binning EqualFrequency(int count) => new(BinningKind.EqualFrequency, count, [], [], UnseenLevels.Refuse);

    /// <summary>Between these edges, in units of the column.</summary>
    public static Binning Between(params IReadOnlyList<long> edges) => new(BinningKind.Edges, 0, edges, [], UnseenLevels.Refuse);

    /// <summary>The levels of training.</summary>
    public static Binning Learned(UnseenLevels unseen, int most = FeatureBins.MostBins - 1) => new(BinningKind.LearnedLevels, most, [], [], unseen);

    /// <summary>These levels, in ordinal order.</summary>
    public static Binning Declared(UnseenLevels unseen, params IReadOnlyList<string> levels) => new(BinningKind.DeclaredLevels, 0, [], levels, unseen);

    internal static void Encode(CanonicalWriter writer, Binning binning) => writer
        .Byte((byte)binning.Kind).Byte((byte)binning.Count).List(binning.Edges, (w, edge) => w.Int64(edge)).List(binning.Levels, (w, level) => w.Text(level)).Byte((byte)binning.Unseen);

    internal static Binning Decode(ref CanonicalReader reader) => new(
        (BinningKind)reader.Byte(), reader.Byte(), reader.List((ref CanonicalReader r) => r.Int64()), reader.List((ref CanonicalReader r) => r.Text()), (UnseenLevels)reader.Byte());

    /// <summary>Whether it is one, for a column of text or of numbers.</summary>
    internal bool Fits(bool text) => Kind switch
    {
        BinningKind.EqualWidth or BinningKind.EqualFrequency => !text && HasCount && Edges.Count == 0 && Levels.Count == 0 && Unseen == UnseenLevels.Refuse,
        BinningKind.Edges => !text && Count == 0 && Edges.Count < FeatureBins.MostBins - 1 && Edges.All(FeatureRange.HoldsNumber)
            && Edges.Zip(Edges.Skip(1)).All(pair => pair.First < pair.Second) && Levels.Count == 0 && Unseen == UnseenLevels.Refuse,
        BinningKind.LearnedLevels => text && HasCount && Edges.Count == 0 && Levels.Count == 0 && Enum.IsDefined(Unseen),
        BinningKind.DeclaredLevels => text && Count == 0 && Edges.Count == 0 && Levels.Count is > 0 and < FeatureBins.MostBins
            && Levels.Zip(Levels.Skip(1)).All(pair => string.CompareOrdinal(pair.First, pair.Second) < 0) && Enum.IsDefined(Unseen),
        _ => false,
    };

    private bool HasCount => Count is > 0 and < FeatureBins.MostBins;
}
