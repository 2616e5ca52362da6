using System.Collections.Immutable;
using Collab.Primitives;

namespace Collab.Pir.Index;

/// <summary>A version of a table that is held for a client: its queries are answered by it while the table changes.</summary>
public sealed class IndexLease : IDisposable
{
    private readonly IndexDatabase _database;
    private readonly ImmutableList<IndexUpdate> _history;
    private bool _disposed;

    internal IndexLease(IndexDatabase database, Digest version, uint[] hint, ImmutableList<IndexUpdate> history) =>
        (_database, Version, Words, _history) = (database, version, hint, history);

    /// <summary>The version.</summary>
    public Digest Version { get; }

    /// <summary>Its hint, shape [rows, 1152]; shared, never written.</summary>
    internal uint[] Words { get; }

    /// <summary>How the records lie.</summary>
    public IndexShape Shape => _database.Shape;

    /// <summary>The seed of the public matrix.</summary>
    internal ReadOnlyMemory<byte> Seed => _database.Seed;

    /// <summary>The updates from a version that a client has to this one, or null where they are no longer known.</summary>
    internal IReadOnlyList<IndexUpdate>? Since(Digest version)
    {
        if (version == Version) return [];
        var first = _history.FindIndex(update => update.From == version);
        return first < 0 ? null : _history.GetRange(first, _history.Count - first);
    }

    /// <summary>Answers queries of this version.</summary>
    /// <param name="vectors">Shape [k, columns].</param>
    /// <param name="answers">Receives shape [k, rows].</param>
    internal void Answer(ReadOnlySpan<uint> vectors, Span<uint> answers)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _database.Answer(Version, vectors, answers);
    }

    /// <summary>Lets the version go.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _database.Release(Version);
    }
}
