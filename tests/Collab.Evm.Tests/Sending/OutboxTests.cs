using Collab.Evm.Following;
using Collab.Evm.Keys;
using Collab.Evm.Rpc;
using Collab.Evm.Sending;
using Collab.Evm.Tests.Chain;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Evm.Tests.Sending;

public sealed class OutboxTests : IDisposable
{
    private static readonly FeeRule Fees = FeeRule.Standard with { LeastTip = 1_000_000_000 };

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-outbox").FullName;
    private readonly ManualTime _clock = new();

    private string File => Path.Combine(_folder, "outbox");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Calls_are_done_in_order_and_once_and_a_refused_one_is_never_sent()
    {
        await using var anvil = await Anvil.StartAsync();
        using var key = await anvil.FundedKeyAsync(1);
        var contract = await anvil.DeployAsync(key);
        var follower = Follower(anvil.Node, contract, FinalityRule.Immediate);
        using var outbox = Open(key);
        var entries = Enumerable.Range(1, 5).Select(i => outbox.Queue(Id(i), contract, Anvil.Word(i))).ToList();
        var refused = outbox.Queue(Id(6), contract, Anvil.Word(0));
        Assert.Same(entries[0], outbox.Queue(Id(1), contract, Anvil.Word(1)));
        Assert.Throws<ArgumentException>(() => outbox.Queue(Id(1), contract, Anvil.Word(2)));
        var heard = await DrainAsync(anvil, follower, outbox);
        Assert.Equal([1, 2, 3, 4, 5], heard.FinalWords);
        Assert.All(entries, entry => Assert.Equal(OutboxOutcome.Done, entry.Outcome));
        Assert.Equal((OutboxOutcome.Refused, null, 32), (refused.Outcome, refused.Nonce, refused.Returned.Length));
        Assert.Equal(6UL, await anvil.Node.LatestNonceAsync(key.Address, default));
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6)]
    public async Task What_a_replaced_block_held_is_sent_again_under_its_nonce(int depth)
    {
        await using var anvil = await Anvil.StartAsync();
        using var key = await anvil.FundedKeyAsync(1);
        var contract = await anvil.DeployAsync(key);
        var follower = Follower(anvil.Node, contract, FinalityRule.Probable with { Confirmations = 8 });
        await anvil.MineAsync(10);
        using var outbox = Open(key);
        var heard = new Heard();
        for (var i = 1; i <= 6; i++)
        {
            outbox.Queue(Id(i), contract, Anvil.Word(i));
            heard.Take(await follower.AdvanceAsync(default));
            await outbox.PumpAsync(follower, default);
            await anvil.MineAsync();
        }

        await anvil.ReorganiseAsync(depth);
        await DrainAsync(anvil, follower, outbox, heard);
        Assert.Equal([1, 2, 3, 4, 5, 6], heard.FinalWords);
        Assert.Equal(7UL, await anvil.Node.LatestNonceAsync(key.Address, default));
    }

    [Fact]
    public async Task A_transaction_that_is_stuck_is_replaced_under_its_nonce_for_more()
    {
        await using var anvil = await Anvil.StartAsync();
        using var key = await anvil.FundedKeyAsync(1);
        var contract = await anvil.DeployAsync(key);
        var follower = Follower(anvil.Node, contract, FinalityRule.Immediate);
        using var outbox = Open(key);
        var entry = outbox.Queue(Id(1), contract, Anvil.Word(1));
        await PumpAsync(follower, outbox);
        await PumpAsync(follower, outbox);
        Assert.Single(entry.Hashes);                                                     // it waits
        for (var i = 1; i <= 3; i++)
        {
            _clock.Advance(Fees.ReplaceAfter);
            await PumpAsync(follower, outbox);
            Assert.Equal(i + 1, entry.Hashes.Count);
        }

        var heard = await DrainAsync(anvil, follower, outbox);
        Assert.Equal([1], heard.FinalWords);
        Assert.Contains(entry.Transaction!.Value, entry.Hashes);
        Assert.Equal(2UL, await anvil.Node.LatestNonceAsync(key.Address, default));
    }

    [Fact]
    public async Task More_than_the_limit_is_not_paid_and_the_call_stays()
    {
        await using var anvil = await Anvil.StartAsync();
        using var key = await anvil.FundedKeyAsync(1);
        var contract = await anvil.DeployAsync(key);
        var follower = Follower(anvil.Node, contract, FinalityRule.Immediate);
        using var outbox = Outbox.At(File, key, Anvil.ChainId, Fees with { MostPerGas = 1_500_000_000 }, _clock);
        await anvil.AskAsync("anvil_setNextBlockBaseFeePerGas", "0x77359400");            // 2 gwei
        await anvil.MineAsync();
        outbox.Queue(Id(1), contract, Anvil.Word(1));
        Assert.Equal(EvmErrors.FeeTooHigh, (await Assert.ThrowsAsync<CollabException>(() => PumpAsync(follower, outbox))).Code);
        Assert.Equal("chain.fee-too-high", outbox.Trouble?.Code);
        await anvil.AskAsync("anvil_setNextBlockBaseFeePerGas", "0x1");
        await anvil.MineAsync();
        Assert.Equal([1], (await DrainAsync(anvil, follower, outbox)).FinalWords);
        Assert.Null(outbox.Trouble);
    }

    [Fact]
    public async Task With_lost_answers_a_node_that_goes_and_a_process_that_dies_nothing_is_lost_or_doubled()
    {
        const int count = 60;
        await using var anvil = await Anvil.StartAsync();
        await using var liar = await Liar.BeforeAsync(anvil.Address);
        using var key = await anvil.FundedKeyAsync(1);
        var contract = await anvil.DeployAsync(key);
        await anvil.MineAsync(5);                                                        // the contract itself stays
        using var node = Nodes.At(liar.Address);
        var random = RandomSource.Seeded(5);
        bool Chance(int oneIn) => random.Bytes(1)[0] % oneIn == 0;
        liar.LoseAnswer = method => Chance(method == "eth_sendRawTransaction" ? 3 : 40);  // it arrived, and nobody was told
        liar.Instead = _ => Chance(40) ? (503, []) : null;
        var (heard, queued) = (new Heard(), 0);
        var follower = Follower(node, contract, FinalityRule.Probable with { Confirmations = 5 });
        var outbox = Open(key);
        try
        {
            for (var pass = 0; queued < count || outbox.Open.Count > 0; pass++)
            {
                Assert.True(pass < 2000, "It comes to an end.");
                for (var i = Chance(2) ? 2 : 1; i > 0 && queued < count; i--) outbox.Queue(Id(++queued), contract, Anvil.Word(queued));
                try
                {
                    heard.Take(await follower.AdvanceAsync(default));
                    await outbox.PumpAsync(follower, default);
                }
                catch (CollabException fault) when (fault.Code == EvmErrors.Unreachable)
                {
                }

                if (Chance(9)) await anvil.ReorganiseAsync(1 + (random.Bytes(1)[0] % 4));
                if (Chance(2)) await anvil.MineAsync();
                if (Chance(4)) _clock.Advance(Fees.ReplaceAfter);
                if (!Chance(10)) continue;
                outbox.Dispose();                                                        // killed, and started again
                outbox = Open(key);
            }

            Assert.All(Enumerable.Range(1, count), i => Assert.Equal(OutboxOutcome.Done, outbox.Find(Id(i))!.Outcome));
            (liar.LoseAnswer, liar.Instead) = (null, null);
            heard.Take(await follower.AdvanceAsync(default));
            Assert.Equal(Enumerable.Range(1, count), heard.FinalWords.Order());
            Assert.Equal(count + 1UL, await anvil.Node.LatestNonceAsync(key.Address, default));
        }
        finally
        {
            outbox.Dispose();
        }
    }

    [Fact]
    public async Task A_nonce_that_somebody_else_used_is_given_up_once_that_is_final()
    {
        await using var anvil = await Anvil.StartAsync();
        await using var liar = await Liar.BeforeAsync(anvil.Address);
        using var key = await anvil.FundedKeyAsync(1);
        var contract = await anvil.DeployAsync(key);
        using var node = Nodes.At(liar.Address);
        var heard = new Heard();
        var follower = Follower(node, contract, FinalityRule.Probable with { Confirmations = 3 });
        await anvil.MineAsync(3);
        using var outbox = Open(key);
        var entry = outbox.Queue(Id(1), contract, Anvil.Word(1));
        liar.Instead = method => method == "eth_sendRawTransaction" ? (503, []) : null;  // signed, not sent
        await Assert.ThrowsAsync<CollabException>(() => PumpAsync(follower, outbox, heard));
        Assert.Equal(1UL, entry.Nonce);
        await anvil.Node.SendAsync(Anvil.Transaction(1, contract, Anvil.Word(9)).Sign(key), default); // the same key, elsewhere
        await anvil.MineAsync();
        liar.Instead = null;
        await Assert.ThrowsAsync<RpcRejectedException>(() => PumpAsync(follower, outbox, heard)); // nonce too low; not final yet, so it is kept
        Assert.Equal(1UL, entry.Nonce);
        await anvil.MineAsync(3);
        await DrainAsync(anvil, follower, outbox, heard);
        Assert.Equal([9, 1], heard.FinalWords);
        Assert.Equal(2UL, entry.Nonce);
    }

    [Fact]
    public async Task What_is_on_disk_is_found_again_and_damage_is_seen()
    {
        await using var anvil = await Anvil.StartAsync();
        using var key = await anvil.FundedKeyAsync(1);
        using var other = await anvil.FundedKeyAsync(2);
        var contract = await anvil.DeployAsync(key);
        var follower = Follower(anvil.Node, contract, FinalityRule.Immediate);
        using (var outbox = Open(key))
        {
            outbox.Queue(Id(1), contract, Anvil.Word(1));
            await PumpAsync(follower, outbox);
            outbox.Queue(Id(2), contract, Anvil.Word(2));
            Assert.Equal(EvmErrors.OutboxInUse, Assert.Throws<CollabException>(() => Open(key)).Code);
        }

        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        using (var outbox = Open(key))
        {
            Assert.Equal((1UL, 1), (outbox.Find(Id(1))!.Nonce, outbox.Find(Id(1))!.Hashes.Count));
            Assert.Null(outbox.Find(Id(2))!.Nonce);
        }

        Assert.Equal(EvmErrors.OutboxDamaged, Assert.Throws<CollabException>(() => Open(other)).Code);
        Assert.Equal(EvmErrors.OutboxDamaged, Assert.Throws<CollabException>(() => Outbox.At(File, key, 5, Fees, _clock)).Code);
        for (var at = 0; at < bytes.Length; at++)                                        // every byte
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 1;
            await System.IO.File.WriteAllBytesAsync(File, damaged);
            Assert.Equal(EvmErrors.OutboxDamaged, Assert.Throws<CollabException>(() => Open(key)).Code);
        }

        for (var length = bytes.Length - 1; length >= 0; length -= 7)                    // a write cut short
        {
            await System.IO.File.WriteAllBytesAsync(File, bytes[..length]);
            using var outbox = Open(key);
            Assert.True(outbox.Open.Count <= 2);
            Assert.Null(outbox.Find(Id(2)));
        }
    }

    private static Digest Id(int i) => new(Anvil.Word(i));

    private Outbox Open(EvmKey key) => Outbox.At(File, key, Anvil.ChainId, Fees, _clock);

    private ChainFollower Follower(EvmNode node, EvmAddress contract, FinalityRule rule) => new(node, [], 0, contract, 0, rule, _clock);

    private static async Task PumpAsync(ChainFollower follower, Outbox outbox, Heard? heard = null)
    {
        (heard ?? new Heard()).Take(await follower.AdvanceAsync(default));
        await outbox.PumpAsync(follower, default);
    }

    private static async Task<Heard> DrainAsync(Anvil anvil, ChainFollower follower, Outbox outbox, Heard? heard = null)
    {
        heard ??= new Heard();
        for (var pass = 0; outbox.Open.Count > 0; pass++)
        {
            Assert.True(pass < 100, "It comes to an end.");
            heard.Take(await follower.AdvanceAsync(default));
            await outbox.PumpAsync(follower, default);
            await anvil.MineAsync();
        }

        heard.Take(await follower.AdvanceAsync(default));
        return heard;
    }
}
