using Collab.Channels;
using Collab.Primitives;

namespace Collab.Engine.Models;

/// <summary>A fork of the channel to each of some parties, all under one label; disposed together.</summary>
/// <param name="channels">The channels.</param>
/// <param name="to">The parties; this one, to whom there is no channel, is left out.</param>
/// <param name="label">The label.</param>
internal sealed class Forks(IReadOnlyDictionary<PartyId, IChannel> channels, IEnumerable<PartyId> to, string label) : IAsyncDisposable
{
    private readonly Dictionary<PartyId, IChannel> _to = to.Where(channels.ContainsKey).ToDictionary(party => party, party => channels[party].Fork(label));

    /// <summary>By party.</summary>
    public IReadOnlyDictionary<PartyId, IChannel> To => _to;

    /// <summary>In order of the parties.</summary>
    public IReadOnlyList<IChannel> InOrder => [.. _to.OrderBy(fork => fork.Key).Select(fork => fork.Value)];

    public async ValueTask DisposeAsync()
    {
        foreach (var fork in _to.Values) await fork.DisposeAsync();
    }
}
