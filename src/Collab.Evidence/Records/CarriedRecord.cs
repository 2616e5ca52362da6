using Collab.Cryptography;
using Collab.Ledger.Merkle;
using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>
/// A record as its holder carries it: header, the leaves of all fields, those fields that are shown with their salts, the place in its attestation, and the proof
/// that the attestation stands on the ledger. A secret of the holder's; whom it is shown to knows what it shows.
/// </summary>
/// <remarks>The file begins with <see cref="Magic"/>; layout: protocols/specs/record.md. Whoever has it can show it: it does not say who carries it.</remarks>
/// <param name="Algorithm">How it was committed to.</param>
/// <param name="Header">The header.</param>
/// <param name="Leaves">The leaves of all fields, in their order.</param>
/// <param name="Shown">The fields that are shown, in their order.</param>
/// <param name="Attestation">Where its attestation stands.</param>
/// <param name="Log">The issuer's log from the attestation on; null while none was added.</param>
public sealed record CarriedRecord(
    CommitmentAlgorithm Algorithm, RecordHeader Header, IReadOnlyList<Digest> Leaves, IReadOnlyList<ShownField> Shown,
    AttestationReference Attestation, LogTail? Log)
{
    /// <summary>The largest file, in bytes.</summary>
    public const int LargestFile = 32 << 20;

    /// <summary>How a file begins.</summary>
    public static ReadOnlySpan<byte> Magic => "collab-record/1\n"u8;

    private static ReadOnlySpan<byte> AnyVersion => "collab-record/"u8;

    /// <summary>The shown field of that name, or null.</summary>
    public RecordField? Find(string name) => Shown.FirstOrDefault(field => field.Opening.Field.Schema.Name == name)?.Opening.Field;

    /// <summary>The same record with these of its shown fields and no other.</summary>
    /// <param name="names">Names of fields that this one shows.</param>
    /// <exception cref="CollabException"><see cref="RecordErrors.FieldHidden"/>.</exception>
    public CarriedRecord Present(IReadOnlyCollection<string> names)
    {
        foreach (var name in names)
        {
            if (Find(name) is null) throw new CollabException(RecordErrors.FieldHidden, $"The record shows no field '{name}'.");
        }

        return this with { Shown = [.. Shown.Where(field => names.Contains(field.Opening.Field.Schema.Name))] };
    }

    /// <summary>The bytes of the file.</summary>
    public byte[] EncodeSecret()
    {
        var writer = new CanonicalWriter().Raw(Magic).Byte((byte)Algorithm);
        Header.Encode(writer);
        writer.List(Leaves, (w, leaf) => w.Digest(leaf));
        writer.List(Shown, (w, field) => field.Opening.EncodeSecret(w.UInt32((uint)field.Number)));
        writer.Digest(Attestation.Id).Digest(Attestation.Job);
        Attestation.Inclusion.Encode(writer);
        return writer.Optional(Log, (w, log) => log.Encode(w)).ToArray();
    }

    /// <summary>Reads a file strictly; nothing is verified by that.</summary>
    /// <exception cref="EvidenceException"><see cref="RecordErrors.Malformed"/> or <see cref="RecordErrors.Unsupported"/>, with the part that is malformed.</exception>
    public static CarriedRecord Decode(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Magic))
        {
            throw file.StartsWith(AnyVersion)
                ? new EvidenceException(RecordErrors.Unsupported, "file", "The file is a record of another version.")
                : new EvidenceException(RecordErrors.Malformed, "file", "The file does not begin as a record does.");
        }

        var part = "file";
        try
        {
            if (file.Length > LargestFile) throw new MalformedException($"at most {LargestFile} bytes");
            var reader = new CanonicalReader(file[Magic.Length..]);
            var algorithm = (CommitmentAlgorithm)reader.Byte();
            if (!Enum.IsDefined(algorithm)) throw new EvidenceException(RecordErrors.Unsupported, part, "The record is of an algorithm that is not known.");
            part = "header";
            var header = RecordHeader.Decode(ref reader);
            part = "fields";
            var leaves = reader.List((ref r) => r.Digest());
            if (leaves.Length != header.Fields) throw new MalformedException("a leaf for each field");
            var shown = reader.List((ref r) => new ShownField((int)Math.Min(r.UInt32(), int.MaxValue), FieldOpening.Decode(ref r)));
            if (shown.Any(field => field.Number >= leaves.Length) || !shown.Zip(shown.Skip(1)).All(pair => pair.First.Number < pair.Second.Number))
                throw new MalformedException("fields in their order, each once");
            if (shown.DistinctBy(field => field.Opening.Field.Schema.Name).Count() != shown.Length) throw new MalformedException("each field's name once");
            part = "attestation";
            var attestation = new AttestationReference(reader.Digest(), reader.Digest(), InclusionProof.Decode(ref reader));
            part = "ledger";
            var log = reader.Optional((ref r) => LogTail.Decode(ref r));
            reader.End();
            return new CarriedRecord(algorithm, header, leaves, shown, attestation, log);
        }
        catch (MalformedException e)
        {
            throw new EvidenceException(RecordErrors.Malformed, part, $"The record's {part} is malformed: expected {e.Rule}.");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(CarriedRecord)} (secret)";
}

/// <summary>A field that is shown.</summary>
/// <param name="Number">Its place in the record, counted from 0.</param>
/// <param name="Opening">Value and salt.</param>
public sealed record ShownField(int Number, FieldOpening Opening);

/// <summary>Where a record's attestation stands, and the record in it.</summary>
/// <param name="Id">The attestation's id.</param>
/// <param name="Job">The job of the operation: the plan's digest, or the id again.</param>
/// <param name="Inclusion">The record's place in the batch, with its path.</param>
public sealed record AttestationReference(Digest Id, Digest Job, InclusionProof Inclusion);
