using Collab.Primitives;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>The widths of all numbers of one training on shares, from its settings and the number of its rows. Derivation: specs/train-trees-secret.md, section Parameters.</summary>
internal sealed class SecretTreeScale
{
    /// <summary>Fraction bits of scores and leaf values.</summary>
    public const int Score = 16;

    /// <summary>Fraction bits of quotients.</summary>
    public const int Ratio = 24;

    /// <summary>No split is worth 2 to the power of this.</summary>
    public const int WorthBits = 61;

    private const int MostDepth = 8;

    /// <summary>Checks the settings and chooses f.</summary>
    /// <exception cref="ArgumentException">Settings are out of range, or of a kind that trees on shares do not have.</exception>
    /// <exception cref="CollabException">There are too many rows: <see cref="TreeErrors.TooManyRows"/>.</exception>
    public SecretTreeScale(TreeSettings settings, int rows)
    {
        settings.Check();
        if (settings.Depth > MostDepth) throw new ArgumentException("Trees on shares have a depth of 8 at most.", nameof(settings));
        if (settings.Leaves < 1 << settings.Depth) throw new ArgumentException("Trees on shares have all leaves that their depth has.", nameof(settings));
        if (rows < 1) throw new ArgumentException("There is a row at least.", nameof(settings));
        var logistic = settings.Loss == TrainingLoss.Logistic;
        (SumBits, RatioBits) = logistic ? (28, 8) : (32, 2);
        Range = Gradients.Range(settings.Loss);
        var (fewest, largest) = (logistic ? 8 : 6, ((double)rows * Range) + settings.L2);
        for (Fraction = TreeSettings.MostFractionBits; Math.ScaleB(largest, Fraction) > Math.ScaleB(1, SumBits); Fraction--)
        {
            if (Fraction == fewest) throw new CollabException(TreeErrors.TooManyRows, "Sums over so many rows have no room.");
        }

        L2 = Math.Max(0, (long)Math.Round(Math.ScaleB(settings.L2, Fraction)));
        LeastWeight = (long)Math.Clamp(Math.Ceiling(Math.ScaleB(settings.MinimumChildWeight, Fraction)), 1, Math.ScaleB(1, SumBits) + 1);
        var gain = Math.ScaleB(2 * settings.MinimumGain, Fraction + Ratio);
        Margin = (long)Math.Clamp(gain, Math.ScaleB(8.0 * rows * Range, Fraction), Math.ScaleB(1, 60));
        LearningRate = (long)Math.Round(Math.ScaleB(settings.LearningRate, Score));
        ScoreBits = Score + (int)Math.Ceiling(Math.Log2(48 + (settings.Trees * settings.LearningRate * (1 << RatioBits))));
    }

    /// <summary>f, of derivatives and their sums.</summary>
    public int Fraction { get; }

    /// <summary>Every sum of derivatives, with λ, is at most 2 to the power of this.</summary>
    public int SumBits { get; }

    /// <summary>|G| ≤ 2^k · (H + λ) for the sums over any rows.</summary>
    public int RatioBits { get; }

    /// <summary>The largest |first derivative|, a whole number.</summary>
    public int Range { get; }

    /// <summary>λ in units of derivatives.</summary>
    public long L2 { get; }

    /// <summary>What both sides of a split weigh at least, in units of derivatives.</summary>
    public long LeastWeight { get; }

    /// <summary>By what a split's worth exceeds that of none: twice the least gain, with f + 24 fraction bits.</summary>
    public long Margin { get; }

    /// <summary>η with 16 fraction bits.</summary>
    public long LearningRate { get; }

    /// <summary>No score, and no score less a border of a piece, is 2 to the power of this or more.</summary>
    public int ScoreBits { get; }

    /// <summary>The width of H + λ.</summary>
    public int WeightBits => SumBits + 1;
}
