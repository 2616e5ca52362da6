using System.Buffers.Binary;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Replicated;
using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.TwoPartyRing;

/// <summary>What the dealer of triples sees, and every message of it and to it broken. That results are right, all tests of the engine see.</summary>
public sealed class DealerTests
{
    private static readonly PartyId DealerId = PartyId.Parse("dealer");
    private static readonly PartyId[] Everybody = [.. Pair.Parties, DealerId];
    private static readonly ulong[] X = [3, 1UL << 63, ulong.MaxValue, 0x0123456789abcdef], Y = [5, 2, ulong.MaxValue, 0xfedcba9876543210];

    [Fact]
    public async Task The_dealer_receives_counts_alone_and_the_parties_send_each_other_no_factor()
    {
        var (failures, network, products) = await RunAsync();
        Assert.Empty(failures);
        Assert.Equal(X.Zip(Y, (x, y) => unchecked(x * y)), products!);
        Assert.All(network.Passed.Where(m => m.To == DealerId), message => Assert.Equal(("DealerRequest", 5), (message.Type, message.Payload.Length)));
        var secret = X.Concat(Y).Where(word => word > 5).ToHashSet();
        foreach (var message in network.Passed)
        {
            for (var i = 0; i + sizeof(ulong) <= message.Payload.Length; i++)
                Assert.DoesNotContain(BinaryPrimitives.ReadUInt64LittleEndian(message.Payload.AsSpan(i)), secret);
        }
    }

    [Theory]
    [InlineData("two-party-ring.8", nameof(WordsMessage), 0, true)]
    [InlineData("two-party-ring.9", nameof(DealerRequest), 0, false)]
    [InlineData("two-party-ring.10", nameof(WordsMessage), 1, true)]
    public async Task A_message_of_another_length_names_its_sender_and_the_step(string step, string type, int index, bool byDealer)
    {
        var sender = byDealer ? DealerId : Pair.Parties[1];
        foreach (var change in new Func<byte[], byte[]>[] { p => [.. p, .. new byte[8]], p => p[..^1], p => [] })
        {
            var (failures, _, _) = await RunAsync(passed =>
                passed.From == sender && passed.Type == type && passed.Index == index && passed.To == (byDealer ? Pair.Parties[1] : DealerId) ? change(passed.Payload) : passed.Payload);
            Assert.Contains(failures.Values, failure => failure is PeerFaultException fault && fault.Party == sender && fault.Step == new StepId(step));
        }
    }

    [Fact]
    public void A_request_is_read_back_and_nothing_else_is()
    {
        Assert.Equal(new DealerRequest(true, 1 << 20), DealerRequest.Decode([1, 0, 0, 16, 0]));
        foreach (var bytes in new byte[][] { [], [0, 1, 0, 0], [2, 1, 0, 0, 0], [0, 0, 0, 0, 0x80], [1, 1, 0, 16, 0], [0, 1, 0, 0, 0, 0] })
            Assert.Throws<MalformedException>(() => DealerRequest.Decode(bytes));
    }

    private static async Task<(Dictionary<PartyId, Exception> Failures, InMemoryNetwork Network, ulong[]? Products)> RunAsync(Func<InMemoryNetwork.PassedMessage, byte[]?>? spoil = null)
    {
        var network = new InMemoryNetwork(Everybody, spoil);
        ulong[]? products = null;
        var parts = Pair.Parties.Index().ToDictionary(p => p.Item, p => (Func<Task>)(async () =>
        {
            var channels = network.Of(p.Item);
            using var engine = await TwoPartyEngine.OpenAsync(Pair.Parties, p.Item, channels[Pair.Parties[1 - p.Index]], channels[DealerId]);
            using SharedVector x = await engine.InputAsync(Pair.Parties[0], p.Index == 0 ? X : default, X.Length), y = await engine.InputAsync(Pair.Parties[1], p.Index == 1 ? Y : default, Y.Length);
            using var product = (await engine.MultiplyAsync([(x, y)]))[0];
            var opened = await engine.OpenAsync(product, [Pair.Parties[0]]);
            products = opened ?? products;
            await engine.EndAsync();
        }));
        parts[DealerId] = () => Dealer.ServeAsync(network.Of(DealerId)[Pair.Parties[0]], network.Of(DealerId)[Pair.Parties[1]], RandomSource.Seeded(4));
        return (await network.RunAsync(parts), network, products);
    }
}
