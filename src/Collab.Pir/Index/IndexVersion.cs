using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Collab.Primitives;

namespace Collab.Pir.Index;

/// <summary>Names of versions: what server and client must agree on before a query means anything.</summary>
internal static class IndexVersion
{
    /// <summary>The first version: a digest of shape, seed and hint.</summary>
    public static Digest First(IndexShape shape, ReadOnlySpan<byte> seed, ReadOnlySpan<uint> hint)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(head, shape.Records);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], shape.RecordSize);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], shape.Columns);
        using var hash = Digest.Begin("collab.retrieval.hint", (ulong)(head.Length + seed.Length) + (ulong)hint.Length * sizeof(uint));
        hash.AppendData(head);
        hash.AppendData(seed);
        for (; !hint.IsEmpty; hint = hint[Math.Min(hint.Length, Piece)..])
            hash.AppendData(MemoryMarshal.AsBytes(hint[..Math.Min(hint.Length, Piece)]));
        return new(hash.GetHashAndReset());
    }

    /// <summary>The version after another.</summary>
    public static Digest After(Digest from, IReadOnlyList<IndexChange> changes)
    {
        using var hash = Digest.Begin(
            "collab.retrieval.update", Digest.Size + (ulong)changes.Sum(change => sizeof(int) + (long)change.Old.Length + change.New.Length));
        Span<byte> head = stackalloc byte[Digest.Size];
        from.CopyTo(head);
        hash.AppendData(head);
        var piece = new ArrayBufferWriter<byte>();                   // since a call of the hash costs more than a short record
        foreach (var change in changes)
        {
            BinaryPrimitives.WriteInt32LittleEndian(head, change.Record);
            piece.Write(head[..sizeof(int)]);
            piece.Write(change.Old.Span);
            piece.Write(change.New.Span);
            if (piece.WrittenCount < PieceBytes) continue;
            hash.AppendData(piece.WrittenSpan);
            piece.ResetWrittenCount();
        }

        hash.AppendData(piece.WrittenSpan);
        return new(hash.GetHashAndReset());
    }

    private const int Piece = 1 << 20, PieceBytes = 1 << 16;
}
