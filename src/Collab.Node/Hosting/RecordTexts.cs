using System.Globalization;
using Collab.Evidence.Records;
using Collab.Jobs;
using Collab.Wire.Operator;

namespace Collab.Node.Hosting;

/// <summary>Records and verdicts as the command line and its JSON show them.</summary>
public static class RecordTexts
{
    /// <summary>The value of a field as text: a number with the decimals of its scale; null where it is missing.</summary>
    public static string? Value(RecordField field) => field.Schema.Type == ColumnType.Text
        ? field.Text
        : field.Number is { } units ? Scaled(units, field.Schema.Scale) : null;

    /// <summary>What a file says.</summary>
    public static RecordView Of(CarriedRecord record) => new(
        record.Header.Handle.ToString(), record.Header.Issuer.Name, record.Header.From, record.Header.Expires, record.Leaves.Count,
        [.. record.Shown.Select(shown => shown.Opening.Field).Select(field => new RecordFieldView(field.Schema.Name, Name(field.Schema.Type), Value(field)))],
        record.Attestation.Id.ToString(), record.Log is not null);

    /// <summary>A verdict.</summary>
    public static RecordVerdictView Of(RecordVerdict verdict) => new(
        verdict.Name, verdict.Code?.Name, verdict.Part, verdict.Message, verdict.AsOf, verdict.Attested?.Time, verdict.NotChecked,
        verdict.Record is { } record ? Of(record) : null);

    private static string Name(ColumnType type) => type switch
    {
        ColumnType.Integer => "integer",
        ColumnType.Decimal => "decimal",
        _ => "text",
    };

    private static string Scaled(long units, int scale)
    {
        var digits = ((Int128)units).ToString(CultureInfo.InvariantCulture).TrimStart('-').PadLeft(scale + 1, '0');
        return (units < 0 ? "-" : "") + (scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}");
    }
}
