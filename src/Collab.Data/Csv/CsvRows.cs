using System.Text;
using Collab.Primitives;

namespace Collab.Data.Csv;

/// <summary>The rows of one reading of a CSV file, checked for everything that does not depend on a column's type.</summary>
internal sealed class CsvRows(Func<Stream> open, CsvLocation location) : IAsyncDisposable
{
    private const int DelimiterSearchSize = 1 << 16; // a header with its delimiters is found within 64 KiB

    private CsvInput? _input;
    private CsvTokenizer? _tokenizer;
    private IReadOnlyList<string> _header = [];
    private long _row;

    /// <summary>Whether the row <see cref="NextAsync"/> went to has all its fields as text.</summary>
    public bool IsWhole { get; private set; }

    private CsvTokenizer Tokenizer => _tokenizer ?? throw new InvalidOperationException("The header is read first.");

    /// <summary>Opens the file and reads the names of the columns; the delimiter is found here when none is declared.</summary>
    public async Task<IReadOnlyList<string>> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        _input = CsvInput.Open(open, location.Encoding);
        _tokenizer = new CsvTokenizer(_input.Utf8, location.Limits);
        do await FillAsync(cancellationToken).ConfigureAwait(false);
        while (_tokenizer is { Ahead.Length: < DelimiterSearchSize, InputEnded: false } && !_tokenizer.Ahead.Contains((byte)'\n'));

        if (_tokenizer.Ahead.StartsWith("\uFEFF"u8)) _tokenizer.Skip(3);
        _tokenizer.Delimiter = (byte)(location.Delimiter ?? FindDelimiter(_tokenizer.Ahead));

        var read = await NextAsync(Fail, cancellationToken).ConfigureAwait(false);
        if (!read || (_tokenizer.FieldCount == 1 && _tokenizer.FieldBytes(0).IsEmpty))
            throw SourceException.At(SourceException.HeaderMissing, "the file has no header row", row: 0);
        _header = Names();
        return _header;

        static void Fail(SourceProblem problem) => throw new SourceException(problem);
    }

    /// <summary>Goes to the next row and reports what is wrong with it; false at the end.</summary>
    public async ValueTask<bool> NextAsync(Action<SourceProblem> report, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (Tokenizer.Next())
            {
                case CsvToken.Row:
                    IsWhole = Check(report);
                    _row++;
                    return true;
                case CsvToken.NeedsInput:
                    await FillAsync(cancellationToken).ConfigureAwait(false);
                    break;
                case CsvToken.TooLong:
                    report(new(SourceException.RowTooLong, _row, null, $"the row is longer than {Size(location.Limits.RowSize)}"));
                    IsWhole = false;
                    _row++;
                    return true;
                case CsvToken.Unclosed:
                    report(new(SourceException.QuoteUnclosed, _row, Name(Tokenizer.UnclosedField), "a quote begins here that is never closed"));
                    return false;
                default:
                    return false;
            }
        }
    }

    /// <summary>Adds the fields of a whole row.</summary>
    public void AddTo(BatchBuilder batch, int[] fields, Action<SourceProblem> report)
    {
        var row = _row - 1;
        for (var i = 0; i < fields.Length; i++)
        {
            var outcome = batch.Add(i, Tokenizer.FieldBytes(fields[i]), Tokenizer.IsQuoted(fields[i]));
            if (outcome.Code is { } code) report(new(code, row, Name(fields[i]), outcome.Rule));
        }

        batch.EndRow(row);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _tokenizer?.Dispose();
        if (_input is not null) await _input.Utf8.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _tokenizer!.FillAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SourceException.At(SourceException.FileUnreadable, "the file cannot be read any further", _row);
        }
    }

    /// <summary>Looks for what breaks the row as text; true when its values can be read.</summary>
    private bool Check(Action<SourceProblem> report)
    {
        var whole = true;
        if (Tokenizer.MisplacedQuote >= 0) Broken(SourceException.QuoteMisplaced, Tokenizer.MisplacedQuote, "a quote stands where none may be");
        if (_header.Count != 0 && Tokenizer.FieldCount != _header.Count)
            Broken(SourceException.RowRagged, null, $"the row has {Tokenizer.FieldCount} fields and the header {_header.Count}");
        if (Tokenizer.TooLongField() is >= 0 and var tooLong)
            Broken(SourceException.FieldTooLong, tooLong, $"the field is longer than {Size(location.Limits.FieldSize)}");
        if (Tokenizer.NulField() is >= 0 and var nul) Broken(SourceException.Nul, nul, "the field holds a NUL character");
        if (Tokenizer.UndecodableField(_input!.UndecodableMark.Span) is >= 0 and var undecodable)
            Broken(SourceException.Encoding, undecodable, $"the field holds bytes that are no {location.Encoding ?? "utf-8"}");
        return whole;

        void Broken(ErrorCode code, int? field, string rule)
        {
            report(new SourceProblem(code, _row, field is { } index ? Name(index) : null, rule));
            whole = false;
        }
    }

    private string[] Names()
    {
        var limit = location.Limits.ColumnCount;
        if (Tokenizer.FieldCount > limit)
            throw SourceException.At(SourceException.ColumnsTooMany, $"the file has {Tokenizer.FieldCount} columns; the limit is {limit}", row: 0);

        var names = new string[Tokenizer.FieldCount];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = Encoding.UTF8.GetString(Tokenizer.FieldBytes(i));
            if (string.IsNullOrWhiteSpace(names[i]))
                throw SourceException.At(SourceException.HeaderBlank, $"column {i + 1} has no name", row: 0);
            if (!seen.Add(names[i]))
                throw SourceException.At(SourceException.HeaderDuplicate, "two columns have this name", row: 0, column: names[i]);
        }

        return names;
    }

    /// <summary>The column's name, or its number while the header is being read or beyond its end.</summary>
    private string Name(int field) => field < _header.Count ? _header[field] : $"{field + 1}";

    /// <summary>The candidate that stands most often in the first line outside quotes; a comma when none does.</summary>
    private static char FindDelimiter(ReadOnlySpan<byte> ahead)
    {
        ReadOnlySpan<char> candidates = [',', ';', '\t', '|'];
        Span<int> counts = [0, 0, 0, 0];
        var quoted = false;
        foreach (var character in ahead)
        {
            if (character == '"') quoted = !quoted;
            if (quoted) continue;
            if (character is (byte)'\r' or (byte)'\n') break;
            var index = candidates.IndexOf((char)character);
            if (index >= 0) counts[index]++;
        }

        var best = 0;
        for (var i = 1; i < counts.Length; i++)
            if (counts[i] > counts[best]) best = i;
        return candidates[best];
    }

    private static string Size(int bytes) => bytes >= 1 << 20 ? $"{bytes >> 20} MiB" : $"{bytes} bytes";
}
