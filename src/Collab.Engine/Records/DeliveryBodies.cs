using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Records;

/// <summary>What is inside a sealed request and a sealed reply: a list, then zeros up to a size that the plan alone says (protocols/specs/deliver.md, "Messages").</summary>
internal static class DeliveryBodies
{
    /// <summary>Room for a key, in bytes, on the average of a request.</summary>
    public const int KeyRoom = 256;

    /// <summary>The most room for all records of a reply, in bytes.</summary>
    public const long LargestReply = 64L << 20;

    /// <summary>What stands before a record in a reply, in bytes: place and length.</summary>
    public const int RecordHead = 2 * sizeof(uint);

    private const int Head = sizeof(uint);

    /// <summary>The size of a request, in bytes.</summary>
    public static int RequestSize(DeliverQuestion question) => Head + (question.Records * KeyRoom);

    /// <summary>The size of a reply, in bytes.</summary>
    public static int ReplySize(DeliverQuestion question) => Digest.Size + Head + (question.Records * question.RecordSize);

    /// <summary>The keys asked for.</summary>
    public static byte[] Request(IEnumerable<ReadOnlyMemory<byte>> keys) => new CanonicalWriter().List([.. keys], (w, key) => w.Bytes(key.Span)).ToArray();

    /// <summary>Reads a request.</summary>
    /// <exception cref="MalformedException">It is none: too many keys, an empty or a repeated one, or something after them.</exception>
    public static IReadOnlyList<byte[]> ReadRequest(byte[] body, DeliverQuestion question)
    {
        var reader = new CanonicalReader(body);
        var keys = reader.List((ref r) => r.Bytes().ToArray());
        RequireZeros(body, reader.Remaining);
        return keys.Length >= 1 && keys.Length <= question.Records && keys.All(key => key.Length > 0) && keys.DistinctBy(Convert.ToHexString).Count() == keys.Length
            ? keys
            : throw new MalformedException("1 key or more, each once, and no more than the plan says");
    }

    /// <summary>The records released, each with the place of its key in the request.</summary>
    public static byte[] Reply(Digest attestation, IReadOnlyList<(int Key, byte[] Record)> released) => new CanonicalWriter()
        .Digest(attestation).List(released, (w, r) => w.UInt32((uint)r.Key).Bytes(r.Record)).ToArray();

    /// <summary>Reads a reply.</summary>
    /// <exception cref="MalformedException">It is none: a place that was not asked or not in order, or something after the records.</exception>
    public static (Digest Attestation, IReadOnlyList<(int Key, byte[] Record)> Released) ReadReply(byte[] body, int asked)
    {
        var reader = new CanonicalReader(body);
        var attestation = reader.Digest();
        var released = reader.List((ref r) => (Key: (int)Math.Min(r.UInt32(), int.MaxValue), Record: r.Bytes().ToArray()));
        RequireZeros(body, reader.Remaining);
        return released.All(r => r.Key < asked) && released.Zip(released.Skip(1)).All(pair => pair.First.Key < pair.Second.Key)
            ? (attestation, released)
            : throw new MalformedException("records of keys that were asked, in their order");
    }

    private static void RequireZeros(byte[] body, int rest)
    {
        if (body.AsSpan(body.Length - rest).ContainsAnyExcept((byte)0)) throw new MalformedException("zeros after the list");
    }
}
