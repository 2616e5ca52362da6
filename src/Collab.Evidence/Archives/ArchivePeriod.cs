using Collab.Primitives;

namespace Collab.Evidence.Archives;

/// <summary>The period somebody asked an archive for, by the clocks of the authors of entries.</summary>
/// <param name="From">Entries from this moment on; null from the beginning.</param>
/// <param name="To">Entries before this moment; null to the end.</param>
public sealed record ArchivePeriod(DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>Everything.</summary>
    public static ArchivePeriod Always { get; } = new(null, null);

    /// <summary>The canonical encoding.</summary>
    public byte[] Encode()
    {
        var writer = new CanonicalWriter().Boolean(From is not null);
        if (From is { } from) writer.Time(from);
        writer.Boolean(To is not null);
        if (To is { } to) writer.Time(to);
        return writer.ToArray();
    }

    /// <summary>Reads a period strictly.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly a period, or it ends before it begins.</exception>
    public static ArchivePeriod Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        DateTimeOffset? from = reader.Boolean() ? reader.Time() : null;
        DateTimeOffset? to = reader.Boolean() ? reader.Time() : null;
        reader.End();
        return from > to ? throw new MalformedException("a period that begins before it ends") : new(from, to);
    }

    /// <inheritdoc/>
    public override string ToString() => (From, To) switch
    {
        (null, null) => "everything",
        ({ } from, null) => $"from {from:u}",
        (null, { } to) => $"until {to:u}",
        ({ } from, { } to) => $"from {from:u} until {to:u}",
    };
}
