using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Cryptography.KeyValueStore;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests.Vole;

public class VolePsiFaultTests
{
    private static readonly VolePsiOptions Options =
        new(Digest.Of("collab.test.psi-vole", [])) { MaximumPeerItems = 1000, BothLearn = true };

    private static readonly SetPair Sets = new(9, 40, 30, 10);
    private static readonly StepId Step = new("test");
    private static readonly int StoreSize = (int)OkvsParameters.Create(Sets.Receiver.Length).Size;

    /// <summary>
    /// Malicious form, both learn, OLE by the dealer: the sender sends count, commitment, opening and masks; the receiver count, seed,
    /// store, matches and proofs.
    /// </summary>
    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 4, received: 5).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var ole = new DealerOle();
        await Assert.ThrowsAnyAsync<ProtocolException>(() => TwoParty.RunAsync(
            channel => SendAsync(channel, ole), channel => ReceiveAsync(channel, ole), Faults.At(message, kind, byReceiver)));
    }

    [Fact]
    public async Task Another_context_form_or_output_is_a_fault_of_step_1()
    {
        foreach (var other in new[]
        {
            Options with { Context = Digest.Of("collab.test.other", []) },
            Options with { Security = SecurityModel.SemiHonest },
            Options with { BothLearn = false },
        })
        {
            var ole = new DealerOle();
            var failures = await TwoParty.FailAsync(
                channel => SendAsync(channel, ole),
                channel => VolePsi.ReceiveDigestsAsync(
                    channel, SetPair.Digests(other.Context, Sets.Receiver), RandomSource.System, other, ole, default));
            Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is PeerFaultException { Step.Name: "psi-vole.1" });
        }
    }

    [Theory, InlineData(1001UL), InlineData(1UL << 40), InlineData(ulong.MaxValue)]
    public async Task More_items_than_allowed_are_refused_before_memory_is_taken(ulong count)
    {
        Assert.Equal("psi-vole.1", (await SenderFault(channel => AnnounceAsync(channel, count))).Step!.Name);
        Assert.Equal("psi-vole.1", (await ReceiverFault(channel => AnnounceAsync(channel, count))).Step!.Name);
    }

    [Fact]
    public async Task A_seed_without_a_coin_is_refused_in_the_malicious_form()
    {
        var fault = await SenderFault(async channel =>
        {
            await AnnounceAsync(channel, 30);
            await channel.ReceiveAsync<CoinCommitment>(Step);
            await channel.SendAsync(new StoreSeed(Gf128.One, null));
            await channel.ReceiveAsync<CoinOpening>(Step);
        });
        Assert.Equal("psi-vole.3", fault.Step!.Name);
    }

    [Theory, InlineData(-1, 0), InlineData(1, 0), InlineData(0, 1), InlineData(-100_000, 0)]
    public async Task A_store_of_another_size_or_number_is_refused(int more, uint number)
    {
        var fault = await SenderFault(async channel =>
        {
            await AnnounceAsync(channel, 30);
            await channel.ReceiveAsync<CoinCommitment>(Step);
            await channel.SendAsync(new StoreSeed(Gf128.One, Gf128.One));
            await channel.SendAsync(Part.OfSize(number, Math.Max(1, (StoreSize * Gf128.Size) + more)));
            await channel.ReceiveAsync<CoinOpening>(Step);
        });
        Assert.Equal("psi-vole.5", fault.Step!.Name);
    }

    [Fact]
    public async Task A_coin_that_was_not_committed_to_is_refused()
    {
        var fault = await ReceiverFault(async channel =>
        {
            await AnnounceAsync(channel, 40);
            await channel.SendAsync(new CoinCommitment(Digest.Of("collab.test", [])));
            await channel.ReceiveAsync<StoreSeed>(Step);
            await channel.ReceiveAsync<Part>(Step);
            await channel.SendAsync(new CoinOpening(Gf128.One));
            await channel.ReceiveAsync<Part>(Step);
        });
        Assert.Equal("psi-vole.6", fault.Step!.Name);
        Assert.Equal(TwoParty.Sender, fault.Party);
    }

    /// <summary>What a sender may do to its masks, each refused at step 7.</summary>
    public static TheoryData<string> BadMasks => new("two equal", "descending", "one too few", "one too many", "another number", "a count too large", "half a mask");

    [Theory, MemberData(nameof(BadMasks))]
    public async Task Masks_that_no_honest_sender_sends_are_refused(string kind)
    {
        var fault = await ReceiverFault(async channel =>
        {
            await AnnounceAsync(channel, 40);
            var coin = Gf128.One;
            await channel.SendAsync(new CoinCommitment(Run().CommitTo(coin)));
            await channel.ReceiveAsync<StoreSeed>(Step);
            await channel.ReceiveAsync<Part>(Step);
            await channel.SendAsync(new CoinOpening(coin));
            await channel.SendAsync(Spoil(kind));
            await channel.ReceiveAsync<Part>(Step);
        });
        Assert.Equal("psi-vole.7", fault.Step!.Name);
    }

    /// <summary>A receiver that claims what it cannot prove: every bit, a bit after the last, a wrong proof, a part of another size.</summary>
    [Theory, InlineData(5, 0xFF, 0), InlineData(6, 0, 0), InlineData(4, 0, 0), InlineData(5, 0, 1)]
    public async Task A_match_that_is_not_proved_is_refused(int size, byte bits, uint number)
    {
        var fault = await SenderFault(async channel =>
        {
            await AnnounceAsync(channel, 30);
            await channel.ReceiveAsync<CoinCommitment>(Step);
            await channel.SendAsync(new StoreSeed(Gf128.One, Gf128.One));
            await channel.SendAsync(Part.OfSize(0, StoreSize * Gf128.Size));
            await channel.ReceiveAsync<CoinOpening>(Step);
            await channel.ReceiveAsync<Part>(Step);
            var part = Part.OfSize(number, size);
            part.ToFill[..size].Fill(bits);
            await channel.SendAsync(part);
            if (bits != 0) await channel.SendAsync(Part.OfSize(0, 40 * Gf128.Size));
            await channel.ReceiveAsync<Part>(Step);
        });
        Assert.Equal("psi-vole.8", fault.Step!.Name);
    }

    [Theory, InlineData(0), InlineData(45), InlineData(47)]
    public void An_announcement_of_another_size_is_malformed(int size) =>
        Assert.Throws<MalformedException>(() => VoleAnnouncement.Decode(new byte[size]));

    [Theory, InlineData(40, 0), InlineData(40, 3), InlineData(41, 2)]
    public void An_announcement_of_an_unknown_form_is_malformed(int place, byte value)
    {
        var payload = new byte[VoleAnnouncement.Size];
        (payload[40], payload[41]) = (1, 1);
        payload[place] = value;
        Assert.Throws<MalformedException>(() => VoleAnnouncement.Decode(payload));
    }

    [Theory, InlineData(0), InlineData(15), InlineData(17), InlineData(31), InlineData(33)]
    public void Seeds_coins_and_commitments_have_their_sizes(int size)
    {
        Assert.Throws<MalformedException>(() => StoreSeed.Decode(new byte[size]));
        Assert.Throws<MalformedException>(() => CoinOpening.Decode(new byte[size]));
        Assert.Throws<MalformedException>(() => CoinCommitment.Decode(new byte[size]));
    }

    [Theory, InlineData(0), InlineData(4), InlineData(4 + Part.LargestContent + 1)]
    public void A_part_has_a_number_and_a_bounded_content(int size) => Assert.Throws<MalformedException>(() => Part.Decode(new byte[size]));

    private static Part Spoil(string kind)
    {
        var masks = Enumerable.Range(1, 40).Select(i => new Gf128((ulong)i, (ulong)i << 56)).ToArray();
        var layout = new MaskLayout(40, 16);
        switch (kind)
        {
            case "two equal": masks[7] = masks[6]; break;
            case "descending": (masks[3], masks[4]) = (masks[4], masks[3]); break;
            case "one too few": masks = masks[..39]; break;
            case "one too many": masks = [.. masks, new Gf128(0, ulong.MaxValue)]; break;
            case "another number": return MaskCodec.Write(layout, 0, masks) is var whole ? Renumber(whole, 1) : whole;
            case "a count too large":
                var part = MaskCodec.Write(layout, 0, masks);
                part.ToFill[0]++;
                return part;
            default:
                var half = Part.OfSize(0, 2 + (40 * 16) + 8);
                half.ToFill.Clear();
                half.ToFill[0] = 40;
                return half;
        }

        return MaskCodec.Write(layout, 0, masks);
    }

    private static Part Renumber(Part part, uint number)
    {
        var other = Part.OfSize(number, part.Content.Length);
        part.Content.CopyTo(other.ToFill);
        return other;
    }

    private static VoleRun Run() => VolePsi.RunOf(Options, 40, 30, 0, new DealerOle(), RandomSource.System);

    private static Task<int[]?> SendAsync(IChannel channel, IVectorOle ole) =>
        VolePsi.SendDigestsAsync(channel, SetPair.Digests(Options.Context, Sets.Sender), RandomSource.Seeded(1), Options, ole, default);

    private static Task<int[]> ReceiveAsync(IChannel channel, IVectorOle ole) =>
        VolePsi.ReceiveDigestsAsync(channel, SetPair.Digests(Options.Context, Sets.Receiver), RandomSource.Seeded(2), Options, ole, default);

    /// <summary>Runs our sender against a receiver that plays its own game, and returns what ours made of it.</summary>
    private static async Task<PeerFaultException> SenderFault(Func<IChannel, Task> receiver)
    {
        var ole = new DealerOle();
        var failures = await TwoParty.FailAsync(channel => SendAsync(channel, ole), receiver);
        return Assert.IsType<PeerFaultException>(failures.Sender);
    }

    private static async Task<PeerFaultException> ReceiverFault(Func<IChannel, Task> sender)
    {
        var ole = new DealerOle();
        await ole.SendAsync(null!, StoreSize, RandomSource.System, Run().OleOptions, default);
        var failures = await TwoParty.FailAsync(sender, channel => ReceiveAsync(channel, ole));
        return Assert.IsType<PeerFaultException>(failures.Receiver);
    }

    private static async Task AnnounceAsync(IChannel channel, ulong count)
    {
        await channel.SendAsync(new VoleAnnouncement(Options.Context, count, Options.Security, Options.BothLearn, 0));
        await channel.ReceiveAsync<VoleAnnouncement>(Step);
    }
}
