using Collab.Channels;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Aggregation;

/// <summary>Connections of one party in the middle with each of many clients, each of its own, so that one client may go and the others stay.</summary>
internal sealed class Lines : IAsyncDisposable
{
    private static readonly PartyId Middle = PartyId.Parse("summing");
    private readonly Dictionary<PartyId, (ChannelConnection Here, ChannelConnection There)> _ends = [];

    public static async Task<Lines> OpenAsync(IEnumerable<PartyId> clients)
    {
        var lines = new Lines();
        foreach (var client in clients)
        {
            var (left, right) = MemoryTransport.CreatePair();
            var opening = ChannelConnection.OpenAsync(left, Middle, client, Parties.RunContext, Parties.Options);
            var there = await ChannelConnection.OpenAsync(right, client, Middle, Parties.RunContext, Parties.Options);
            lines._ends[client] = (await opening, there);
        }

        return lines;
    }

    /// <summary>The middle's channel to a client.</summary>
    public IChannel To(PartyId client) => _ends[client].Here.Root;

    /// <summary>A client's channel to the middle.</summary>
    public IChannel Of(PartyId client) => _ends[client].There.Root;

    /// <summary>A client goes, as a node does: it says why, unless its channel is what failed.</summary>
    public async Task LeaveAsync(PartyId client, CollabException why)
    {
        if (why is not ChannelException) await _ends[client].There.AbortAsync(why.ToFault());
        await _ends[client].There.DisposeAsync();
    }

    /// <summary>The middle goes: whoever still waits for it is told.</summary>
    public async Task EndAsync()
    {
        foreach (var (here, _) in _ends.Values) await here.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        foreach (var (_, there) in _ends.Values) await there.DisposeAsync();
    }
}
