namespace Collab.Plots;

/// <summary>Pictures of findings as SVG: histograms, survival curves, estimates with their intervals.</summary>
/// <remarks>
/// The text is the same for the same findings. A picture needs no script, font file or network; its title and description say for readers of screens what it shows; it is
/// legible on light and dark paper, and in grey. Cost: a few milliseconds and as many marks as there are numbers. Local, and only of what its reader holds already.
/// </remarks>
public static class FindingPlot
{
    /// <summary>Draws what there is to draw of an analysis.</summary>
    /// <param name="subject">The analysis.</param>
    /// <param name="language">The language of its words.</param>
    /// <returns>An SVG document; null if there is no picture of such findings.</returns>
    public static string? Draw(PlotSubject subject, PlotLanguage language)
    {
        var words = PlotWords.In(language);
        return HistogramPlot.Of(subject, words)?.Draw() ?? SurvivalPlot.Of(subject, words)?.Draw() ?? ForestPlot.Of(subject, words)?.Draw();
    }
}
