using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What kind of model is trained and how; real numbers as whole millionths, so that a plan has one encoding.</summary>
public abstract record ModelChoice
{
    /// <summary>Millionths in a unit.</summary>
    public const long Unit = 1_000_000;

    private const byte OfLinear = 1, OfTrees = 2, OfNetwork = 3;

    /// <summary>A weighted sum of the columns, by stochastic gradient descent (protocols/specs/train-linear.md).</summary>
    /// <param name="Kind">What the sum stands for.</param>
    /// <param name="Epochs">Passes over all rows, 1 to 10,000.</param>
    /// <param name="Batch">Rows of a step, 1 to 2^20.</param>
    /// <param name="LearningRate">In millionths, 1 to 16 units.</param>
    /// <param name="L2">In millionths, 0 to 1000 units.</param>
    public sealed record Linear(LinearKind Kind, int Epochs, int Batch, long LearningRate, long L2) : ModelChoice
    {
        /// <inheritdoc/>
        public override bool IsSound =>
            Enum.IsDefined(Kind) && Epochs is >= 1 and <= 10_000 && Batch is >= 1 and <= 1 << 20 && LearningRate is >= 1 and <= 16 * Unit && LearningRate <= Batch * Unit && L2 is >= 0 and <= 1000 * Unit;

        /// <inheritdoc/>
        public override bool IsClassification => Kind != LinearKind.Regression;
    }

    /// <summary>Boosted trees over histograms (protocols/specs/train-trees.md).</summary>
    /// <param name="Loss">What is made small.</param>
    /// <param name="Count">How many trees, 1 to 10,000.</param>
    /// <param name="Depth">The most splits from the root to a leaf, 1 to 12.</param>
    /// <param name="Bins">The most bins of a number column, 2 to 255.</param>
    /// <param name="LearningRate">In millionths, 1 to a unit.</param>
    /// <param name="L2">The weight of squared leaf values, in millionths, 0 to 10^6 units.</param>
    /// <param name="MinimumGain">What a split must gain, in millionths, 0 to 10^6 units.</param>
    /// <param name="MinimumChildWeight">The least sum of second derivatives in a leaf, in millionths, 0 to 10^9 units.</param>
    /// <param name="LabelBound">A public bound on the magnitude of labels of the squared loss, in millionths, above 0; a unit for the logistic.</param>
    /// <param name="IsHidden">Whether nobody learns even the splits, so that the model itself stays shared (protocols/specs/train-trees-secret.md); depth 8 at most then.</param>
    public sealed record Trees(
        TreeLoss Loss, int Count, int Depth, int Bins, long LearningRate, long L2, long MinimumGain, long MinimumChildWeight, long LabelBound,
        bool IsHidden) : ModelChoice
    {
        /// <inheritdoc/>
        public override bool IsSound =>
            Enum.IsDefined(Loss) && Count is >= 1 and <= 10_000 && Depth is >= 1 and <= 12 && Bins is >= 2 and <= 255 && LearningRate is >= 1 and <= Unit
            && L2 is >= 0 and <= 1_000_000 * Unit && MinimumGain is >= 0 and <= 1_000_000 * Unit && MinimumChildWeight is >= 0 and <= 1_000_000_000 * Unit
            && LabelBound >= 1 && (Loss == TreeLoss.Squared || LabelBound == Unit) && (!IsHidden || Depth <= 8);

        /// <inheritdoc/>
        public override bool IsClassification => Loss == TreeLoss.Logistic;
    }

    /// <summary>A small neural network by federated averaging, over rows side by side (protocols/specs/federated-averaging.md).</summary>
    /// <param name="Hidden">Hidden units, 1 to 1024.</param>
    /// <param name="Rounds">Rounds, 1 to 10,000.</param>
    /// <param name="Passes">Passes that an owner makes over its rows in a round, 1 to 1000; 1 where rows are hidden.</param>
    /// <param name="Batch">Rows of a step, 1 to 2^20; 1 where rows are hidden.</param>
    /// <param name="LearningRate">In millionths, above 0, at most 1000 units.</param>
    /// <param name="Privacy">What is hidden, at what cost; null for training without noise.</param>
    public sealed record Network(int Hidden, int Rounds, int Passes, int Batch, long LearningRate, NetworkPrivacy? Privacy) : ModelChoice
    {
        /// <inheritdoc/>
        public override bool IsSound =>
            Hidden is >= 1 and <= 1024 && Rounds is >= 1 and <= 10_000 && Passes is >= 1 and <= 1000 && Batch is >= 1 and <= 1 << 20 && LearningRate is >= 1 and <= 1000 * Unit
            && (Privacy is null || (Privacy.IsSound && (Privacy.HidesOwners || (Passes == 1 && Batch == 1))));

        /// <inheritdoc/>
        public override bool IsClassification => true;
    }

    /// <summary>What it is made of.</summary>
    public ModelForm Form => this switch
    {
        Linear => ModelForm.Linear,
        Trees { IsHidden: true } => ModelForm.HiddenTrees,
        Trees => ModelForm.Trees,
        Network => ModelForm.Network,
        _ => throw new InvalidOperationException($"{GetType().Name} has no form."),
    };

    /// <summary>Whether every number is in its range.</summary>
    public abstract bool IsSound { get; }

    /// <summary>Whether labels are 0 and 1 and a prediction is a chance.</summary>
    public abstract bool IsClassification { get; }

    internal void Encode(CanonicalWriter writer)
    {
        switch (this)
        {
            case Linear linear:
                writer.Byte(OfLinear).Byte((byte)linear.Kind).UInt32((uint)linear.Epochs).UInt32((uint)linear.Batch).Int64(linear.LearningRate).Int64(linear.L2);
                break;
            case Trees trees:
                writer.Byte(OfTrees).Byte((byte)trees.Loss).UInt32((uint)trees.Count).Byte((byte)trees.Depth).Byte((byte)trees.Bins)
                    .Int64(trees.LearningRate).Int64(trees.L2).Int64(trees.MinimumGain).Int64(trees.MinimumChildWeight).Int64(trees.LabelBound).Boolean(trees.IsHidden);
                break;
            case Network network:
                writer.Byte(OfNetwork).UInt32((uint)network.Hidden).UInt32((uint)network.Rounds).UInt32((uint)network.Passes).UInt32((uint)network.Batch).Int64(network.LearningRate)
                    .Optional(network.Privacy, (w, privacy) => w.Boolean(privacy.HidesOwners).Int64(privacy.Epsilon).Byte((byte)privacy.DeltaDigits).Int64(privacy.Clip).UInt32((uint)privacy.Rows));
                break;
            default:
                throw new InvalidOperationException($"{GetType().Name} has no encoding.");
        }
    }

    internal static ModelChoice Decode(ref CanonicalReader reader)
    {
        ModelChoice choice = reader.Byte() switch
        {
            OfLinear => new Linear((LinearKind)reader.Byte(), ReadCount(ref reader), ReadCount(ref reader), reader.Int64(), reader.Int64()),
            OfTrees => new Trees(
                (TreeLoss)reader.Byte(), ReadCount(ref reader), reader.Byte(), reader.Byte(), reader.Int64(), reader.Int64(), reader.Int64(), reader.Int64(), reader.Int64(), reader.Boolean()),
            OfNetwork => new Network(
                ReadCount(ref reader), ReadCount(ref reader), ReadCount(ref reader), ReadCount(ref reader), reader.Int64(),
                reader.Optional((ref r) => new NetworkPrivacy(r.Boolean(), r.Int64(), r.Byte(), r.Int64(), ReadCount(ref r)))),
            _ => throw new MalformedException("a known kind of model"),
        };
        return choice.IsSound ? choice : throw new MalformedException("settings of a model within their ranges");
    }

    private static int ReadCount(ref CanonicalReader reader) => (int)Math.Min(reader.UInt32(), int.MaxValue);
}

/// <summary>What the weighted sum of a row's columns stands for.</summary>
public enum LinearKind
{
    /// <summary>The label itself; squared loss.</summary>
    Regression = 1,

    /// <summary>A probability by a sigmoid of three straight pieces.</summary>
    LogisticThreePieces = 2,

    /// <summary>A probability by the sigmoid.</summary>
    Logistic = 3,
}

/// <summary>What boosted trees make small.</summary>
public enum TreeLoss
{
    /// <summary>Labels are 0 and 1, and a prediction is a chance.</summary>
    Logistic = 1,

    /// <summary>Labels are numbers.</summary>
    Squared = 2,
}

/// <summary>What a model is made of, and so by which protocol its parts predict.</summary>
public enum ModelForm
{
    /// <summary>A weighted sum.</summary>
    Linear = 1,

    /// <summary>Trees whose splits their owners know.</summary>
    Trees = 2,

    /// <summary>Trees that nobody knows.</summary>
    HiddenTrees = 3,

    /// <summary>A small neural network.</summary>
    Network = 4,
}

/// <summary>Differential privacy of a network's training (protocols/specs/train-private.md).</summary>
/// <param name="HidesOwners">Whether an owner with all of its rows is hidden; else a row is.</param>
/// <param name="Epsilon">What all rounds together may cost, in millionths, above 0, at most 100 units.</param>
/// <param name="DeltaDigits">δ is 10 to minus this, 3 to 15.</param>
/// <param name="Clip">The largest norm of an owner's change or of a row's gradient, in millionths, above 0, at most 1000 units.</param>
/// <param name="Rows">Where rows are hidden, the public number that gradients are averaged over, at most 2^24; else 0.</param>
public sealed record NetworkPrivacy(bool HidesOwners, long Epsilon, int DeltaDigits, long Clip, int Rows)
{
    /// <summary>Whether every number is in its range.</summary>
    public bool IsSound =>
        Epsilon is >= 1 and <= 100 * ModelChoice.Unit && DeltaDigits is >= 3 and <= 15 && Clip is >= 1 and <= 1000 * ModelChoice.Unit && (HidesOwners ? Rows == 0 : Rows is >= 1 and <= 1 << 24);
}
