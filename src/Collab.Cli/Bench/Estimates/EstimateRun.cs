using System.Diagnostics;
using Collab.Cli.Sandbox;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Cli.Bench.Estimates;

/// <summary>
/// Holds an estimate against its run: two new nodes as processes of their own, gRPC over mutual TLS, a whole job from submission to
/// settlement as <c>sandbox run</c> does it.
/// </summary>
internal static class EstimateRun
{
    /// <summary>Runs one case in a folder that is removed afterwards.</summary>
    /// <exception cref="CollabException">The job did not come to a result.</exception>
    public static async Task<EstimateFindings> RunAsync(EstimateCase job, Output output, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("collab-estimate-");
        try
        {
            await using var local = LocalConsortium.Create(Path.Combine(folder.FullName, "nodes"), "estimate", [EstimateCase.Receiver, EstimateCase.Sender]);
            await local.StartAsync(cancellation);
            foreach (var party in new[] { EstimateCase.Receiver, EstimateCase.Sender })
            {
                var data = Path.Combine(folder.FullName, party.Name);
                await job.WriteAsync(party, data, cancellation);
                await SandboxRun.RegisterAsync(local, new PartyData(party, data, null), output with { Quiet = true }, cancellation);
            }

            var said = await local.OperatorOf(EstimateCase.Receiver).CallAsync<ExplanationView>(
                Verbs.ExplainJob, new DescriptionRequest(job.Description), cancellation);
            var before = (A: UseOf(local, EstimateCase.Sender), B: UseOf(local, EstimateCase.Receiver));
            var destination = Path.Combine(folder.FullName, "out");
            var report = await SandboxRun.RunAsync(
                local, EstimateCase.Receiver, job.Description, destination, proposed => SandboxRun.ApproveAsync(local, proposed, cancellation),
                output with { Quiet = true }, cancellation);
            if (report.Error is { } error) throw new CollabException(new ErrorCode(error.Code, ErrorKind.Failed, error.Next), error.Message);
            var after = (A: UseOf(local, EstimateCase.Sender), B: UseOf(local, EstimateCase.Receiver));
            return EstimateFindings.Of(
                job,
                said.Protocol,
                new(said.Bytes, said.MemoryBytes, said.Seconds),
                new(report.Bytes, Math.Max(after.A.Peak, after.B.Peak), report.Seconds),
                new((after.A.Processor - before.A.Processor).TotalSeconds, (after.B.Processor - before.B.Processor).TotalSeconds),
                new(after.A.Peak, after.B.Peak),
                job.IsRight(Path.Combine(destination, EstimateCase.Receiver.Name, "result.csv")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (TimeSpan Processor, long Peak) UseOf(LocalConsortium local, PartyId party)
    {
        using var process = Process.GetProcessById(local.NodeOf(party).Id);
        return (process.TotalProcessorTime, process.PeakWorkingSet64);
    }
}
