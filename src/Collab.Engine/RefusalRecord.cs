using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine;

/// <summary>Writes on this party's log what its node did not do though somebody tried (protocols/specs/endorsement.md, section Refusals).</summary>
/// <remarks>Bounded, so that nobody fills a log by trying. Safe to use from many threads.</remarks>
public sealed class RefusalRecord(EnginePorts ports)
{
    /// <summary>Somebody tried what is not its to do.</summary>
    public static readonly ErrorCode WrongParty = new(
        "job.wrong-party", ErrorKind.Refused, "Ask the parties of the job; only they have a say in it.");

    /// <summary>So many refusals of one party are written in an hour.</summary>
    public const int MostInAnHour = 20;

    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<PartyId, Queue<DateTimeOffset>> _written = [];

    /// <summary>Writes a refusal, unless the same stands there already: of a stranger's operation for good, of another attempt for an hour.</summary>
    /// <param name="job">The job.</param>
    /// <param name="run">The run that was tried, or null.</param>
    /// <param name="code">Why not.</param>
    /// <param name="of">Who tried.</param>
    /// <param name="cancellation">Ends the wait for the log.</param>
    /// <returns>When it is in the log; it is not waited for until it is final. A log that cannot be written hides nothing: whoever tried is refused all the same.</returns>
    public async Task WriteAsync(Digest job, Digest? run, ErrorCode code, PartyId of, CancellationToken cancellation)
    {
        var now = ports.Clock.GetUtcNow();
        if (IsWritten(job, code, of, now) || !MayWrite(of, now)) return;
        try
        {
            await ports.Ledger.AppendAsync(
                s => new LedgerOperation.DeclareRefusal(s.Author, s.Id, s.Time, s.Heads, job, run, code.Name, of), cancellation);
        }
        catch (CollabException e)
        {
            ports.Log.Report(job, e);
        }
    }

    /// <summary>Writes who acted on a job with no say in it.</summary>
    public async Task WriteStrangersAsync(Plan plan, JobPage page, CancellationToken cancellation)
    {
        foreach (var stranger in page.Operations.Where(o => o.Author != ports.Self && !Authorization.HasSay(plan, o)))
            await WriteAsync(plan.Digest, (stranger as LedgerOperation.StartRun)?.Run, WrongParty, stranger.Author, cancellation);
    }

    private bool IsWritten(Digest job, ErrorCode code, PartyId of, DateTimeOffset now) => ports.Ledger.PageWithPending(job).Of<LedgerOperation.DeclareRefusal>()
        .Any(o => o.Author == ports.Self && o.Code == code.Name && o.Of == of && (code == WrongParty || now - o.Time < Window));

    private bool MayWrite(PartyId of, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_written.TryGetValue(of, out var times)) _written.Add(of, times = []);
            while (times.TryPeek(out var oldest) && now - oldest >= Window) times.Dequeue();
            if (times.Count >= MostInAnHour) return false;
            times.Enqueue(now);
            return true;
        }
    }
}
