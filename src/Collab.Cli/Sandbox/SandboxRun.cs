using System.Diagnostics;
using System.Text.Json;
using Collab.Cli.Commands;
using Collab.Cli.Results;
using Collab.Engine.Descriptions;
using Collab.Evidence;
using Collab.Jobs;
using Collab.Node.Storage;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Cli.Sandbox;

/// <summary>One job over local nodes, from the files of each party to result and evidence.</summary>
internal static class SandboxRun
{
    private const string SubjectColumn = "subject";
    private const int LargestInline = 1 << 20;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Registers a party's CSV files under their names without the ending; <c>consents.csv</c> goes into its register of consents, and a column
    /// named <c>subject</c> says whose a row is.</summary>
    public static async Task RegisterAsync(LocalConsortium local, PartyData data, Output output, CancellationToken cancellation)
    {
        var party = data.Party;
        var consents = new FileInfo(Path.Combine(data.Folder, PartyData.Consents));
        if (data.Csv is null && consents.Exists)
        {
            var given = await ConsentCommands.ReadAsync(consents, cancellation);
            await local.OperatorOf(party).CallAsync<ConsentRegisterView>(Verbs.AddConsents, new AddConsentsRequest(given), cancellation);
            output.Say($"[grey]{party}[/] takes {given.Count} consents into its register");
        }

        foreach (var file in data.Datasets)
        {
            var name = PartyData.NameOf(file);
            var view = await local.OperatorOf(party).CallAsync<DatasetView>(
                Verbs.AddDataset, new AddDatasetRequest(name, new CsvSource(Path.GetFullPath(file)), null, null, Subject: await SubjectOfAsync(file, cancellation)), cancellation);
            output.Say($"[grey]{party}[/] offers [bold]{name}[/] ({view.Rows} rows; {view.Columns.Count} columns)");
        }
    }

    private static async Task<string?> SubjectOfAsync(string file, CancellationToken cancellation)
    {
        using var text = new StreamReader(file);
        var header = await text.ReadLineAsync(cancellation);
        return header?.Split(',', ';', '\t').Any(name => name.Trim(' ', '"') == SubjectColumn) == true ? SubjectColumn : null;
    }

    /// <summary>Submits a job at its requester, has every owner approve it, waits for the end, and gathers what came out.</summary>
    /// <param name="local">The nodes.</param>
    /// <param name="requester">Who asks.</param>
    /// <param name="description">The YAML.</param>
    /// <param name="destination">Where results and evidence go.</param>
    /// <param name="proposed">Called when the job is proposed: to approve it for its owners, or to show it.</param>
    /// <param name="output">Where progress is shown.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<SandboxReport> RunAsync(
        LocalConsortium local, PartyId requester, string description, string destination, Func<JobView, Task> proposed, Output output,
        CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var client = local.OperatorOf(requester);
        var submitted = await client.CallAsync<JobView>(Verbs.SubmitJob, new DescriptionRequest(description), cancellation);
        await proposed(submitted);
        var view = await JobText.FollowAsync(client, submitted.Job, output, cancellation);
        var seconds = clock.Elapsed.TotalSeconds;
        await SettledEverywhereAsync(local, view, cancellation);

        var parties = new Dictionary<string, SandboxParty>();
        foreach (var party in local.Consortium.Members.Select(m => m.Party)) parties[party.Name] = await TakeResultAsync(local, party, submitted.Job, destination, cancellation);
        var (evidence, bytes) = view.Run is null ? (null, 0) : await TakeEvidenceAsync(local, requester, view, destination, cancellation);
        return new(view.Job, view.State, parties, Math.Round(seconds, 3), bytes, evidence, view.Error);
    }

    /// <summary>Approves a proposed job at every owner's node.</summary>
    public static async Task ApproveAsync(LocalConsortium local, JobView job, CancellationToken cancellation)
    {
        foreach (var owner in job.Owners.Select(PartyId.Parse)) await CallOnceKnownAsync<JobView>(local, owner, Verbs.ApproveJob, job, cancellation);
    }

    /// <summary>Calls a verb on a job at a node as soon as the plan has reached it.</summary>
    public static async Task<T> CallOnceKnownAsync<T>(LocalConsortium local, PartyId party, string verb, JobView job, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await local.OperatorOf(party).CallAsync<T>(verb, new JobRequest(job.Job), cancellation);
            }
            catch (CollabException e) when (e.Code.Name == Engine.JobArchive.JobUnknown.Name)
            {
                await Task.Delay(Poll, cancellation); // the plan is on its way
            }
        }
    }

    // The requester's node may know the end a moment before the others have written theirs.
    private static async Task SettledEverywhereAsync(LocalConsortium local, JobView job, CancellationToken cancellation)
    {
        foreach (var party in job.Owners.Concat(job.Receivers).Distinct().Select(PartyId.Parse))
        {
            while (!JobText.IsOver(await local.OperatorOf(party).CallAsync<JobView>(Verbs.ShowJob, new JobRequest(job.Job), cancellation)))
                await Task.Delay(Poll, cancellation);
        }
    }

    private static async Task<SandboxParty> TakeResultAsync(LocalConsortium local, PartyId party, string job, string destination, CancellationToken cancellation)
    {
        JobView view;
        try
        {
            view = await local.OperatorOf(party).CallAsync<JobView>(Verbs.ShowJob, new JobRequest(job), cancellation);
        }
        catch (CollabException e) when (e.Code.Name == Engine.JobArchive.JobUnknown.Name)
        {
            return new SandboxParty(null, null); // a witness only: it holds the log and nothing of the job
        }

        if (view.Result is not { } folder) return new SandboxParty(null, null);
        var place = Path.Combine(destination, party.Name);
        Directory.CreateDirectory(place);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(place, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }

        var json = Path.Combine(place, ResultFolder.JsonFile);
        var isSmall = new FileInfo(json).Length <= LargestInline;
        if (isSmall)
        {
            await using var result = File.OpenRead(json);
            await ResultPlots.WriteAsync(ReleasedResult.Read(result), place, cancellation);
        }

        return isSmall
            ? new SandboxParty(JsonSerializer.Deserialize<JsonElement>(await File.ReadAllBytesAsync(json, cancellation)), null)
            : new SandboxParty(null, Path.GetRelativePath(destination, json));
    }

    private static async Task<(string File, long Bytes)> TakeEvidenceAsync(
        LocalConsortium local, PartyId requester, JobView job, string destination, CancellationToken cancellation)
    {
        var folder = Path.Combine(destination, "evidence");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{job.Run![..16]}.evidence");
        await using (var file = File.Create(path))
            await local.OperatorOf(requester).CopyAsync(Verbs.ExportEvidence, new JobRequest(job.Job, job.Run), file, cancellation);
        var bundle = EvidenceBundle.Read(await File.ReadAllBytesAsync(path, cancellation));
        var sent = bundle.Parts.Where(p => p.Name.StartsWith("receipt/", StringComparison.Ordinal))
            .SelectMany(p => Receipt.Decode(p.Content.Span).Conversations).SelectMany(c => c.Sent).Sum(c => (long)c.Bytes);
        return (Path.GetRelativePath(destination, path), sent);
    }
}

/// <summary>What <c>sandbox run --json</c> prints.</summary>
/// <param name="Job">The plan's digest.</param>
/// <param name="State">How it ended.</param>
/// <param name="Parties">Per party its result: inline when small, else the file's name.</param>
/// <param name="Seconds">From submission to the end, in seconds.</param>
/// <param name="Bytes">Payload bytes between the parties in the run.</param>
/// <param name="Evidence">The bundle, relative to the output folder.</param>
/// <param name="Error">Why it failed.</param>
internal sealed record SandboxReport(
    string Job, string State, IReadOnlyDictionary<string, SandboxParty> Parties, double Seconds, long Bytes, string? Evidence, ErrorView? Error);

/// <summary>One party's part of a sandbox report.</summary>
/// <param name="Result">Its result, when small.</param>
/// <param name="File">Its result's file, when not.</param>
internal sealed record SandboxParty(JsonElement? Result, string? File);
