using Collab.FederatedLearning.Linear;
using Collab.FederatedLearning.Trees;
using Collab.Jobs;

namespace Collab.Engine.Models;

/// <summary>The settings of a training as the protocols have them.</summary>
internal static class ModelSettings
{
    /// <summary>Of a linear model.</summary>
    public static LinearSettings Of(ModelChoice.Linear linear) => new()
    {
        Family = FamilyOf(linear.Kind),
        Epochs = linear.Epochs,
        Batch = linear.Batch,
        LearningRate = Number(linear.LearningRate),
        L2 = Number(linear.L2),
    };

    /// <summary>Of boosted trees.</summary>
    public static TreeSettings Of(ModelChoice.Trees trees) => new()
    {
        Loss = trees.Loss == TreeLoss.Squared ? TrainingLoss.Squared : TrainingLoss.Logistic,
        Trees = trees.Count,
        Depth = trees.Depth,
        LearningRate = Number(trees.LearningRate),
        L2 = Number(trees.L2),
        MinimumGain = Number(trees.MinimumGain),
        MinimumChildWeight = Number(trees.MinimumChildWeight),
        LabelBound = Number(trees.LabelBound),
    };

    /// <summary>The family of a linear model.</summary>
    public static LinearFamily FamilyOf(LinearKind kind) => kind switch
    {
        LinearKind.Regression => LinearFamily.Regression,
        LinearKind.LogisticThreePieces => LinearFamily.LogisticThreePieces,
        _ => LinearFamily.Logistic,
    };

    private static double Number(long millionths) => (double)millionths / ModelChoice.Unit;
}
