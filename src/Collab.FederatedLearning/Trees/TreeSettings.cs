using Collab.Primitives;

namespace Collab.FederatedLearning.Trees;

/// <summary>What is agreed of a training before it begins: the same at every party.</summary>
/// <remarks>Defaults are those of the common libraries where they agree. Checked by <see cref="Check"/>, which every training calls first.</remarks>
public sealed record TreeSettings
{
    /// <summary>Fixed-point bits of gradients, at most: a training takes fewer where sums of its rows would not fit.</summary>
    public const int MostFractionBits = 16;

    /// <summary>What is made small.</summary>
    public TrainingLoss Loss { get; init; } = TrainingLoss.Logistic;

    /// <summary>How many trees, 1 to 10,000.</summary>
    public int Trees { get; init; } = 100;

    /// <summary>The most splits from the root to a leaf, 1 to 12.</summary>
    public int Depth { get; init; } = 6;

    /// <summary>The most leaves of a tree, 2 to 4096.</summary>
    public int Leaves { get; init; } = 4096;

    /// <summary>The learning rate η in (0, 1]: leaf values are multiplied by it.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>λ in [0, 10^6]: the weight of squared leaf values.</summary>
    public double L2 { get; init; } = 1;

    /// <summary>γ in [0, 10^6]: what a split must gain.</summary>
    public double MinimumGain { get; init; }

    /// <summary>The least sum of second derivatives in a leaf, in [0, 10^9].</summary>
    public double MinimumChildWeight { get; init; } = 1;

    /// <summary>For the squared loss, a public bound on |label|, above 0 and finite; 1 for the logistic.</summary>
    public double LabelBound { get; init; } = 1;

    /// <summary>The digest of all numbers: parties compare it before they begin.</summary>
    public Digest Id => Digest.Of("collab-tree-settings-1", new CanonicalWriter()
        .Byte((byte)Loss).UInt32((uint)Trees).UInt32((uint)Depth).UInt32((uint)Leaves)
        .List<double>([LearningRate, L2, MinimumGain, MinimumChildWeight, LabelBound], (w, number) => w.Int64(BitConverter.DoubleToInt64Bits(number))).Written);

    /// <summary>Throws unless every number is in its range.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    public void Check()
    {
        static void Between(double value, double least, double most, string name)
        {
            if (!(value >= least && value <= most)) throw new ArgumentException($"{name} is between {least} and {most}.", name);
        }

        if (!Enum.IsDefined(Loss)) throw new ArgumentException("The loss is logistic or squared.", nameof(Loss));
        Between(Trees, 1, 10_000, nameof(Trees));
        Between(Depth, 1, 12, nameof(Depth));
        Between(Leaves, 2, 4096, nameof(Leaves));
        Between(LearningRate, double.Epsilon, 1, nameof(LearningRate));
        Between(L2, 0, 1e6, nameof(L2));
        Between(MinimumGain, 0, 1e6, nameof(MinimumGain));
        Between(MinimumChildWeight, 0, 1e9, nameof(MinimumChildWeight));
        Between(LabelBound, double.Epsilon, double.MaxValue, nameof(LabelBound));
        if (Loss == TrainingLoss.Logistic && LabelBound != 1) throw new ArgumentException("Labels of the logistic loss are 0 and 1.", nameof(LabelBound));
    }
}
