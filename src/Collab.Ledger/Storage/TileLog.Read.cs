using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Ledger.Storage;

internal sealed partial class TileLog
{
    /// <summary>The root of the first <paramref name="size"/> entries.</summary>
    public Digest RootAt(long size)
    {
        lock (_state) return MerkleTree.Root(Subtree, size);
    }

    public InclusionProof ProveInclusion(long index, long size)
    {
        DemandWithin(size);
        lock (_state) return MerkleTree.ProveInclusion(Subtree, index, size);
    }

    public ConsistencyProof ProveConsistency(long oldSize, long newSize)
    {
        DemandWithin(newSize);
        lock (_state) return MerkleTree.ProveConsistency(Subtree, oldSize, newSize);
    }

    /// <summary>The entries from one index up to, and without, another; each was checked against the tree.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> ReadEntries(long from, long to)
    {
        DemandWithin(to);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        var entries = new List<ReadOnlyMemory<byte>>();
        lock (_state)
        {
            while (from < Math.Min(to, _base))
            {
                var bundle = LoadBundle(from / Tile.Width);
                var until = Math.Min(to, ((from / Tile.Width) + 1) * Tile.Width);
                for (; from < until; from++) entries.Add(bundle[(int)(from % Tile.Width)]);
            }

            for (; from < to; from++) entries.Add(_recent[(int)(from - _base)]);
        }

        return entries;
    }

    /// <summary>A tile as tlog-tiles serves it, full or partial, of the acknowledged tree; null when the tree has no such tile.</summary>
    public byte[]? ReadTile(int level, long index, int width)
    {
        lock (_state)
        {
            if (level is < 0 or > 7 || index < 0 || width is < 1 or > Tile.Width) return null;
            var hashes = Size >> (Tile.Height * level);
            if (index > hashes / Tile.Width || (index * Tile.Width) + width > hashes) return null;
            return TileAt(level, index).ToBytes(width);
        }
    }

    /// <summary>Reads everything from disk again and checks it up to the signed root.</summary>
    /// <exception cref="CollabException"><see cref="LedgerErrors.StorageDamaged"/>, naming the file.</exception>
    public void Verify(CancellationToken cancel)
    {
        try
        {
            for (var (level, count) = (0, _base / Tile.Width); count > 0; (level, count) = (level + 1, count / Tile.Width))
                for (var index = 0L; index < count; index++)
                {
                    cancel.ThrowIfCancellationRequested();
                    lock (_state)
                    {
                        _ = LoadTile(level, index);
                        if (level == 0) _ = LoadBundle(index);
                    }
                }

            lock (_writer) VerifyJournal();
        }
        catch (IOException fault)
        {
            throw Damaged("a file cannot be read", fault);
        }
    }

    private void VerifyJournal()
    {
        ReadOnlyMemory<byte> file = File.ReadAllBytes(JournalPath);
        var head = Journal.DecodeHead(file.Span) ?? throw Damaged("the head of the journal was changed");
        long at = head.Size;
        var chain = head.Hash;
        while (at < _journalLength && Journal.Decode(file, (int)at, chain) is var (_, size, next)) (at, chain) = (at + size, next);
        if (at != _journalLength || chain != _chain) throw Damaged("a record of the journal was changed");
        if (!_failed && AcknowledgedMark.Decode(File.ReadAllBytes(AcknowledgedPath)) != new AcknowledgedMark(_base, _journalLength, _chain))
            throw Damaged("the file 'acknowledged' was changed");
        if (Latest is not null && (!_author.HasSigned(Latest.Note) || Latest.Root != RootAt(Latest.Size)))
            throw Damaged("the newest checkpoint does not sign this tree");
    }

    private void DemandWithin(long size)
    {
        if (size > Size) throw new ArgumentOutOfRangeException(nameof(size), "The log is not that long.");
    }

    // A complete subtree lies within one tile: at height 8·l + k it is a node of height k of a tile of level l.
    private Digest Subtree(int height, long index)
    {
        var (level, within) = (height / Tile.Height, height % Tile.Height);
        var perTile = Tile.Width >> within;
        return TileAt(level, index / perTile).Node(within, (int)(index % perTile));
    }

    private Tile TileAt(int level, long index)
    {
        if (TryTile(level, index) is { } tile) return tile;
        var loaded = LoadTile(level, index);
        Remember((level, index), loaded);
        return loaded;
    }

    private Tile? TryTile(int level, long index)
    {
        if (index == _hashed >> (Tile.Height * (level + 1))) return _edge[level];
        return _unsealed.TryGetValue((level, index), out var unsealed) ? unsealed : _cache.GetValueOrDefault((level, index));
    }

    // From disk, and only if it hashes to what the tile above says; the highest tiles are in memory.
    private Tile LoadTile(int level, long index)
    {
        var path = Tile.Path(level, index);
        var tile = Tile.Parse(ReadFile(path));
        return tile is not null && tile.Root == Subtree(Tile.Height * (level + 1), index) ? tile : throw Damaged($"'{path}' was changed");
    }

    private List<ReadOnlyMemory<byte>> LoadBundle(long index)
    {
        var path = Tile.EntriesPath(index);
        var entries = EntryBundle.Parse(ReadFile(path), Tile.Width) ?? throw Damaged($"'{path}' was changed");
        var tile = TileAt(0, index);
        for (var i = 0; i < Tile.Width; i++)
            if (MerkleTree.LeafHash(entries[i].Span) != tile.Node(0, i))
                throw Damaged($"'{path}' was changed");
        return entries;
    }

    private byte[] ReadFile(string relative)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(_folder, relative));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Damaged($"'{relative}' cannot be read", fault);
        }
    }

    private void Remember((int Level, long Index) key, Tile tile)
    {
        if (_cache.Count >= CachedTiles) _cache.Clear(); // crude, and enough: reads are mostly in order
        _cache[key] = tile;
    }
}
