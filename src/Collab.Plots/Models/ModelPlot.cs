namespace Collab.Plots.Models;

/// <summary>Pictures of a model as SVG, like <see cref="FindingPlot"/>: the same text for the same result, without scripts, fonts or network.</summary>
/// <remarks>They show what the evaluation tells and nothing else; where it withholds boundaries, a line goes past them and the picture says so.</remarks>
public static class ModelPlot
{
    /// <summary>Draws one picture.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="subject">The model.</param>
    /// <param name="language">The language of its words.</param>
    /// <returns>An SVG document; null if the evaluation has nothing for such a picture.</returns>
    public static string? Draw(ModelPlotKind kind, ModelSubject subject, PlotLanguage language)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var words = ModelWords.In(language);
        return kind switch
        {
            ModelPlotKind.Roc => subject.IsClassification ? ClassPlots.Roc(subject, words).Draw() : null,
            ModelPlotKind.Distance => subject.IsClassification ? ClassPlots.Distance(subject, words).Draw() : null,
            ModelPlotKind.Lift => subject.IsClassification ? ClassPlots.Lift(subject, words)?.Draw() : null,
            ModelPlotKind.Calibration => CalibrationPlot.Of(subject, words)?.Draw(),
            ModelPlotKind.Importance => ImportancePlot.Draw(subject, words),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }
}
