using System.Text.Json.Nodes;
using Collab.Evm.Following;
using Collab.Evm.Keys;
using Collab.Evm.Rpc;
using Collab.Evm.Sending;
using Collab.Evm.Tests.Chain;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Evm.Tests.Sending;

/// <summary>A party in the storm: two accounts with an outbox each over one view of the chain, reached through a proxy that loses, cuts and stops.</summary>
internal sealed class StormSender : IAsyncDisposable
{
    /// <summary>Where its process ends: at which question to the node, whether that arrived, and whether the last record of the outbox is then cut short.</summary>
    public static readonly (string Name, string Method, bool Arrives, bool IsTorn)[] Stops =
    [
        ("priced, not signed", "eth_estimateGas", true, false),
        ("in the middle of writing what was signed", "eth_sendRawTransaction", false, true),
        ("signed, not sent", "eth_sendRawTransaction", false, false),
        ("sent, not told", "eth_sendRawTransaction", true, false),
        ("receipt read, not settled", "eth_getTransactionReceipt", true, false),
        ("asked whether the node knows it", "eth_getTransactionByHash", true, false),
        ("nonces asked", "eth_getTransactionCount", true, false),
    ];

    private static readonly FeeRule Fees = FeeRule.Standard with { LeastTip = 1_000_000_000 };

    private readonly Liar _proxy;
    private readonly EvmNode _node;
    private readonly EvmKey[] _keys;
    private readonly string[] _files;
    private readonly Outbox[] _boxes;
    private readonly int[] _queued = [0, 0];
    private readonly HashSet<string> _arrived = [];
    private readonly RandomSource _random;
    private readonly StormCount _count;
    private readonly int _number;
    private (string Name, string Method, bool Arrives, bool IsTorn)? _stop;
    private bool _isStopped;
    private byte[]? _unsent;

    private StormSender(int number, Liar proxy, EvmKey[] keys, string folder, EvmAddress contract, FinalityRule rule, StormCount count)
    {
        (_number, _proxy, _keys, _count) = (number, proxy, keys, count);
        _random = RandomSource.Seeded(100 + number);
        _node = Nodes.At(proxy.Address);
        Contract = contract;
        Follower = new ChainFollower(_node, [], 0, contract, 0, rule, Clock);
        _files = [.. keys.Select((_, i) => Path.Combine(folder, $"outbox-{number}-{i}"))];
        _boxes = [.. keys.Select((key, i) => Open(i))];
    }

    public EvmAddress Contract { get; }

    public ManualTime Clock { get; } = new();

    public ChainFollower Follower { get; }

    public IReadOnlyList<EvmKey> Keys => _keys;

    public IReadOnlyList<Outbox> Boxes => _boxes;

    /// <summary>Called before a question reaches the node: what happens to the chain meanwhile.</summary>
    public Func<Task>? Meanwhile { get; set; }

    /// <summary>Whether the proxy does harm.</summary>
    public bool IsStormy { get; set; } = true;

    /// <summary>Each name that a final block logged, with how often.</summary>
    public Dictionary<Digest, int> Final { get; } = [];

    public static async Task<StormSender> StartAsync(int number, Uri node, EvmKey[] keys, string folder, EvmAddress contract, FinalityRule rule, StormCount count)
    {
        var sender = new StormSender(number, await Liar.BeforeAsync(node), keys, folder, contract, rule, count);
        sender.Arm();
        return sender;
    }

    /// <summary>The name of a call of this party.</summary>
    public Digest Name(int account, int call) => Digest.Of("test.storm", new CanonicalWriter().UInt32((uint)_number).UInt32((uint)account).UInt32((uint)call).ToArray());

    public bool Chance(int oneIn) => BitConverter.ToUInt32(_random.Bytes(4)) % (uint)oneIn == 0;

    /// <summary>Queues some more of its calls, reads on, and makes one pass over each outbox; whatever fails is tried again in the next round.</summary>
    /// <param name="most">How many calls each account has in the end.</param>
    public async Task RoundAsync(int most)
    {
        for (var account = 0; account < _boxes.Length; account++)
        {
            for (var more = 10 + (_random.Bytes(1)[0] % 60); more > 0 && _queued[account] < most; more--)
            {
                var name = Name(account, _queued[account]++);
                _boxes[account].Queue(name, Contract, name.ToArray());
            }

            if (IsStormy && Chance(40)) Restart(account, "queued");
        }

        await AttemptAsync(-1, async () =>
        {
            foreach (var (change, log) in await Follower.AdvanceAsync(default))
                if (change == ChainChange.Final) Final[log.Topics[0]] = Final.GetValueOrDefault(log.Topics[0]) + 1;
        });
        for (var account = 0; account < _boxes.Length; account++)
        {
            var box = _boxes[account];
            if (IsStormy && Chance(4)) _stop = Stops[_random.Bytes(1)[0] % Stops.Length];
            await AttemptAsync(account, () => box.PumpAsync(Follower, default));
            _stop = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var box in _boxes) box.Dispose();
        _node.Dispose();
        await _proxy.DisposeAsync();
        foreach (var key in _keys) key.Dispose();
    }

    private Outbox Open(int account) => Outbox.At(_files[account], _keys[account], Anvil.ChainId, Fees, Clock);

    private void Arm()
    {
        _proxy.Meet = async request =>
        {
            if (Meanwhile is { } meanwhile) await meanwhile();
            var method = (string)request["method"]!;
            var isStop = _stop is { } stop && stop.Method == method && !stop.Arrives && Chance(5);
            var raw = method == "eth_sendRawTransaction" ? (string)request["params"]![0]! : null;
            if (isStop)
            {
                _unsent = raw is not null && !_arrived.Contains(raw) ? HexText.Bytes(raw, "bytes") : null;
                return _isStopped = true;
            }

            if (IsStormy && Chance(2500)) return _count.Add("connection cut before the node heard");
            if (raw is not null) _arrived.Add(raw);
            return false;
        };
        _proxy.LoseAnswer = method =>
        {
            if (_stop is { } stop && stop.Method == method && stop.Arrives && Chance(20)) return _isStopped = true;
            return IsStormy && Chance(method == "eth_sendRawTransaction" ? 150 : 3000) && _count.Add("answer lost");
        };
        _proxy.CutAnswer = method => IsStormy && Chance(method == "eth_sendRawTransaction" ? 200 : 4000) && _count.Add("connection cut in the answer");
        _proxy.Instead = _ => IsStormy && Chance(4000) && _count.Add("node away for one question") ? (503, []) : null;
    }

    private async Task AttemptAsync(int account, Func<Task> attempt)
    {
        try
        {
            await attempt();
        }
        catch (CollabException fault) when (fault.Code == EvmErrors.Unreachable || fault.Code == EvmErrors.Rejected || fault.Code == EvmErrors.ReplyInvalid)
        {
            _count.Add("pass ended by " + fault.Code);
        }

        if (!_isStopped) return;
        _isStopped = false;
        if (account >= 0) Restart(account, _stop!.Value.Name, _stop.Value.IsTorn ? _unsent : null);
    }

    // The process ends here and another begins: nothing but the file is left of the outbox.
    private void Restart(int account, string point, byte[]? unsent = null)
    {
        _boxes[account].Dispose();
        if (unsent is not null) point = Tear(_files[account], unsent) ? point : "signed, not sent";
        _count.Add("stopped: " + point);
        _boxes[account] = Open(account);
    }

    // Only a record that nothing rested on yet: the last one, of bytes that no node has seen.
    private bool Tear(string file, byte[] unsent)
    {
        using var stream = File.Open(file, FileMode.Open, FileAccess.ReadWrite);
        var end = new byte[unsent.Length + (2 * Digest.Size)];
        stream.Seek(-end.Length, SeekOrigin.End);
        stream.ReadExactly(end);
        if (!end.AsSpan(0, unsent.Length).SequenceEqual(unsent)) return false;
        stream.SetLength(stream.Length - 1 - (_random.Bytes(1)[0] % 100));
        return true;
    }
}
