using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>This party's channels to all other parties of a run.</summary>
internal sealed class Conversations : IAsyncDisposable
{
    private readonly IReadOnlyList<ChannelConnection> _connections;
    private bool _disposed;

    private Conversations(IReadOnlyList<ChannelConnection> connections)
    {
        _connections = connections;
        Channels = connections.ToDictionary(c => c.Peer, c => c.Root);
        foreach (var connection in connections) _ = FailTogetherAsync(connection);
    }

    /// <summary>The root channel to each other party.</summary>
    public IReadOnlyDictionary<PartyId, IChannel> Channels { get; }

    /// <summary>Messages and payload bytes so far with each peer.</summary>
    public IReadOnlyDictionary<PartyId, ChannelUsage> Usage => _connections.ToDictionary(c => c.Peer, c => c.Usage);

    /// <summary>All that passed with a peer so far.</summary>
    public Transcript PassedWith(PartyId peer) => _connections.Single(c => c.Peer == peer).Snapshot();

    /// <summary>A failure as every party of the run reports it. Which message was awaited when a line broke differs by party, so its step is the run's.</summary>
    public static Fault FaultOf(CollabException failure, StepId step) => failure.ToFault() is var fault && failure is ChannelException
        ? fault with { Step = step }
        : fault with { Step = fault.Step ?? step };

    /// <summary>Opens the channels to all other parties at once.</summary>
    /// <exception cref="ChannelException">A party did not come; the parties that did are told so.</exception>
    public static async Task<Conversations> OpenAsync(EnginePorts ports, Plan plan, Digest run, CancellationToken cancellation)
    {
        var opening = plan.Parties.Where(p => p != ports.Self)
            .Select(peer => ports.Peers.ConnectAsync(peer, run, RunContext.Of(plan.Digest, run), cancellation)).ToList();
        try
        {
            return new Conversations(await Task.WhenAll(opening)); // waits for all, so that those who come can be told who did not
        }
        catch (Exception e)
        {
            var fault = e is CollabException failure ? FaultOf(failure, RunSteps.Connect) : null;
            foreach (var connection in opening) await EndLateAsync(connection, fault);
            throw;
        }
    }

    /// <summary>Ends the protocol with every party and tells what passed; the parties' transcripts were compared.</summary>
    public async Task<IReadOnlyList<Conversation>> CloseAsync(CancellationToken cancellation)
    {
        var transcripts = await Task.WhenAll(_connections.Select(c => c.CloseAsync(cancellation)));
        return [.. transcripts.Select(Of).OrderBy(c => c.Peer)];
    }

    /// <summary>A transcript as receipts have it.</summary>
    public static Conversation Of(Transcript transcript) =>
        new(transcript.Sent.Receiver, [.. transcript.Sent.Channels.Select(LineOf)], [.. transcript.Received.Channels.Select(LineOf)]);

    /// <summary>An entry of a transcript as receipts have it.</summary>
    public static ChannelDigest LineOf(TranscriptEntry entry) => new(entry.Label, (ulong)entry.Messages, (ulong)entry.Bytes, entry.Digest);

    /// <summary>Gives the run up with every party, for one reason.</summary>
    public Task AbortAsync(Fault fault) => Task.WhenAll(_connections.Select(c => c.AbortAsync(fault)));

    /// <summary>Checks, over the receipts of all parties, that what each sent is what the other received.</summary>
    /// <exception cref="CollabException"><see cref="RunErrors.TranscriptMismatch"/>.</exception>
    public static void RequireAgreement(IReadOnlyList<Receipt> receipts)
    {
        if (ReceiptAgreement.FirstMismatch(receipts) is { } pair)
            throw new CollabException(
                RunErrors.TranscriptMismatch, $"{pair.Sender} and {pair.Receiver} disagree on what {pair.Sender} sent.", step: RunSteps.AwaitCommits);
    }

    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _disposed, true);
        foreach (var connection in _connections) await connection.DisposeAsync();
    }

    // A protocol of three waits for one party at a time. When another fails, the one that is waited for must hear of it and say
    // the same; without this both would wait for ever.
    private async Task FailTogetherAsync(ChannelConnection connection)
    {
        var failure = await connection.Failed;
        if (!Volatile.Read(ref _disposed)) await AbortAsync(FaultOf(failure, RunSteps.Protocol)); // disposed by us is nobody's fault
    }

    private static async Task EndLateAsync(Task<ChannelConnection> opening, Fault? fault)
    {
        try
        {
            await using var connection = await opening;
            if (fault is not null) await connection.AbortAsync(fault);
        }
        catch (Exception e) when (e is CollabException or OperationCanceledException)
        {
            // It never opened; the first failure is the one that is reported.
        }
    }
}
