using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What do an owner's records say under the receiver's keys? Asked so that the owner learns no key and not whether one was found, and the receiver
/// no other record (protocols/specs/retrieval.md).</summary>
/// <param name="KeyRule">How keys are made equal before they are compared.</param>
/// <param name="Of">The owner of the records, who is not the receiver.</param>
/// <param name="Columns">The columns that are retrieved, in this order.</param>
/// <param name="Keys">How many keys each run asks for, fewer being filled up: what a use of the grant buys, 1 to <see cref="MostKeys"/>.</param>
/// <param name="ValueSize">Room for the values of a record, in bytes: 16 to 4096, a multiple of 16.</param>
/// <param name="Records">Room for so many records; how many there are stays hidden behind it.</param>
public sealed record RetrievalQuestion(KeyRule KeyRule, PartyId Of, IReadOnlyList<string> Columns, int Keys, int ValueSize, int Records) : Question
{
    /// <summary>The most keys of a run.</summary>
    public const int MostKeys = 4096;

    /// <summary>The least and the step of <see cref="ValueSize"/>, in bytes.</summary>
    public const int ValueStep = 16;

    /// <summary>The most room for values, in bytes.</summary>
    public const int LargestValue = 4096;

    /// <summary>The most records.</summary>
    public const int MostRecords = 1 << 28;

    /// <inheritdoc/>
    public override string Kind => "retrieval";

    /// <inheritdoc/>
    public override bool IsStanding => true;

    /// <summary>Whether the inputs have what is asked: two with keys, of which one is the owner's with the columns.</summary>
    internal bool Fits(IReadOnlyList<PlanInput> inputs) =>
        inputs.Count == 2 && inputs.All(input => input.Key.Count > 0) && inputs[0].Key.Count == inputs[1].Key.Count
        && inputs.Any(input => input.Owner == Of && Columns.All(name => input.Columns.Any(column => column.Name == name)));

    internal void Encode(CanonicalWriter writer)
    {
        KeyRule.Encode(writer, KeyRule);
        writer.Party(Of).List(Columns, (w, name) => w.Text(name)).UInt32((uint)Keys).UInt32((uint)ValueSize).UInt32((uint)Records);
    }

    internal static RetrievalQuestion Decode(ref CanonicalReader reader)
    {
        var (rule, of, columns) = (KeyRule.Decode(ref reader), reader.Party(), reader.List((ref r) => r.Text()));
        var (keys, size, records) = (reader.UInt32(), reader.UInt32(), reader.UInt32());
        return columns.Length > 0 && columns.Distinct().Count() == columns.Length
            && keys is >= 1 and <= MostKeys && size is >= ValueStep and <= LargestValue && size % ValueStep == 0 && records is >= 1 and <= MostRecords
            ? new RetrievalQuestion(rule, of, columns, (int)keys, (int)size, (int)records)
            : throw new MalformedException("columns without repetition, and keys, value size and records within their limits");
    }
}
