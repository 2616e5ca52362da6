using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>One named, typed value of a record, as a cell of a dataset has it: text, or a number in units of 10^(−scale), or missing.</summary>
public sealed record RecordField
{
    /// <summary>The longest name, in UTF-16 units.</summary>
    public const int LongestName = 256;

    /// <summary>The longest text, in UTF-16 units.</summary>
    public const int LongestText = 65_536;

    private RecordField(ColumnSchema schema, string? text, long? number) => (Schema, Text, Number) = (schema, text, number);

    /// <summary>Name, type and scale.</summary>
    public ColumnSchema Schema { get; }

    /// <summary>The text; null if it is missing or the field is a number.</summary>
    public string? Text { get; }

    /// <summary>The number, in units of 10^(−scale); null if it is missing or the field is text.</summary>
    public long? Number { get; }

    /// <summary>A field of text.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="text">The text as it stands, or null where it is missing.</param>
    /// <exception cref="CollabException"><see cref="RecordErrors.Invalid"/>.</exception>
    public static RecordField OfText(string name, string? text) => Checked(new ColumnSchema(name, ColumnType.Text, 0), text, null);

    /// <summary>A field of a number.</summary>
    /// <param name="schema">Name, type and scale.</param>
    /// <param name="number">In units of 10^(−scale), or null where it is missing.</param>
    /// <exception cref="CollabException"><see cref="RecordErrors.Invalid"/>.</exception>
    public static RecordField OfNumber(ColumnSchema schema, long? number) => Checked(schema, null, number);

    /// <summary>The cell of a row.</summary>
    /// <param name="column">A column of a batch.</param>
    /// <param name="row">The row in the batch.</param>
    /// <exception cref="CollabException"><see cref="RecordErrors.Invalid"/>.</exception>
    public static RecordField Of(Column column, int row) => column switch
    {
        TextColumn text => Checked(text.Schema, text.Values[row], null),
        NumberColumn number => Checked(number.Schema, null, number.Present.Span[row] ? number.Values.Span[row] : null),
        _ => throw new ArgumentException($"{column.GetType().Name} holds no cells of a record.", nameof(column)),
    };

    /// <summary>Writes schema and cell (record.md, "Layout").</summary>
    public void Encode(CanonicalWriter writer)
    {
        ColumnSchema.Encode(writer, Schema);
        if (Schema.Type == ColumnType.Text)
        {
            writer.Boolean(Text is not null);
            if (Text is not null) writer.Text(Text);
        }
        else
        {
            writer.Boolean(Number is not null);
            if (Number is { } number) writer.Int64(number);
        }
    }

    /// <summary>Reads what <see cref="Encode"/> writes.</summary>
    /// <exception cref="MalformedException">Anything else.</exception>
    public static RecordField Decode(ref CanonicalReader reader)
    {
        var schema = ColumnSchema.Decode(ref reader);
        var present = reader.Boolean();
        var field = schema.Type == ColumnType.Text
            ? new RecordField(schema, present ? reader.Text() : null, null)
            : new RecordField(schema, null, present ? reader.Int64() : null);
        return field.IsValid ? field : throw new MalformedException("a field's name and text of the allowed lengths");
    }

    private bool IsValid =>
        Schema.Name.Length is >= 1 and <= LongestName && !Schema.Name.Any(char.IsControl)
        && (Text?.Length ?? 0) <= LongestText
        && Schema.Scale is >= 0 and <= ColumnSchema.MaximumScale && (Schema.Scale == 0 || Schema.Type == ColumnType.Decimal);

    private static RecordField Checked(ColumnSchema schema, string? text, long? number)
    {
        var field = new RecordField(schema, text, number);
        return field.IsValid && (number is null || schema.Type != ColumnType.Text)
            ? field
            : throw new CollabException(RecordErrors.Invalid, $"A field has a name of 1 to {LongestName} characters without controls, and at most {LongestText} of text.");
    }
}
