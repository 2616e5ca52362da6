using System.Security.Cryptography;
using Collab.Cryptography;
using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>A field with the salt of its leaf: what the holder of a record shows of it. A secret of the holder's until it is shown.</summary>
/// <remarks>Leaf: <c>H(0x00 ‖ text "collab.record-field.v1" ‖ 32 salt ‖ field)</c>. Hidden while the uniform salt is unknown, whatever can be guessed of the value.</remarks>
public sealed class FieldOpening
{
    private const string Domain = "collab.record-field.v1";

    private readonly Digest _salt;

    private FieldOpening(RecordField field, Digest salt) => (Field, _salt) = (field, salt);

    /// <summary>The field.</summary>
    public RecordField Field { get; }

    /// <summary>Salts a field.</summary>
    /// <param name="field">The field.</param>
    /// <param name="random">Where the 32 bytes come from.</param>
    public static FieldOpening Create(RecordField field, RandomSource random)
    {
        Span<byte> salt = stackalloc byte[Commitment.SaltSize];
        random.Fill(salt);
        var opening = new FieldOpening(field, new Digest(salt));
        CryptographicOperations.ZeroMemory(salt);
        return opening;
    }

    /// <summary>The leaf that the record's tree has in this field's place.</summary>
    public Digest Leaf(CommitmentAlgorithm algorithm)
    {
        var writer = new CanonicalWriter().Text(Domain);
        EncodeSecret(writer);
        return TreeHash.Leaf(algorithm, writer.Written);
    }

    /// <summary>Writes the salt and the field.</summary>
    public void EncodeSecret(CanonicalWriter writer) => Field.Encode(writer.Digest(_salt));

    /// <summary>Reads what <see cref="EncodeSecret"/> writes.</summary>
    /// <exception cref="MalformedException">Anything else.</exception>
    public static FieldOpening Decode(ref CanonicalReader reader)
    {
        var salt = reader.Digest();
        return new FieldOpening(RecordField.Decode(ref reader), salt);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(FieldOpening)} (secret)";
}
