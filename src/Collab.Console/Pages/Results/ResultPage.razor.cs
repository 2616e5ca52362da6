using Collab.Plots;
using Collab.Plots.Figures;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Components;

namespace Collab.Console.Pages.Results;

/// <summary>A released result: its numbers as tables, and as pictures where there are any.</summary>
public sealed partial class ResultPage
{
    private const int Largest = 32 << 20; // a page of more would be no page

    /// <summary>The job, or the first digits of it.</summary>
    [Parameter]
    public required string Digest { get; set; }

    private JobView? Job { get; set; }

    private TextView? Asked { get; set; }

    private ReleasedResult? Result { get; set; }

    private bool IsLarge { get; set; }

    private Figure? Importance { get; set; }

    private PlotLanguage Language => Visit.IsChinese ? PlotLanguage.Chinese : PlotLanguage.English;

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => TryAsync(async () =>
    {
        Job = await Node.CallAsync<JobView>(Verbs.ShowJob, new JobRequest(Digest), default);
        Asked = (await Node.CallAsync<ExplanationView>(Verbs.ExplainJob, new JobRequest(Job.Job), default)).Question;
        using var content = new BoundedContent(Largest);
        try
        {
            await Node.CopyAsync(Verbs.GetResult, new JobRequest(Job.Job), content, default);
        }
        catch (IOException) when (content.IsFull)
        {
            IsLarge = true;
            return;
        }

        Result = ReleasedResult.Read(content.GetBuffer().AsMemory(0, (int)content.Length), Language);
        if (Result.Kind == "model") Importance = await ImportanceAsync(Job.Run!);
    });

    // Only of trees, whose splits are counts of one kind; estimates of different columns have different units.
    private async Task<Figure?> ImportanceAsync(string model)
    {
        var splits = (await Node.CallAsync<ModelView>(Verbs.ShowModel, new ModelRequest(model), default)).Terms?.Where(term => term.Name == "splits").ToList();
        if (splits is not { Count: > 0 } || splits.Sum(term => term.Value) is not (> 0 and var all)) return null;
        return Figure.OfImportance([.. splits.Select(term => ($"{term.Of}.{term.Column}", term.Value / all))], Language) is { } figure
            ? figure with { Across = Say("share of all splits", "占全部分裂的比例"), Table = [["", Say("share of all splits", "占全部分裂的比例")], .. figure.Table.Skip(1)] }
            : null;
    }
}
