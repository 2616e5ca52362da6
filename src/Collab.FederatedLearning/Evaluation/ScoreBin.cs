namespace Collab.FederatedLearning.Evaluation;

/// <summary>Rows between two neighbouring boundaries that are told.</summary>
/// <param name="Rows">How many.</param>
/// <param name="MeanScore">Their mean score, as a number.</param>
/// <param name="MeanLabel">Their mean label: of classes the share of class 1, of regression a number.</param>
public readonly record struct ScoreBin(long Rows, double MeanScore, double MeanLabel);
