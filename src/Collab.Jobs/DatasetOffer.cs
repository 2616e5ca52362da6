using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What other parties may know of a dataset: metadata only, never a row, a value or an exact count.</summary>
/// <param name="Owner">The owner.</param>
/// <param name="Name">The owner's name of it.</param>
/// <param name="Id">The random id under which the ledger knows it.</param>
/// <param name="Version">The commitment to exactly the rows that were registered.</param>
/// <param name="RowBand">It has fewer than 10^RowBand rows.</param>
/// <param name="Schema">Its columns.</param>
public sealed record DatasetOffer(PartyId Owner, string Name, Digest Id, Digest Version, int RowBand, DatasetSchema Schema)
{
    /// <summary>The column whose values name whose a row is, for consent; null where the owner declared none.</summary>
    public string? Subject { get; init; }

    /// <summary>The smallest band that holds so many rows: 0 to 9 rows are band 1, 10 to 99 band 2.</summary>
    public static int BandOf(long rows)
    {
        var band = 1;
        for (; rows >= 10; rows /= 10) band++;
        return band;
    }

    /// <summary>The canonical encoding, in which offers travel.</summary>
    public byte[] Encode()
    {
        var writer = new CanonicalWriter()
            .Party(Owner).Text(Name).Digest(Id).Digest(Version).Byte((byte)RowBand).List(Schema.Columns, ColumnSchema.Encode);
        if (Subject is not null) writer.Text(Subject); // at the end, so that an offer without one has the bytes it always had
        return writer.ToArray();
    }

    /// <summary>Reads and checks an offer.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly one offer.</exception>
    public static DatasetOffer Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var offer = new DatasetOffer(
            reader.Party(), reader.Text(), reader.Digest(), reader.Digest(), reader.Byte(),
            new DatasetSchema(reader.List((ref r) => ColumnSchema.Decode(ref r))));
        if (reader.Remaining > 0) offer = offer with { Subject = reader.Text() };
        reader.End();
        if (offer.Subject is { } subject && offer.Schema.Find(subject) is not { NamesSubjects: true })
            throw new MalformedException("a subject among the columns, of text or whole numbers");
        return offer.RowBand is >= 1 and <= 19 && offer.Schema.Columns.DistinctBy(c => c.Name).Count() == offer.Schema.Columns.Count
            ? offer
            : throw new MalformedException("a row band of 1 to 19 and unique column names");
    }
}
