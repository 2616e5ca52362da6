using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Tests;
using Collab.Statistics.Analyses;
using Collab.Statistics.Inference;
using Collab.Statistics.Tests.Inference;
using Columns = Collab.Statistics.Tests.Inference.Columns;

namespace Collab.Statistics.Tests.Analyses;

/// <summary>All parties of analyses over rows of several owners, for real, in memory.</summary>
internal static class AnalysisRun
{
    /// <summary>Every party of a question over a data file whose rows the owners hold in turn; unless outcomes are asked for, each analysis must find something.</summary>
    public static Task<Findings> RunAsync(AnalysisQuestion question, string file, int owners, bool receiverOwns, int rows = int.MaxValue, bool outcomes = false) =>
        RunAsync(question, name => [.. RVectors.Column(file, name).Take(rows)], owners, receiverOwns, outcomes);

    /// <summary>The same over rows that a test makes itself, with the names of their columns.</summary>
    public static Task<Findings> RunAsync(AnalysisQuestion question, string[] columns, string?[][] rows, int owners, bool receiverOwns, bool outcomes = false) =>
        RunAsync(question, name => [.. rows.Select(row => row[Array.IndexOf(columns, name)])], owners, receiverOwns, outcomes);

    private static async Task<Findings> RunAsync(AnalysisQuestion question, Func<string, string?[]> columnOf, int owners, bool receiverOwns, bool outcomes)
    {
        var cancellation = TestContext.Current.CancellationToken;
        PartyId[] names = [.. Enumerable.Range(0, owners).Select(i => PartyId.Parse($"clinic-{i}"))];
        var receiver = receiverOwns ? names[^1] : PartyId.Parse("registry");
        var plan = AnalysisPlan.Create(question, names, receiver);
        var network = new InMemoryNetwork([.. names.Append(receiver).Distinct()]);
        var own = names.ToDictionary(name => name, name =>
        {
            var analysis = new LocalAnalysis(plan);
            foreach (var batch in BatchesOf(columnOf, question, Array.IndexOf(names, name), owners)) analysis.Add(batch);
            return analysis;
        });
        AnalysisResult? result = null;
        var parts = names.Where(name => name != receiver).ToDictionary(name => name, name => (Func<Task>)(() =>
            JointAnalyses.ContributeAsync(plan, name, network.Of(name), own[name], RandomSource.System, cancellation: cancellation)));
        parts[receiver] = async () => result = await JointAnalyses.ReceiveAsync(
            plan, network.Of(receiver), own.GetValueOrDefault(receiver), RandomSource.System, cancellation: cancellation);
        Assert.Empty(await network.RunAsync(parts));
        if (!outcomes) Assert.All(result!.Outcomes, outcome => Assert.Null(outcome.Reason));
        return new Findings(result!.Outcomes);
    }

    /// <summary>Every owner has each so-manieth row, in batches of unequal size.</summary>
    internal static IEnumerable<ColumnBatch> BatchesOf(Func<string, string?[]> columnOf, AnalysisQuestion question, int owner, int owners)
    {
        var scales = question.Analyses.SelectMany(MeasuresOf).DistinctBy(m => m.Column).ToDictionary(m => m.Column, m => m.Scale);
        var columns = question.Columns.Select(name => (Name: name, Values: columnOf(name).Where((_, i) => i % owners == owner).ToArray())).ToList();
        var first = 1L;
        foreach (var chunk in Enumerable.Range(0, columns[0].Values.Length).Chunk(1000 + (37 * owner)))
        {
            yield return new ColumnBatch(first, chunk.Length, [.. columns.Select(Column (c) =>
            {
                if (!scales.TryGetValue(c.Name, out var scale))
                    return new TextColumn(new ColumnSchema(c.Name, ColumnType.Text, 0), [.. chunk.Select(i => c.Values[i])]);
                return new NumberColumn(
                    new ColumnSchema(c.Name, scale == 0 ? ColumnType.Integer : ColumnType.Decimal, scale),
                    chunk.Select(i => c.Values[i] is { } text ? (long)Columns.Units(text, scale) : 0).ToArray(), chunk.Select(i => c.Values[i] is not null).ToArray());
            })]);
            first += chunk.Length;
        }
    }

    private static IEnumerable<Measure> MeasuresOf(Analysis analysis) => analysis switch
    {
        Analysis.Means means => [means.Value],
        Analysis.PairedMeans paired => [paired.First, paired.Second],
        Analysis.Correlation correlation => [correlation.X, correlation.Y],
        Analysis.Shape shape => [shape.Value],
        Analysis.Linear linear => [linear.Response, .. linear.Covariates],
        Analysis.Logistic logistic => logistic.Covariates,
        Analysis.Poisson poisson => [poisson.Response, .. poisson.Covariates],
        Analysis.Cox cox => [cox.Time, .. cox.Covariates],
        Analysis.Survival survival => [survival.Time],
        Analysis.Quantiles quantiles => [quantiles.Value],
        Analysis.Binned binned => [binned.Value],
        Analysis.Ranked ranked => ranked.Other is { } other ? [ranked.Value, other] : [ranked.Value],
        _ => [],
    };

    internal sealed record Findings(IReadOnlyList<AnalysisOutcome>? Outcomes)
    {
        public IReadOnlyList<Finding> this[int analysis] => Outcomes![analysis].Findings;
    }
}
