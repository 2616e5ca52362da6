using System.Runtime.CompilerServices;
using Collab.Primitives;

namespace Collab.Pir.Index;

/// <summary>A record that a version changed.</summary>
/// <param name="Record">Its index.</param>
/// <param name="Old">Its bytes before.</param>
/// <param name="New">Its bytes after, as many.</param>
public sealed record IndexChange(int Record, ReadOnlyMemory<byte> Old, ReadOnlyMemory<byte> New)
{
    /// <summary>By how much the signed byte grew: −255 to 255.</summary>
    internal int DifferenceAt(int i) => unchecked((sbyte)New.Span[i] - (sbyte)Old.Span[i]);

    /// <summary>By how much each byte grew, one number for every <paramref name="stride"/> places of the destination.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal void CopyDifferences(Span<short> destination, int stride)
    {
        ReadOnlySpan<byte> before = Old.Span, after = New.Span;
        for (var i = 0; i < before.Length; i++) destination[i * stride] = unchecked((short)((sbyte)after[i] - (sbyte)before[i]));
    }
}

/// <summary>The step from one version of a table to the next.</summary>
/// <param name="From">The version before.</param>
/// <param name="To">The version after: a digest of the one before and of every change.</param>
/// <param name="Changes">By column, then by index, each record once; 1 or more.</param>
public sealed record IndexUpdate(Digest From, Digest To, IReadOnlyList<IndexChange> Changes)
{
    /// <summary>The update with these changes.</summary>
    internal static IndexUpdate Of(Digest from, IndexShape shape, IEnumerable<IndexChange> changes)
    {
        IndexChange[] ordered = [.. changes];
        Array.Sort(Array.ConvertAll(ordered, change => ((long)(change.Record % shape.Columns) << 32) + change.Record), ordered);
        return new(from, IndexVersion.After(from, ordered), ordered);
    }

    /// <summary>Whether the changes fit a table: in order, each record once and within it, of its size.</summary>
    internal bool Fits(IndexShape shape)
    {
        (int Column, int Record) last = (-1, -1);
        foreach (var change in Changes)
        {
            if (change.Record < 0 || change.Record >= shape.Records) return false;
            var place = (change.Record % shape.Columns, change.Record);
            if (place.CompareTo(last) <= 0 || change.Old.Length != shape.RecordSize || change.New.Length != shape.RecordSize) return false;
            last = place;
        }

        return Changes.Count > 0;
    }
}
