using System.Text;
using Collab.Channels;
using Collab.Cryptography.Oprf;
using Collab.Primitives;
using Collab.Psi.Oprf;
using Collab.Testing;

namespace Collab.Psi.Tests.Oprf;

public class RecordCheckTests
{
    private static readonly StepId Step = new("test");

    public static TheoryData<OprfSuite, OprfMode, int> Kinds()
    {
        var data = new TheoryData<OprfSuite, OprfMode, int>();
        foreach (var suite in Enum.GetValues<OprfSuite>())
        {
            foreach (var mode in Enum.GetValues<OprfMode>())
            {
                foreach (var count in new[] { 0, 1, 50 }) data.Add(suite, mode, count);
            }
        }

        return data;
    }

    /// <summary>The server sends header, tokens and answer, the client its question.</summary>
    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 3, received: 1).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_client_learns_which_of_its_records_the_server_has(OprfSuite suite, OprfMode mode, int count)
    {
        using var key = OprfKey.Generate(suite, mode, RandomSource.Seeded(1));
        var list = TokenList.Create(key, [.. Items(0, count), .. Items(0, Math.Min(count, 1))], 2);
        Assert.Equal(count, list.Count);
        ReadOnlyMemory<byte>[] records = [.. Items(40, 20), new byte[0], new byte[300]];
        var run = await TwoParty.RunAsync(
            async channel =>
            {
                await RecordCheck.SendListAsync(channel, list);
                return await RecordCheck.AnswerAsync(channel, key, list, 100, RandomSource.Seeded(2));
            },
            async channel =>
            {
                var received = await RecordCheck.ReceiveListAsync(channel, mode);
                Assert.Equal(list.Version, received.Version);
                return await RecordCheck.CheckAsync(channel, received, records, RandomSource.Seeded(3));
            });
        Assert.Equal(22, run.Sender);
        Assert.Equal(Enumerable.Range(40, 20).Select(i => i < count).Concat([false, false]), run.Receiver);
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        using var key = OprfKey.Generate(OprfSuite.Ristretto255Sha512, OprfMode.Voprf, RandomSource.Seeded(1));
        var list = TokenList.Create(key, Items(0, 3));
        await Assert.ThrowsAnyAsync<ProtocolException>(() => TwoParty.RunAsync(
            async channel =>
            {
                await RecordCheck.SendListAsync(channel, list);
                return await RecordCheck.AnswerAsync(channel, key, list, 1, RandomSource.Seeded(2));
            },
            async channel => await RecordCheck.CheckAsync(
                channel, await RecordCheck.ReceiveListAsync(channel, OprfMode.Voprf), Items(1, 1), RandomSource.Seeded(3)),
            Faults.At(message, kind, byReceiver)));
    }

    [Fact]
    public async Task A_server_with_another_key_is_caught_in_the_verifiable_mode()
    {
        using var key = OprfKey.Generate(OprfSuite.Ristretto255Sha512, OprfMode.Voprf, RandomSource.Seeded(1));
        using var other = OprfKey.Generate(OprfSuite.Ristretto255Sha512, OprfMode.Voprf, RandomSource.Seeded(9));
        var list = TokenList.Create(key, Items(0, 3));
        var failures = await TwoParty.FailAsync(
            channel => RecordCheck.AnswerAsync(channel, other, list, 1, RandomSource.Seeded(2)),
            channel => RecordCheck.CheckAsync(channel, list, Items(1, 1), RandomSource.Seeded(3)));
        Assert.Equal("psi-oprf.4", Assert.IsType<PeerFaultException>(failures.Receiver).Step!.Name);
    }

    [Fact]
    public async Task What_the_server_sees_is_the_same_in_size_and_not_in_bytes_for_any_record()
    {
        using var key = OprfKey.Generate(OprfSuite.Ristretto255Sha512, OprfMode.Oprf, RandomSource.Seeded(1));
        var list = TokenList.Create(key, Items(0, 3));
        var seen = new List<byte[]>();
        foreach (var (record, seed) in new (ReadOnlyMemory<byte>, int)[] { (Items(1, 1)[0], 4), (Items(1, 1)[0], 5), (new byte[500], 6) })
        {
            await TwoParty.FailAsync(
                async channel => seen.Add((await channel.ReceiveAsync<CheckQuestion>(Step)).Elements),
                channel => RecordCheck.CheckAsync(channel, list, [record], RandomSource.Seeded(seed)));
        }

        Assert.Equal(3, seen.Count);
        Assert.All(seen, elements => Assert.Equal(32, elements.Length));
        Assert.Equal(3, seen.Select(Convert.ToHexString).Distinct().Count());
    }

    [Theory]
    [InlineData("another list", 1)]
    [InlineData("too many", 3)]
    [InlineData("not whole", 1)]
    [InlineData("no element", 1)]
    public async Task The_server_refuses_a_question_that_is_none(string what, int count)
    {
        using var key = OprfKey.Generate(OprfSuite.Ristretto255Sha512, OprfMode.Oprf, RandomSource.Seeded(1));
        var list = TokenList.Create(key, Items(0, 3));
        byte[] elements = [.. Enumerable.Range(0, count).SelectMany(_ => key.PublicKey.ToArray())];
        if (what == "not whole") elements = elements[..^1];
        if (what == "no element") elements[0] ^= 1;
        var failures = await TwoParty.FailAsync(
            channel => RecordCheck.AnswerAsync(channel, key, list, 2, RandomSource.Seeded(2)),
            async channel =>
            {
                await channel.SendAsync(new CheckQuestion(what == "another list" ? Digest.Of("other", []) : list.Version, elements));
                await channel.ReceiveAsync<CheckAnswer>(Step);
            });
        Assert.Equal("psi-oprf.3", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
    }

    [Theory]
    [InlineData("mode", "psi-oprf.1")]
    [InlineData("count", "psi-oprf.1")]
    [InlineData("key", "psi-oprf.1")]
    [InlineData("order", "psi-oprf.2")]
    [InlineData("repetition", "psi-oprf.2")]
    [InlineData("size", "psi-oprf.2")]
    [InlineData("number", "psi-oprf.2")]
    public async Task The_client_refuses_a_list_that_is_none(string what, string step)
    {
        using var key = OprfKey.Generate(OprfSuite.Ristretto255Sha512, OprfMode.Voprf, RandomSource.Seeded(1));
        var list = TokenList.Create(key, Items(0, 3));
        var tokens = list.Tokens.ToArray();
        if (what == "order") tokens.AsSpan(0, list.TokenSize).Fill(0xff);
        if (what == "repetition") tokens.AsSpan(0, list.TokenSize).CopyTo(tokens.AsSpan(list.TokenSize));
        if (what == "size") tokens = tokens[..^1];
        var failures = await TwoParty.FailAsync(
            async channel =>
            {
                var mode = what == "mode" ? OprfMode.Oprf : OprfMode.Voprf;
                await channel.SendAsync(new ListHeader(list.Suite, mode, what == "count" ? 11 : 3, what == "key" ? new byte[32] : key.PublicKey.ToArray()));
                await channel.SendAsync(new ListPart(what == "number" ? 1u : 0, tokens));
                await channel.ReceiveAsync<CheckQuestion>(Step);
            },
            channel => RecordCheck.ReceiveListAsync(channel, OprfMode.Voprf, 10));
        Assert.Equal(step, Assert.IsType<PeerFaultException>(failures.Receiver).Step!.Name);
    }

    [Theory, InlineData(0, 8), InlineData(1, 8), InlineData(16, 8), InlineData(17, 9), InlineData(1 << 20, 10), InlineData(1 << 26, 11)]
    public void Tokens_are_as_long_as_forty_bits_over_a_million_checks_ask(int count, int size) => Assert.Equal(size, TokenList.SizeFor(count));

    [Theory, InlineData(0), InlineData(5), InlineData(40)]
    public void A_header_of_another_size_is_malformed(int size) => Assert.Throws<MalformedException>(() => ListHeader.Decode(new byte[size]));

    [Theory, InlineData(0), InlineData(32), InlineData(32 + 33 * 1024 + 1)]
    public void A_question_of_another_size_is_malformed(int size) => Assert.Throws<MalformedException>(() => CheckQuestion.Decode(new byte[size]));

    private static ReadOnlyMemory<byte>[] Items(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(i => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"INV-{i}"))];
}
