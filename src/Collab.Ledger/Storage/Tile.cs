using System.Globalization;
using Collab.Ledger.Merkle;
using Collab.Primitives;

namespace Collab.Ledger.Storage;

/// <summary>Up to 256 consecutive hashes of one tile level, and the nodes above them as far as they are complete.</summary>
internal sealed class Tile
{
    /// <summary>Hashes in a full tile.</summary>
    public const int Width = 256;

    /// <summary>Levels of the tree within a tile: 2^8 = 256.</summary>
    public const int Height = 8;

    private readonly List<Digest>[] _nodes = new List<Digest>[Height + 1];

    public Tile()
    {
        for (var height = 0; height <= Height; height++) _nodes[height] = [];
    }

    public int Count => _nodes[0].Count;

    public bool IsFull => Count == Width;

    /// <summary>The root of a full tile.</summary>
    public Digest Root => _nodes[Height][0];

    /// <summary>A complete node within the tile: height 0 to 8, counted from the left.</summary>
    public Digest Node(int height, int index) => _nodes[height][index];

    public void Add(Digest hash)
    {
        _nodes[0].Add(hash);
        for (var height = 0; height < Height && _nodes[height].Count % 2 == 0; height++)
            _nodes[height + 1].Add(MerkleTree.NodeHash(_nodes[height][^2], _nodes[height][^1]));
    }

    /// <summary>The first hashes one after the other, as tlog-tiles stores and serves them.</summary>
    public byte[] ToBytes(int count)
    {
        var bytes = new byte[count * Digest.Size];
        for (var i = 0; i < count; i++) _nodes[0][i].CopyTo(bytes.AsSpan(i * Digest.Size));
        return bytes;
    }

    /// <summary>Reads a full tile; null when the length is another.</summary>
    public static Tile? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Width * Digest.Size) return null;
        var tile = new Tile();
        for (var i = 0; i < Width; i++) tile.Add(new Digest(bytes.Slice(i * Digest.Size, Digest.Size)));
        return tile;
    }

    /// <summary><c>tile/&lt;level&gt;/&lt;index&gt;</c> with the index in groups of three digits, all but the last marked by an x.</summary>
    public static string Path(int level, long index) => $"tile/{level.ToString(CultureInfo.InvariantCulture)}/{Groups(index)}";

    /// <summary><c>tile/entries/&lt;index&gt;</c>.</summary>
    public static string EntriesPath(long index) => $"tile/entries/{Groups(index)}";

    private static string Groups(long index)
    {
        var text = (index % 1000).ToString("000", CultureInfo.InvariantCulture);
        for (var rest = index / 1000; rest > 0; rest /= 1000)
            text = $"x{(rest % 1000).ToString("000", CultureInfo.InvariantCulture)}/{text}";
        return text;
    }
}
