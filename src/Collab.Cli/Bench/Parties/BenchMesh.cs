using Collab.Channels;
using Collab.Primitives;

namespace Collab.Cli.Bench.Parties;

/// <summary>Parties of one process, each connected with each other: over memory, or over gRPC with mutual TLS 1.3 on loopback.</summary>
internal sealed class BenchMesh : IAsyncDisposable
{
    private readonly Dictionary<(PartyId Self, PartyId Peer), ChannelConnection> _connections = [];
    private readonly List<GrpcLine> _lines = [];

    private BenchMesh(IReadOnlyList<PartyId> parties) => Parties = parties;

    /// <summary>The parties, as given.</summary>
    public IReadOnlyList<PartyId> Parties { get; }

    /// <summary>Connects the parties.</summary>
    /// <param name="parties">Two or more.</param>
    /// <param name="transport"><c>memory</c> or <c>grpc</c>.</param>
    /// <param name="cancellation">Ends the connecting.</param>
    public static async Task<BenchMesh> OpenAsync(IReadOnlyList<PartyId> parties, string transport, CancellationToken cancellation)
    {
        var mesh = new BenchMesh(parties);
        try
        {
            for (var i = 0; i < parties.Count; i++)
            {
                for (var j = i + 1; j < parties.Count; j++) await mesh.ConnectAsync(parties[i], parties[j], transport, cancellation);
            }

            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>A party's channels to each other one.</summary>
    public IReadOnlyDictionary<PartyId, IChannel> ChannelsOf(PartyId self) =>
        _connections.Where(line => line.Key.Self == self).ToDictionary(line => line.Key.Peer, line => line.Value.Root);

    /// <summary>What a party has sent and received since the connections stand.</summary>
    public ChannelUsage UsageOf(PartyId self) =>
        _connections.Where(line => line.Key.Self == self).Aggregate(default(ChannelUsage), (sum, line) => sum + line.Value.Usage);

    /// <summary>Runs a party's part for each of them at once; if one fails, all are told to stop and it is its failure that is thrown.</summary>
    /// <param name="part">A party's place among <see cref="Parties"/>, and what ends it.</param>
    /// <param name="cancellation">Ends all.</param>
    public async Task<T[]> RunAsync<T>(Func<int, CancellationToken, Task<T>> part, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Exception? first = null;
        var parts = Enumerable.Range(0, Parties.Count).Select(place => Task.Run(
            async () =>
            {
                try
                {
                    return await part(place, stop.Token);
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref first, e, null);
                    await stop.CancelAsync();
                    throw;
                }
            },
            CancellationToken.None)).ToArray();
        try
        {
            return await Task.WhenAll(parts);
        }
        catch when (first is not null)
        {
            throw first;
        }
    }

    /// <summary>Ends all connections in good order, which compares their transcripts.</summary>
    public Task CloseAsync(CancellationToken cancellation) => Task.WhenAll(_connections.Values.Select(connection => connection.CloseAsync(cancellation)));

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections.Values) await connection.DisposeAsync();
        foreach (var line in _lines) await line.DisposeAsync();
    }

    private async Task ConnectAsync(PartyId one, PartyId other, string transport, CancellationToken cancellation)
    {
        var context = new Digest(RandomSource.System.Bytes(Digest.Size));
        IFrameTransport near, far;
        if (transport == "grpc")
        {
            var line = await GrpcLine.OpenAsync(cancellation);
            _lines.Add(line);
            (near, far) = await line.NextAsync(context, cancellation);
        }
        else
        {
            (near, far) = MemoryTransport.CreatePair();
        }

        var opening = ChannelConnection.OpenAsync(near, one, other, context, ChannelOptions.Default, cancellation);
        _connections[(other, one)] = await ChannelConnection.OpenAsync(far, other, one, context, ChannelOptions.Default, cancellation);
        _connections[(one, other)] = await opening;
    }
}
