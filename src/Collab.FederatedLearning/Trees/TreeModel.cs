using Collab.Primitives;

namespace Collab.FederatedLearning.Trees;

/// <summary>A whole model: boosted trees and the bins of every feature. It predicts alone.</summary>
public sealed class TreeModel
{
    private const string Domain = "collab-tree-model-1";

    /// <summary>Joins an ensemble with its features.</summary>
    /// <exception cref="ArgumentException">The features are not those of the ensemble.</exception>
    public TreeModel(TreeEnsemble ensemble, IReadOnlyList<FeatureBins> features)
    {
        ArgumentNullException.ThrowIfNull(ensemble);
        ArgumentNullException.ThrowIfNull(features);
        if (!features.Select(f => new FeatureShape(f.ValueBins, f.IsCategory)).SequenceEqual(ensemble.Layout.Features))
            throw new ArgumentException("The features have the bins of the ensemble.", nameof(features));
        (Ensemble, Features) = (ensemble, [.. features]);
    }

    /// <summary>The trees.</summary>
    public TreeEnsemble Ensemble { get; }

    /// <summary>The features in order of their numbers.</summary>
    public IReadOnlyList<FeatureBins> Features { get; }

    /// <summary>Predictions for rows.</summary>
    /// <param name="columns">The features' columns, in order, of one length.</param>
    /// <returns>Chances, or numbers in the units of the labels, shape [rows].</returns>
    /// <exception cref="ArgumentException">The columns do not fit.</exception>
    /// <remarks>Which memory is touched depends on the rows: for who may see both.</remarks>
    public double[] Predict(IReadOnlyList<BinnedColumn> columns) => [.. ScoresOf(columns).Select(Ensemble.PredictionOf)];

    internal long[] ScoresOf(IReadOnlyList<BinnedColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count != Features.Count || columns.Any(c => c.Rows.Length != columns[0].Rows.Length))
            throw new ArgumentException("There is a column for each feature, all of one length.", nameof(columns));
        var scores = new long[columns[0].Rows.Length];
        for (var row = 0; row < scores.Length; row++)
        {
            var at = row;
            scores[row] = Ensemble.ScoreOf(feature => columns[feature].Rows[at]);
        }

        return scores;
    }

    /// <summary>The canonical bytes: ensemble, then features.</summary>
    public byte[] Encode() =>
        new CanonicalWriter().Text(Domain).Bytes(Ensemble.Encode()).List(Features, (w, feature) => feature.Encode(w)).ToArray();

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">They are not exactly a model.</exception>
    public static TreeModel Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Text() != Domain) throw new MalformedException("a model of this version");
        var ensemble = TreeEnsemble.Decode(reader.Bytes());
        var features = reader.List((ref CanonicalReader r) => FeatureBins.Decode(ref r));
        reader.End();
        try
        {
            return new(ensemble, features);
        }
        catch (ArgumentException)
        {
            throw new MalformedException("features with the bins of the ensemble");
        }
    }
}
