namespace Collab.FederatedLearning.Linear;

/// <summary>What the weighted sum of a row's columns stands for.</summary>
public enum LinearFamily
{
    /// <summary>The label itself; squared loss.</summary>
    Regression = 1,

    /// <summary>A probability by the sigmoid of three straight pieces: 0 below −1/2, z + 1/2 between, 1 above 1/2.</summary>
    LogisticThreePieces = 2,

    /// <summary>A probability by the sigmoid 1 / (1 + e^−z), to 10^-5: logistic regression as statistics has it.</summary>
    Logistic = 3,
}
