using System.Numerics;
using Collab.Arithmetic.WideIntegers;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Additive;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Additive;

public sealed class AdditiveSharingTests
{
    private static readonly PartyId Receiver = PartyId.Parse("registry");

    private static PartyId[] Owners(int count) => [.. Enumerable.Range(0, count).Select(i => PartyId.Parse($"owner-{i}"))];

    private static Integer256[] Values(int seed, int length)
    {
        var random = RandomSource.Seeded(seed);
        return [.. Enumerable.Range(0, length).Select(_ => Integer256.Read(random.Bytes(Integer256.Size)))];
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 17)]
    [InlineData(7, 100)]
    public async Task The_receiver_opens_the_totals_and_each_owner_sends_one_message_to_each(int ownerCount, int length)
    {
        var owners = Owners(ownerCount);
        var network = new InMemoryNetwork([.. owners, Receiver]);
        var (opened, failures) = await RunAsync(network, owners, length);

        Assert.Empty(failures);
        for (var i = 0; i < length; i++)
        {
            var expected = Wrap(Enumerable.Range(0, ownerCount).Aggregate(
                BigInteger.Zero, (sum, o) => sum + Values(o, length)[i].ToBigIntegerVariableTime()));
            Assert.Equal(expected, opened![i].ToBigIntegerVariableTime());
        }

        foreach (var owner in owners)
            Assert.All(network.Of(owner).Values, channel =>
                Assert.Equal((1, 32 * length), (channel.Usage.MessagesSent, channel.Usage.BytesSent)));
    }

    [Fact]
    public void Any_shares_but_one_do_not_depend_on_the_secret()
    {
        // The shares dealt to the others are the same bytes of the source whatever the secret is; only the kept one moves with it.
        var small = ShareVector256.Split([new Integer256(1, 0, 0, 0)], 3, RandomSource.Seeded(5));
        var large = ShareVector256.Split([new Integer256(9, 9, 9, 9)], 3, RandomSource.Seeded(5));
        Assert.Equal(small[1].Open(), large[1].Open());
        Assert.Equal(small[2].Open(), large[2].Open());
        Assert.NotEqual(small[0].Open(), large[0].Open());
        Assert.Equal(new Integer256(9, 9, 9, 9), ShareVector256.Sum(large).Open()[0]);
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("truncate")]
    [InlineData("shorten")]
    [InlineData("lengthen")]
    public async Task A_message_that_is_missing_or_of_another_length_never_yields_a_result(string fault)
    {
        var owners = Owners(3);
        foreach (var from in owners)
        {
            foreach (var to in owners.Append(Receiver).Where(p => p != from))
            {
                var network = new InMemoryNetwork([.. owners, Receiver], message => (message.From, message.To) != (from, to)
                    ? message.Payload
                    : fault switch
                    {
                        "drop" => null,
                        "truncate" => message.Payload[..^1],
                        "shorten" => message.Payload[..^Integer256.Size],
                        _ => [.. message.Payload, .. new byte[Integer256.Size]],
                    });
                var (opened, failures) = await RunAsync(network, owners, 4);
                Assert.Null(opened);
                var failure = Assert.IsAssignableFrom<ProtocolException>(failures[to]);
                Assert.Equal(from, failure.Party);
                Assert.Equal(to == Receiver ? AdditiveSharing.OpenTotals : AdditiveSharing.ExchangeShares, failure.Step);
            }
        }
    }

    [Fact]
    public async Task A_flipped_share_shifts_one_total_and_is_not_detected_here_as_the_spec_says()
    {
        var owners = Owners(2);
        var network = new InMemoryNetwork([.. owners, Receiver], message =>
        {
            var payload = message.Payload.ToArray();
            if (message.From == owners[0] && message.To == Receiver) payload[0] ^= 1;
            return payload;
        });
        var (opened, failures) = await RunAsync(network, owners, 2);
        Assert.Empty(failures);
        var expected = Values(0, 2)[0] + Values(1, 2)[0];
        Assert.True(BigInteger.Abs((opened![0] - expected).ToBigIntegerVariableTime()).IsOne);
        Assert.Equal(Values(0, 2)[1] + Values(1, 2)[1], opened[1]);
    }

    [Fact]
    public void Shares_print_nothing_of_themselves()
    {
        using var shares = ShareVector256.Split([new Integer256(424242, 0, 0, 0)], 2, RandomSource.Seeded(1))[0];
        Assert.Equal("1 shares", shares.ToString());
        Assert.Equal("a share", shares.Shares[0].ToString());
        Assert.DoesNotContain("424242", new Integer256(424242, 0, 0, 0).ToString(), StringComparison.Ordinal);
    }

    private static async Task<(Integer256[]? Opened, Dictionary<PartyId, Exception> Failures)> RunAsync(
        InMemoryNetwork network, PartyId[] owners, int length)
    {
        Integer256[]? opened = null;
        var parts = new Dictionary<PartyId, Func<Task>>
        {
            [Receiver] = async () => opened = await AdditiveSharing.ReceiveAsync(
                [.. owners.Select(o => network.Of(Receiver)[o])], length, cancellation: TestContext.Current.CancellationToken),
        };
        for (var i = 0; i < owners.Length; i++)
        {
            var (self, seed) = (owners[i], i);
            parts[self] = async () =>
            {
                IChannel[] others = [.. owners.Where(o => o != self).Select(o => network.Of(self)[o])];
                using var shares = await AdditiveSharing.ShareAndAddAsync(
                    others, Values(seed, length), RandomSource.Seeded(100 + seed), TestContext.Current.CancellationToken);
                await AdditiveSharing.OpenAsync(network.Of(self)[Receiver], shares, TestContext.Current.CancellationToken);
            };
        }

        var failures = await network.RunAsync(parts);
        return (opened, failures);
    }

    private static BigInteger Wrap(BigInteger value)
    {
        var modulus = BigInteger.One << 256;
        var residue = ((value % modulus) + modulus) % modulus;
        return residue >= modulus / 2 ? residue - modulus : residue;
    }
}
