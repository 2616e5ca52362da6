using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What does an issuer release of its records under the receiver's keys: a verdict by a rule, an amount, chosen fields, each attested (protocols/specs/deliver.md)?</summary>
/// <param name="KeyRule">How keys are made equal before they are compared.</param>
/// <param name="Of">The issuer, who is not the receiver.</param>
/// <param name="Disclose">The fields that are shown of a record that satisfies the rule, in this order; none where the verdict alone is told.</param>
/// <param name="Rule">What a record must satisfy for the verdict to be yes, evaluated by the issuer; null for no verdict.</param>
/// <param name="Amount">An amount told of a record that satisfies the rule; null for none.</param>
/// <param name="Records">The most keys of a run, 1 to <see cref="MostRecords"/>; what passes is padded to so many.</param>
/// <param name="RecordSize">Room for a released record, in bytes: what is sealed is padded to it. 512 to 65536.</param>
/// <param name="Validity">How long the attestation of what is released holds, in whole seconds.</param>
public sealed record DeliverQuestion(
    KeyRule KeyRule, PartyId Of, IReadOnlyList<string> Disclose, RowFilter? Rule, AmountRule? Amount, int Records, int RecordSize, TimeSpan Validity) : Question
{
    /// <summary>The most records of a run.</summary>
    public const int MostRecords = 4096;

    /// <summary>The least room for a record, in bytes.</summary>
    public const int SmallestRecord = 512;

    /// <summary>The most room for a record, in bytes.</summary>
    public const int LargestRecord = 65_536;

    /// <summary>The name of the field with the verdict; no column has it.</summary>
    public const string VerdictField = "collab.verdict";

    /// <summary>The name of the field with the amount; no column has it.</summary>
    public const string AmountField = "collab.amount";

    /// <inheritdoc/>
    public override string Kind => "deliver";

    /// <inheritdoc/>
    /// <remarks>Whose records are released consents at the issuer; the receiver's keys are its own.</remarks>
    public override bool AsksConsentOf(PartyId owner) => owner == Of;

    /// <summary>The columns that the issuer reads besides its key.</summary>
    public IReadOnlyList<string> Columns => [.. Disclose.Union(Rule?.Columns ?? []).Union(Amount is null ? [] : [Amount.Column])];

    /// <summary>Whether the inputs have what is asked: two with keys of as many parts, of which one is the issuer's with the columns, and a rule that fits them.</summary>
    internal bool Fits(IReadOnlyList<PlanInput> inputs) =>
        inputs.Count == 2 && inputs.All(input => input.Key.Count > 0) && inputs[0].Key.Count == inputs[1].Key.Count
        && inputs.FirstOrDefault(input => input.Owner == Of) is { } own && Columns.All(name => own.Columns.Any(column => column.Name == name))
        && Rule?.Fits(own.Columns) != false
        && (Amount is null || own.Columns.First(column => column.Name == Amount.Column) is { Type: not ColumnType.Text } column && column.Scale == Amount.Scale);

    internal void Encode(CanonicalWriter writer)
    {
        KeyRule.Encode(writer, KeyRule);
        writer.Party(Of).List(Disclose, (w, name) => w.Text(name)).Optional(Rule, RowFilterEncoding.Encode).Optional(Amount, AmountRule.Encode)
            .UInt32((uint)Records).UInt32((uint)RecordSize).UInt64((ulong)Validity.TotalSeconds);
    }

    internal static DeliverQuestion Decode(ref CanonicalReader reader)
    {
        var (rule, of, disclose) = (KeyRule.Decode(ref reader), reader.Party(), reader.List((ref r) => r.Text()));
        var (condition, amount) = (reader.Optional(RowFilterEncoding.Decode), reader.Optional(AmountRule.Decode));
        var (records, size, seconds) = (reader.UInt32(), reader.UInt32(), reader.UInt64());
        return disclose.Distinct().Count() == disclose.Length && (disclose.Length > 0 || condition is not null || amount is not null)
            && records is >= 1 and <= MostRecords && size is >= SmallestRecord and <= LargestRecord
            && seconds >= 1 && seconds <= AttestQuestion.LongestValidity.TotalSeconds
            ? new DeliverQuestion(rule, of, disclose, condition, amount, (int)records, (int)size, TimeSpan.FromSeconds(seconds))
            : throw new MalformedException("fields without repetition, a rule or an amount, and records, their size and validity within their limits");
    }
}
