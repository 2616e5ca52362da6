using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Permutations;
using Collab.SecretSharing.Tests.Boolean;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Permutations;

/// <summary>Shared words brought to shared places; what is opened is a uniform arrangement of the same tags whatever the rows.</summary>
public class TaggedRowsTests
{
    private const int SentOfSmall = 5;
    private const int ReceivedOfSmall = 5;

    public static TheoryData<int, FaultKind, bool> EveryFault
    {
        get
        {
            var rows = new TheoryData<int, FaultKind, bool>();
            foreach (var (message, kind, byReceiver) in Faults.Every(SentOfSmall, ReceivedOfSmall)) rows.Add(message, kind, byReceiver);
            return rows;
        }
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 1, 0)]
    [InlineData(5, 3, 2)]
    [InlineData(3, 5, 3)]
    [InlineData(0, 4, 0)]
    [InlineData(4, 0, 0)]
    [InlineData(100, 64, 40)]
    [InlineData(300, 257, 257)]
    public async Task Words_come_to_their_places_and_other_places_hold_nothing(int rows, int places, int matched)
    {
        var plain = Plain.Random(rows, places, matched);
        var run = await BooleanPair.RunAsync(engine => plain.PlaceAsync(engine));
        Assert.Equal(plain.Expected, run.Sender.Zip(run.Receiver, (a, b) => unchecked(a + b)));
    }

    /// <summary>A place that two rows have, one that none has, and a tag of no place.</summary>
    [Fact]
    public async Task Tags_that_are_none_are_the_peers_fault_at_both()
    {
        var plain = Plain.Random(9, 5, 4);
        foreach (var wrong in new[]
        {
            plain with { Taken = [.. plain.Taken.Select(_ => true)] }, plain with { Taken = new bool[5] },
            plain with { Tags = [.. plain.Tags.Select((tag, i) => plain.Counts[i] ? 7UL : tag)], Taken = new bool[5] }, plain with { Tags = [.. plain.Tags.Select(_ => 1UL)] },
        })
        {
            var failures = await TwoParty.FailAsync(channel => wrong.PartyAsync(channel, BooleanParty.First), channel => wrong.PartyAsync(channel, BooleanParty.Second));
            foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.Equal("oblivious-permutation.5", Assert.IsType<PeerFaultException>(failure).Step!.Name);
        }
    }

    [Fact]
    public async Task The_fault_table_covers_every_message()
    {
        var plain = Plain.Random(4, 3, 2);
        var run = await TwoParty.RunAsync(channel => plain.PartyAsync(channel, BooleanParty.First), channel => plain.PartyAsync(channel, BooleanParty.Second));
        Assert.Equal((SentOfSmall, ReceivedOfSmall), (run.Usage.MessagesSent, run.Usage.MessagesReceived));
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var plain = Plain.Random(4, 3, 2);
        var failures = await TwoParty.FailAsync(channel => plain.PartyAsync(channel, BooleanParty.First), channel => plain.PartyAsync(channel, BooleanParty.Second), Faults.At(message, kind, byReceiver));
        Assert.True(failures.Sender is not null || failures.Receiver is not null);
        foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.True(failure is null or ProtocolException or IOException, $"{failure}");
    }

    private sealed record Plain(ulong[] Words, ulong[] Tags, bool[] Counts, bool[] Taken)
    {
        public ulong[] Expected
        {
            get
            {
                var expected = new ulong[Taken.Length];
                for (var i = 0; i < Words.Length; i++)
                    if (Counts[i]) expected[Tags[i] - 1] = Words[i];
                return expected;
            }
        }

        public static Plain Random(int rows, int places, int matched)
        {
            var random = RandomSource.Seeded(rows + places);
            int[] Some(int of) => [.. Enumerable.Range(0, of).OrderBy(_ => random.NextUInt64()).Take(matched)];
            var (words, tags, counts, taken) = (new ulong[rows], new ulong[rows], new bool[rows], new bool[places]);
            for (var i = 0; i < rows; i++) (words[i], tags[i]) = (random.NextUInt64(), random.NextUInt64() & ((1UL << TaggedRows.TagBits(places)) - 1));
            foreach (var (row, place) in Some(rows).Zip(Some(places))) (tags[row], counts[row], taken[place]) = ((ulong)place + 1, true, true);
            return new(words, tags, counts, taken);
        }

        public Task<ulong[]> PartyAsync(IChannel channel, BooleanParty party) => BooleanPair.PartyAsync(channel, party, PlaceAsync);

        public async Task<ulong[]> PlaceAsync(BooleanEngine engine)
        {
            var (random, first) = (RandomSource.Seeded(5), engine.Party == BooleanParty.First);
            ulong[] wordMasks = [.. Words.Select(_ => random.NextUInt64())], tagMasks = [.. Words.Select(_ => random.NextUInt64() & ((2UL << TaggedRows.TagBits(Taken.Length)) - 1))];
            var taken = BitVector.Random(Taken.Length, random);
            for (var i = 0; first && i < Taken.Length; i++) taken[i] ^= Taken[i];
            using var words = new SharedWords([.. Words.Zip(wordMasks, (word, mask) => (UInt128)(first ? unchecked(word - mask) : mask))], 64);
            using var tags = new RowShares(
                null, [.. tagMasks.Select((mask, i) => first ? mask ^ Tags[i] ^ ((Counts[i] ? 1UL : 0) << TaggedRows.TagBits(Taken.Length)) : mask)], TaggedRows.TagBits(Taken.Length) + 1);
            using var shared = new SharedBits(taken);
            return await TaggedRows.PlaceAsync(engine, words, tags, shared, RandomSource.Seeded(first ? 6 : 7));
        }
    }
}
