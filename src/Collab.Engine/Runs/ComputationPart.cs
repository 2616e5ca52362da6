using Collab.Channels;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Expressions;

namespace Collab.Engine.Runs;

/// <summary>A party's part of <c>joint-program/1</c>: it reads its columns, checks their ranges, and computes with the others; or it deals (protocols/specs/computation.md).</summary>
internal sealed record ComputationPart(EnginePorts Ports, Plan Plan, JointProgram Program, ProgramColumns? Columns, SnapshotReference? Read) : ProtocolPart(Read)
{
    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, ComputationQuestion question, CancellationToken cancellation)
    {
        var program = ComputationPlanner.ProgramOf(plan, question);
        if (plan.InputOf(ports.Self) is not { } input) return new ComputationPart(ports, plan, program, null, null); // the dealer
        using var data = new GrantedData(ports, input);
        var columns = new ProgramColumns(question, ports.Self);
        await foreach (var batch in data.ReadAsync(cancellation)) columns.Add(batch);
        return new ComputationPart(ports, plan, program, columns, data.Close(ports.Random));
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        if (Columns is null)
        {
            await Program.DealAsync(channels, Ports.Random, cancellation);
            return null;
        }

        using var store = ComputationPlanner.PeerOf(Plan, Program, Ports.Self) is { } peer ? Ports.Prepared?.TryOpen(Ports.Self, peer) : null;
        var opened = await Program.RunAsync(
            Ports.Self, channels, Columns.Values, Columns.Count, Plan.Receivers, Plan.Security, ContextOf(Plan, run), Ports.Random, store, cancellation);
        return opened is null ? null : new JobResult.Computation(opened);
    }

    public override void Dispose() => Columns?.Dispose();
}
