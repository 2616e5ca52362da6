using System.Numerics;
using Collab.Evm.Following;
using Collab.Evm.Keys;
using Collab.Evm.Rpc;
using Collab.Evm.Transactions;
using Collab.Primitives;

namespace Collab.Evm.Sending;

/// <summary>The calls of one account, each taken by the chain once: queued durably, signed durably, then sent until it is final.</summary>
/// <remarks>
/// A nonce is on disk with the signed bytes before a node sees them, and is used for nothing else unless a final block shows that somebody
/// else used it. After any failure the chain is asked for our own hashes first. Safe to use from many threads; one process per account.
/// Steps: protocols/specs/ledger-evm.md, section Sending.
/// </remarks>
public sealed class Outbox : IDisposable
{
    private readonly OutboxFile _file;
    private readonly EvmKey _key;
    private readonly ulong _chainId;
    private readonly FeeRule _fees;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _pumping = new(1);
    private readonly Lock _gate = new();
    private readonly List<OutboxEntry> _entries = [];
    private readonly Dictionary<Digest, OutboxEntry> _byId = [];
    private ulong _nextNonce;

    private Outbox(OutboxFile file, EvmKey key, ulong chainId, FeeRule fees, TimeProvider clock)
    {
        (_file, _key, _chainId, _fees, _clock) = (file, key, chainId, fees, clock);
        foreach (var record in file.Records) OutboxRecord.Apply(record, Add, id => _byId[id]);
        foreach (var entry in _entries) Hold(entry);
    }

    /// <summary>What is in the way of the oldest call that is not settled, as of the last pass; null while nothing is.</summary>
    public Fault? Trouble { get; private set; }

    /// <summary>The calls that are not settled.</summary>
    public IReadOnlyList<OutboxEntry> Open
    {
        get { lock (_gate) return [.. _entries.Where(entry => entry.Outcome is null)]; }
    }

    /// <summary>Opens the outbox of an account.</summary>
    /// <param name="path">Its file; made if it is not there.</param>
    /// <param name="key">The account's key; borrowed.</param>
    /// <param name="chainId">The chain.</param>
    /// <param name="fees">What is paid.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="CollabException">In use, damaged, of another account or chain, or the disk failed.</exception>
    public static Outbox At(string path, EvmKey key, ulong chainId, FeeRule fees, TimeProvider clock)
    {
        var file = OutboxFile.Open(path, OutboxRecord.Head(key.Address, chainId));
        try
        {
            return new Outbox(file, key, chainId, fees, clock);
        }
        catch (Exception fault) when (fault is MalformedException or KeyNotFoundException)
        {
            file.Dispose();
            throw new CollabException(EvmErrors.OutboxDamaged, "The outbox is not what was written.", inner: fault);
        }
    }

    /// <summary>Queues a call; on return it is on the disk. The same id twice is the same call.</summary>
    /// <exception cref="ArgumentException">The id stands for another call.</exception>
    public OutboxEntry Queue(Digest id, EvmAddress to, ReadOnlyMemory<byte> data)
    {
        lock (_gate)
        {
            if (_byId.TryGetValue(id, out var known))
                return known.To == to && known.Data.Span.SequenceEqual(data.Span) ? known : throw new ArgumentException("The id stands for another call.", nameof(id));
            _file.Append(OutboxRecord.Queued(id, to, data.Span));
            return Add(id, to, data);
        }
    }

    /// <summary>The call of that id, or null.</summary>
    public OutboxEntry? Find(Digest id)
    {
        lock (_gate) return _byId.GetValueOrDefault(id);
    }

    /// <summary>One pass over all calls that are not settled: looks up, sends, sends again, replaces, settles.</summary>
    /// <param name="chain">Says what is final; it was advanced shortly before.</param>
    /// <param name="cancellation">Ends the pass.</param>
    /// <returns>Whether anything was settled.</returns>
    public async Task<bool> PumpAsync(ChainFollower chain, CancellationToken cancellation)
    {
        await _pumping.WaitAsync(cancellation);
        try
        {
            var open = Open;
            var settled = false;
            if (open.Count > 0 && chain.Final is { } final)
            {
                var used = await FinallyUsedAsync(chain, final, cancellation);
                foreach (var entry in open)
                {
                    if (!await PumpAsync(entry, chain, used, cancellation)) break;
                    settled |= entry.Outcome is not null;
                }
            }

            Trouble = null;
            return settled;
        }
        catch (CollabException fault)
        {
            Trouble = fault.ToFault();
            throw;
        }
        finally
        {
            _pumping.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <returns>Whether later calls may go on.</returns>
    private async Task<bool> PumpAsync(OutboxEntry entry, ChainFollower chain, ulong used, CancellationToken cancellation)
    {
        var (node, head) = (chain.Node, chain.Newest!);
        if (entry.Versions.Count == 0) return await SignAsync(entry, node, head, cancellation); // 1, 2
        foreach (var version in entry.Versions)                                          // 3
        {
            if (await node.ReceiptAsync(version.Hash, cancellation) is not { } receipt) continue;
            if (await chain.IsFinalAsync(receipt, cancellation))
                Settle(entry, receipt.Succeeded ? OutboxOutcome.Done : OutboxOutcome.Reverted, receipt.Transaction, default);
            return true;
        }

        if (used > entry.Nonce)                                                          // 4
        {
            Free(entry);
            return await SignAsync(entry, node, head, cancellation);
        }

        if (entry.Sent is { } sent && _clock.GetUtcNow() - sent >= _fees.ReplaceAfter)    // 5
            await ReplaceAsync(entry, node, head, cancellation);
        else if (!await node.KnowsAsync(entry.Versions[^1].Hash, cancellation))          // 6
            await SendAsync(entry, node, cancellation);
        entry.Sent ??= _clock.GetUtcNow();
        return true;
    }

    // Asked before any receipt: a transaction of ours that comes into a block in between then has its receipt. Where the newest block is final, nodes need not keep older state.
    private Task<ulong> FinallyUsedAsync(ChainFollower chain, BlockHeader final, CancellationToken cancellation) => final == chain.Newest
        ? chain.Node.LatestNonceAsync(_key.Address, cancellation)
        : chain.Node.NonceAsync(_key.Address, final.Number, cancellation);

    private async Task<bool> SignAsync(OutboxEntry entry, EvmNode node, BlockHeader head, CancellationToken cancellation)
    {
        ulong gas;
        try
        {
            var estimate = await node.EstimateGasAsync(new EvmCall(_key.Address, entry.To, entry.Data), cancellation);
            gas = Math.Min(estimate, 1UL << 32) * 5 / 4;
        }
        catch (RpcRejectedException refusal) when (refusal.Code == EvmErrors.Reverted)
        {
            if (Open[0] != entry) return false;                                          // what is before it may change the answer
            Settle(entry, OutboxOutcome.Refused, null, refusal.Returned ?? default);
            return true;
        }

        var offer = await _fees.OfferAsync(node, head, null, cancellation);
        var nonce = Math.Max(_nextNonce, await node.LatestNonceAsync(_key.Address, cancellation));
        Sign(entry, nonce, offer, gas);
        await SendAsync(entry, node, cancellation);
        return true;
    }

    private async Task ReplaceAsync(OutboxEntry entry, EvmNode node, BlockHeader head, CancellationToken cancellation)
    {
        var last = entry.Versions[^1];
        Sign(entry, last.Nonce, await _fees.OfferAsync(node, head, (last.Tip, last.Price), cancellation), last.Gas);
        await SendAsync(entry, node, cancellation);
    }

    private void Sign(OutboxEntry entry, ulong nonce, (BigInteger Tip, BigInteger Price) offer, ulong gas)
    {
        var signed = new EvmTransaction(_fees.Kind, _chainId, nonce, offer.Tip, offer.Price, gas, entry.To, 0, entry.Data, []).Sign(_key);
        var version = new SentVersion(nonce, offer.Tip, offer.Price, gas, signed.Bytes.ToArray(), signed.Hash);
        lock (_gate)
        {
            _file.Append(OutboxRecord.Signed(entry.Id, version));
            entry.Versions.Add(version);
            entry.Sent = null;
            Hold(entry);
        }
    }

    // Whatever goes wrong, the bytes are on disk and the next pass asks for their hash.
    private async Task SendAsync(OutboxEntry entry, EvmNode node, CancellationToken cancellation)
    {
        var version = entry.Versions[^1];
        try
        {
            await node.SendAsync(version.Bytes, version.Hash, cancellation);
        }
        catch (RpcRejectedException) when (entry.Versions.Count > 0)
        {
            if (!await node.KnowsAsync(version.Hash, cancellation)) throw;
        }

        entry.Sent ??= _clock.GetUtcNow();
    }

    private void Settle(OutboxEntry entry, OutboxOutcome outcome, Digest? transaction, ReadOnlyMemory<byte> returned)
    {
        lock (_gate)
        {
            _file.Append(OutboxRecord.Settled(entry.Id, outcome, transaction, returned.Span));
            (entry.Outcome, entry.Transaction, entry.Returned) = (outcome, transaction, returned);
        }
    }

    private void Free(OutboxEntry entry)
    {
        lock (_gate)
        {
            _file.Append(OutboxRecord.Freed(entry.Id));
            entry.Versions.Clear();
            entry.Sent = null;
        }
    }

    private OutboxEntry Add(Digest id, EvmAddress to, ReadOnlyMemory<byte> data)
    {
        var entry = new OutboxEntry(id, to, data.ToArray());
        _entries.Add(entry);
        _byId.Add(id, entry);
        return entry;
    }

    private void Hold(OutboxEntry entry)
    {
        if (entry.Nonce is { } nonce) _nextNonce = Math.Max(_nextNonce, nonce + 1);
    }
}
