using Collab.Primitives;

namespace Collab.FederatedLearning.Trees;

/// <summary>Boosted trees over numbered features and bins: what a party may know that does not own every feature. Names and edges are in <see cref="FeatureBins"/>.</summary>
public sealed class TreeEnsemble
{
    private const string Domain = "collab-trees-1";
    private readonly Tree[] _trees;

    internal TreeEnsemble(TrainingLoss loss, double labelBound, HistogramLayout layout, long firstScore, IReadOnlyList<Tree> trees) =>
        (Loss, LabelBound, Layout, FirstScore, _trees) = (loss, labelBound, layout, firstScore, [.. trees]);

    /// <summary>What scores mean.</summary>
    public TrainingLoss Loss { get; }

    /// <summary>What labels were divided by.</summary>
    public double LabelBound { get; }

    /// <summary>The features' bins.</summary>
    public HistogramLayout Layout { get; }

    /// <summary>The score before any tree, in units of 2^-24.</summary>
    public long FirstScore { get; }

    /// <summary>The trees in order.</summary>
    public IReadOnlyList<Tree> Trees => _trees;

    /// <summary>Each feature's share of all gain, adding up to 1; all 0 if nothing was split.</summary>
    public double[] Importance()
    {
        var gains = new double[Layout.Features.Count];
        foreach (var split in _trees.SelectMany(tree => tree.Nodes).Select(node => node.Split).OfType<Split>()) gains[split.Feature] += split.Gain;
        var sum = gains.Sum();
        return sum > 0 ? [.. gains.Select(gain => gain / sum)] : gains;
    }

    /// <summary>The prediction that a score stands for: a chance, or a number in the units of the labels.</summary>
    public double PredictionOf(long score) => Loss == TrainingLoss.Logistic ? Scores.Chance(Scores.ToDouble(score)) : Scores.ToDouble(score) * LabelBound;

    /// <summary>The score of a row by its bins.</summary>
    internal long ScoreOf(Func<int, byte> binOf)
    {
        var score = FirstScore;
        foreach (var tree in _trees) score += tree.ScoreOf(Layout, binOf);
        return score;
    }

    /// <summary>The canonical bytes. Layout: train-trees, section Messages.</summary>
    public byte[] Encode()
    {
        var writer = new CanonicalWriter().Text(Domain).Byte((byte)Loss).Int64(BitConverter.DoubleToInt64Bits(LabelBound));
        Layout.Encode(writer);
        return writer.Int64(FirstScore).List(_trees, (w, tree) => tree.Encode(w)).ToArray();
    }

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">They are not exactly an ensemble.</exception>
    public static TreeEnsemble Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Text() != Domain) throw new MalformedException("boosted trees of this version");
        var (loss, bound) = ((TrainingLoss)reader.Byte(), BitConverter.Int64BitsToDouble(reader.Int64()));
        if (!Enum.IsDefined(loss) || !(bound > 0) || !double.IsFinite(bound) || (loss == TrainingLoss.Logistic && bound != 1)) throw new MalformedException("a loss and a bound");
        var layout = HistogramLayout.Decode(ref reader);
        var first = Scores.Read(ref reader);
        var trees = reader.List((ref CanonicalReader r) => Tree.Decode(ref r, layout));
        reader.End();
        return new(loss, bound, layout, first, trees);
    }
}
