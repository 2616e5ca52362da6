using Collab.Plots.Models;

namespace Collab.Plots.Figures;

/// <summary>A picture as numbers and words, for whoever draws it by other means than SVG: the console does, so that its reader can ask a point what it says.</summary>
/// <remarks>The numbers, the words and the description are those of the SVG pictures (<see cref="FindingPlot"/>, <see cref="ModelPlot"/>).</remarks>
/// <param name="Shape">How it is drawn.</param>
/// <param name="Title">Its name.</param>
/// <param name="Description">What it shows, in words, for who does not see it.</param>
public sealed record Figure(FigureShape Shape, string Title, string Description)
{
    /// <summary>The name of what goes across.</summary>
    public string Across { get; init; } = "";

    /// <summary>The name of what goes up.</summary>
    public string Up { get; init; } = "";

    /// <summary>The least and the largest across; null to see them from the numbers.</summary>
    public IReadOnlyList<double>? AcrossRange { get; init; }

    /// <summary>The least and the largest up; null to see them from the numbers.</summary>
    public IReadOnlyList<double>? UpRange { get; init; }

    /// <summary>Round values across, where the scale has its own; else empty.</summary>
    public IReadOnlyList<double> AcrossTicks { get; init; } = [];

    /// <summary>Whether the scale across is in logarithms.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>The series, drawn in their order.</summary>
    public IReadOnlyList<FigureSeries> Series { get; init; } = [];

    /// <summary>Straight lines for comparison, or stretches that are marked.</summary>
    public IReadOnlyList<FigureLine> Lines { get; init; } = [];

    /// <summary>What must be said beside it.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The same numbers as a table: the names of its columns, then its rows.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Table { get; init; } = [];

    /// <summary>The figure of an analysis; null if there is none of such findings.</summary>
    /// <param name="subject">The analysis.</param>
    /// <param name="language">The language of its words.</param>
    public static Figure? Of(PlotSubject subject, PlotLanguage language)
    {
        var words = PlotWords.In(language);
        return HistogramPlot.Of(subject, words)?.ToFigure() ?? SurvivalPlot.Of(subject, words)?.ToFigure() ?? ForestPlot.Of(subject, words)?.ToFigure();
    }

    /// <summary>How much each feature of a model counts; null if no feature does.</summary>
    /// <param name="importance">Features and their shares of the whole, in any order.</param>
    /// <param name="language">The language of its words.</param>
    public static Figure? OfImportance(IReadOnlyList<(string Feature, double Share)> importance, PlotLanguage language) =>
        ImportancePlot.ToFigure(importance, ModelWords.In(language));

    /// <summary>A figure of a model; null if the evaluation has nothing for it.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="subject">The model.</param>
    /// <param name="language">The language of its words.</param>
    public static Figure? Of(ModelPlotKind kind, ModelSubject subject, PlotLanguage language)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var words = ModelWords.In(language);
        return kind switch
        {
            ModelPlotKind.Importance => ImportancePlot.ToFigure(subject.Importance, words),
            ModelPlotKind.Calibration => CalibrationPlot.Of(subject, words)?.ToFigure(),
            _ when !subject.IsClassification => null,
            ModelPlotKind.Roc => ClassPlots.Roc(subject, words).ToFigure(),
            ModelPlotKind.Distance => ClassPlots.Distance(subject, words).ToFigure(),
            ModelPlotKind.Lift => ClassPlots.Lift(subject, words)?.ToFigure(),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }
}

/// <summary>How a figure is drawn.</summary>
public enum FigureShape
{
    /// <summary>A bar for each name, side by side; one without a value is suppressed, and hatched over the whole height.</summary>
    Bars,

    /// <summary>A bar for each name, one below the other.</summary>
    Ranking,

    /// <summary>Curves that go down in steps, with bands around them.</summary>
    Steps,

    /// <summary>An estimate with its interval for each name, one below the other.</summary>
    Intervals,

    /// <summary>Points in two scales, joined or not.</summary>
    Points,

    /// <summary>A line for each series over several upright scales.</summary>
    Profiles,

    /// <summary>Streams between places.</summary>
    Flow,
}

/// <summary>One series of a figure.</summary>
/// <param name="Name">Its name; empty where there is one series alone.</param>
/// <param name="Points">What it consists of.</param>
public sealed record FigureSeries(string Name, IReadOnlyList<FigurePoint> Points);

/// <summary>One point, bar, estimate or stream; what does not apply is null.</summary>
/// <param name="Tip">What it says to who asks.</param>
public sealed record FigurePoint(string Tip)
{
    /// <summary>Its name, or where a stream begins.</summary>
    public string? Name { get; init; }

    /// <summary>Where a stream ends.</summary>
    public string? To { get; init; }

    /// <summary>Across.</summary>
    public double? X { get; init; }

    /// <summary>Up, or the length of a bar or breadth of a stream.</summary>
    public double? Y { get; init; }

    /// <summary>The lower end of its interval.</summary>
    public double? Low { get; init; }

    /// <summary>The upper end of its interval.</summary>
    public double? High { get; init; }

    /// <summary>A number as a figure may have it: none that is not one.</summary>
    public static double? Number(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>A straight line.</summary>
/// <param name="Name">What it means.</param>
/// <param name="From">Its beginning, across and up; null across or up is the whole way.</param>
/// <param name="To">Its end.</param>
public sealed record FigureLine(string Name, IReadOnlyList<double?> From, IReadOnlyList<double?> To);
