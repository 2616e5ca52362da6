using Collab.Cli.Commands;
using Collab.FederatedLearning.Evaluation;
using Collab.Jobs;
using Collab.Node.Storage;
using Collab.Plots;
using Collab.Plots.Models;

namespace Collab.Cli.Results;

/// <summary>The report and the pictures of an evaluation as files.</summary>
internal static class EvaluationFiles
{
    private const string Report = "report.html";

    private static readonly (ModelPlotKind Kind, string File)[] Pictures =
        [(ModelPlotKind.Roc, "roc.svg"), (ModelPlotKind.Distance, "ks.svg"), (ModelPlotKind.Lift, "lift.svg"), (ModelPlotKind.Calibration, "calibration.svg")];

    /// <summary>Writes the report alone into a file that ends in .html, or it and the pictures into a folder.</summary>
    /// <returns>The files.</returns>
    public static async Task<IReadOnlyList<string>> WriteAsync(EvaluationDocument evaluation, string path, CancellationToken cancellation)
    {
        var subject = new ModelSubject(
            $"Model {evaluation.Model[..8]}", EvaluationResult.Decode(Convert.FromHexString(evaluation.Canonical)), Enum.Parse<ScoreMeaning>(evaluation.Scores, ignoreCase: true));
        var language = Output.Chinese ? PlotLanguage.Chinese : PlotLanguage.English;
        var isFolder = Directory.Exists(path);
        if (!isFolder && path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase)) throw Shared.Usage("An evaluation has several pictures: give a folder for them, or a file that ends in .html for the report.");
        var isFile = !isFolder && path.EndsWith(".html", StringComparison.OrdinalIgnoreCase);
        if (!isFile) Directory.CreateDirectory(path);
        var files = new List<string> { isFile ? path : Path.Combine(path, Report) };
        await File.WriteAllTextAsync(files[0], ModelReport.Write(subject, language), ResultPlots.Utf8, cancellation);
        foreach (var (kind, file) in isFile ? [] : Pictures)
        {
            if (ModelPlot.Draw(kind, subject, language) is not { } svg) continue;
            files.Add(Path.Combine(path, file));
            await File.WriteAllTextAsync(files[^1], svg, ResultPlots.Utf8, cancellation);
        }

        return files;
    }
}
