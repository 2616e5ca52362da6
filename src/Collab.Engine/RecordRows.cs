using Collab.Primitives;

namespace Collab.Engine;

/// <summary>A record that was attested.</summary>
/// <param name="Row">The issuer's own row, from 1.</param>
/// <param name="Handle">By which it is revoked.</param>
/// <param name="File">The holder's file, all fields shown; a secret of its holder.</param>
public sealed record AttestedRow(long Row, Digest Handle, byte[] File)
{
    internal static void Encode(CanonicalWriter writer, AttestedRow row) => writer.Int64(row.Row).Digest(row.Handle).Bytes(row.File);

    internal static AttestedRow Decode(ref CanonicalReader reader) => new(reader.Int64(), reader.Digest(), reader.Bytes().ToArray());
}

/// <summary>A key that a receiver asked for.</summary>
/// <param name="Asked">The receiver's row and its key.</param>
/// <param name="Record">What was released; null where there is no record that may be released.</param>
public sealed record DeliveredRow(Match Asked, DeliveredRecord? Record);

/// <summary>A record that was released and verified.</summary>
/// <param name="Verdict">Whether it satisfies the rule; null where there is none.</param>
/// <param name="Amount">The amount as text; null where none is told.</param>
/// <param name="Values">The shown columns as text, null where a value is missing; none where the rule does not hold.</param>
/// <param name="Handle">By which its issuer revokes it.</param>
/// <param name="File">The record with what it shows, to be verified by anybody who has the consortium's keys or ledger.</param>
public sealed record DeliveredRecord(bool? Verdict, string? Amount, IReadOnlyList<string?> Values, Digest Handle, byte[] File)
{
    internal static void Encode(CanonicalWriter writer, DeliveredRecord record) => writer
        .Byte(record.Verdict switch { null => 0, false => 1, true => 2 }).Optional(record.Amount, (w, amount) => w.Text(amount))
        .List(record.Values, (w, value) => w.Optional(value, (v, text) => v.Text(text))).Digest(record.Handle).Bytes(record.File);

    internal static DeliveredRecord Decode(ref CanonicalReader reader) => new(
        reader.Byte() switch { 0 => null, 1 => false, 2 => true, _ => throw new MalformedException("a verdict, or none") },
        reader.Optional((ref r) => r.Text()), reader.List((ref r) => r.Optional((ref v) => v.Text())), reader.Digest(), reader.Bytes().ToArray());
}
