using System.Security.Cryptography;
using Collab.Cryptography;
using Collab.Engine.Datasets;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Replays;

/// <summary>One block of a recording, in the order in which things happened (protocols/specs/replay.md, "Recording").</summary>
internal abstract record ReplayBlock
{
    private const byte HeadKind = 1, DatasetKind = 2, RowsKind = 3, ReceivedKind = 4, SentKind = 5;

    /// <summary>The first block: whose recording of what it is, and what of the node's settings the protocol depends on.</summary>
    public sealed record Head(Digest Job, Digest Run, PartyId Party, string Software, CommitmentAlgorithm Commitments, uint BucketKeys) : ReplayBlock;

    /// <summary>A dataset was opened: what it is, and of each column name, salt and commitment.</summary>
    public sealed record Dataset(DatasetOffer Offer, IReadOnlyList<(string Name, ColumnCommitment Commitment)> Columns) : ReplayBlock;

    /// <summary>Rows that a reading gave; readings are counted from 0.</summary>
    public sealed record Rows(uint Reading, ColumnBatch Batch) : ReplayBlock;

    /// <summary>A message that was received, as a whole.</summary>
    public sealed record Received(PartyId Peer, string Label, ReadOnlyMemory<byte> Message) : ReplayBlock;

    /// <summary>A message that was sent: SHA-256 of it and its length.</summary>
    public sealed record Sent(PartyId Peer, string Label, Digest Message, uint Size) : ReplayBlock
    {
        public static Sent Of(PartyId peer, string label, ReadOnlySpan<byte> message) => new(peer, label, Digest.Sha256(message), (uint)message.Length);
    }

    public byte[] Encode()
    {
        var writer = new CanonicalWriter();
        return (this switch
        {
            Head b => writer.Byte(HeadKind).Digest(b.Job).Digest(b.Run).Party(b.Party).Text(b.Software).Byte((byte)b.Commitments).UInt32(b.BucketKeys),
            Dataset b => writer.Byte(DatasetKind).Bytes(b.Offer.Encode())
                .List(b.Columns, (w, c) => w.Text(c.Name).Digest(c.Commitment.Salt).Digest(c.Commitment.Value)),
            Rows b => writer.Byte(RowsKind).UInt32(b.Reading).Int64(b.Batch.FirstRow).UInt32((uint)b.Batch.RowCount).List(b.Batch.Columns, EncodeColumn),
            Received b => writer.Byte(ReceivedKind).Party(b.Peer).Text(b.Label).Bytes(b.Message.Span),
            Sent b => writer.Byte(SentKind).Party(b.Peer).Text(b.Label).Digest(b.Message).UInt32(b.Size),
            _ => throw new InvalidOperationException("A block of a known kind."),
        }).ToArray();
    }

    /// <exception cref="MalformedException">The bytes are not exactly one block.</exception>
    public static ReplayBlock Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        ReplayBlock block = reader.Byte() switch
        {
            HeadKind => new Head(reader.Digest(), reader.Digest(), reader.Party(), reader.Text(), AlgorithmOf(reader.Byte()), reader.UInt32()),
            DatasetKind => new Dataset(
                DatasetOffer.Decode(reader.Bytes()), reader.List((ref r) => (r.Text(), new ColumnCommitment(r.Digest(), r.Digest())))),
            RowsKind => new Rows(reader.UInt32(), DecodeBatch(ref reader)),
            ReceivedKind => new Received(reader.Party(), reader.Text(), reader.Bytes().ToArray()),
            SentKind => new Sent(reader.Party(), reader.Text(), reader.Digest(), reader.UInt32()),
            _ => throw new MalformedException("a known kind of block"),
        };
        reader.End();
        return block;
    }

    private static CommitmentAlgorithm AlgorithmOf(byte value) =>
        Enum.IsDefined((CommitmentAlgorithm)value) ? (CommitmentAlgorithm)value : throw new MalformedException("a known commitment algorithm");

    private static void EncodeColumn(CanonicalWriter writer, Column column)
    {
        ColumnSchema.Encode(writer, column.Schema);
        switch (column)
        {
            case TextColumn text:
                writer.List(text.Values, (w, value) => w.Optional(value, (v, known) => v.Text(known)));
                break;
            case NumberColumn number:
                writer.UInt32((uint)number.Values.Length);
                for (var row = 0; row < number.Values.Length; row++) writer.Boolean(number.Present.Span[row]).Int64(number.Values.Span[row]);
                break;
            default:
                throw new InvalidOperationException("A column of a known kind.");
        }
    }

    private static ColumnBatch DecodeBatch(ref CanonicalReader reader)
    {
        var (first, count) = (reader.Int64(), reader.UInt32());
        var columns = reader.List((ref r) => DecodeColumn(ref r));
        var fits = columns.All(column => count == column switch
        {
            TextColumn text => text.Values.Count,
            NumberColumn number => number.Values.Length,
            _ => -1,
        });
        return fits && first >= 1 ? new ColumnBatch(first, (int)count, columns) : throw new MalformedException("columns with a value for each row");
    }

    private static Column DecodeColumn(ref CanonicalReader reader)
    {
        var schema = ColumnSchema.Decode(ref reader);
        if (schema.Type == ColumnType.Text) return new TextColumn(schema, reader.List((ref r) => r.Optional((ref t) => t.Text())));
        var cells = reader.List((ref r) => (Present: r.Boolean(), Value: r.Int64()));
        return new NumberColumn(schema, cells.Select(cell => cell.Value).ToArray(), cells.Select(cell => cell.Present).ToArray());
    }
}

/// <summary>The digest of a recording: over each block its length and its bytes, in their order.</summary>
internal sealed class RecordingDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public RecordingDigest() => _hash.AppendData("collab.replay.recording.v1"u8);

    public void Append(ReadOnlySpan<byte> block)
    {
        _hash.AppendData(new CanonicalWriter().UInt32((uint)block.Length).Written);
        _hash.AppendData(block);
    }

    public Digest Finish()
    {
        Span<byte> value = stackalloc byte[Digest.Size];
        _hash.GetHashAndReset(value);
        return new Digest(value);
    }

    public void Dispose() => _hash.Dispose();
}
