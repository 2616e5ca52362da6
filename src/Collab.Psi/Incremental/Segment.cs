using Collab.Primitives;

namespace Collab.Psi.Incremental;

/// <summary>One layer of a <see cref="RecordStore"/>: what it puts, and which keys of the layers below it takes away; a key that it puts and takes away is there.</summary>
/// <param name="Puts">The run of records put; null for none.</param>
/// <param name="Removals">The run of keys taken away; null for none.</param>
/// <param name="PutCount">How many it puts.</param>
/// <param name="RemovalCount">How many it takes away.</param>
internal sealed record Segment(string? Puts, string? Removals, long PutCount, long RemovalCount)
{
    public long Size => PutCount + RemovalCount;

    public static void Encode(CanonicalWriter writer, Segment segment) => writer
        .Optional(segment.Puts, (w, name) => w.Text(name)).Optional(segment.Removals, (w, name) => w.Text(name))
        .Int64(segment.PutCount).Int64(segment.RemovalCount);

    public static Segment Decode(ref CanonicalReader reader) =>
        new(reader.Optional((ref r) => r.Text()), reader.Optional((ref r) => r.Text()), reader.Int64(), reader.Int64());
}
