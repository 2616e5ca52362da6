using System.Globalization;
using System.Text;
using Collab.Cli.Commands;
using Collab.Node.Storage;
using Collab.Plots;
using Collab.Statistics.Inference;

namespace Collab.Cli.Results;

/// <summary>The pictures of a result's analyses as files.</summary>
internal static class ResultPlots
{
    internal static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes the picture of the one analysis that has one into a file that ends in .svg, or all into a folder, as <c>analysis-1.svg</c> and so on.</summary>
    /// <remarks>Of an evaluation <see cref="EvaluationFiles"/>.</remarks>
    /// <returns>The files.</returns>
    public static async Task<IReadOnlyList<string>> WriteAsync(ReleasedResult result, string path, CancellationToken cancellation)
    {
        if (result.Evaluation is { } evaluation) return await EvaluationFiles.WriteAsync(evaluation, path, cancellation);
        var pictures = (result.Analyses ?? []).Select(analysis => (analysis.Analysis, Svg: Draw(analysis))).Where(picture => picture.Svg is not null).ToList();
        var isFile = path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path);
        if (isFile && pictures.Count != 1)
            throw Shared.Usage($"The result has {pictures.Count} pictures: give a folder for them{(pictures.Count == 0 ? "; histograms, survival and estimates with intervals have one" : "")}.");
        if (!isFile) Directory.CreateDirectory(path);
        var files = new List<string>();
        foreach (var (number, svg) in pictures)
        {
            files.Add(isFile ? path : Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"analysis-{number}.svg")));
            await File.WriteAllTextAsync(files[^1], svg, Utf8, cancellation);
        }

        return files;
    }

    private static string? Draw(AnalysisDocument analysis) => FindingPlot.Draw(
        new PlotSubject(
            analysis.Asked is { } asked ? Output.Text(asked) : "", analysis.Columns,
            [.. analysis.Findings.Select(finding => new Finding(
                finding.Method, [.. finding.Quantities.Select(q => new Quantity(q.Term, q.Name, double.Parse(q.Value, CultureInfo.InvariantCulture), q.Bits))]))]),
        Output.Chinese ? PlotLanguage.Chinese : PlotLanguage.English);
}
