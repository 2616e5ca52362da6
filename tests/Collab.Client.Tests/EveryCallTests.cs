using System.Runtime.CompilerServices;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Client.Tests;

/// <summary>Each call of the typed client, made at a real node; together they are all that the service has.</summary>
public sealed class EveryCallTests(Sandbox sandbox) : IClassFixture<Sandbox>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_client_has_a_call_for_every_method_of_the_service()
    {
        using var made = new Noting(CollabClient.OpenHome(sandbox.HomeOf("north")));
        using var north = new CollabClient(made);

        Assert.Equal("north", (await north.Node.StatusAsync(Cancellation)).Party);
        await FailsAsync("", () => north.Node.PrepareAsync(new PrepareRequest("nobody", 1, 1, 0), Cancellation));

        Assert.Equal(["north", "south", "west"], (await north.Consortium.StandingAsync(Cancellation)).Members.Select(member => member.Party));
        var motion = (await north.Consortium.OpenMotionAsync(new OpenMotionRequest(DateTimeOffset.UtcNow.AddDays(1)) { Quorum = 1 }, Cancellation)).Motions[0];
        Assert.Contains("north", motion.Votes);
        await FailsAsync("motion.voted", () => north.Consortium.VoteAsync(motion.Motion, Cancellation)); // opening it was its vote

        var people = Path.Combine(sandbox.Folder, "people.csv");
        await File.WriteAllLinesAsync(people, ["subject,grade", "p1,A", "p2,B"], Cancellation);
        Assert.Equal(2, (await north.Datasets.AddCsvAsync("people", people, "subject", Cancellation)).Columns.Count);
        Assert.Contains(("south", "loans"), (await north.Datasets.ListAsync(Cancellation)).Datasets.Select(dataset => (dataset.Owner, dataset.Name)));
        await using (var content = File.OpenRead(people))
        {
            var sent = await north.Datasets.SendAsync(content, Cancellation);
            var found = await north.Datasets.CheckAsync(new CheckDatasetRequest(new CsvSource(null, Received: sent.File), null, Key: ["subject"]), Cancellation);
            Assert.Equal((content.Length, 2L, 0), (sent.Bytes, found.Rows, found.Problems.Count));
        }

        Assert.Equal(people, (await north.Datasets.ListOwnAsync(Cancellation)).Single(own => own.Offered.Name == "people").Place);

        var consent = new ConsentGiven("p1", "south", "study", ["*"], DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Assert.Equal(1, (await north.Consents.AddAsync([consent], Cancellation)).Version);
        Assert.Single((await north.Consents.ListAsync("p1", Cancellation)).Consents!);
        Assert.Empty((await north.Consents.HistoryOfSubjectAsync("p1", Cancellation)).Uses);
        Assert.Equal(2, (await north.Consents.WithdrawAsync("p1", cancellation: Cancellation)).Version);

        var issued = await north.Records.IssueAsync(new IssueRecordsRequest("people", ["grade"], "subject", null, DateTimeOffset.UtcNow.AddDays(1)), Cancellation);
        var file = Convert.FromBase64String(issued.Records[0].File);
        Assert.Equal(2, (await north.Records.ListAsync(cancellation: Cancellation)).Records.Count);
        Assert.Equal(issued.Records[0].Handle, (await north.Records.VerifyAsync(file, "north", unnoted: true, Cancellation)).Record!.Handle);
        Assert.NotEmpty((await north.Records.RenewAsync(file, Cancellation)).File);
        Assert.Equal("revoked", (await north.Records.RevokeAsync(issued.Records[0].Handle, "record.mistaken", Cancellation)).State);

        await FailsAsync("description.invalid", () => north.Algorithms.AddAsync("mean", "kind: nothing", cancellation: Cancellation));
        Assert.Equal(1, (await north.Algorithms.AddAsync("mean", Sandbox.Description, cancellation: Cancellation)).Version);
        Assert.Single((await north.Algorithms.ListAsync(Cancellation)).Algorithms);
        Assert.NotNull((await north.Algorithms.ShowAsync("mean", cancellation: Cancellation)).Content);
        Assert.Equal("withdrawn", (await north.Algorithms.WithdrawAsync("mean", Cancellation)).State);

        await JobsAsync(north);
        Assert.Equal(Methods(), made.Methods);
    }

    private async Task JobsAsync(CollabClient north)
    {
        Assert.Equal(3, (await north.Jobs.ExplainAsync(Sandbox.Description, Cancellation)).Parties.Count);
        var refused = await north.Jobs.SubmitAsync(Sandbox.Description, Cancellation);
        Assert.Null((await north.Jobs.CompareAsync(refused.Job, cancellation: Cancellation)).With); // a first grant
        Assert.Equal("closed", (await north.Jobs.RejectAsync(refused.Job, "owner.busy", Cancellation)).State);

        var mistaken = await north.Jobs.SubmitAsync(Sandbox.Description, Cancellation);
        var cancelled = await north.Jobs.CancelAsync(mistaken.Job, Cancellation);
        Assert.Equal(("closed", "job.withdrawn"), (cancelled.State, cancelled.Error!.Code));

        var job = await north.Jobs.SubmitAsync(Sandbox.Description, Cancellation);
        Assert.Equal(job.Job, (await north.Jobs.ExplainKnownAsync(job.Job[..12], Cancellation)).Job);
        using var watched = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var committed = WatchAsync(north, job.Job, "committed", watched.Token);
        await north.Jobs.ApproveAsync(job.Job, Cancellation);
        await sandbox.ApproveAsync(job with { Owners = ["south", "west"] }, Cancellation);
        var first = await north.Jobs.WaitAsync(job.Job, Cancellation);
        Assert.Equal(("committed", null), (first.State, first.Error));
        Assert.Equal(first.Run, (await committed).Run);
        Assert.Contains(job.Job, (await north.Jobs.ListAsync(Cancellation)).Select(one => one.Job));

        var history = await north.Jobs.HistoryAsync(job.Job, Cancellation);
        Assert.All(history.Decisions, decision => Assert.Equal("granted", decision.Decision));
        Assert.Empty(history.Waits);
        Assert.Contains(history.Events, happened => happened.Traffic?.Any(passed => passed.BytesSent > 0) == true);

        var result = await north.Jobs.ResultAsync(job.Job, cancellation: Cancellation);
        Assert.Equal(("statistics", first.Run, "600"), (result.Kind, result.Run, result.Statistics.Single(line => line.Statistic == "count").Value));

        await north.Jobs.RunAsync(job.Job, Cancellation);
        JobView second;
        do second = await north.Jobs.WaitAsync(job.Job, Cancellation);
        while (second.Run == first.Run);
        Assert.Equal(result.Digest, (await north.Jobs.ResultAsync(job.Job, second.Run, Cancellation)).Digest);

        using MemoryStream bundle = new(), logs = new(), nothing = new();
        await north.Audit.ExportAsync(job.Job, bundle, first.Run, Cancellation);
        await north.Audit.ExportLogsAsync(logs, cancellation: Cancellation);
        Assert.True(bundle.Length > 0 && logs.Length > 0);
        await FailsAsync("replay.", () => north.Audit.OpenReplayAsync(job.Job, nothing, cancellation: Cancellation));
        await FailsAsync("replay.", () => north.Audit.ForgetReplayAsync(job.Job, cancellation: Cancellation));
        Assert.Equal(job.Job, (await north.Jobs.RevokeAsync(job.Job, Cancellation)).Job);

        Assert.Empty((await north.Models.ListAsync(Cancellation)).Models);
        await FailsAsync("model.", () => north.Models.ShowAsync(first.Run!, Cancellation));
        await FailsAsync("model.", () => north.Models.ForgetAsync(first.Run!, Cancellation));
        await FailsAsync("model.", () => north.Models.ExportAsync(first.Run!, "onnx", nothing, Cancellation));
    }

    private static async Task<EventView> WatchAsync(CollabClient node, string job, string until, CancellationToken cancellation)
    {
        await foreach (var view in node.Jobs.WatchAsync(job, cancellation))
        {
            if (view.Event == until) return view;
        }

        throw new InvalidOperationException($"The events ended without '{until}'.");
    }

    // With a code of this family, by the node: one that cannot be reached has answered nothing.
    private static async Task FailsAsync(string family, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<CollabException>(call);
        Assert.StartsWith(family, failure.Code.Name, StringComparison.Ordinal);
        Assert.NotEqual("node.unreachable", failure.Code.Name);
    }

    /// <summary>The methods of the service, as the one proto file says.</summary>
    private static IEnumerable<string> Methods() => File.ReadLines(Path.Combine(Repository.Root, "protocols/proto/collab/v1/operator.proto"))
        .Where(line => line.StartsWith("  rpc ", StringComparison.Ordinal))
        .Select(line => line["  rpc ".Length..line.IndexOf('(', StringComparison.Ordinal)]).Order(StringComparer.Ordinal);

    /// <summary>Passes every call on to a node and keeps its method's name.</summary>
    private sealed class Noting(IOperator node) : IOperator
    {
        private static readonly Dictionary<string, string> NamesOfVerbs = typeof(Verbs).GetFields().ToDictionary(field => (string)field.GetRawConstantValue()!, field => field.Name);
        private readonly HashSet<string> _methods = [];

        public IEnumerable<string> Methods => _methods.Order(StringComparer.Ordinal);

        public Task<T> CallAsync<T>(string verb, object request, CancellationToken cancellation, TimeSpan? limit = null)
        {
            _methods.Add(NamesOfVerbs[verb]);
            return node.CallAsync<T>(verb, request, cancellation, limit);
        }

        public async IAsyncEnumerable<EventView> WatchAsync(JobRequest request, [EnumeratorCancellation] CancellationToken cancellation)
        {
            _methods.Add("WatchJobs");
            await foreach (var view in node.WatchAsync(request, cancellation)) yield return view;
        }

        public Task CopyAsync(string verb, object request, Stream destination, CancellationToken cancellation)
        {
            _methods.Add(NamesOfVerbs[verb]);
            return node.CopyAsync(verb, request, destination, cancellation);
        }

        public void Dispose() => node.Dispose();
    }
}
