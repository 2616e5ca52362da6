using System.Buffers;
using System.Text.Unicode;

namespace Collab.Data.Csv;

/// <summary>What <see cref="CsvTokenizer.Next"/> came upon.</summary>
internal enum CsvToken
{
    /// <summary>A whole row; its fields can be read until the next call.</summary>
    Row,

    /// <summary>The buffer ends within a row; call <see cref="CsvTokenizer.FillAsync"/>.</summary>
    NeedsInput,

    /// <summary>The row is longer than the limit; it was passed over, or will be as more input comes.</summary>
    TooLong,

    /// <summary>The input ends within quotes.</summary>
    Unclosed,

    /// <summary>Nothing is left.</summary>
    End,
}

/// <summary>
/// Cuts UTF-8 text into the rows and fields of RFC 4180, row by row in one buffer: CRLF, LF or CR ends a row, a quoted field
/// may hold any of them, the last line end may be absent.
/// </summary>
/// <remarks>
/// Memory is one buffer of at most twice the row limit, and two words a column. What is not RFC 4180 is still cut at the
/// next delimiter, and <see cref="MisplacedQuote"/> tells of it, so that a check can go on behind it.
/// </remarks>
internal sealed class CsvTokenizer(Stream utf8, CsvLimits limits) : IDisposable
{
    private const int FirstSize = 1 << 18;
    private const byte Quote = (byte)'"', LineFeed = (byte)'\n', CarriageReturn = (byte)'\r';

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
    private SearchValues<byte> _stops = SearchValues.Create(",\"\r\n"u8);
    private byte _delimiter = (byte)',';
    private int _rowStart, _rowEnd, _next, _end; // row [_rowStart, _rowEnd) without its line end; unread from _next to _end
    private bool _inputEnded;
    private SkipState? _skipping;
    private Field[] _fields = new Field[Math.Min(64, limits.ColumnCount)];

    /// <summary>A field's bytes in the buffer, quotes at the ends cut off.</summary>
    private record struct Field(int Start, int Length, bool Quoted, bool HasPairs);

    private enum SkipState
    {
        FieldStart,
        Plain,
        Quoted,
        QuoteInQuoted,
    }

    /// <summary>Fields of the row; only as many as the column limit can be read.</summary>
    public int FieldCount { get; private set; }

    /// <summary>The first field with a quote where RFC 4180 has none, or −1.</summary>
    public int MisplacedQuote { get; private set; }

    /// <summary>The field that was being read when the input ended within quotes; −1 when it is in a row passed over before.</summary>
    public int UnclosedField { get; private set; }

    /// <summary>The row's bytes, as they stand.</summary>
    public ReadOnlySpan<byte> Row => _buffer.AsSpan(_rowStart, _rowEnd - _rowStart);

    /// <summary>The bytes read so far and not yet cut, for looking ahead.</summary>
    public ReadOnlySpan<byte> Ahead => _buffer.AsSpan(_next, _end - _next);

    /// <summary>Whether all of the input was read.</summary>
    public bool InputEnded => _inputEnded;

    /// <summary>The delimiter; a comma until set. Set before the first row.</summary>
    public byte Delimiter
    {
        get => _delimiter;
        set
        {
            _delimiter = value;
            _stops = SearchValues.Create([value, Quote, LineFeed, CarriageReturn]);
        }
    }

    /// <summary>Skips bytes at the beginning of the input, such as a byte order mark.</summary>
    public void Skip(int count) => _next += count;

    /// <summary>Whether the field was written in quotes.</summary>
    public bool IsQuoted(int field) => _fields[field].Quoted;

    /// <summary>The field's bytes, quotes removed and pairs made single; valid until the next call of <see cref="Next"/>.</summary>
    public ReadOnlySpan<byte> FieldBytes(int field)
    {
        ref var f = ref _fields[field];
        if (f.HasPairs)
        {
            f.Length = Unpair(_buffer.AsSpan(f.Start, f.Length)); // in place: the row is complete and is not cut again
            f.HasPairs = false;
        }

        return _buffer.AsSpan(f.Start, f.Length);
    }

    /// <summary>The first field that is longer than the limit, or −1.</summary>
    public int TooLongField()
    {
        if (_rowEnd - _rowStart <= limits.FieldSize) return -1;
        for (var i = 0; i < KeptCount; i++)
            if (_fields[i].Length > limits.FieldSize) return i;
        return -1;
    }

    /// <summary>The first field whose bytes are not text (or hold the mark for undecodable input), or −1.</summary>
    public int UndecodableField(ReadOnlySpan<byte> mark)
    {
        var whole = Row;
        if (Utf8.IsValid(whole) && (mark.IsEmpty || whole.IndexOf(mark) < 0)) return -1;
        for (var i = 0; i < KeptCount; i++)
        {
            var bytes = FieldBytes(i);
            if (!Utf8.IsValid(bytes) || (!mark.IsEmpty && bytes.IndexOf(mark) >= 0)) return i;
        }

        return 0;
    }

    /// <summary>The first field with a NUL, or −1.</summary>
    public int NulField()
    {
        if (!Row.Contains((byte)0)) return -1;
        for (var i = 0; i < KeptCount; i++)
            if (FieldBytes(i).Contains((byte)0)) return i;
        return 0;
    }

    /// <summary>Goes to the next row.</summary>
    public CsvToken Next()
    {
        if (_skipping is not null) return PassOver();
        if (_next == _end) return _inputEnded ? CsvToken.End : CsvToken.NeedsInput;

        var token = Cut();
        if (token == CsvToken.NeedsInput && _end - _next > limits.RowSize)
        {
            _skipping = SkipState.FieldStart;
            return CsvToken.TooLong;
        }

        return token == CsvToken.Row && _rowEnd - _rowStart > limits.RowSize ? CsvToken.TooLong : token;
    }

    /// <summary>Reads on: at least as much again as waits already, so that a long row is cut a few times and not thousands.</summary>
    public async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        var waiting = _end - _next;
        if (_next > 0 && waiting > 0) _buffer.AsSpan(_next, waiting).CopyTo(_buffer);
        (_next, _end) = (0, waiting);
        if (_buffer.Length < 2 * waiting) Grow();

        var wanted = Math.Min(_buffer.Length, Math.Max(2 * waiting, 1));
        do
        {
            var read = await utf8.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            _inputEnded = read == 0;
            _end += read;
        }
        while (_end < wanted && !_inputEnded);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer, clearArray: true); // the rows must not outlive the reading
        _buffer = [];
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = larger;
    }

    private CsvToken Cut()
    {
        var bytes = _buffer.AsSpan(0, _end);
        var position = _next;
        FieldCount = 0;
        MisplacedQuote = -1;
        while (true)
        {
            var start = position;
            if (position < bytes.Length && bytes[position] == Quote)
            {
                position = CutQuoted(bytes, position);
                if (position < 0) return AtEnd(CsvToken.Unclosed);
            }
            else
            {
                position = CutPlain(bytes, position);
                Add(new Field(start, position - start, Quoted: false, HasPairs: false));
            }

            if (position == bytes.Length)
            {
                if (!_inputEnded) return CsvToken.NeedsInput;
                return Finish(position, position);
            }

            var stop = bytes[position];
            if (stop == _delimiter)
            {
                position++;
                continue;
            }

            var lineEnd = position + 1;
            if (stop == CarriageReturn)
            {
                if (lineEnd == bytes.Length && !_inputEnded) return CsvToken.NeedsInput; // a line feed may follow
                if (lineEnd < bytes.Length && bytes[lineEnd] == LineFeed) lineEnd++;
            }

            return Finish(position, lineEnd);
        }
    }

    /// <summary>To the delimiter or line end behind an unquoted field, or to the end of the bytes.</summary>
    private int CutPlain(ReadOnlySpan<byte> bytes, int position)
    {
        while (true)
        {
            var length = bytes[position..].IndexOfAny(_stops);
            if (length < 0) return bytes.Length;
            position += length;
            if (bytes[position] != Quote) return position;
            if (MisplacedQuote < 0) MisplacedQuote = FieldCount;
            position++;
        }
    }

    /// <summary>To the delimiter or line end behind a quoted field; −1 when the bytes end within the quotes.</summary>
    private int CutQuoted(ReadOnlySpan<byte> bytes, int open)
    {
        var position = open + 1;
        var pairs = false;
        while (true)
        {
            var length = bytes[position..].IndexOf(Quote);
            if (length < 0) return -1;
            position += length + 1;
            if (position == bytes.Length && !_inputEnded) return -1; // whether a second quote follows is not known yet
            if (position == bytes.Length || bytes[position] != Quote) break;
            pairs = true;
            position++;
        }

        Add(new Field(open + 1, position - open - 2, Quoted: true, pairs));
        if (position == bytes.Length || bytes[position] == _delimiter || bytes[position] is LineFeed or CarriageReturn) return position;

        if (MisplacedQuote < 0) MisplacedQuote = FieldCount - 1;
        var rest = bytes[position..].IndexOfAny([_delimiter, LineFeed, CarriageReturn]);
        return rest < 0 ? bytes.Length : position + rest;
    }

    private CsvToken AtEnd(CsvToken token)
    {
        if (!_inputEnded) return CsvToken.NeedsInput;
        UnclosedField = FieldCount;
        _next = _end;
        return token;
    }

    private CsvToken Finish(int rowEnd, int next)
    {
        (_rowStart, _rowEnd, _next) = (_next, rowEnd, next);
        return CsvToken.Row;
    }

    private void Add(Field field)
    {
        if (FieldCount < limits.ColumnCount) // fields beyond are only counted: the row is refused
        {
            if (FieldCount == _fields.Length) Array.Resize(ref _fields, Math.Min(2 * _fields.Length, limits.ColumnCount));
            _fields[FieldCount] = field;
        }

        FieldCount++;
    }

    /// <summary>Passes over the rest of a row that is too long, piece by piece, keeping in mind only whether it is within quotes.</summary>
    private CsvToken PassOver()
    {
        while (_next < _end)
        {
            var bytes = _buffer.AsSpan(_next, _end - _next);
            var length = _skipping switch
            {
                SkipState.Quoted => bytes.IndexOf(Quote),
                SkipState.Plain => bytes.IndexOfAny([_delimiter, LineFeed, CarriageReturn]),
                _ => 0,
            };
            if (length < 0)
            {
                _next = _end;
                break;
            }

            var stop = bytes[length];
            _next += length + 1;
            if (_skipping != SkipState.Quoted && stop is LineFeed or CarriageReturn)
            {
                // A line feed behind a carriage return that ends the buffer would be read as an empty row: wait for it.
                if (stop == CarriageReturn && _next == _end && !_inputEnded)
                {
                    _next--;
                    _skipping = SkipState.Plain;
                    return CsvToken.NeedsInput;
                }

                if (stop == CarriageReturn && _next < _end && _buffer[_next] == LineFeed) _next++;
                _skipping = null;
                return Next();
            }

            _skipping = (_skipping, stop) switch
            {
                (SkipState.Quoted, _) => SkipState.QuoteInQuoted,
                (SkipState.FieldStart or SkipState.QuoteInQuoted, Quote) => SkipState.Quoted,
                (_, var other) when other == _delimiter => SkipState.FieldStart,
                _ => SkipState.Plain,
            };
        }

        if (!_inputEnded) return CsvToken.NeedsInput;
        var within = _skipping == SkipState.Quoted;
        _skipping = null;
        UnclosedField = -1;
        return within ? CsvToken.Unclosed : CsvToken.End;
    }

    private int KeptCount => Math.Min(FieldCount, limits.ColumnCount);

    private static int Unpair(Span<byte> bytes)
    {
        var written = 0;
        var read = 0;
        while (true)
        {
            var length = bytes[read..].IndexOf(Quote);
            if (length < 0) break;
            bytes.Slice(read, length + 1).CopyTo(bytes[written..]);
            written += length + 1;
            read += length + 2; // every quote within a quoted field has a second one behind it
        }

        bytes[read..].CopyTo(bytes[written..]);
        return written + bytes.Length - read;
    }
}
