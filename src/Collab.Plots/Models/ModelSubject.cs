using Collab.FederatedLearning.Evaluation;
using Collab.Jobs;

namespace Collab.Plots.Models;

/// <summary>What pictures and a report of a model are about: an evaluation, and what is known of the model beside it.</summary>
/// <param name="Name">The model's name; any text.</param>
/// <param name="Result">The evaluation.</param>
/// <param name="Meaning">What its scores mean.</param>
public sealed record ModelSubject(string Name, EvaluationResult Result, ScoreMeaning Meaning)
{
    /// <summary>How much each feature counts, in any order: a share of the whole each; none by default.</summary>
    public IReadOnlyList<(string Feature, double Share)> Importance { get; init; } = [];

    /// <summary>Further facts for the report, each a term and what it is: parties, training, parameters.</summary>
    public IReadOnlyList<(string Term, string Value)> Facts { get; init; } = [];

    internal bool IsClassification => Result.Settings.Task == EvaluationTask.Classification;

    /// <summary>A score as it is shown: of a logit the chance.</summary>
    internal double Shown(double score) => Meaning == ScoreMeaning.Logit ? 1 / (1 + Math.Exp(-score)) : score;

    /// <summary>The bins between boundaries that are told, from the lowest scores.</summary>
    internal IReadOnlyList<ScoreBin> Bins => IsClassification ? new ClassificationFigures(Result).Bins : new RegressionFigures(Result).Bins;
}
