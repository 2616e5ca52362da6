using System.Buffers;
using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Ledger.Storage;

internal sealed partial class TileLog
{
    /// <summary>
    /// Appends entries with the checkpoint that signs them. They are on disk when the call returns; when it throws they may or may not be.
    /// </summary>
    /// <param name="entries">Each at most 65,535 bytes.</param>
    /// <param name="sign">Given size and root after the entries, returns the signed checkpoint.</param>
    /// <exception cref="CollabException">The disk failed, or had failed before.</exception>
    public SignedCheckpoint Append(IReadOnlyList<ReadOnlyMemory<byte>> entries, Func<long, Digest, SignedCheckpoint> sign)
    {
        lock (_writer)
        {
            DemandOpen();
            if (entries.Any(entry => entry.Length > EntryBundle.LargestEntry))
                throw new CollabException(LedgerErrors.EntryRefused, "An entry is longer than 65,535 bytes.");
            entries = [.. entries.Select(entry => (ReadOnlyMemory<byte>)entry.ToArray())]; // the caller's arrays stay the caller's
            return Guard(() =>
            {
                Hash(entries); // 1  the tree grows in memory; nobody is told yet
                var checkpoint = sign(_hashed, RootAt(_hashed)); // 2  a crash up to here leaves nothing
                Write(new JournalRecord(RecordKind.Batch, entries, checkpoint.ToBytes())); // 3  a crash within leaves a torn tail, cut at open
                Publish(entries, checkpoint); // 4  a crash from here on leaves the whole record
                SealIfDue();
                return checkpoint;
            });
        }
    }

    /// <summary>Records a final checkpoint of this log; older ones than the recorded are left out.</summary>
    public void RecordFinal(SignedCheckpoint checkpoint)
    {
        lock (_writer)
        {
            DemandOpen();
            if (Final is not null && Final.Size >= checkpoint.Size) return;
            Guard(() =>
            {
                Write(new JournalRecord(RecordKind.Final, [], checkpoint.ToBytes()));
                lock (_state) Final = checkpoint;
                return true;
            });
        }
    }

    /// <summary>The root the log would have with these entries after its own, without taking them.</summary>
    public Digest RootWith(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        lock (_writer)
            lock (_state)
            {
                // The complete subtrees of the present tree, largest first, and then the new leaves, merged as they pair up.
                var stack = new List<(Digest Hash, int Height)>();
                var start = 0L;
                for (var height = 62; height >= 0; height--)
                {
                    if ((Size >> height & 1) == 0) continue;
                    stack.Add((Subtree(height, start >> height), height));
                    start += 1L << height;
                }

                foreach (var entry in entries)
                {
                    var (hash, height) = (MerkleTree.LeafHash(entry.Span), 0);
                    for (; stack.Count > 0 && stack[^1].Height == height; height++)
                    {
                        hash = MerkleTree.NodeHash(stack[^1].Hash, hash);
                        stack.RemoveAt(stack.Count - 1);
                    }

                    stack.Add((hash, height));
                }

                return stack.Count == 0
                    ? MerkleTree.EmptyRoot
                    : stack.Select(node => node.Hash).Reverse().Aggregate((right, left) => MerkleTree.NodeHash(left, right));
            }
    }

    private T Guard<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception fault)
        {
            _failed = true; // memory may be ahead of the disk, or the disk of memory: only opening anew tells
            if (fault is IOException or UnauthorizedAccessException)
                throw new CollabException(LedgerErrors.StorageFailed, "The log could not be written.", inner: fault);
            throw;
        }
    }

    private void DemandOpen()
    {
        if (_failed) throw new CollabException(LedgerErrors.StorageClosed, "An earlier write of this log failed, or it was closed.");
    }

    private void Hash(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var leaves = new Digest[entries.Count];
        for (var i = 0; i < leaves.Length; i++) leaves[i] = MerkleTree.LeafHash(entries[i].Span);
        lock (_state)
            foreach (var leaf in leaves)
                AddToTiles(leaf);
    }

    private void AddToTiles(Digest leaf)
    {
        var hash = leaf;
        _hashed++;
        for (var level = 0; ; level++)
        {
            if (level == _edge.Count) _edge.Add(new Tile());
            var tile = _edge[level];
            tile.Add(hash);
            if (!tile.IsFull) return;
            _unsealed[(level, (_hashed >> (Tile.Height * (level + 1))) - 1)] = tile;
            _edge[level] = new Tile();
            hash = tile.Root;
        }
    }

    private void Write(JournalRecord record)
    {
        var (bytes, chain) = Journal.Encode(record, _chain);
        _files.Write(_journal, bytes, _journalLength);
        _files.Sync(_journal);
        _journalLength += bytes.Length;
        _chain = chain;
        Acknowledge();
    }

    private void Acknowledge() => _files.Write(_acknowledged, new AcknowledgedMark(_base, _journalLength, _chain).Encode(), 0);

    private void Publish(IReadOnlyList<ReadOnlyMemory<byte>> entries, SignedCheckpoint checkpoint)
    {
        lock (_state)
        {
            _recent.AddRange(entries);
            Size = _base + _recent.Count;
            Latest = checkpoint;
        }
    }

    private void SealIfDue()
    {
        var full = Size / Tile.Width * Tile.Width;
        if (full > _base && (full - _base >= (long)_sealAfterBundles * Tile.Width || _journalLength >= SealAfterBytes)) Seal(full);
    }

    // Moves full bundles and tiles out of the journal. Until the new journal has its name, the old one holds everything:
    // a crash before that leaves files that the next seal writes again with the same content.
    private void Seal(long newBase)
    {
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        for (var index = _base / Tile.Width; index < newBase / Tile.Width; index++)
        {
            var bundle = new ArrayBufferWriter<byte>();
            foreach (var entry in _recent.GetRange((int)((index * Tile.Width) - _base), Tile.Width)) EntryBundle.Write(bundle, entry.Span);
            WriteTile(Tile.EntriesPath(index), bundle.WrittenSpan, folders);
        }

        var complete = _unsealed.Where(tile => (tile.Key.Index + 1) << (Tile.Height * (tile.Key.Level + 1)) <= newBase).ToList();
        foreach (var ((level, index), tile) in complete) WriteTile(Tile.Path(level, index), tile.ToBytes(Tile.Width), folders);
        foreach (var folder in folders) _files.SyncDirectory(folder);
        Roll(newBase);
        lock (_state)
            foreach (var (key, tile) in complete)
            {
                _unsealed.Remove(key);
                Remember(key, tile);
            }
    }

    private void WriteTile(string relative, ReadOnlySpan<byte> content, SortedSet<string> folders)
    {
        var path = Path.Combine(_folder, relative);
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        _files.WriteWhole(path, content);
        // Each folder on the way may be new, and its name is in the one above it.
        for (; folder.Length >= _folder.Length; folder = Path.GetDirectoryName(folder)!) folders.Add(folder);
    }

    // Begins a new journal at newBase with the entries since then, and the newest checkpoints.
    private void Roll(long newBase)
    {
        var rest = _recent.GetRange((int)(newBase - _base), (int)(Size - newBase));
        var records = new List<JournalRecord>();
        if (Latest is not null) records.Add(new JournalRecord(RecordKind.Batch, rest, Latest.ToBytes()));
        if (Final is not null) records.Add(new JournalRecord(RecordKind.Final, [], Final.ToBytes()));

        var edge = EdgeAt(newBase);
        var size = records.Sum(record => Journal.Encode(record, default).Bytes.Length);
        var content = new ArrayBufferWriter<byte>();
        content.Write(Journal.EncodeHead(newBase, edge, size));
        var chain = new Digest(content.WrittenSpan[^Digest.Size..]);
        foreach (var record in records)
        {
            (var bytes, chain) = Journal.Encode(record, chain);
            content.Write(bytes);
        }

        _files.Replace(JournalPath, content.WrittenSpan);
        _journal.Dispose();
        _journal = File.OpenHandle(JournalPath, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        lock (_state)
        {
            _recent.RemoveRange(0, (int)(newBase - _base));
            (_base, _journalLength, _chain) = (newBase, content.WrittenCount, chain);
        }

        Acknowledge();
    }

    // The partial tiles at a multiple of 256, which is at most the present size.
    private List<Tile> EdgeAt(long size)
    {
        lock (_state)
        {
            var edge = new List<Tile>();
            for (var level = 0; size >> (Tile.Height * level) > 0; level++)
            {
                var tile = new Tile();
                var count = size >> (Tile.Height * level);
                for (var i = count / Tile.Width * Tile.Width; i < count; i++) tile.Add(Subtree(Tile.Height * level, i));
                edge.Add(tile);
            }

            return edge;
        }
    }
}
