using System.Globalization;
using Collab.Cli.Commands;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Console.Tests.Support;

/// <summary>What has happened before the pages are looked at: datasets with a hostile name among their columns, a study that was run, one that ended badly, and one that waits.</summary>
/// <param name="Committed">The study's job: a histogram, a test and survival curves, told to the registry.</param>
/// <param name="Waiting">A job that waits for the approval of both hospitals.</param>
/// <param name="Closed">A job that a hospital rejected.</param>
internal sealed record Story(string Committed, string Waiting, string Closed)
{
    /// <summary>A column's name that a node accepts and a careless page would run.</summary>
    public const string HostileColumn = "\"><img src=x onerror=alert(1)>";

    /// <summary>The same for reasons and whatever else people type.</summary>
    public const string HostileText = "<script>alert(2)</script><b id=injected>bold</b>'\"&";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>The rows of a hospital's patients, made by a rule.</summary>
    public static string Patients(int first, int count) => "id,age,bmi,sex,days,died\n" + string.Concat(Enumerable.Range(first, count).Select(i =>
        string.Create(CultureInfo.InvariantCulture, $"P{i:D4},{20 + (i * 7 % 60)},{18 + (i * 13 % 210 / 10m)},{(i % 3 == 0 ? "m" : "f")},{30 + (i * 37 % 1800)},{(i * 5 % 7 < 3 ? 1 : 0)}\n")));

    /// <summary>The description of the study.</summary>
    public static string Study(string purpose) => $$"""
        kind: analysis
        purpose: {{purpose}}
        parties:
          - { name: riverside, dataset: patients }
          - { name: lakeview, dataset: patients }
        receivers: [registry]
        parameters:
          minimum-group: 10
          analyses:
            - { test: histogram, value: bmi, breaks: [20, 25, 30, 35] }
            - { test: welch, value: bmi, by: { column: sex, levels: [f, m] } }
            - test: survival
              time: days
              event: { column: died, levels: ["0", "1"] }
              by: { column: sex, levels: [f, m] }
              until: [365, 730, 1095, 1460]
        expires: 2h
        """;

    public static async Task<Story> TellAsync(ConsoleConsortium consortium)
    {
        await RegisterAsync(consortium, ConsoleConsortium.Riverside, "patients", Patients(0, 240));
        await RegisterAsync(consortium, ConsoleConsortium.Lakeview, "patients", Patients(500, 260));
        await RegisterAsync(consortium, ConsoleConsortium.Registry, "events", $"id,{Csv(HostileColumn)},数值\nP0001,1,2\nP0002,2,3\n");

        var committed = await SubmitAsync(consortium, Study("first-study"));
        foreach (var owner in (PartyId[])[ConsoleConsortium.Riverside, ConsoleConsortium.Lakeview]) await OnceKnownAsync(consortium, owner, Verbs.ApproveJob, committed);
        var over = await SettledAsync(consortium, committed);
        Assert.True(over.State == "committed", $"The study is {over.State}: {over.Error?.Code} {over.Error?.Message}");

        var closed = await SubmitAsync(consortium, Study("rejected-study"));
        await OnceKnownAsync(consortium, ConsoleConsortium.Lakeview, Verbs.RejectJob, closed, "not-in-our-interest");
        await SettledAsync(consortium, closed);

        var waiting = await SubmitAsync(consortium, Study("second-study"));
        await OnceKnownAsync(consortium, ConsoleConsortium.Riverside, Verbs.ShowJob, waiting);
        return new Story(committed, waiting, closed);
    }

    /// <summary>A job's state at the registry once it is over.</summary>
    public static async Task<JobView> SettledAsync(ConsoleConsortium consortium, string job, PartyId? at = null)
    {
        while (true)
        {
            var view = await consortium.OperatorOf(at ?? ConsoleConsortium.Registry).CallAsync<JobView>(Verbs.ShowJob, new JobRequest(job), CancellationToken.None);
            if (JobText.IsOver(view)) return view;
            await Task.Delay(Poll);
        }
    }

    /// <summary>Registers a file as a dataset, past the console.</summary>
    public static Task<DatasetView> RegisterAsync(ConsoleConsortium consortium, PartyId party, string name, string csv) =>
        consortium.OperatorOf(party).CallAsync<DatasetView>(
            Verbs.AddDataset, new AddDatasetRequest(name, new CsvSource(consortium.Write($"data/{party.Name}/{name}.csv", csv)), null, null), CancellationToken.None);

    /// <summary>Submits a job at the registry, past the console; its digest.</summary>
    public static async Task<string> SubmitAsync(ConsoleConsortium consortium, string description) =>
        (await consortium.OperatorOf(ConsoleConsortium.Registry).CallAsync<JobView>(Verbs.SubmitJob, new DescriptionRequest(description), CancellationToken.None)).Job;

    /// <summary>Calls a verb about a job as soon as the party's node knows it.</summary>
    public static async Task<JobView> OnceKnownAsync(ConsoleConsortium consortium, PartyId party, string verb, string job, string? reason = null)
    {
        while (true)
        {
            try
            {
                return await consortium.OperatorOf(party).CallAsync<JobView>(verb, new JobRequest(job, Reason: reason), CancellationToken.None);
            }
            catch (CollabException e) when (e.Code.Name == Engine.JobArchive.JobUnknown.Name)
            {
                await Task.Delay(Poll);
            }
        }
    }

    private static string Csv(string field) => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
