using Collab.Channels;
using Collab.Engine.Planning;
using Collab.Engine.Streaming;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi;
using Collab.Psi.Vole;

namespace Collab.Engine.Runs;

/// <summary>
/// A party's part of an intersection of sets larger than memory: keys on the disk in buckets, a bucket at a time, rows told from the disk
/// (protocols/specs/intersection.md, "Large sets"). An attempt that a broken line or a dead node ended is gone on with at its last bucket.
/// </summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Question">Its question.</param>
/// <param name="Spill">What is on the disk.</param>
/// <param name="ItemContext">The context of digests, the same in all attempts of the run.</param>
internal sealed record StreamedIntersectionPart(EnginePorts Ports, Plan Plan, IntersectionQuestion Question, RunSpill Spill, Digest ItemContext)
    : ProtocolPart(Spill.State!.Snapshot)
{
    /// <summary>The most attempts of a run; each may put one bucket to a peer a second time.</summary>
    public const int MostAttempts = 4;

    private const string AttemptFork = "attempt";
    private const string CountsFork = "counts";

    private static readonly StepId AttemptStep = new("intersection.0");
    private static readonly StepId CountsStep = new("intersection.1");

    private readonly List<BucketNote> _earlier = [];

    private bool Receives => Plan.Receivers.Contains(Ports.Self);

    /// <summary>Reads the keys and sets them aside, or finds what an earlier attempt of the run has set aside as a whole.</summary>
    public static async Task<ProtocolPart> PrepareAsync(
        EnginePorts ports, Plan plan, IntersectionQuestion question, Digest run, CancellationToken cancellation)
    {
        if (ports.SpillFolder is not { } root) throw new InvalidOperationException("This host has no folder for streamed runs.");
        var itemContext = Digest.Of("collab.intersection.items.v1", ContextOf(plan, run).ToArray());
        var spill = RunSpill.Open(ports.Store, root, run, ports.Lasting);
        try
        {
            if (spill.State is null)
            {
                var input = plan.InputOf(ports.Self)!;
                using var data = new GrantedData(ports, input);
                var (rows, counts) = await SpilledKeys.ReadAsync(
                    spill, itemContext, data.ReadAsync(cancellation), question.KeysOf(input), question.KeyRule, plan.Receivers.Contains(ports.Self), cancellation);
                spill.Complete(new SpillState(data.Close(ports.Random), rows, counts));
            }

            return new StreamedIntersectionPart(ports, plan, question, spill, itemContext);
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw NoRoom(ports, root, run, RunSteps.Read, e);
        }
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        try
        {
            return await RunAttemptAsync(channels[Plan.Owners.Single(o => o != Ports.Self)], run, progress, cancellation);
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw NoRoom(Ports, Ports.SpillFolder!, run, RunSteps.Protocol, e);
        }
    }

    /// <summary>Adds what passed in the buckets that earlier attempts finished.</summary>
    public override IReadOnlyList<Conversation> Account(IReadOnlyList<Conversation> conversations) => [.. conversations.Select(c => c with
    {
        Sent = [.. c.Sent.Concat(_earlier.SelectMany(note => note.Sent)).OrderBy(line => line.Label, StringComparer.Ordinal)],
        Received = [.. c.Received.Concat(_earlier.SelectMany(note => note.Received)).OrderBy(line => line.Label, StringComparer.Ordinal)],
    })];

    /// <summary>Forgets the key here; what is on the disk stays until the run is settled.</summary>
    public override void Dispose()
    {
        Spill.Dispose();
        base.Dispose();
    }

    private async Task<JobResult?> RunAttemptAsync(IChannel channel, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        if (Spill.BeginAttempt() > MostAttempts)
            throw new CollabException(RunErrors.InterruptedTooOften, $"The run was interrupted {MostAttempts} times.", step: RunSteps.Protocol);
        var attempt = await BeginAsync(channel, ContextOf(Plan, run), cancellation);                                    // 0 ↔
        var there = Question.Reveal is Reveal.Differences ? await ExchangeCountsAsync(channel, cancellation) : [];      // 1 ↔
        var outcome = Receives ? new StreamedOutcome(Question, Plan.InputOf(Ports.Self)!, Spill) : null;
        await IntersectAsync(channel, attempt, outcome, progress, cancellation);                                        // 2, 3
        return outcome is null ? null : await Task.Run(() => outcome.Finish(there), cancellation);                      // 4
    }

    /// <summary>Step 0: a context that no attempt had before, of a nonce of each.</summary>
    private async Task<Digest> BeginAsync(IChannel channel, Digest run, CancellationToken cancellation)
    {
        var own = new AttemptMessage(new Digest(Ports.Random.Bytes(Digest.Size)));
        AttemptMessage peer;
        var fork = channel.Fork(AttemptFork);
        await using (fork)
        {
            await fork.SendAsync(own, cancellation);
            peer = await fork.ReceiveAsync<AttemptMessage>(AttemptStep, cancellation);
        }

        var (first, second) = Ports.Self == Plan.Owners[0] ? (own, peer) : (peer, own);
        return Digest.Of("collab.intersection.attempt.v1", new CanonicalWriter().Digest(run).Digest(first.Nonce).Digest(second.Nonce).Written);
    }

    /// <summary>Step 1: how many distinct keys each has, by alternative.</summary>
    private async Task<IReadOnlyList<long>> ExchangeCountsAsync(IChannel channel, CancellationToken cancellation)
    {
        var fork = channel.Fork(CountsFork);
        await using (fork)
        {
            await fork.SendAsync(new KeyCountsMessage(Spill.State!.Counts), cancellation);
            var peer = await fork.ReceiveAsync<KeyCountsMessage>(CountsStep, cancellation);
            PeerFaultException.ThrowUnless(peer.Counts.Count == Question.KeyCount, channel.Peer, CountsStep, "a count for each alternative key");
            return peer.Counts;
        }
    }

    private async Task IntersectAsync(IChannel channel, Digest attempt, StreamedOutcome? outcome, StepProgress progress, CancellationToken cancellation)
    {
        using var items = SpillFolder.Open(Path.Combine(Spill.Folder, SpilledKeys.ItemsFolder), ItemContext, Spill.Key);
        var options = new StreamedPsiOptions(attempt)
        {
            Security = Plan.Security,
            BothLearn = Plan.Receivers.Count == 2,
            Parallelism = Environment.ProcessorCount,
            BucketItems = Ports.BucketKeys,
            Progress = new ItemReporter(progress),
            Note = bucket => BucketNote.Of(Passed!(channel.Peer), StreamedVolePsi.LabelOf(bucket), attempt).Encode(),
            Resumed = (_, note) => _earlier.Add(BucketNote.Decode(note)),
        };
        var told = (ReadOnlyMemory<long> rows, CancellationToken _) =>
        {
            outcome!.Add(rows.Span);
            return ValueTask.CompletedTask;
        };
        if (IntersectionSizes.ReceiverOf(Plan.Owners, Plan.Receivers) == Ports.Self)
            await StreamedVolePsi.ReceiveAsync(channel, items, Ports.Random, options, (rows, c) => told(rows, c), cancellation);
        else
            await StreamedVolePsi.SendAsync(channel, items, Ports.Random, options, outcome is null ? null : (rows, c) => told(rows, c), cancellation);
    }

    // Ours: what a peer says of its own disk has the same code.
    private static bool IsOfDisk(Exception e) => e is IOException or UnauthorizedAccessException || (e is CollabException failure and not ProtocolException && failure.Code == SpillFolder.Failed);

    // The room is given back at once: the ledger, on the same disk, is to take how the run ended.
    private static CollabException NoRoom(EnginePorts ports, string root, Digest run, StepId step, Exception inner)
    {
        RunSpill.Forget(ports.Store, root, run);
        return new CollabException(SpillFolder.Failed, $"The disk of {ports.Self} did not take or give what the run sets aside.", ports.Self, step, inner);
    }

    private sealed class ItemReporter(StepProgress progress) : IProgress<PsiProgress>
    {
        public void Report(PsiProgress value) => progress(RunSteps.Protocol, value.Done, value.Total);
    }
}
