using Collab.Evm.Rpc;
using Collab.Primitives;

namespace Collab.Evm.Following;

/// <summary>Follows what one contract says, block by block from the first, through replaced blocks, up to what is final.</summary>
/// <remarks>
/// The own node leads; other nodes must show the same block and the same logs before these count as final. Not safe for concurrent calls of
/// <see cref="AdvanceAsync"/>. Steps: protocols/specs/ledger-evm.md, section Following.
/// </remarks>
public sealed class ChainFollower(EvmNode node, IReadOnlyList<EvmNode> others, int mustAgree, EvmAddress contract, ulong firstBlock, FinalityRule rule, TimeProvider clock)
{
    private const ulong MostBlocksAtOnce = 1024;

    private readonly List<Tracked> _blocks = [];            // from the final one, or the first, to the newest
    private readonly List<ChainEvent> _unread = [];         // of an advance that failed midway
    private bool _isFinalKnown;
    private CollabException? _broken;
    private DateTimeOffset? _seen;
    private Digest? _head;

    private sealed record Tracked(BlockHeader Block, IReadOnlyList<EvmLog> Logs);

    /// <summary>The own node.</summary>
    public EvmNode Node => node;

    /// <summary>The contract.</summary>
    public EvmAddress Contract => contract;

    /// <summary>The newest block that was read, or null before the first.</summary>
    public BlockHeader? Newest => _blocks.Count > 0 ? _blocks[^1].Block : null;

    /// <summary>The newest final block, or null before the first.</summary>
    public BlockHeader? Final => _isFinalKnown ? _blocks[0].Block : null;

    /// <summary>How long ago the chain was last seen to be alive, or null if never.</summary>
    public TimeSpan? Age => clock.GetUtcNow() - _seen;

    /// <summary>Throws unless the chain was seen alive lately.</summary>
    /// <exception cref="CollabException"><see cref="EvmErrors.ViewStale"/>, or why the follower stopped for good.</exception>
    public void DemandFresh()
    {
        if (_broken is not null) throw _broken;
        if (Age is not { } age || age > rule.LongestSilence || Final is null) throw new CollabException(EvmErrors.ViewStale, "Nothing new was seen of the chain for too long.");
    }

    /// <summary>Reads on to the newest block.</summary>
    /// <returns>What happened since the last call that returned, in order.</returns>
    /// <exception cref="CollabException">
    /// The node failed or lies; what was read until then is returned by the next call. <see cref="EvmErrors.FinalityBroken"/> stays for good.
    /// </exception>
    public async Task<IReadOnlyList<ChainEvent>> AdvanceAsync(CancellationToken cancellation)
    {
        if (_broken is not null) throw _broken;
        await node.DemandChainAsync(cancellation);                                       // 1
        var head = await node.LatestAsync(cancellation);
        if (await IsBehindAsync(head, cancellation)) return Take();                      // 2
        await RollBackAsync(cancellation);                                               // 3
        var complete = await ReadOnAsync(head, cancellation);                            // 4
        var settled = await SettleAsync(head, cancellation);                             // 5
        if (complete && settled && (head.Hash != _head || !rule.MakesEmptyBlocks)) _seen = clock.GetUtcNow(); // 6
        if (complete) _head = head.Hash;
        return Take();
    }

    /// <summary>Whether a receipt's block is final and still on the chain.</summary>
    public async Task<bool> IsFinalAsync(TransactionReceipt receipt, CancellationToken cancellation) =>
        Final is { } final && receipt.BlockNumber <= final.Number
        && (receipt.BlockNumber == final.Number ? final : await node.BlockAsync(receipt.BlockNumber, cancellation))?.Hash == receipt.Block;

    // Whether the node shows less than what is final already: it is catching up, and says nothing yet.
    private async Task<bool> IsBehindAsync(BlockHeader head, CancellationToken cancellation)
    {
        if (Final is not { } final) return _blocks.Count == 0 && head.Number < firstBlock;
        if (head.Number < final.Number || await node.BlockAsync(final.Number, cancellation) is not { } now) return true;
        if (now.Hash == final.Hash) return false;
        throw _broken = new CollabException(EvmErrors.FinalityBroken, "A block that was final has been replaced.");
    }

    private async Task RollBackAsync(CancellationToken cancellation)
    {
        while (_blocks.Count > (_isFinalKnown ? 1 : 0))
        {
            var (block, logs) = _blocks[^1];
            if ((await node.BlockAsync(block.Number, cancellation))?.Hash == block.Hash) return;
            _blocks.RemoveAt(_blocks.Count - 1);
            _unread.AddRange(logs.Reverse().Select(log => new ChainEvent(ChainChange.RolledBack, log)));
        }
    }

    /// <returns>Whether the newest block was reached.</returns>
    private async Task<bool> ReadOnAsync(BlockHeader head, CancellationToken cancellation)
    {
        var next = _blocks.Count > 0 ? Newest!.Number + 1 : firstBlock;
        for (var last = Math.Min(head.Number, next + MostBlocksAtOnce - 1); next <= last; next++)
        {
            var block = next == head.Number ? head : await node.BlockAsync(next, cancellation);
            if (block is null || (_blocks.Count > 0 && block.Parent != Newest!.Hash)) return false; // replaced while reading: the next call rolls back
            var logs = await node.LogsAsync(block, contract, cancellation);
            _blocks.Add(new(block, logs));
            _unread.AddRange(logs.Select(log => new ChainEvent(ChainChange.Added, log)));
        }

        return Newest?.Hash == head.Hash;
    }

    /// <returns>Whether enough other nodes were there to agree.</returns>
    private async Task<bool> SettleAsync(BlockHeader head, CancellationToken cancellation)
    {
        if (_blocks.Count == 0) return false;
        var target = await TargetAsync(head, cancellation);
        var heads = await HeadsAsync(cancellation);
        if (heads.Count < mustAgree) return false;
        if (mustAgree > 0) target = Math.Min(target, (long)heads.Select(h => h.Number).OrderDescending().ElementAt(mustAgree - 1));
        for (var at = _isFinalKnown ? 1 : 0; at < _blocks.Count && (long)_blocks[at].Block.Number <= target;)
        {
            await CompareAsync(_blocks[at], heads, cancellation);
            _unread.AddRange(_blocks[at].Logs.Select(log => new ChainEvent(ChainChange.Final, log)));
            if (_isFinalKnown) _blocks.RemoveAt(0);
            (_isFinalKnown, at) = (true, 1);
        }

        return true;
    }

    private async Task<long> TargetAsync(BlockHeader head, CancellationToken cancellation)
    {
        if (rule.Confirmations > 0) return (long)head.Number - rule.Confirmations + 1;
        if (await node.FinalizedAsync(cancellation) is not { } tagged) return -1;
        if (_blocks.Find(tracked => tracked.Block.Number == tagged.Number) is { } own && own.Block.Hash != tagged.Hash)
            throw new CollabException(EvmErrors.EndpointsDisagree, "The node calls a block final that is not on the chain it shows.");
        return (long)tagged.Number;
    }

    private async Task<List<(ulong Number, EvmNode Node)>> HeadsAsync(CancellationToken cancellation)
    {
        var heads = new List<(ulong, EvmNode)>();
        foreach (var other in others)
        {
            try
            {
                await other.DemandChainAsync(cancellation);
                heads.Add(((await other.LatestAsync(cancellation)).Number, other));
            }
            catch (CollabException fault) when (fault.Code == EvmErrors.Unreachable)
            {
                // It is not there to agree; whether that is too few is decided by the caller.
            }
        }

        return heads;
    }

    private async Task CompareAsync(Tracked own, List<(ulong Number, EvmNode Node)> heads, CancellationToken cancellation)
    {
        foreach (var (number, other) in heads)
        {
            if (number < own.Block.Number || await other.BlockAsync(own.Block.Number, cancellation) is not { } block) continue;
            var same = block.Hash == own.Block.Hash && Enumerable.SequenceEqual(own.Logs, await other.LogsAsync(own.Block, contract, cancellation), new SameLog());
            if (!same) throw new CollabException(EvmErrors.EndpointsDisagree, "Two nodes of the chain show different blocks, or different logs of one block.");
        }
    }

    private List<ChainEvent> Take()
    {
        List<ChainEvent> events = [.. _unread];
        _unread.Clear();
        return events;
    }

    private sealed class SameLog : IEqualityComparer<EvmLog>
    {
        public bool Equals(EvmLog? x, EvmLog? y) => x is not null && y is not null && x.IsSame(y);

        public int GetHashCode(EvmLog log) => log.Index.GetHashCode();
    }
}
