using System.Globalization;
using Collab.Client;
using Collab.Primitives;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary>Jobs as people read them.</summary>
internal static class JobText
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public static void Show(IAnsiConsole console, JobView job)
    {
        console.MarkupLineInterpolated($"job [bold]{job.Job}[/]");
        console.MarkupLineInterpolated($"  {job.Kind} for {job.Purpose}: asked by {job.Requester}, data of {string.Join(", ", job.Owners)}, result to {string.Join(", ", job.Receivers)}");
        console.MarkupLineInterpolated($"  [bold]{job.State}[/]{(job.Missing is { Count: > 0 } missing ? $", waiting for {string.Join(", ", missing)}" : "")}; until {job.Expires:u}, {job.Uses} use(s)");
        if (job.Run is not null) console.MarkupLineInterpolated($"  run {job.Run}");
        if (job.Result is not null) console.MarkupLineInterpolated($"  result in {job.Result}");
        if (job.Error is not { } error) return;
        console.MarkupLineInterpolated($"  [red]{error.Code}[/]{(error.Party is null ? "" : $" by {error.Party}")}{(error.Step is null ? "" : $" at {error.Step}")}: {Output.Message(error.Code, error.Message)}");
        console.MarkupLineInterpolated($"  next: {Output.Next(error.Code, error.Next)}");
    }

    public static void Show(IAnsiConsole console, ExplanationView view)
    {
        console.MarkupLineInterpolated($"[bold]{Output.Text(view.Question)}[/]");
        console.MarkupLineInterpolated($"{Output.Text(view.Adversary)}");
        console.MarkupLineInterpolated($"purpose {view.Purpose}; until {view.Expires:u}; {view.Uses} use(s)");
        var table = new Table().AddColumns(Output.Chinese ? ["参与方", "发送", "得知"] : ["party", "sends", "learns"]).ShowRowSeparators();
        foreach (var party in view.Parties)
        {
            table.AddRow(new[]
            {
                party.Party, string.Join("\n", party.Sends.Select(s => $"- {Output.Text(s)}")), string.Join("\n", party.Learns.Select(l => $"- {Output.Text(l)}")),
            }.Select(Markup.Escape).ToArray());
        }

        console.Write(table);
        foreach (var note in view.Notes) console.MarkupLineInterpolated($"- {Output.Text(note)}");
        console.MarkupLineInterpolated($"{view.Protocol}, {view.Security}: {(view.AtMost ? "at most" : "about")} {view.Messages} messages, {Size(view.Bytes)} on the wire, {Size(view.MemoryBytes)} of memory, about {view.Seconds} s");
        console.MarkupLineInterpolated($"plan {view.Job}");
    }

    // Of a long training not every epoch has a line.
    private const int MostLosses = 20;

    /// <summary>One line of an event.</summary>
    public static string Line(EventView view)
    {
        var what = view.Event switch
        {
            "step" => view.Step!,
            "progress" when view.Loss is { } loss => $"{view.Step} {view.Done}/{view.Total} loss {loss.ToString("G6", CultureInfo.InvariantCulture)}",
            "progress" when view.Total > 0 => $"{view.Step} {view.Done}/{view.Total}",
            "progress" => view.Step!,
            "traffic" => $"{view.Step} {string.Join("; ", view.Traffic!.Select(Passed))}",
            _ => $"{view.Event}{(view.Party is null ? "" : $" {view.Party}")}{(view.Error is { } e ? $" {e.Code}: {e.Message}" : "")}",
        };
        return Markup.Escape($"{view.Time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {view.Job[..8]} {what}");
    }

    /// <summary>What a step has sent and received so far.</summary>
    private static string Passed(TrafficView passed) => string.Create(
        CultureInfo.InvariantCulture, $"{passed.Peer}: sent {passed.MessagesSent} messages of {Size(passed.BytesSent)}, received {passed.MessagesReceived} of {Size(passed.BytesReceived)}");

    /// <summary>A job from its proposal to where it stands.</summary>
    public static void Show(IAnsiConsole console, JobHistoryView view)
    {
        Show(console, view.Job);
        foreach (var decision in view.Decisions)
            console.MarkupLineInterpolated($"  {decision.Part} {decision.Party}: [bold]{decision.Decision}[/]{(decision.Time is { } time ? $" {time:u}" : "")}{(decision.Code is null ? "" : $" ({decision.Code})")}");
        foreach (var wait in view.Waits)
        {
            console.MarkupLineInterpolated($"  [yellow]waits for {wait.Party}[/]: {Output.Text(wait.For)}{(wait.LastAnswer is { } last ? $"; its node last answered {last:u}" : "")}");
            if (wait.Error is { } error) console.MarkupLineInterpolated($"    {error.Code}: {error.Message}");
        }

        foreach (var act in view.Acts) console.MarkupLineInterpolated($"  {act.Time:u} {act.Party} {act.Text}{(act.Code is null ? "" : $" {act.Code}")}");
        foreach (var happened in view.Events) console.MarkupLine($"  [grey]{Line(happened)}[/]");
    }

    /// <summary>Waits for the end of a job at one node, showing what happens.</summary>
    public static async Task<JobView> FollowAsync(IOperator client, string job, Output output, CancellationToken cancellation)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watch = WatchAsync(client, job, output, watching.Token);
        while (true)
        {
            var view = await client.CallAsync<JobView>(Verbs.ShowJob, new JobRequest(job), cancellation);
            if (IsOver(view))
            {
                await watching.CancelAsync();
                await watch;
                return view;
            }

            await Task.Delay(Poll, cancellation);
        }
    }

    /// <summary>Whether nothing more happens to the job at the node that was asked.</summary>
    public static bool IsOver(JobView view) => JobCalls.IsOver(view);

    public static int ExitCodeOf(JobView view, bool waited) => view switch
    {
        { State: "closed" } => (int)ErrorKind.Refused,
        { State: "aborted", Error.Code: var code } when code.StartsWith("channel.", StringComparison.Ordinal) || code.StartsWith("peer.", StringComparison.Ordinal) || code == "run.party-missing" => (int)ErrorKind.Peer,
        { State: "aborted" } => ExitCode.Failed,
        { Error: not null } when waited => ExitCode.Failed,
        _ => ExitCode.Done,
    };

    public static string Size(long bytes) => bytes switch
    {
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000.0:F0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000.0:F0} MB"),
    };

    private static async Task WatchAsync(IOperator client, string job, Output output, CancellationToken cancellation)
    {
        try
        {
            await foreach (var view in client.WatchAsync(new JobRequest(job), cancellation))
            {
                if (view.Event is not ("progress" or "traffic") || (view.Event == "progress" && view.Done == view.Total) || (view.Loss is not null && view.Done % Math.Max(1, view.Total / MostLosses) == 0)) output.Say($"[grey]{Line(view)}[/]");
            }
        }
        catch (OperationCanceledException)
        {
            // The job is over.
        }
        catch (CollabException)
        {
            // The stream of events is a comfort; the job's state is asked for beside it.
        }
    }
}
