using System.Text.RegularExpressions;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Collab.Console.Pages.Datasets;

/// <summary>A source is checked, then registered: nobody finds out by a failed run that a file was wrong.</summary>
public sealed partial class NewDatasetPage
{
    /// <summary>The request.</summary>
    [CascadingParameter]
    public required HttpContext Context { get; set; }

    private DatasetInput Input { get; set; } = DatasetInput.Empty;

    private DatasetCheckView? Report { get; set; }

    private string? NameError { get; set; }

    private (string Value, string Words)[] Delimiters => [(",", Say("comma", "逗号")), (";", Say("semicolon", "分号")), ("|", Say("bar", "竖线")), ("tab", Say("tabulator", "制表符"))];

    // Blank or repeated keys are a matter of the job; a value that is no number is not.
    private bool CanRegister => Report is { Complete: true } && Report.Problems.All(IsOfKeys);

    private static bool IsOfKeys(ProblemView problem) => problem.Code.StartsWith("data.key-", StringComparison.Ordinal);

    private Task PostAsync() => TryAsync(async () =>
    {
        var form = await Context.Request.ReadFormAsync(Context.RequestAborted);
        Input = DatasetInput.Of(form);
        if (Input.From == "upload" && form.Files["file"] is { Length: > 0 } file) Input = Input.With(await FilePieces.SendAsync(Node, file, Context.RequestAborted));
        Report = await Node.CallAsync<DatasetCheckView>(
            Verbs.CheckDataset, new CheckDatasetRequest(Input.Csv, Input.Postgres, Input.Columns, Input.KeyColumns), Context.RequestAborted);
        if (form["do"] != "register") return;
        if (!NameForm().IsMatch(Input.Name ?? "")) NameError = Say("A name is 1 to 64 of a-z, 0-9, - and _.", "名称为 1 至 64 个 a-z、0-9、- 或 _。");
        if (NameError is not null || !CanRegister) return;
        await Node.CallAsync<DatasetView>(
            Verbs.AddDataset, new AddDatasetRequest(Input.Name!, Input.Csv, Input.Postgres, Input.Columns, Subject: Input.Subject), Context.RequestAborted);
        Navigation.NavigateTo($"/datasets?added={Uri.EscapeDataString(Input.Name!)}");
    });

    [GeneratedRegex(@"\A[a-z0-9_-]{1,64}\z")]
    private static partial Regex NameForm();
}
