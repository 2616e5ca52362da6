using System.Runtime.CompilerServices;
using System.Text;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Data.Csv;

/// <summary>The rows of one reading of CSV, checked for everything that does not depend on a column's type.</summary>
internal sealed class CsvRows(CsvInput input, CsvLimits limits) : IAsyncDisposable
{
    private const int DelimiterSearchSize = 1 << 16; // a header with its delimiters is found within 64 KiB

    private readonly CsvTokenizer _tokenizer = new(input.Utf8, limits);
    private IReadOnlyList<string> _header = [];
    private long _row;
    private bool _isWhole; // the row has all its fields, and they are text

    /// <summary>What stands between two fields; known behind the header.</summary>
    public char Delimiter => (char)_tokenizer.Delimiter;

    /// <summary>Reads the names of the columns from the first row; the delimiter is found here when none is given.</summary>
    public async Task<IReadOnlyList<string>> ReadHeaderAsync(char? delimiter, CancellationToken cancellationToken)
    {
        do await FillAsync(cancellationToken).ConfigureAwait(false);
        while (_tokenizer is { Ahead.Length: < DelimiterSearchSize, InputEnded: false } && !_tokenizer.Ahead.Contains((byte)'\n'));

        if (_tokenizer.Ahead.StartsWith("\uFEFF"u8)) _tokenizer.Skip(3);
        _tokenizer.Delimiter = (byte)(delimiter ?? FindDelimiter(_tokenizer.Ahead));

        var read = await NextAsync(static problem => throw new SourceException(problem), cancellationToken).ConfigureAwait(false);
        if (!read || (_tokenizer.FieldCount == 1 && _tokenizer.FieldBytes(0).IsEmpty))
            throw SourceException.At(SourceException.HeaderMissing, "the file has no header row", row: 0);
        _header = Names();
        return _header;
    }

    /// <summary>Says the names of the columns of an input that has no header row.</summary>
    public void SetHeader(IReadOnlyList<string> names) => (_header, _row) = (names, 1);

    /// <summary>Reads all rows behind the header as batches of the columns at these places.</summary>
    public async IAsyncEnumerable<ColumnBatch> ReadBatchesAsync(
        ColumnSchema[] columns,
        int[] places,
        IReadOnlyList<string> missing,
        Action<SourceProblem> report,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new BatchBuilder(columns, missing);
        while (await NextAsync(report, cancellationToken).ConfigureAwait(false))
        {
            if (_isWhole) AddTo(batch, places, report);
            if (!batch.IsFull && (_isWhole || batch.IsEmpty)) continue;
            yield return batch.Take(); // it is full, or a row is left out and the rows of a batch are consecutive
            cancellationToken.ThrowIfCancellationRequested();
        }

        if (!batch.IsEmpty) yield return batch.Take();
    }

    /// <summary>Goes to the next row and reports what is wrong with it; false at the end.</summary>
    private async ValueTask<bool> NextAsync(Action<SourceProblem> report, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (_tokenizer.Next())
            {
                case CsvToken.Row:
                    _isWhole = Check(report);
                    _row++;
                    return true;
                case CsvToken.NeedsInput:
                    await FillAsync(cancellationToken).ConfigureAwait(false);
                    break;
                case CsvToken.TooLong:
                    report(new(SourceException.RowTooLong, _row, null, $"the row is longer than {Size(limits.RowSize)}"));
                    _isWhole = false;
                    _row++;
                    return true;
                case CsvToken.Unclosed:
                    var (row, column) = _tokenizer.UnclosedField is >= 0 and var field ? (_row, Name(field)) : (_row - 1, null);
                    report(new(SourceException.QuoteUnclosed, row, column, "a quote begins here that is never closed"));
                    return false;
                default:
                    return false;
            }
        }
    }

    /// <summary>Adds the fields of a whole row.</summary>
    private void AddTo(BatchBuilder batch, int[] fields, Action<SourceProblem> report)
    {
        var row = _row - 1;
        for (var i = 0; i < fields.Length; i++)
        {
            var outcome = batch.Add(i, _tokenizer.FieldBytes(fields[i]), _tokenizer.IsQuoted(fields[i]));
            if (outcome.Code is { } code) report(new(code, row, Name(fields[i]), outcome.Rule));
        }

        batch.EndRow(row);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _tokenizer.Dispose();
        await input.Utf8.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _tokenizer.FillAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (input.Translate(e) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Looks for what breaks the row as text; true when its values can be read.</summary>
    private bool Check(Action<SourceProblem> report)
    {
        var whole = true;
        if (_tokenizer.MisplacedQuote >= 0) Broken(SourceException.QuoteMisplaced, _tokenizer.MisplacedQuote, "a quote stands where none may be");
        if (_header.Count != 0 && _tokenizer.FieldCount != _header.Count)
            Broken(SourceException.RowRagged, null, $"the row has {_tokenizer.FieldCount} fields and the header {_header.Count}");
        if (_tokenizer.TooLongField() is >= 0 and var tooLong)
            Broken(SourceException.FieldTooLong, tooLong, $"the field is longer than {Size(limits.FieldSize)}");
        if (_tokenizer.NulField() is >= 0 and var nul) Broken(SourceException.Nul, nul, "the field holds a NUL character");
        if (_tokenizer.UndecodableField(input.UndecodableMark.Span) is >= 0 and var undecodable)
            Broken(SourceException.Encoding, undecodable, $"the field holds bytes that are no {input.Encoding}");
        return whole;

        void Broken(ErrorCode code, int? field, string rule)
        {
            report(new SourceProblem(code, _row, field is { } index ? Name(index) : null, rule));
            whole = false;
        }
    }

    private string[] Names()
    {
        var limit = limits.ColumnCount;
        if (_tokenizer.FieldCount > limit)
            throw SourceException.At(SourceException.ColumnsTooMany, $"the file has {_tokenizer.FieldCount} columns; the limit is {limit}", row: 0);

        var names = new string[_tokenizer.FieldCount];
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = Encoding.UTF8.GetString(_tokenizer.FieldBytes(i));
            if (string.IsNullOrWhiteSpace(names[i]))
                throw SourceException.At(SourceException.HeaderBlank, $"column {i + 1} has no name", row: 0);
            if (!seen.TryAdd(names[i], i)) // by number: when the file has no header, a name is a value
                throw SourceException.At(SourceException.HeaderDuplicate, $"columns {seen[names[i]] + 1} and {i + 1} have one name", row: 0);
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
