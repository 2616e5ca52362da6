namespace Collab.FederatedLearning.Trees;

/// <summary>What boosting makes small.</summary>
public enum TrainingLoss
{
    /// <summary>Logarithmic loss of labels 0 and 1; scores are log-odds.</summary>
    Logistic = 1,

    /// <summary>Half the squared error, of labels and scores divided by a public bound on the labels.</summary>
    Squared = 2,
}
