using System.Collections;
using Collab.Cryptography.SealedFiles;
using Collab.Primitives;

namespace Collab.Engine.Streaming;

/// <summary>Rows of a result in their canonical encoding, wherever they lie, to be copied as they are.</summary>
internal interface ICanonicalRows
{
    /// <summary>Writes the encodings of all rows, one after the other, with nothing before them.</summary>
    void CopyTo(Stream destination);
}

/// <summary>Rows of a result in a sealed file, read from its beginning by whoever enumerates them; only a block is in memory.</summary>
/// <param name="path">The file; each block has whole rows.</param>
/// <param name="key">Its key; stays with its owner while rows are read.</param>
/// <param name="count">How many rows.</param>
/// <param name="read">Reads one.</param>
internal sealed class SealedRows<T>(string path, SecretBytes key, int count, CanonicalReader.Item<T> read) : IReadOnlyList<T>, ICanonicalRows
{
    public int Count => count;

    /// <summary>The row of that index; reads all before it.</summary>
    public T this[int index] => this.Skip(index).First();

    public IEnumerator<T> GetEnumerator()
    {
        using var file = new SealedFileReader(path, key);
        var told = 0;
        while (file.TryRead(out var block))
        {
            foreach (var row in RowsOf(block))
            {
                told++;
                yield return row;
            }
        }

        if (told != count) throw new IOException("A result that was set aside is cut short.");
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void CopyTo(Stream destination)
    {
        using var file = new SealedFileReader(path, key);
        while (file.TryRead(out var block)) destination.Write(block.Span);
    }

    private List<T> RowsOf(ReadOnlyMemory<byte> block)
    {
        var reader = new CanonicalReader(block.Span);
        var rows = new List<T>();
        while (reader.Remaining > 0) rows.Add(read(ref reader));
        return rows;
    }
}
