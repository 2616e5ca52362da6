using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>How the values of a column are read.</summary>
public enum ColumnType
{
    /// <summary>Text, as it stands.</summary>
    Text = 1,

    /// <summary>A whole number in the range of 64 bits.</summary>
    Integer = 2,

    /// <summary>A decimal number carried exactly, as a 64-bit whole number of units of 10^(−scale).</summary>
    Decimal = 3,
}

/// <summary>One column as its owner declares it; other parties see this and never a value.</summary>
/// <param name="Name">The name in the source.</param>
/// <param name="Type">How its values are read.</param>
/// <param name="Scale">Decimal digits behind the point, 0 to 18; 0 unless <see cref="ColumnType.Decimal"/>.</param>
public sealed record ColumnSchema(string Name, ColumnType Type, int Scale)
{
    /// <summary>The largest scale: 10^18 is the largest power of ten in 64 bits.</summary>
    public const int MaximumScale = 18;

    /// <summary>Whether its values may name whose a row is: text or whole numbers, which one person has in one form.</summary>
    public bool NamesSubjects => Type is ColumnType.Text or ColumnType.Integer;

    /// <summary>Writes name, type and scale.</summary>
    public static void Encode(CanonicalWriter writer, ColumnSchema column) =>
        writer.Text(column.Name).Byte((byte)column.Type).Byte((byte)column.Scale);

    /// <summary>Reads and checks one column.</summary>
    public static ColumnSchema Decode(ref CanonicalReader reader)
    {
        var column = new ColumnSchema(reader.Text(), (ColumnType)reader.Byte(), reader.Byte());
        var fits = column.Type switch
        {
            ColumnType.Text or ColumnType.Integer => column.Scale == 0,
            ColumnType.Decimal => column.Scale is >= 0 and <= MaximumScale,
            _ => false,
        };
        return fits ? column : throw new MalformedException("a column type with its scale");
    }
}

/// <summary>The columns of a dataset, in the order of the source; names are unique.</summary>
public sealed record DatasetSchema(IReadOnlyList<ColumnSchema> Columns)
{
    /// <summary>The column of that name, or null.</summary>
    public ColumnSchema? Find(string name) => Columns.FirstOrDefault(c => c.Name == name);
}
