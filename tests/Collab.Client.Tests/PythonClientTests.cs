using System.Text.Json;

namespace Collab.Client.Tests;

/// <summary>The Python client's own tests, and the same job by both clients.</summary>
public sealed class PythonClientTests(Sandbox sandbox) : IClassFixture<Sandbox>
{
    // Submits a description as the requester, approves it for all, and tells what came out; or runs a known job once more.
    private const string Script = """
        import json, sys, time
        from collab_client import Client, CollabError
        what, requester, *homes = sys.argv[1:]
        with Client.connect(requester) as node:
            if what.startswith("kind:"):
                job = node.jobs.submit(what).job
                for home in homes:
                    with Client.connect(home) as owner:
                        while True:
                            try:
                                owner.jobs.approve(job)
                                break
                            except CollabError as error:
                                if error.code != "job.unknown":
                                    raise
                                time.sleep(0.1)
                done = node.jobs.wait(job)
            else:
                job, before = what, node.jobs.show(what).run
                node.jobs.run(job)
                while (done := node.jobs.wait(job)).run == before:
                    time.sleep(0.1)
            result = node.jobs.result(job)
            print(json.dumps({"job": job, "run": done.run, "digest": result.digest, "mean": str(result.statistics[2].value)}))
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_own_tests_pass() =>
        Assert.Contains("passed", await Python.RunAsync(Cancellation, "-m", "pytest", "-q", "-p", "no:cacheprovider", Path.Combine(Python.Client, "tests")), StringComparison.Ordinal);

    [Fact]
    public async Task Both_clients_run_the_same_job_and_get_the_same_digest()
    {
        using var north = sandbox.Connect("north");
        var job = await north.Jobs.SubmitAsync(Sandbox.Description, Cancellation);
        await sandbox.ApproveAsync(job, Cancellation);
        var first = await north.Jobs.WaitAsync(job.Job, Cancellation);
        var ours = await north.Jobs.ResultAsync(job.Job, cancellation: Cancellation);

        // The same description is another job, by the nonce in its plan, and the same result.
        var theirs = await RunAsync([Sandbox.Description, sandbox.HomeOf("north"), .. sandbox.Parties.Select(sandbox.HomeOf)]);
        Assert.NotEqual(job.Job, theirs.Job);
        Assert.Equal(ours.Digest.ToString(), theirs.Digest);
        Assert.Equal(ours.Statistics[2].Fraction, theirs.Mean);

        // The same job is the same digest, another run, and the same result again.
        var again = await RunAsync([job.Job, sandbox.HomeOf("north")]);
        Assert.Equal(job.Job, again.Job);
        Assert.NotEqual(first.Run, again.Run);
        Assert.Equal(ours.Digest.ToString(), again.Digest);
    }

    private static async Task<Outcome> RunAsync(string[] arguments) =>
        JsonSerializer.Deserialize<Outcome>(await Python.RunAsync(Cancellation, ["-c", Script, .. arguments]), JsonSerializerOptions.Web)!;

    private sealed record Outcome(string Job, string Run, string Digest, string Mean);
}
