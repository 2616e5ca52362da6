using Collab.Channels;
using Collab.FederatedLearning.Aggregation;
using Collab.Primitives;

namespace Collab.FederatedLearning.Tests.Aggregation;

/// <summary>Sums of vectors whose clients stay, go at every step, and send what they should not.</summary>
public sealed class SecureAggregationTests
{
    [Theory]
    [InlineData(3, 1)]
    [InlineData(4, 1000)]
    [InlineData(7, 9001)]
    public async Task The_sum_is_that_of_all_who_stay(int clients, int length)
    {
        var star = new Star(clients, length);
        var result = await star.RunAsync();
        Assert.Equal(star.Round.Clients, result.Contributors);
        Assert.Equal(star.SumOf(result.Contributors), result.Sum);
        Assert.Empty(result.Gone);
        Assert.All(star.Ends.Values, Assert.Null);
    }

    // A client sends its keys, its shares, its vector, its answer: whoever has sent the vector is in the sum.
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task A_client_that_goes_at_any_step_leaves_the_sum_of_the_others_right(int atMessage, bool isIn)
    {
        foreach (var who in new[] { 0, 2, 4 })
        {
            var star = new Star(5, 40);
            var result = await star.RunAsync((number, channel) => number == who ? new ChangedChannel(channel, (sent, message) => sent == atMessage ? null : message) : channel);
            Assert.Equal(star.Round.Clients.Where((_, number) => isIn || number != who), result.Contributors);
            Assert.Equal(star.SumOf(result.Contributors), result.Sum);
            Assert.Equal((ChannelException.Closed.Name, star.Round.Clients[who]), (Assert.Single(result.Gone).Value.Code, result.Gone.Single().Key));
            Assert.All(star.Ends.Where(end => end.Key != star.Round.Clients[who]), end => Assert.Null(end.Value));
        }
    }

    [Fact]
    public async Task As_many_may_go_as_leave_more_than_half_at_different_steps()
    {
        var star = new Star(7, 40);
        var result = await star.RunAsync((number, channel) => number is 1 or 3 or 6 ? new ChangedChannel(channel, (sent, message) => sent == number / 2 ? null : message) : channel);
        Assert.Equal(star.Round.Clients.Where((_, number) => number is not (1 or 3)), result.Contributors);
        Assert.Equal(star.SumOf(result.Contributors), result.Sum);
        Assert.Equal(3, result.Gone.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Of_half_of_the_clients_there_is_no_sum(int atMessage)
    {
        var star = new Star(4, 40);
        var refused = await Assert.ThrowsAsync<CollabException>(() => star.RunAsync((number, channel) => number < 2 ? new ChangedChannel(channel, (sent, message) => sent == atMessage ? null : message) : channel));
        Assert.Equal(AggregationErrors.TooFew.Name, refused.Code.Name);
        Assert.StartsWith("2 of 4 clients are left, 3 are needed", refused.Message, StringComparison.Ordinal);
        Assert.Equal(4, star.Ends.Count);
    }

    public static TheoryData<string, int> Wrongs => new()
    {
        { "another round's keys", 0 }, { "no keys", 0 }, { "another client's keys", 0 }, { "a neutral key", 0 }, { "no element", 0 },
        { "another round's shares", 1 }, { "a share too few", 1 }, { "shares for others", 1 }, { "keys again", 1 },
        { "another round's vector", 2 }, { "a shorter vector", 2 }, { "keys in place of the vector", 2 },
        { "another round's answer", 3 }, { "a share less", 3 },
    };

    [Theory, MemberData(nameof(Wrongs))]
    public async Task A_client_that_sends_what_it_should_not_is_left_out_and_named(string what, int atMessage)
    {
        var star = new Star(4, 8);
        var result = await star.RunAsync((number, channel) => number != 1 ? channel : new ChangedChannel(channel, (sent, message) => sent == atMessage ? Wrong(what, message) : message));
        Assert.Equal(star.Round.Clients.Where((_, number) => number != 1 || atMessage == 3), result.Contributors);
        Assert.Equal(star.SumOf(result.Contributors), result.Sum);
        Assert.Equal((PeerFaultException.BrokeTheProtocol.Name, star.Round.Clients[1]), (Assert.Single(result.Gone).Value.Code, result.Gone.Single().Key));
    }

    private static object Wrong(string what, object message)
    {
        byte[] neutral = new byte[32], none = [.. Enumerable.Repeat((byte)0xFF, 32)];
        return (what, message) switch
        {
            ("another round's keys", KeysMessage keys) => keys with { Round = 8 },
            ("no keys", KeysMessage keys) => keys with { Entries = [] },
            ("another client's keys", KeysMessage keys) => keys with { Entries = [keys.Entries[0] with { Client = 2 }] },
            ("a neutral key", KeysMessage keys) => keys with { Entries = [keys.Entries[0] with { Masking = neutral }] },
            ("no element", KeysMessage keys) => keys with { Entries = [keys.Entries[0] with { Sealing = none }] },
            ("another round's shares", SharesMessage shares) => shares with { Round = 6 },
            ("a share too few", SharesMessage shares) => shares with { Entries = shares.Entries[1..] },
            ("shares for others", SharesMessage shares) => shares with { Entries = [.. shares.Entries.Select(entry => entry with { Client = entry.Client + 1 })] },
            ("keys again" or "keys in place of the vector", _) => new KeysMessage(7, []),
            ("another round's vector", MaskedMessage masked) => masked with { Round = 8 },
            ("a shorter vector", MaskedMessage masked) => masked with { Words = masked.Words[1..] },
            ("another round's answer", UnmaskingMessage answer) => answer with { Round = 8 },
            ("a share less", UnmaskingMessage answer) => answer with { Shares = answer.Shares[1..] },
            _ => throw new ArgumentException(what),
        };
    }

    [Fact]
    public async Task A_wrong_share_of_a_key_is_noticed()
    {
        var star = new Star(4, 8);
        var refused = await Assert.ThrowsAsync<CollabException>(() => star.RunAsync((number, channel) => number switch
        {
            3 => new ChangedChannel(channel, (sent, message) => sent == 2 ? null : message),
            0 => new ChangedChannel(channel, (_, message) => message is UnmaskingMessage answer ? answer with { Shares = [.. answer.Shares[..3], answer.Shares[0]] } : message),
            _ => channel,
        }));
        Assert.Contains("do not fit its public key", refused.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Lies => ["below half", "without this client", "a client twice", "a client that is none", "another's key for this client's", "a neutral key", "another round", "a share of another",
        "contributors without shares", "contributors without this client", "few contributors", "contributors of another round"];

    [Theory, MemberData(nameof(Lies))]
    public async Task A_client_does_not_unmask_for_a_summing_party_that_lies(string what)
    {
        var star = new Star(4, 8);
        var unmasked = 0;
        try
        {
            await star.RunAsync(
                (_, channel) => new ChangedChannel(channel, (_, message) =>
                {
                    if (message is UnmaskingMessage) unmasked++;
                    return message;
                }),
                (_, channel) => new ChangedChannel(channel, (_, message) => Lie(what, message)));
            Assert.Fail("There is a sum.");
        }
        catch (CollabException refused)
        {
            Assert.Equal(AggregationErrors.TooFew.Name, refused.Code.Name);
        }

        Assert.InRange(unmasked, 0, 1); // where the lie is true of one client
        Assert.True(star.Ends.Values.Count(end => end is PeerFaultException { Party.Name: "summing" }) >= 3);
    }

    private static object Lie(string what, object message) => (what, message) switch
    {
        ("below half", KeysMessage keys) => keys with { Entries = keys.Entries[..2] },
        ("without this client", KeysMessage keys) => keys with { Entries = [.. keys.Entries.Select((entry, i) => entry with { Client = (uint)i + 4 })] },
        ("a client twice", KeysMessage keys) => keys with { Entries = [.. keys.Entries, keys.Entries[3]] },
        ("a client that is none", KeysMessage keys) => keys with { Entries = [.. keys.Entries, keys.Entries[3] with { Client = 4 }] },
        ("another's key for this client's", KeysMessage keys) => keys with { Entries = [.. keys.Entries.Select((entry, i) => entry with { Masking = keys.Entries[(i + 1) % 4].Masking })] },
        ("a neutral key", KeysMessage keys) => keys with { Entries = [.. keys.Entries.Select(entry => entry with { Sealing = new byte[32] })] },
        ("another round", KeysMessage keys) => keys with { Round = 6 },
        ("a share of another", SharesMessage shares) => shares with { Entries = [.. shares.Entries.Select((entry, i) => entry with { Sealed = shares.Entries[(i + 1) % shares.Entries.Length].Sealed })] },
        ("contributors without shares", ContributorsMessage came) => came with { Clients = [.. came.Clients, 4] },
        ("contributors without this client", ContributorsMessage came) => came with { Clients = [5, 6, 7] },
        ("few contributors", ContributorsMessage came) => came with { Clients = came.Clients[..2] },
        ("contributors of another round", ContributorsMessage came) => came with { Round = 8 },
        _ => message,
    };

    [Fact]
    public async Task What_passes_holds_no_word_of_any_vector_and_is_new_every_time()
    {
        var star = new Star(3, 500);
        var passed = new List<ulong[]>();
        for (var time = 0; time < 2; time++)
        {
            await star.RunAsync((_, channel) => new ChangedChannel(channel, (_, message) =>
            {
                if (message is MaskedMessage masked) lock (passed) passed.Add(masked.Words);
                return message;
            }));
        }

        Assert.Equal(6, passed.Count);
        Assert.Empty(passed.SelectMany(words => words).Intersect(star.Vectors.Values.SelectMany(words => words)));
        Assert.Equal(6 * 500, passed.SelectMany(words => words).Distinct().Count()); // two of 3,000 words are equal with a chance of 2^-42
    }

    [Fact]
    public void Rounds_that_are_none_are_refused()
    {
        var star = new Star(3, 1);
        foreach (var wrong in new[] { star.Round with { Clients = star.Round.Clients.Take(2).ToList() }, star.Round with { Clients = star.Round.Clients.Reverse().ToList() }, star.Round with { Length = 0 } })
            Assert.ThrowsAny<ArgumentException>(wrong.Check);
        Assert.Equal([2, 3, 3, 4], new[] { 3, 4, 5, 6 }.Select(count => new Star(count, 1).Round.Threshold));
    }
}
