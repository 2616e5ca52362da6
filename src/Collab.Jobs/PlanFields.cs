using System.Collections;
using System.Globalization;
using System.Reflection;
using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>
/// The fields of a plan by their paths, each as the texts of its items. They are found by what the records are made of, so a
/// field that a question gains is compared from then on.
/// </summary>
internal sealed class PlanFields
{
    private const int DigitsOfModels = 6; // real numbers of models are millionths (plan.md, "Models")

    private readonly OrderedDictionary<string, IReadOnlyList<string>> _fields = [];

    public IEnumerable<string> Names => _fields.Keys;

    public IReadOnlyList<string> this[string field] => _fields.GetValueOrDefault(field, []);

    /// <summary>Adds all that a record is made of.</summary>
    public void AddAll(object record, string path, IReadOnlyList<string> except)
    {
        foreach (var field in FieldsOf(record).Where(field => !except.Contains(field.Name)))
            Add(Join(path, Name(field)), field.GetValue(record) is var value && Scaled(record, field, value) is { } number ? number : value);
    }

    /// <summary>Adds a value: nothing for none, the items of a list, the fields of a record.</summary>
    public void Add(string path, object? value)
    {
        if (value is null) return;
        if (Leaf(value) is { } leaf)
        {
            _fields[path] = [leaf];
        }
        else if (value is IEnumerable items)
        {
            if (items.Cast<object>().Select(Text).ToList() is { Count: > 0 } texts) _fields[path] = texts;
        }
        else
        {
            if (KindOf(value) is { } kind) _fields[Join(path, "kind")] = [kind];
            AddAll(value, path, []);
        }
    }

    private static string Name(PropertyInfo field) => char.ToLowerInvariant(field.Name[0]) + field.Name[1..];

    private static IEnumerable<PropertyInfo> FieldsOf(object record) => record.GetType().GetProperties().Where(field => field.CanWrite); // what is derived has no setter

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>A value that has one text of its own; null of lists and of records that are told field by field.</summary>
    private static string? Leaf(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "yes" : "no",
        Enum choice => Word(choice.ToString()),
        Digest digest => digest.ToString(),
        PartyId party => party.Name,
        TimeSpan span => Duration(span),
        ReadOnlyMemory<byte> bytes => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes.Span)),
        RowFilter or DominanceRule => value.ToString(),
        ColumnSchema column => column.Type == ColumnType.Decimal || column.Scale != 0 ? $"{column.Name} ({Word(column.Type.ToString())}, {column.Scale})" : $"{column.Name} ({Word(column.Type.ToString())})",
        Measure measure => measure.Scale == 0 ? measure.Column : $"{measure.Column} ({measure.Scale})",
        ValueRange range => $"{range.Column}: {Decimal(range.Low, range.Scale)} to {Decimal(range.High, range.Scale)}",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    private static string Text(object value)
    {
        if (Leaf(value) is { } leaf) return leaf;
        if (value is IEnumerable items) return string.Join(", ", items.Cast<object>().Select(Text));
        var fields = FieldsOf(value)
            .Select(field => (Name: Word(field.Name), Value: field.GetValue(value) is var inner && Scaled(value, field, inner) is { } number ? number : inner))
            .Where(field => field.Value is not null)
            .Select(field => $"{field.Name}: {(Leaf(field.Value!) is { } text ? text : $"({Text(field.Value!)})")}");
        return string.Join("; ", KindOf(value) is { } kind ? fields.Prepend(kind) : fields);
    }

    /// <summary>What a record is, where its field may hold several kinds.</summary>
    private static string? KindOf(object value) => value switch
    {
        Question question => question.Kind,
        Reveal reveal => reveal.Name,
        _ => value.GetType().BaseType is { IsAbstract: true } ? Word(value.GetType().Name) : null,
    };

    private static string? Scaled(object record, PropertyInfo field, object? value) => (record, field.Name, value) switch
    {
        (PrivacyChoice, nameof(PrivacyChoice.Epsilon), long epsilon) => Decimal(epsilon, PrivacyChoice.EpsilonScale),
        (PrivacyChoice, nameof(PrivacyChoice.Delta), long delta) => Decimal(delta, PrivacyChoice.DeltaScale),
        (ModelChoice or NetworkPrivacy, _, long real) => Decimal(real, DigitsOfModels),
        _ => null,
    };

    private static string Decimal(long units, int scale)
    {
        var digits = Int128.Abs(units).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var fraction = digits[^scale..].TrimEnd('0');
        return (units < 0 ? "-" : "") + digits[..^scale] + (fraction.Length > 0 ? "." + fraction : "");
    }

    private static string Duration(TimeSpan span) => span switch
    {
        { Ticks: var t } when t % TimeSpan.TicksPerDay == 0 => $"{t / TimeSpan.TicksPerDay}d",
        { Ticks: var t } when t % TimeSpan.TicksPerHour == 0 => $"{t / TimeSpan.TicksPerHour}h",
        { Ticks: var t } when t % TimeSpan.TicksPerMinute == 0 => $"{t / TimeSpan.TicksPerMinute}m",
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds}s"),
    };

    /// <summary>A name of the code as words: <c>SemiHonest</c> is <c>semi-honest</c>.</summary>
    private static string Word(string name) =>
        string.Concat(name.Select((letter, i) => i > 0 && char.IsAsciiLetterUpper(letter) ? $"-{char.ToLowerInvariant(letter)}" : char.ToLowerInvariant(letter).ToString()));
}
