using Collab.Channels;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Tracing;

namespace Collab.Engine.Runs;

/// <summary>A bank's part of <c>fund-trace/1</c>: it reads its transfers and follows with the others what any of them traces (protocols/specs/trace.md).</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Question">Its question.</param>
/// <param name="Transfers">This bank's transfers, with the number of the row of each.</param>
/// <param name="Read">The commitment to what was read.</param>
internal sealed record TracePart(EnginePorts Ports, Plan Plan, TraceQuestion Question, IReadOnlyList<(Transfer Transfer, long Row)> Transfers, SnapshotReference Read)
    : ProtocolPart(Read)
{
    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, TraceQuestion question, CancellationToken cancellation)
    {
        using var data = new GrantedData(ports, plan.InputOf(ports.Self)!);
        var rows = new TransferRows(TracePlanner.TermsOf(plan, question, default), ports.Self);
        await foreach (var batch in data.ReadAsync(cancellation)) rows.Add(batch);
        return new TracePart(ports, plan, question, rows.Transfers, data.Close(ports.Random));
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var terms = TracePlanner.TermsOf(Plan, Question, ContextOf(Plan, run));
        var book = new TransferBook(terms, Ports.Self);
        foreach (var (transfer, row) in Transfers) book.Add(transfer, row);
        return new JobResult.Traced(await FundTrace.RunAsync(channels, terms, book, Ports.Random, (step, done, total) => progress(step, done, total), cancellation), Question.Scale);
    }
}
