using Collab.Cryptography;
using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>
/// A record as its issuer makes it: header and fields, each field with a salt of its own, over all of which stands one root. The root goes into
/// an <see cref="Attestation"/>, the openings to the person whom the record concerns (protocols/specs/record.md).
/// </summary>
public sealed class SaltedRecord
{
    private SaltedRecord(CommitmentAlgorithm algorithm, RecordHeader header, IReadOnlyList<FieldOpening> openings)
    {
        (Algorithm, Header, Openings) = (algorithm, header, openings);
        Leaves = [.. openings.Select(opening => opening.Leaf(algorithm))];
        Root = RootOf(algorithm, header, Leaves);
    }

    /// <summary>How it was committed to.</summary>
    public CommitmentAlgorithm Algorithm { get; }

    /// <summary>The header.</summary>
    public RecordHeader Header { get; }

    /// <summary>The fields with their salts, in their order; a secret.</summary>
    public IReadOnlyList<FieldOpening> Openings { get; }

    /// <summary>The leaves of the fields, in their order.</summary>
    public IReadOnlyList<Digest> Leaves { get; }

    /// <summary>The root over the header's leaf and those of the fields.</summary>
    public Digest Root { get; }

    /// <summary>Makes a record with fresh salts and a fresh handle.</summary>
    /// <param name="issuer">Who attests it.</param>
    /// <param name="from">From this moment on.</param>
    /// <param name="expires">Up to this moment and not at it.</param>
    /// <param name="fields">1 to <see cref="RecordHeader.MostFields"/> fields, each name once.</param>
    /// <param name="random">For the handle and the salts.</param>
    /// <param name="algorithm">How it is committed to.</param>
    /// <exception cref="CollabException"><see cref="RecordErrors.Invalid"/>.</exception>
    /// <remarks>One hash a field, twice as many for the tree. Source: protocols/specs/record.md, step 1.</remarks>
    public static SaltedRecord Create(
        PartyId issuer, DateTimeOffset from, DateTimeOffset expires, IReadOnlyList<RecordField> fields, RandomSource random,
        CommitmentAlgorithm algorithm = CommitmentAlgorithm.SaltedSha256)
    {
        if (fields.Count is < 1 or > RecordHeader.MostFields || fields.DistinctBy(field => field.Schema.Name).Count() != fields.Count)
            throw new CollabException(RecordErrors.Invalid, $"A record has 1 to {RecordHeader.MostFields} fields, each name once.");
        var (begin, end) = (Milliseconds(from), Milliseconds(expires));
        if (begin >= end) throw new CollabException(RecordErrors.Invalid, "A record begins before it ends.");
        var header = new RecordHeader(new Digest(random.Bytes(Digest.Size)), issuer, begin, end, fields.Count);
        return new SaltedRecord(algorithm, header, [.. fields.Select(field => FieldOpening.Create(field, random))]);
    }

    internal static Digest RootOf(CommitmentAlgorithm algorithm, RecordHeader header, IReadOnlyList<Digest> leaves) =>
        TreeHash.Root(algorithm, [header.Leaf(algorithm), .. leaves]);

    // What is encoded has whole milliseconds; what is compared must have them, too.
    internal static DateTimeOffset Milliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(SaltedRecord)} (secret)";
}
