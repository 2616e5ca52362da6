using System.Globalization;
using Collab.Evm.Following;
using Collab.Evm.Keys;
using Collab.Evm.Rpc;
using Collab.Evm.Tests.Chain;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Evm.Tests.Sending;

/// <summary>Many calls of several accounts through every fault we know of: none is lost, none is done twice.</summary>
public sealed class StormTests : IDisposable
{
    private static readonly int Calls = int.Parse(Environment.GetEnvironmentVariable("COLLAB_CHAIN_CALLS") ?? "600", CultureInfo.InvariantCulture);
    private static readonly string[] NodeArguments = ["--prune-history", "64", "--gas-limit", "200000000"];
    private const int Deepest = 6;

    // In memory where there is such a folder: the storm stops processes, not the machine, and synchronising takes most of the time otherwise.
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), "collab-storm-" + Guid.NewGuid().ToString("N"))).FullName;
    private readonly StormCount _count = new();
    private readonly RandomSource _random = RandomSource.Seeded(7);
    private readonly List<Digest> _foreign = [];
    private ulong _firstReplaceable;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>600 calls in the test run; as many as COLLAB_CHAIN_CALLS says otherwise.</summary>
    [Fact]
    public async Task None_is_lost_and_none_is_done_twice()
    {
        var each = Calls / 4;
        var state = Path.Combine(_folder, "node.json");
        await using var anvil = await Anvil.StartAsync(["--state", state, .. NodeArguments]);
        using var deployer = await anvil.FundedKeyAsync(1);
        var contract = await anvil.DeployAsync(deployer);
        var keys = new List<EvmKey>();
        for (var seed = 2; seed < 6; seed++) keys.Add(await anvil.FundedKeyAsync(seed));
        await anvil.MineAsync(Deepest + 1);                                              // the contract and the money stay
        _firstReplaceable = await HeadAsync(anvil);
        await using var first = await StormSender.StartAsync(1, anvil.Address, [keys[0], keys[1]], _folder, contract, FinalityRule.Probable with { Confirmations = Deepest + 1 }, _count);
        await using var second = await StormSender.StartAsync(2, anvil.Address, [keys[2], keys[3]], _folder, contract, FinalityRule.Probable with { Confirmations = Deepest + 1 }, _count);
        StormSender[] senders = [first, second];
        foreach (var sender in senders) sender.Meanwhile = async () => _ = Chance(6000) && await ReorganiseAsync(anvil);

        var rounds = 0;
        var untilRestart = 15;
        for (; senders.Any(sender => sender.Boxes.Any(box => box.Open.Count > 0)) || rounds == 0; rounds++)
        {
            Assert.True(rounds < 400 + Calls, $"It comes to an end.\n{_count}");
            foreach (var sender in senders) await sender.RoundAsync(each);
            await HarmAsync(anvil, senders);
            if (--untilRestart == 0)
            {
                await anvil.RestartAsync(state, NodeArguments);
                _firstReplaceable = await HeadAsync(anvil) + 1;                          // it keeps the newest state only
                _count.Add("node ended and started again");
                untilRestart = 30 + Calls / 2000;
            }
        }

        foreach (var sender in senders) (sender.IsStormy, sender.Meanwhile) = (false, null);
        await anvil.MineAsync(Deepest + 1);
        foreach (var sender in senders) await sender.RoundAsync(each);
        _count.Add("rounds", rounds);

        // What stands on the chain, read from its blocks.
        var found = await ChainCensus.TakeAsync(anvil, contract);
        var names = senders.SelectMany(sender => Enumerable.Range(0, 2).SelectMany(account => Enumerable.Range(0, each).Select(call => sender.Name(account, call)))).ToList();
        _count.Add("calls that are on the chain once", names.Count(name => found.GetValueOrDefault(name) == 1));
        TestContext.Current.SendDiagnosticMessage(_count.ToString());
        if (Environment.GetEnvironmentVariable("COLLAB_CHAIN_REPORT") is { } report) await File.WriteAllTextAsync(report, _count + "\n");
        Assert.Equal(4 * each, names.Distinct().Count());
        Assert.All(names, name => Assert.Equal(1, found.GetValueOrDefault(name)));
        Assert.Equal(names.Count + _foreign.Count(found.ContainsKey), found.Count);      // and nothing else
        Assert.All(_foreign, word => Assert.True(found.GetValueOrDefault(word) <= 1));

        // The parties know it.
        foreach (var sender in senders)
        {
            Assert.Equal(found.OrderBy(pair => pair.Key), sender.Final.OrderBy(pair => pair.Key));
            for (var account = 0; account < 2; account++)
                Assert.All(Enumerable.Range(0, each), call => Assert.Equal(Collab.Evm.Sending.OutboxOutcome.Done, sender.Boxes[account].Find(sender.Name(account, call))!.Outcome));
        }

        // And every kind of harm was done, where there was time for it.
        if (Calls < 10_000) return;
        string[] harm = ["answer lost", "connection cut before the node heard", "connection cut in the answer", "node away for one question", "node ended and started again",
            "blocks replaced", "dropped from the pool", "all that wait sent again for more", "nonce taken by a foreign transaction", "stopped: queued", .. StormSender.Stops.Select(stop => "stopped: " + stop.Name)];
        Assert.All(harm, what => Assert.True(_count[what] > 0, what));
    }

    private async Task HarmAsync(Anvil anvil, StormSender[] senders)
    {
        var victim = senders[_random.Bytes(1)[0] % senders.Length];
        var account = _random.Bytes(1)[0] % 2;
        if (Chance(3))
        {
            foreach (var entry in victim.Boxes[account].Open.Where(entry => entry.Nonce is not null).Reverse().Where(_ => Chance(8)).Take(3))
                if ((await anvil.AskAsync("anvil_dropTransaction", HexText.Of(entry.Hashes[^1]))).ValueKind == System.Text.Json.JsonValueKind.String) _count.Add("dropped from the pool");
        }

        if (Chance(8))
        {
            victim.Clock.Advance(TimeSpan.FromMinutes(1));                               // the next pass offers more for all that are in no block
            _count.Add("all that wait sent again for more");
            if (Chance(2)) return;                                                       // before any block comes
        }

        if (Chance(6)) await TakeNonceAsync(anvil, victim, account);
        if (Chance(6)) await ReorganiseAsync(anvil);
        if (!Chance(5)) await anvil.MineAsync(1 + (_random.Bytes(1)[0] % 5));
    }

    // The same key in somebody else's hands: a transaction that the outbox knows nothing of, under a nonce that it gave to a call.
    private async Task TakeNonceAsync(Anvil anvil, StormSender victim, int account)
    {
        var key = victim.Keys[account];
        var nonce = await anvil.Node.LatestNonceAsync(key.Address, default);
        if (!victim.Boxes[account].Open.Any(entry => entry.Nonce == nonce)) return;
        var word = Digest.Of("test.storm.foreign", new CanonicalWriter().UInt32((uint)_foreign.Count).ToArray());
        var foreign = Anvil.Transaction(nonce, victim.Contract, word.ToArray()) with { Tip = 200_000_000_000, GasPrice = 400_000_000_000 };
        try
        {
            await anvil.Node.SendAsync(foreign.Sign(key), default);
        }
        catch (RpcRejectedException)                                                     // one of these waits under that nonce already
        {
            return;
        }

        _foreign.Add(word);
        _count.Add("nonce taken by a foreign transaction");
    }

    private async Task<bool> ReorganiseAsync(Anvil anvil)
    {
        var depth = 1 + (_random.Bytes(1)[0] % Deepest);
        if (await HeadAsync(anvil) < _firstReplaceable + (ulong)depth + 1) return false;
        await anvil.ReorganiseAsync(depth);
        return _count.Add("blocks replaced", depth);
    }

    private static async Task<ulong> HeadAsync(Anvil anvil) => HexText.UInt64((await anvil.AskAsync("eth_blockNumber")).GetString(), "a number");

    private bool Chance(int oneIn) => BitConverter.ToUInt32(_random.Bytes(4)) % (uint)oneIn == 0;
}
