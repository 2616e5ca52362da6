using Collab.Cryptography;
using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>What a record says of itself besides its fields; every presentation shows it.</summary>
/// <param name="Handle">32 random bytes: the record's name, by which it is revoked.</param>
/// <param name="Issuer">The party that attests it.</param>
/// <param name="From">From this moment on.</param>
/// <param name="Expires">Up to this moment and not at it.</param>
/// <param name="Fields">How many fields the record has, shown or hidden.</param>
public sealed record RecordHeader(Digest Handle, PartyId Issuer, DateTimeOffset From, DateTimeOffset Expires, int Fields)
{
    /// <summary>The most fields of a record.</summary>
    public const int MostFields = 256;

    private const string Domain = "collab.record-header.v1";

    /// <summary>The leaf that begins the record's tree: <c>H(0x00 ‖ text "collab.record-header.v1" ‖ header)</c>. The random handle hides it.</summary>
    public Digest Leaf(CommitmentAlgorithm algorithm)
    {
        var writer = new CanonicalWriter().Text(Domain);
        Encode(writer);
        return TreeHash.Leaf(algorithm, writer.Written);
    }

    /// <summary>Writes the five parts.</summary>
    public void Encode(CanonicalWriter writer) => writer.Digest(Handle).Party(Issuer).Time(From).Time(Expires).UInt32((uint)Fields);

    /// <summary>Reads what <see cref="Encode"/> writes.</summary>
    /// <exception cref="MalformedException">Anything else.</exception>
    public static RecordHeader Decode(ref CanonicalReader reader)
    {
        var (handle, issuer, from, expires, fields) = (reader.Digest(), reader.Party(), reader.Time(), reader.Time(), reader.UInt32());
        return from < expires && fields is >= 1 and <= MostFields
            ? new RecordHeader(handle, issuer, from, expires, (int)fields)
            : throw new MalformedException("a record that begins before it ends, with 1 to 256 fields");
    }
}
