using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>This party's channels to all other parties of a run.</summary>
internal sealed class Conversations : IAsyncDisposable
{
    private readonly IReadOnlyList<ChannelConnection> _connections;

    private Conversations(IReadOnlyList<ChannelConnection> connections)
    {
        _connections = connections;
        Channels = connections.ToDictionary(c => c.Peer, c => c.Root);
    }

    /// <summary>The root channel to each other party.</summary>
    public IReadOnlyDictionary<PartyId, IChannel> Channels { get; }

    /// <summary>Opens the channels to all other parties at once.</summary>
    /// <exception cref="ChannelException">A party did not come; the channels that opened are closed again.</exception>
    public static async Task<Conversations> OpenAsync(EnginePorts ports, Plan plan, Digest run, CancellationToken cancellation)
    {
        var opening = plan.Parties.Where(p => p != ports.Self)
            .Select(peer => ports.Peers.ConnectAsync(peer, run, RunContext.Of(plan.Digest, run), cancellation)).ToList();
        try
        {
            return new Conversations(await Task.WhenAll(opening));
        }
        catch
        {
            foreach (var connection in opening) await CloseLateAsync(connection);
            throw;
        }
    }

    /// <summary>Ends the protocol with every party and tells what passed; the parties' transcripts were compared.</summary>
    public async Task<IReadOnlyList<Conversation>> CloseAsync(CancellationToken cancellation)
    {
        var transcripts = await Task.WhenAll(_connections.Select(c => c.CloseAsync(cancellation)));
        return [.. transcripts
            .Select(t => new Conversation(t.Sent.Receiver, Lines(t.Sent), Lines(t.Received)))
            .OrderBy(c => c.Peer)];

        static List<ChannelDigest> Lines(DirectionTranscript direction) => [.. direction.Channels
            .Select(c => new ChannelDigest(c.Label, (ulong)c.Messages, (ulong)c.Bytes, c.Digest))];
    }

    /// <summary>Gives the run up with every party, for one reason.</summary>
    public Task AbortAsync(Fault fault) => Task.WhenAll(_connections.Select(c => c.AbortAsync(fault)));

    /// <summary>Checks, over the receipts of all parties, that what each sent is what the other received.</summary>
    /// <exception cref="CollabException"><see cref="RunErrors.TranscriptMismatch"/>.</exception>
    public static void RequireAgreement(IReadOnlyList<Receipt> receipts)
    {
        foreach (var sender in receipts)
        {
            foreach (var receiver in receipts.Where(r => r.Party != sender.Party))
            {
                var sent = sender.Conversations.FirstOrDefault(c => c.Peer == receiver.Party)?.Sent;
                var received = receiver.Conversations.FirstOrDefault(c => c.Peer == sender.Party)?.Received;
                if (sent is not null && received is not null && sent.SequenceEqual(received)) continue;
                throw new CollabException(
                    RunErrors.TranscriptMismatch, $"{sender.Party} and {receiver.Party} disagree on what {sender.Party} sent.", step: RunSteps.AwaitCommits);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections) await connection.DisposeAsync();
    }

    private static async Task CloseLateAsync(Task<ChannelConnection> opening)
    {
        try
        {
            await (await opening).DisposeAsync();
        }
        catch (CollabException)
        {
            // It never opened; the first failure is the one that is reported.
        }
        catch (OperationCanceledException)
        {
            // As above.
        }
    }
}
