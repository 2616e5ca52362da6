using Collab.Primitives;

namespace Collab.FederatedLearning.Linear;

/// <summary>What is agreed of the training of a linear model before it begins: the same at every party.</summary>
/// <remarks>Batches are of consecutive rows in the order given; a last batch that is not full counts as one whose other rows have no error. Checked by <see cref="Check"/>.</remarks>
public sealed record LinearSettings
{
    /// <summary>What is fitted.</summary>
    public LinearFamily Family { get; init; } = LinearFamily.LogisticThreePieces;

    /// <summary>Passes over all rows, 1 to 10,000.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Rows of a step, 1 to 2^20.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>The learning rate η, from 10^-6 to 16 and at most the batch.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>λ in [0, 1000]: a step takes η·λ·w off each weight but the intercept.</summary>
    public double L2 { get; init; }

    /// <summary>The digest of all numbers, for parties to compare.</summary>
    public Digest Id => Digest.Of("collab-linear-settings-1", new CanonicalWriter()
        .Byte((byte)Family).UInt32((uint)Epochs).UInt32((uint)Batch)
        .List<double>([LearningRate, L2], (w, number) => w.Int64(BitConverter.DoubleToInt64Bits(number))).Written);

    /// <summary>Throws unless every number is in its range.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    public void Check()
    {
        static void Between(double value, double least, double most, string name)
        {
            if (!(value >= least && value <= most)) throw new ArgumentException($"{name} is between {least} and {most}.", name);
        }

        if (!Enum.IsDefined(Family)) throw new ArgumentException("A family of linear models.", nameof(Family));
        Between(Epochs, 1, 10_000, nameof(Epochs));
        Between(Batch, 1, 1 << 20, nameof(Batch));
        Between(LearningRate, 1e-6, Math.Min(16, Batch), nameof(LearningRate));
        Between(L2, 0, 1000, nameof(L2));
    }
}
