using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Boolean;

public class ObliviousProductsTests
{
    public static TheoryData<int, int, int> Shapes => new() { { 0, 5, 2 }, { 1, 1, 1 }, { 1, 128, 1 }, { 63, 7, 3 }, { 65, 48, 2 }, { 2049, 3, 1 }, { 300, 128, 2 }, { 40_000, 33, 1 } };

    public static TheoryData<int, FaultKind, bool> EveryFault
    {
        get
        {
            var rows = new TheoryData<int, FaultKind, bool>();
            foreach (var (message, kind, byReceiver) in Faults.Every(1, 1)) rows.Add(message, kind, byReceiver);
            return rows;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public async Task Products_are_those_of_the_plain_words_and_cost_what_is_said(int length, int bits, int vectors)
    {
        var random = RandomSource.Seeded(length + bits);
        UInt128 Draw() => new(random.NextUInt64(), random.NextUInt64());
        var words = Enumerable.Range(0, vectors).Select(_ => Enumerable.Range(0, length).Select(_ => Draw()).ToArray()).ToArray();
        UInt128[] numbers = [.. Enumerable.Range(0, length).Select(i => (i switch { 0 => UInt128.MaxValue, 1 => UInt128.Zero, _ => Draw() }) >> (128 - bits))];
        var run = await RunAsync(words, numbers, bits);
        for (var j = 0; j < vectors; j++)
            for (var i = 0; i < length; i++) Assert.Equal(unchecked(words[j][i] * numbers[i]), unchecked(run.Sender[j].Share[i] + run.Receiver[j].Share[i]));
        var pieces = ObliviousProducts.Pieces(length, new ProductShape(bits, vectors)).ToList();
        Assert.Equal(length, pieces.Sum(piece => piece.Count));
        Assert.Equal(
            pieces.Sum(piece => (((long)piece.Count * bits) + 7) / 8 + ((long)piece.Count * vectors * ObliviousProducts.CorrectionSize(bits))),
            run.Usage.BytesSent + run.Usage.BytesReceived);
    }

    [Fact]
    public async Task Several_numbers_of_an_element_have_words_of_their_own()
    {
        const int Length = 70;
        ProductShape[] shapes = [new(3, 2), new(128, 1), new(17, 3)];
        var random = RandomSource.Seeded(7);
        UInt128 Draw(int bits) => new UInt128(random.NextUInt64(), random.NextUInt64()) >> (128 - bits);
        UInt128[][] numbers = [.. shapes.Select(shape => Enumerable.Range(0, Length).Select(_ => Draw(shape.Bits)).ToArray())];
        UInt128[][][] words = [.. shapes.Select(shape => Enumerable.Range(0, shape.Words).Select(_ => Enumerable.Range(0, Length).Select(_ => Draw(128)).ToArray()).ToArray())];
        var run = await TwoParty.RunAsync(
            async channel =>
            {
                using var engine = new BooleanEngine(BooleanParty.First, channel, new DealtTransfers(BooleanParty.First), Digest.Of("collab.test.products", []));
                return await ObliviousProducts.SendAsync(engine, [.. shapes.Zip(words, (shape, own) => (shape.Bits, (IReadOnlyList<ReadOnlyMemory<UInt128>>)[.. own.Select(vector => (ReadOnlyMemory<UInt128>)vector)]))]);
            },
            async channel =>
            {
                using var engine = new BooleanEngine(BooleanParty.Second, channel, new DealtTransfers(BooleanParty.Second), Digest.Of("collab.test.products", []));
                return await ObliviousProducts.ReceiveAsync(engine, [.. shapes.Zip(numbers, (shape, own) => (shape.Bits, (ReadOnlyMemory<UInt128>)own, shape.Words))]);
            });
        for (var g = 0; g < shapes.Length; g++)
            for (var j = 0; j < shapes[g].Words; j++)
                for (var i = 0; i < Length; i++) Assert.Equal(unchecked(words[g][j][i] * numbers[g][i]), unchecked(run.Sender[g][j].Share[i] + run.Receiver[g][j].Share[i]));
        Assert.Equal(Length, Assert.Single(ObliviousProducts.Pieces(Length, shapes)).Count);
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var failures = await TwoParty.FailAsync(
            channel => SendAsync(channel, [[1, 2, 3]], 5), channel => ReceiveAsync(channel, [4, 5, 6], 5, 1), Faults.At(message, kind, byReceiver));
        Assert.True(failures.Sender is not null || failures.Receiver is not null);
        foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.True(failure is null or CollabException or IOException, $"{failure}");
    }

    private static async Task<(SharedWords[] Sender, SharedWords[] Receiver, ChannelUsage Usage)> RunAsync(UInt128[][] words, UInt128[] numbers, int bits)
    {
        var run = await TwoParty.RunAsync(channel => SendAsync(channel, words, bits), channel => ReceiveAsync(channel, numbers, bits, words.Length));
        return (run.Sender, run.Receiver, run.Usage);
    }

    private static async Task<SharedWords[]> SendAsync(IChannel channel, UInt128[][] words, int bits)
    {
        using var engine = new BooleanEngine(BooleanParty.First, channel, new DealtTransfers(BooleanParty.First), Digest.Of("collab.test.products", []));
        return await ObliviousProducts.SendAsync(engine, [.. words.Select(vector => (ReadOnlyMemory<UInt128>)vector)], bits);
    }

    private static async Task<SharedWords[]> ReceiveAsync(IChannel channel, UInt128[] numbers, int bits, int vectors)
    {
        using var engine = new BooleanEngine(BooleanParty.Second, channel, new DealtTransfers(BooleanParty.Second), Digest.Of("collab.test.products", []));
        return await ObliviousProducts.ReceiveAsync(engine, numbers, bits, vectors);
    }
}
