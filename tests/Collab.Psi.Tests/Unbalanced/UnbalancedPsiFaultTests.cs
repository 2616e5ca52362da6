using Collab.Channels;
using Collab.Cryptography.Oprf;
using Collab.HomomorphicEncryption;
using Collab.Primitives;
using Collab.Psi.Unbalanced;
using Collab.Testing;

namespace Collab.Psi.Tests.Unbalanced;

/// <summary>Broken messages and bad peers: refused at their step, never a silent result.</summary>
public sealed class UnbalancedPsiFaultTests : IDisposable
{
    private const int DigestSize = Digest.Size;
    private static readonly UnbalancedPsiOptions Options = new();
    private static readonly StepId Step = new("test");
    private static readonly UnbalancedParameters Small = UnbalancedParameters.Create(UnbalancedParametersTests.SmallLiteral);
    private readonly SenderDatabase _database = SenderDatabase.Create(Small, UnbalancedPsiTests.Items(0, 4), default, RandomSource.Seeded(1));

    /// <summary>The sender sends its greeting, the evaluated element and one bundle; the receiver its greeting, an element and three powers.</summary>
    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 3, received: 5).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    public void Dispose() => _database.Dispose();

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver) =>
        await Assert.ThrowsAnyAsync<ProtocolException>(() => TwoParty.RunAsync(
            channel => UnbalancedPsi.AnswerAsync(channel, _database, Options),
            channel => UnbalancedPsi.QueryAsync(channel, Small, UnbalancedPsiTests.Items(0, 1), RandomSource.Seeded(2), Options),
            Faults.At(message, kind, byReceiver)));

    [Fact]
    public async Task Other_parameters_are_a_fault_of_step_1()
    {
        var other = UnbalancedParameters.Create(UnbalancedParametersTests.SmallLiteral with { Places = 5 });
        var failures = await TwoParty.FailAsync(
            channel => UnbalancedPsi.AnswerAsync(channel, _database, Options),
            channel => UnbalancedPsi.QueryAsync(channel, other, UnbalancedPsiTests.Items(0, 1), RandomSource.Seeded(2), Options));
        Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is PeerFaultException { Step.Name: "psi-unbalanced.1" });
    }

    [Theory, InlineData(0, 0), InlineData(31, 9), InlineData(64, 9), InlineData(32, 0), InlineData(32, 255)]
    public async Task The_sender_refuses_what_is_not_as_many_elements_of_the_group(int size, byte value) => Assert.Equal(
        "psi-unbalanced.2", await SenderFault(async channel => await channel.SendAsync(new QueryPart(Enumerable.Repeat(value, size).ToArray()))));

    [Theory, InlineData(0, 0), InlineData(31, 9), InlineData(64, 9), InlineData(32, 0), InlineData(32, 255)]
    public async Task The_receiver_refuses_what_is_not_as_many_elements_of_the_group(int size, byte value) => Assert.Equal(
        "psi-unbalanced.3", await ReceiverFault(_ => Enumerable.Repeat(value, size).ToArray(), bytes => bytes));

    [Theory]
    [InlineData("empty"), InlineData("other parameters"), InlineData("other kind"), InlineData("a byte less"), InlineData("a byte more"), InlineData("a residue too large")]
    public async Task The_sender_refuses_what_is_no_fresh_ciphertext(string what)
    {
        using var secret = SecretKey.Generate(Small.Encryption, RandomSource.Seeded(3));
        using var plaintext = new BatchEncoder(Small.Encryption).Encode([1UL]);
        using var ciphertext = secret.Encrypt(plaintext, RandomSource.Seeded(4));
        var bytes = Spoil(ciphertext.Encode(), what);
        var client = new OprfClient(OprfSuite.Ristretto255Sha512);
        using var blinding = client.Blind([1], RandomSource.Seeded(5));
        var step = await SenderFault(async channel =>
        {
            await channel.SendAsync(new QueryPart(blinding.Element));
            await channel.ReceiveAsync<QueryPart>(Step);
            await channel.SendAsync(new QueryPart(bytes));
        });
        Assert.Equal("psi-unbalanced.4", step);
    }

    [Theory]
    [InlineData("empty"), InlineData("other parameters"), InlineData("other kind"), InlineData("a byte less"), InlineData("three bytes less"), InlineData("a byte more")]
    [InlineData("a residue too large"), InlineData("another level"), InlineData("three parts"), InlineData("transparent"), InlineData("two ciphertexts")]
    public async Task The_receiver_refuses_what_is_not_as_many_answers(string what) =>
        Assert.Equal("psi-unbalanced.5", await ReceiverFault(bytes => bytes, bytes => Spoil(bytes, what)));

    [Fact]
    public void Sets_that_do_not_fit_are_refused()
    {
        var labelled = UnbalancedSearch.Find(1, 10, 8);
        var items = UnbalancedPsiTests.Items(0, 3);
        void Refused(UnbalancedParameters parameters, ReadOnlyMemory<byte>[] set, int labelBytes) =>
            Assert.Throws<ArgumentException>(() => SenderDatabase.Create(parameters, set, new byte[labelBytes], RandomSource.Seeded(1)));
        Refused(Small, [items[0], items[1], items[0]], 0);
        Refused(Small, UnbalancedPsiTests.Items(0, 5), 0);
        Refused(Small, items, 8);
        Refused(labelled, items, 0);
        Refused(labelled, items, 23);
        Refused(Small, [new byte[OprfKey.LongestInput + 1]], 0);

        var database = SenderDatabase.Create(labelled, items, new byte[24], RandomSource.Seeded(1));
        Assert.Throws<ArgumentException>(() => database.Update([items[0], items[0]], new byte[16], RandomSource.Seeded(1)));
        void Change(ReadOnlyMemory<byte>[] come, int labelBytes, ReadOnlyMemory<byte>[] go) =>
            Assert.Throws<ArgumentException>(() => database.Change(come, new byte[labelBytes], go, RandomSource.Seeded(1)));
        Change([items[0], items[0]], 16, []);
        Change([items[0]], 8, [items[0]]);
        Change([], 0, [items[1], items[1]]);
        Change([], 0, [UnbalancedPsiTests.Items(10, 1)[0]]);
        Change(UnbalancedPsiTests.Items(10, 1), 7, []);
        Change(UnbalancedPsiTests.Items(10, 20), 160, [items[1]]);
        Assert.Equal((1, 3), (database.Current.Revision, database.Current.Count));
        database.Dispose();
    }

    [Fact]
    public async Task A_receiver_with_too_many_items_or_one_twice_asks_nothing()
    {
        foreach (var items in new[] { UnbalancedPsiTests.Items(0, 2), [.. UnbalancedPsiTests.Items(0, 1), .. UnbalancedPsiTests.Items(0, 1)] })
        {
            var parameters = items[0].Span.SequenceEqual(items[1].Span) ? UnbalancedSearch.Find(4, 10) : Small;
            var (_, failure) = await TwoParty.FailAsync(
                async channel => await channel.ReceiveAsync<QueryHello>(Step),
                channel => UnbalancedPsi.QueryAsync(channel, parameters, items, RandomSource.Seeded(2), Options));
            Assert.IsType<ArgumentException>(failure);
        }
    }

    private async Task<string> SenderFault(Func<IChannel, Task> receiver)
    {
        var (failure, _) = await TwoParty.FailAsync(
            channel => UnbalancedPsi.AnswerAsync(channel, _database, Options),
            async channel =>
            {
                await channel.SendAsync(new QueryHello(Small.Id));
                await channel.ReceiveAsync<DatabaseHello>(Step);
                await receiver(channel);
                await channel.ReceiveAsync<QueryPart>(Step);
            });
        var fault = Assert.IsType<PeerFaultException>(failure);
        Assert.Equal(TwoParty.Receiver, fault.Party);
        return fault.Step!.Name;
    }

    // A sender that does as it should but for what it changes in the evaluated element or the answer.
    private async Task<string> ReceiverFault(Func<byte[], byte[]> evaluated, Func<byte[], byte[]> answer)
    {
        var (_, failure) = await TwoParty.FailAsync(
            async channel =>
            {
                await channel.SendAsync(new DatabaseHello(Small.Id, 0, 1));
                await channel.ReceiveAsync<QueryHello>(Step);
                var blinded = await channel.ReceiveAsync<QueryPart>(Step);
                await channel.SendAsync(new QueryPart(evaluated(_database.Key.BlindEvaluate(blinded.Bytes)!)));
                var bytes = (await channel.ReceiveAsync<QueryPart>(Step)).Bytes;
                for (var i = 0; i < Small.Places - 2; i++) await channel.ReceiveAsync<QueryPart>(Step);
                using var power = SeededCiphertext.Decode(Small.Encryption, bytes.Span);
                using var whole = power.Expand();
                using var lower = Evaluator.SwitchModulus(whole);
                await channel.SendAsync(new QueryPart(answer([.. Enumerable.Repeat(lower.Encode(), Small.Values).SelectMany(b => b)])));
                await channel.ReceiveAsync<QueryPart>(Step);
            },
            channel => UnbalancedPsi.QueryAsync(channel, Small, UnbalancedPsiTests.Items(0, 1), RandomSource.Seeded(2), Options));
        var fault = Assert.IsType<PeerFaultException>(failure);
        Assert.Equal(TwoParty.Sender, fault.Party);
        return fault.Step!.Name;
    }

    private static byte[] Spoil(byte[] bytes, string what)
    {
        byte[] With(int at, byte value) => [.. bytes[..at], value, .. bytes[(at + 1)..]];
        return what switch
        {
            "empty" => [],
            "other parameters" => With(3, (byte)(bytes[3] ^ 1)),
            "other kind" => With(DigestSize, 3),
            "another level" => With(DigestSize + 1, 2),
            "three parts" => With(DigestSize + 2, 3),
            "a byte less" => bytes[..^1],
            "three bytes less" => bytes[..^3],
            "a byte more" => [.. bytes, 0],
            "a residue too large" => [.. bytes[..^7], .. Enumerable.Repeat((byte)0xff, 7)],
            "two ciphertexts" => bytes[..(bytes.Length / Small.Values * 2)],
            "transparent" => [.. Enumerable.Repeat<byte[]>([.. bytes[..(DigestSize + 3)], .. new byte[(bytes.Length / Small.Values) - DigestSize - 3]], Small.Values).SelectMany(b => b)],
            _ => throw new ArgumentException(what),
        };
    }
}
