using System.Buffers.Binary;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Ecdh;
using Collab.Psi.Mutual;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests.Family;

/// <summary>The variants in memory of two parties that open rows, each run over the parts of the product and compared with the oracle.</summary>
internal static class TwoPartyVariants
{
    public static async Task<FamilyOutcome> EcdhAsync(FamilySets sets)
    {
        var options = new EcdhPsiOptions(ContextOf(sets));
        var run = await TwoParty.RunAsync(
            channel => EcdhPsi.SendAsync(channel, sets.Sender.Items, RandomSource.System, options),
            channel => EcdhPsi.ReceiveAsync(channel, sets.Receiver.Items, RandomSource.System, options));
        AssertRows(sets.ReceiverRows, run.Receiver);
        return new(run.Receiver.Length, BytesOf(run.Usage));
    }

    public static async Task<FamilyOutcome> EcdhBothLearnAsync(FamilySets sets)
    {
        var options = new EcdhPsiOptions(ContextOf(sets));
        var run = await TwoParty.RunAsync(
            async channel =>
            {
                await EcdhPsi.SendAsync(channel, sets.Sender.Items, RandomSource.System, options);
                return await MutualOutput.HearAsync(channel, options.Context, sets.Sender.Items);
            },
            async channel =>
            {
                var rows = await EcdhPsi.ReceiveAsync(channel, sets.Receiver.Items, RandomSource.System, options);
                await MutualOutput.TellAsync(channel, options.Context, sets.Receiver.Items, rows);
                return rows;
            });
        AssertRows(sets.ReceiverRows, run.Receiver);
        AssertRows(sets.SenderRows, run.Sender);
        return new(run.Receiver.Length, BytesOf(run.Usage));
    }

    public static async Task<FamilyOutcome> CardinalityAsync(FamilySets sets)
    {
        var options = new EcdhPsiOptions(ContextOf(sets));
        var run = await TwoParty.RunAsync(
            channel => EcdhCardinality.SendAsync(channel, sets.Sender.Items, RandomSource.System, options),
            channel => EcdhCardinality.ReceiveAsync(channel, sets.Receiver.Items, RandomSource.System, options));
        Assert.Equal(sets.ReceiverRows.Length, run.Receiver);
        return new(run.Receiver, BytesOf(run.Usage));
    }

    public static async Task<FamilyOutcome> VoleAsync(FamilySets sets, SecurityModel security, bool bothLearn)
    {
        var options = new VolePsiOptions(ContextOf(sets)) { Security = security, BothLearn = bothLearn };
        var run = await TwoParty.RunAsync(
            channel => VolePsi.SendAsync(channel, sets.Sender.Items, RandomSource.System, options),
            channel => VolePsi.ReceiveAsync(channel, sets.Receiver.Items, RandomSource.System, options));
        AssertRows(sets.ReceiverRows, run.Receiver);
        AssertRows(bothLearn ? sets.SenderRows : null, run.Sender);
        return new(run.Receiver.Length, BytesOf(run.Usage));
    }

    /// <summary>Labels of 8 to 40 bytes that follow from the number; both forms and both outputs in turn.</summary>
    public static async Task<FamilyOutcome> LabelledAsync(FamilySets sets)
    {
        var labelSize = 8 + (sets.Seed * 5 % 33);
        var labels = new byte[sets.Sender.Count * labelSize];
        for (var row = 0; row < sets.Sender.Count; row++) FillLabel(sets.Sender[row], labels.AsSpan(row * labelSize, labelSize));
        var options = new VolePsiOptions(ContextOf(sets))
        {
            Security = sets.Seed % 2 == 0 ? SecurityModel.SemiHonest : SecurityModel.Malicious, BothLearn = sets.Seed % 3 == 0,
        };
        var run = await TwoParty.RunAsync(
            channel => LabelledPsi.SendAsync(channel, sets.Sender.Items, labels, labelSize, RandomSource.System, options),
            channel => LabelledPsi.ReceiveAsync(channel, sets.Receiver.Items, labelSize, RandomSource.System, options));
        AssertRows(sets.ReceiverRows, run.Receiver.Rows);
        AssertRows(options.BothLearn ? sets.SenderRows : null, run.Sender);
        Assert.Equal(run.Receiver.Rows.Count * labelSize, run.Receiver.Labels.Length);
        var expected = new byte[labelSize];
        for (var i = 0; i < run.Receiver.Rows.Count; i++)
        {
            FillLabel(sets.Receiver[run.Receiver.Rows[i]], expected);
            if (!run.Receiver.Labels.Span.Slice(i * labelSize, labelSize).SequenceEqual(expected)) Assert.Fail($"The label of row {run.Receiver.Rows[i]} is another one's.");
        }

        return new(run.Receiver.Rows.Count, BytesOf(run.Usage));
    }

    public static Digest ContextOf(FamilySets sets) => Digest.Of("collab.test.family", BitConverter.GetBytes(sets.Seed));

    public static long BytesOf(ChannelUsage usage) => usage.BytesSent + usage.BytesReceived;

    /// <summary>As Assert.Equal, at a cost that 10^7 rows can bear.</summary>
    public static void AssertRows(int[]? expected, IReadOnlyList<int>? found)
    {
        if (expected is null || found is null)
        {
            Assert.Equal(expected, found);
            return;
        }

        Assert.Equal(expected.Length, found.Count);
        for (var i = 0; i < expected.Length; i++)
        {
            if (expected[i] != found[i]) Assert.Fail($"Match {i} is row {found[i]} and not {expected[i]}.");
        }
    }

    private static void FillLabel(int number, Span<byte> label)
    {
        label.Fill(unchecked((byte)number));
        BinaryPrimitives.WriteInt64LittleEndian(label, number * 0x9E37_79B9L);
    }
}
