using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>Into which clusters do the rows fall that several owners have in common, by columns of all of them? Told are centres (protocols/specs/cluster-job.md).</summary>
/// <param name="KeyRule">How keys are made equal.</param>
/// <param name="Features">The columns, ordered by owner and then as written.</param>
/// <param name="Clusters">How many, 2 to <see cref="MostClusters"/>.</param>
/// <param name="Iterations">Passes over the rows, 1 to 1000.</param>
/// <param name="MinimumSize">Of a cluster of fewer rows nothing is told; 1 to 2^20.</param>
/// <param name="TellsSizes">Whether sizes are told beside centres.</param>
/// <param name="SkipsMissing">Whether an owner leaves out rows without a value; else they end the job.</param>
public sealed record ClusterQuestion(
    KeyRule KeyRule, IReadOnlyList<ModelColumn> Features, int Clusters, int Iterations, int MinimumSize, bool TellsSizes, bool SkipsMissing) : Question
{
    /// <summary>The most clusters.</summary>
    public const int MostClusters = 256;

    private const int MostColumns = 1024;

    /// <inheritdoc/>
    public override string Kind => "cluster";

    /// <summary>The features of an owner, in order.</summary>
    public IReadOnlyList<string> FeaturesOf(PartyId owner) => ModelColumn.NamesOf(Features, owner);

    /// <summary>Whether what it says fits together.</summary>
    public bool IsSound =>
        KeyRule.Duplicate != DuplicateKeys.All && Features.Count is >= 1 and <= MostColumns && Features.Distinct().Count() == Features.Count
        && Features.Zip(Features.Skip(1)).All(pair => pair.First.Of.CompareTo(pair.Second.Of) <= 0)
        && Clusters is >= 2 and <= MostClusters && Iterations is >= 1 and <= 1000 && MinimumSize is >= 1 and <= 1 << 20;

    /// <summary>Whether the inputs have keys and the columns.</summary>
    internal bool Fits(IReadOnlyList<PlanInput> inputs) =>
        ModelColumn.Fit(Features, inputs);

    internal void Encode(CanonicalWriter writer)
    {
        KeyRule.Encode(writer, KeyRule);
        writer.List(Features, ModelColumn.Encode).UInt32((uint)Clusters).UInt32((uint)Iterations).UInt32((uint)MinimumSize).Boolean(TellsSizes).Boolean(SkipsMissing);
    }

    internal static ClusterQuestion Decode(ref CanonicalReader reader)
    {
        var question = new ClusterQuestion(
            KeyRule.Decode(ref reader), reader.List(ModelColumn.Decode), Count(ref reader), Count(ref reader), Count(ref reader), reader.Boolean(), reader.Boolean());
        return question.IsSound ? question : throw new MalformedException("columns, each once, keys that stand for one row, and numbers of clusters, iterations and rows within their ranges");
    }

    private static int Count(ref CanonicalReader reader) => (int)Math.Min(reader.UInt32(), int.MaxValue);
}
