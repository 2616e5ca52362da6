using System.Text.Json.Nodes;
using Collab.Console.Wizard;
using Collab.Engine.Descriptions;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Console.Tests.Jobs;

/// <summary>The wizard has every kind of the published schema, and its form and its YAML say the same: what it writes, the parser takes.</summary>
public sealed class WizardTests
{
    private static readonly JobSchema Schema = JobSchema.Published;

    public static TheoryData<string, string> Templates
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var start in Start.Templates) data.Add(start.Kind, start.Name);
            return data;
        }
    }

    private const string Clusters = """
        kind: cluster
        purpose: patient-groups
        parties:
        - { name: lakeview, dataset: visits, key: id }
        - { name: riverside, dataset: laboratory, key: id }
        receivers: [lakeview]
        parameters: { features: [{ of: lakeview, columns: [age, bmi] }, { of: riverside, columns: [glucose] }], clusters: 4, sizes: true }
        """;

    /// <summary>Every example of job.md, and one of the kind that it shows none of: each kind is among them.</summary>
    public static TheoryData<string> Examples => [.. ExamplesOf(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "job.md"))), Clusters];

    [Fact]
    public void Every_kind_of_the_schema_is_offered_in_both_languages_and_no_other()
    {
        Assert.Equal(Schema.Kinds.Order(), Start.Kinds.Select(start => start.Kind).Distinct().Order());
        Assert.All(Start.Kinds, start => Assert.NotEqual(start.Kind, start.En)); // none is offered by its name alone
        Assert.All(Start.Templates, start => Assert.NotEqual(start.Name, start.En));
        Assert.Equal(Schema.Kinds.Order(), Examples.Select(example => JobYaml.Read(example.Data)!["kind"]!.ToString()).Distinct().Order());
    }

    [Fact]
    public void Every_field_every_word_and_every_description_has_both_languages()
    {
        Assert.All(Schema.Names, name => Assert.True(FormWords.KnowsField(name), name));
        Assert.All(Schema.Words, word => Assert.True(FormWords.KnowsChoice(word), word));
        Assert.All(Schema.Descriptions, description => Assert.True(FormWords.KnowsDescription(description), description));
    }

    [Fact]
    public void Every_template_of_the_repository_is_embedded() => Assert.Equal(
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "templates"), "*.yaml").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal),
        Start.Templates.Select(start => start.Name).Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Templates))]
    public void A_template_through_the_form_is_the_same_job(string kind, string name) => IsTheSameThroughTheForm(Start.YamlOf(kind, name)!);

    [Theory, MemberData(nameof(Examples))]
    public void An_example_of_the_specification_through_the_form_is_the_same_job(string yaml) => IsTheSameThroughTheForm(yaml);

    [Fact]
    public void A_kind_begins_with_the_fields_it_cannot_do_without_and_filling_them_in_makes_a_job()
    {
        foreach (var kind in Schema.Kinds)
        {
            var fields = Schema.FieldsOf(JobYaml.Read(Start.YamlOf(kind, null)!)!);
            var all = fields.SelectMany(field => field.All).ToList();
            Assert.Contains(all, field => field is { Path: "purpose", IsRequired: true });
            Assert.Contains(all, field => field is { Path: "parties[0].dataset", Role: FieldRole.Dataset });
            Assert.Contains(all, field => field is { Path: "parties[0].name", Role: FieldRole.Party });
            Assert.Equal(kind is "intersection" or "retrieval" or "deliver" ? 2 : 1, all.Single(field => field.Path == "parties").Items.Count);
        }

        string[] Inside(string kind, string path) =>
            [.. Schema.FieldsOf(JobYaml.Read(Start.YamlOf(kind, null)!)!).SelectMany(field => field.All).Where(field => field.Path.StartsWith($"{path}.", StringComparison.Ordinal)).Select(field => field.Name)];
        Assert.Equal(["test"], Inside("analysis", "parameters.analyses[0]")); // what else it has follows from the test
        Assert.Equal(["kind", "learning-rate", "l2"], Inside("train", "parameters.model")); // what all models have

        Dictionary<string, string[]> filled = new()
        {
            ["kind"] = ["statistics"], ["purpose"] = ["cohort-description"], ["parties[0].name"] = ["riverside"], ["parties[0].dataset"] = ["cohort"], ["parties[0].where"] = ["age >= 65"],
            ["receivers"] = ["registry"], ["parameters.columns"] = ["age", "bmi"], ["parameters.statistics"] = ["count", "mean"], ["parameters.minimum-group"] = ["12"],
            ["parameters.group-by.column"] = ["sex"], ["parameters.group-by.levels"] = ["f\r\nm\r\n"], ["~parameters.total"] = ["1"], ["parameters.total"] = ["true"],
            ["parameters.dominance"] = ["none"], ["security"] = ["semi-honest"], ["expires"] = ["1d"],
        };
        var job = FormInput.Read(Schema, JobYaml.Read(Start.YamlOf("statistics", null)!)!, path => filled.GetValueOrDefault(path, []));
        var yaml = JobYaml.Write(job);
        var specification = JobDescription.Parse(yaml);
        Assert.Equal("cohort-description", specification.Purpose);
        Assert.Equal(TimeSpan.FromDays(1), specification.Lifetime);
        Assert.Equal(12, Assert.IsType<JobKind.JointStatistics>(specification.Kind).MinimumGroupSize);
        Assert.DoesNotContain("semi-honest", yaml, StringComparison.Ordinal); // it holds anyway
        Assert.Contains("dominance: none", yaml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: &a [*a]")]
    [InlineData("a: &a { b: *a }")]
    [InlineData("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]")]
    public void A_text_that_names_itself_fills_no_form(string yaml) => Assert.Null(JobYaml.Read(yaml));

    [Fact]
    public void A_text_that_is_nested_without_end_fills_no_form()
    {
        foreach (var open in (string[])["[", "{a: ", "- "]) Assert.Null(JobYaml.Read($"a:\n {string.Concat(Enumerable.Repeat(open, 200_000))}"));
    }

    [Theory]
    [InlineData("parties", "Party")]
    [InlineData("analyses", "Analysis")]
    [InlineData("features", "Feature")]
    [InlineData("steps", "Step")]
    public void One_of_a_list_is_called_by_its_name(string list, string one) => Assert.Equal(one, FormWords.OfItem(list).En);

    [Fact]
    public void Another_test_asks_for_other_fields_and_the_old_ones_go()
    {
        var job = JobYaml.Read("kind: analysis\npurpose: study\nparties:\n- { name: a, dataset: d }\nreceivers: b\nparameters:\n  analyses:\n  - { test: welch, value: bmi, by: { column: sex, levels: [f, m] } }\n")!;
        Assert.Equal(["test", "value", "by"], Schema.FieldsOf(job).Single(field => field.Name == "parameters").Fields.Single(field => field.Name == "analyses").Items[0].Select(field => field.Name));
        var posted = Posted(Schema.FieldsOf(job));
        posted["parameters.analyses[0].test"] = ["correlation"];
        var changed = FormInput.Read(Schema, job, path => posted.GetValueOrDefault(path, []));
        var analysis = changed["parameters"]!["analyses"]![0]!.AsObject();
        Assert.Equal(["test"], analysis.Select(property => property.Key));
        var fields = Schema.FieldsOf(changed).SelectMany(field => field.All).Where(field => field.Path.StartsWith("parameters.analyses[0].", StringComparison.Ordinal)).ToList();
        Assert.Equal(["test", "x", "y"], fields.Select(field => field.Name));
        Assert.Equal(25, fields[0].Choices.Count);
        FormInput.Add(changed, "parameters.analyses");
        FormInput.Add(changed, "parties");
        FormInput.Remove(changed, "parties[0]");
        Assert.Equal((2, 1), (changed["parameters"]!["analyses"]!.AsArray().Count, changed["parties"]!.AsArray().Count));
        FormInput.Remove(changed, "parties[7]");
        FormInput.Remove(changed, "no such");
    }

    [Theory]
    [InlineData("kind: statistics\npurpose: study\nparties:\n- { name: a, dataset: d }\nreceivers: b\nparameters: { columns: [age] }\n", "parameters")]
    [InlineData("kind: statistics\npurpose: Study!\nparties:\n- { name: a, dataset: d }\nreceivers: b\nparameters: { columns: [age], statistics: mean }\n", "purpose")]
    [InlineData("kind: intersection\npurpose: study\nparties:\n- { name: a, dataset: d, key: id }\n- { name: c, dataset: d }\nreceivers: a\n", "parties[1].key")]
    public void A_fault_is_at_the_field_it_names(string yaml, string path)
    {
        var fault = Assert.Throws<CollabException>(() => JobDescription.Parse(yaml));
        Assert.Equal(path == "parameters" ? "parameters.statistics" : path, JobFault.FieldOf(fault.Message, Schema.FieldsOf(JobYaml.Read(yaml)!))?.Path);
    }

    [Fact]
    public void A_fault_that_names_a_text_is_at_the_field_that_holds_it()
    {
        var fields = Schema.FieldsOf(JobYaml.Read("kind: statistics\npurpose: study\nparties:\n- { name: a, dataset: visits }\nreceivers: b\nparameters: { columns: [age], statistics: mean }\n")!);
        Assert.Equal("parties[0].dataset", JobFault.FieldOf("a offers no dataset 'visits'.", fields)?.Path);
        Assert.Null(JobFault.FieldOf("Nothing is named.", fields));
    }

    [Theory]
    [InlineData("yes"), InlineData("null"), InlineData("a: b"), InlineData("- x"), InlineData("'quoted'"), InlineData("#no"), InlineData("<b>x</b>"), InlineData("患者"), InlineData("two\nlines\n"), InlineData(" ends "), InlineData("1e3"), InlineData("-5")]
    public void Every_text_comes_back_as_it_was(string text)
    {
        var job = new JsonObject { ["purpose"] = text, ["list"] = new JsonArray(text, "x") };
        var read = JobYaml.Read(JobYaml.Write(job))!;
        Assert.Equal(text, read["purpose"]!.ToString());
        Assert.Equal(text, read["list"]![0]!.ToString());
    }

    private static void IsTheSameThroughTheForm(string yaml)
    {
        var job = JobYaml.Read(yaml)!;
        var posted = Posted(Schema.FieldsOf(job));
        var written = JobYaml.Write(FormInput.Read(Schema, job, path => posted.GetValueOrDefault(path, [])));
        Assert.Equal(Told(JobDescription.Parse(yaml)), Told(JobDescription.Parse(written)));
        var again = JobYaml.Read(written)!;
        var postedAgain = Posted(Schema.FieldsOf(again));
        Assert.Equal(written, JobYaml.Write(FormInput.Read(Schema, again, path => postedAgain.GetValueOrDefault(path, []))));
    }

    /// <summary>All that a specification says, field by field.</summary>
    private static string Told(object? value) => value switch
    {
        null => "-",
        string or RowFilter or PartyId or ValueType => value.ToString()!,
        System.Collections.IEnumerable items => $"[{string.Join(", ", items.Cast<object>().Select(Told))}]",
        _ => $"{value.GetType().Name}({string.Join("; ", value.GetType().GetProperties().Where(property => property.CanWrite).Select(property => $"{property.Name}: {Told(property.GetValue(value))}"))})",
    };

    /// <summary>What a browser posts of a form that nobody changed.</summary>
    private static Dictionary<string, string[]> Posted(IReadOnlyList<FormField> fields)
    {
        var posted = new Dictionary<string, string[]>();
        foreach (var field in fields.SelectMany(field => field.All))
        {
            switch (field.Shape)
            {
                case FieldShape.Truth when field.Default is not null:
                    posted[FormInput.Marker + field.Path] = ["1"];
                    if (field.Text == "true") posted[field.Path] = ["true"];
                    break;
                case FieldShape.Lines when field.Choices.Count > 0 || field.Role != FieldRole.Any:
                    posted[field.Path] = [.. field.Texts];
                    break;
                case FieldShape.Lines:
                    posted[field.Path] = [string.Join("\r\n", field.Texts)];
                    break;
                case FieldShape.Lists:
                    posted[field.Path] = [string.Join("\r\n", field.Value is JsonArray lists ? lists.Select(list => list is JsonArray texts ? string.Join(", ", texts) : list!.ToString()) : [])];
                    break;
                case FieldShape.Group when field.Value is JsonValue word:
                    posted[field.Path] = [word.ToString()];
                    break;
                case FieldShape.Group when field.CanBeEmpty && field.Value is not null:
                    posted[field.Path] = ["on"];
                    break;
                case FieldShape.Line or FieldShape.Text or FieldShape.Choice:
                    posted[field.Path] = [field.Shape == FieldShape.Line ? field.Value?.ToString() ?? "" : field.Text];
                    break;
            }
        }

        return posted;
    }

    private static IEnumerable<string> ExamplesOf(string page) =>
        page[page.IndexOf("## Examples", StringComparison.Ordinal)..].Split("```yaml\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]);
}
