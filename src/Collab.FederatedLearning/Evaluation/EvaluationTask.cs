namespace Collab.FederatedLearning.Evaluation;

/// <summary>What a model predicts. The numbers are those of the canonical encoding.</summary>
public enum EvaluationTask
{
    /// <summary>One of two classes; a higher score speaks for class 1.</summary>
    Classification = 1,

    /// <summary>A number.</summary>
    Regression = 2,
}
