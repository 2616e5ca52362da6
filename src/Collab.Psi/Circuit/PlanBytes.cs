using System.Buffers.Binary;
using Collab.Primitives;

namespace Collab.Psi.Circuit;

/// <summary>The bytes of a plan over joined columns, whose digests both parties compare: numbers of 32 bits, and the ranges of columns (protocols/specs/analysis-joined.md, "Messages").</summary>
internal sealed class PlanBytes
{
    private readonly MemoryStream _bytes = new();

    /// <summary>Numbers, little-endian.</summary>
    public void Write(params ReadOnlySpan<int> numbers)
    {
        Span<byte> to = stackalloc byte[sizeof(int)];
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteInt32LittleEndian(to, number);
            _bytes.Write(to);
        }
    }

    /// <summary>How many columns there are, and of each the least and the largest value, 128 bits each.</summary>
    public void Write(IReadOnlyList<JoinedColumn> columns)
    {
        Write(columns.Count);
        Span<byte> to = stackalloc byte[16];
        foreach (var column in columns)
        {
            BinaryPrimitives.WriteInt128LittleEndian(to, column.Least);
            _bytes.Write(to);
            BinaryPrimitives.WriteInt128LittleEndian(to, column.Largest);
            _bytes.Write(to);
        }
    }

    /// <summary>The digest of what was written.</summary>
    public Digest Digest(string domain) => Primitives.Digest.Of(domain, _bytes.ToArray());
}
