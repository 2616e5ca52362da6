using System.Text.Json.Nodes;
using Collab.Console.Wizard;
using Collab.Primitives;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Collab.Console.Pages.Jobs;

/// <summary>From what a person wants to know to a job: a form made from the published schema, its YAML, and what it would do.</summary>
public sealed partial class NewJobPage
{
    private static readonly HashSet<string> NamesOfTerms = ["security", "expires", "uses", "run-limit", "consent", "algorithm", "endorsers", "replay"];

    /// <summary>The request.</summary>
    [CascadingParameter]
    public required HttpContext Context { get; set; }

    /// <summary>The kind of job; null for the choice of one.</summary>
    [Parameter]
    public string? Kind { get; set; }

    /// <summary>The template, or the variant of the kind, to begin with.</summary>
    [SupplyParameterFromQuery]
    public string? From { get; set; }

    private JsonObject? Job { get; set; }

    private string Yaml { get; set; } = "";

    private IReadOnlyList<FormField> Fields { get; set; } = [];

    private JobChoices Choices { get; set; } = new([], [], [], []);

    private Dictionary<string, string> Errors { get; } = [];

    private FormField? FaultField { get; set; }

    private ExplanationView? Explanation { get; set; }

    private bool IsRead { get; set; }

    private string Shown => Job is null ? "" : JobYaml.Write(Job);

    private List<FormField> Main => [.. Fields.Where(one => !NamesOfTerms.Contains(one.Name) && one.Name != "kind")];

    private List<FormField> Terms => [.. Fields.Where(one => NamesOfTerms.Contains(one.Name))];

    private string Title => Kind is null ? Say("New job", "新建作业") : Say("New job: ", "新建作业：") + (FormWords.OfChoice(Kind) is var words ? Say(words.En, words.Zh) : "");

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        if (Kind is null) return;
        if (Start.YamlOf(Kind, From) is not { } yaml)
        {
            Navigation.NavigateTo("/jobs/new"); // no such kind: the choice of one
            return;
        }

        Show(yaml, null);
        if (HttpMethods.IsGet(Context.Request.Method)) await ChooseAsync(); // a form that is posted is shown anew below
    }

    private static string AddressOf(Start start) => $"/jobs/new/{start.Kind}" + (start.Name.Length == 0 ? "" : $"?from={start.Name}");

    private string KindOf(Start start) => FormWords.OfChoice(start.Kind) is var words ? Say(words.En, words.Zh) : "";

    private async Task PostAsync()
    {
        var form = await Context.Request.ReadFormAsync(Context.RequestAborted);
        var act = form["do"].ToString();
        var (text, shown) = (form["yaml"].ToString().ReplaceLineEndings("\n"), form["yaml-shown"].ToString().ReplaceLineEndings("\n"));
        if (text.Trim() == shown.Trim() && act != "take" && JobYaml.Read(form["shown"].ToString()) is { } before) // else the text was edited, and it counts
        {
            var job = FormInput.Read(JobSchema.Published, before, path => [.. form[path].OfType<string>()]);
            if (act.StartsWith("add:", StringComparison.Ordinal)) FormInput.Add(job, act[4..]);
            if (act.StartsWith("remove:", StringComparison.Ordinal)) FormInput.Remove(job, act[7..]);
            text = JobYaml.Write(job);
        }

        Show(text, JobYaml.Read(form["shown"].ToString()));
        await ChooseAsync();
        if (act == "submit")
        {
            JobView? submitted = null;
            if (await FaultAsync(async () => submitted = await Node.CallAsync<JobView>(Verbs.SubmitJob, new DescriptionRequest(Yaml), Context.RequestAborted)))
                Navigation.NavigateTo($"/jobs/{submitted!.Job}");
        }
        else if (act is "explain" or "take")
        {
            await FaultAsync(async () => Explanation = await Node.CallAsync<ExplanationView>(Verbs.ExplainJob, new DescriptionRequest(Yaml), Context.RequestAborted));
        }
    }

    /// <summary>Shows a description as it is written, and as a form; of what is no YAML the form stays, and the node says what is wrong.</summary>
    private void Show(string yaml, JsonObject? otherwise)
    {
        Yaml = yaml;
        var read = JobYaml.Read(yaml);
        IsRead = read is not null;
        Job = read ?? otherwise ?? new JsonObject { ["kind"] = Kind };
        if (Job["kind"] is JsonValue kind && JobSchema.Published.Kinds.Contains(kind.ToString())) Kind = kind.ToString(); // of a text that was pasted
        Fields = JobSchema.Published.FieldsOf(Job);
    }

    private Task ChooseAsync() => TryAsync(async () =>
    {
        var status = await Node.CallAsync<StatusView>(Verbs.Status, new EmptyRequest(), Context.RequestAborted);
        var offers = await Node.CallAsync<DatasetsView>(Verbs.ListDatasets, new EmptyRequest(), Context.RequestAborted);
        var models = await Node.CallAsync<ModelsView>(Verbs.ListModels, new EmptyRequest(), Context.RequestAborted);
        Choices = new JobChoices(Job!, [.. status.Peers.Select(peer => peer.Party).Append(status.Party).Order(StringComparer.Ordinal)], offers.Datasets, models.Models);
    });

    private async Task<bool> FaultAsync(Func<Task> act)
    {
        if (await TryAsync(act)) return true;
        FaultField = JobFault.FieldOf(Failure!.Message, Fields);
        if (FaultField is { } field) Errors[field.Path] = Failure.Message;
        return false;
    }
}
