using Collab.Channels;
using Collab.FederatedLearning.Aggregation;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Aggregation;

/// <summary>A secure sum in one process: each client over its own connection, so that one may go and the others stay.</summary>
internal sealed class Star(int clients, int length)
{
    public AggregationRound Round { get; } = new(Parties.RunContext, 7, [.. Parties.Named(clients).Order()], length);

    /// <summary>Each client's vector.</summary>
    public Dictionary<PartyId, ulong[]> Vectors { get; } = [];

    /// <summary>How each client ended; null for one that did its part.</summary>
    public Dictionary<PartyId, CollabException?> Ends { get; } = [];

    /// <summary>Runs it.</summary>
    /// <param name="around">What stands between a client and its channel, by its number; nothing for null.</param>
    /// <param name="summed">What stands between the summing party and a client, by its number.</param>
    public async Task<AggregationResult> RunAsync(Func<int, IChannel, IChannel>? around = null, Func<int, IChannel, IChannel>? summed = null)
    {
        foreach (var (number, client) in Round.Clients.Index())
        {
            var bytes = new byte[8 * Round.Length];
            RandomSource.Seeded(number).Fill(bytes);
            Vectors[client] = [.. Enumerable.Range(0, Round.Length).Select(i => BitConverter.ToUInt64(bytes, 8 * i))];
        }

        await using var lines = await Lines.OpenAsync(Round.Clients);
        var running = Round.Clients.Select((client, number) => ContributeAsync(client, around?.Invoke(number, lines.Of(client)) ?? lines.Of(client), lines)).ToList();
        try
        {
            return await SecureAggregation.SumAsync(
                Round, Round.Clients.Select((client, number) => (client, summed?.Invoke(number, lines.To(client)) ?? lines.To(client))).ToDictionary(), TimeSpan.FromMinutes(5));
        }
        finally
        {
            await lines.EndAsync();
            await Task.WhenAll(running);
        }
    }

    /// <summary>The sum of some clients' vectors.</summary>
    public ulong[] SumOf(IEnumerable<PartyId> contributors)
    {
        var sum = new ulong[Round.Length];
        foreach (var client in contributors)
            for (var i = 0; i < sum.Length; i++) sum[i] = unchecked(sum[i] + Vectors[client][i]);
        return sum;
    }

    private async Task ContributeAsync(PartyId client, IChannel channel, Lines lines)
    {
        try
        {
            await SecureAggregation.ContributeAsync(Round, client, channel, Vectors[client], RandomSource.System);
            Ends[client] = null;
        }
        catch (CollabException end)
        {
            Ends[client] = end;
            await lines.LeaveAsync(client, end);
        }
    }
}

/// <summary>A channel on which some messages are changed, or at whose end the party goes.</summary>
internal sealed class ChangedChannel(IChannel inner, Func<int, object, object?> change) : IChannel
{
    private int _sent;

    public PartyId Peer => inner.Peer;

    public ChannelUsage Usage => inner.Usage;

    /// <summary>Sends what the change makes of the message, by its number; null: the party goes instead.</summary>
    public ValueTask SendAsync<T>(T message, CancellationToken cancellation = default)
        where T : IMessage<T> => change(_sent++, message!) switch
        {
            T sent => inner.SendAsync(sent, cancellation),
            KeysMessage keys => inner.SendAsync(keys, cancellation),
            _ => throw new ChannelException(ChannelException.Closed, Peer, "The party goes."),
        };

    public ValueTask<T> ReceiveAsync<T>(StepId step, CancellationToken cancellation = default)
        where T : IMessage<T> => inner.ReceiveAsync<T>(step, cancellation);

    public IChannel Fork(string label) => inner.Fork(label);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
