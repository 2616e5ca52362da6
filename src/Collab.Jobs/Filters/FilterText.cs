using System.Globalization;
using System.Text.RegularExpressions;

namespace Collab.Jobs;

/// <summary>Reads a filter as a person writes it, by recursive descent (protocols/specs/filter.md, "Language").</summary>
/// <remarks>Bounded: 8,192 letters, nesting of 32, 256 comparisons, 1,000 constants.</remarks>
public sealed partial class FilterText
{
    private const int LongestText = 8_192;

    private static readonly string[] Words = ["and", "or", "not", "in", "is", "missing"];
    private static readonly Dictionary<string, Comparison> Symbols = new() { ["<"] = Comparison.Less, ["<="] = Comparison.AtMost, [">"] = Comparison.More, [">="] = Comparison.AtLeast };

    private readonly string _text;
    private Match _token;
    private int _at, _depth; // where the token begins, white space before it included

    private FilterText(string text)
    {
        if (text.Length > LongestText) throw Error(LongestText, "a shorter condition is expected");
        for (var i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i]))) throw Error(i, "a whole letter is expected");
        _text = text;
        _token = Token().Match(text);
    }

    /// <summary>Reads a filter.</summary>
    /// <exception cref="FormatException">It is none; the message has the place and what is expected there, as in "at letter 5 a comparison is expected".</exception>
    public static RowFilter Parse(string text)
    {
        var parser = new FilterText(text);
        var filter = parser.Or();
        if (!parser._token.Groups["end"].Success) throw parser.Expected("'and', 'or' or the end");
        return filter.IsInBounds ? filter : throw Error(0, "at most 256 comparisons, 1,000 constants and 32 levels are expected");
    }

    /// <summary>A column's name as it is written in a filter: in double quotes unless it is letters, digits and '_', and no word of the language.</summary>
    internal static string NameOf(string column) =>
        PlainName().IsMatch(column) && !Words.Contains(column) ? column : $"\"{column.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    internal static string SymbolOf(Comparison comparison) => Symbols.Single(symbol => symbol.Value == comparison).Key;

    // Exactly one of the groups is matched; "end" also where nothing else is, with text left over.
    [GeneratedRegex(
        """\G\s*(?:(?<name>[A-Za-z_][A-Za-z0-9_]*)|"(?<column>(?:[^"]|"")+)"|'(?<text>(?:[^']|'')*)'|(?<number>-?[0-9]+(?:\.[0-9]+)?)(?![A-Za-z0-9_.])|(?<symbol><=|>=|<>|!=|==|=|<|>|\(|\)|,)|(?<end>\z))""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Token();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();

    private RowFilter Or() => Chain("or", And, RowFilter.Some);

    private RowFilter And() => Chain("and", Not, RowFilter.Every);

    private RowFilter Chain(string word, Func<RowFilter> operand, Func<IReadOnlyList<RowFilter>, RowFilter> combine)
    {
        var parts = new List<RowFilter> { operand() };
        while (TryWord(word)) parts.Add(operand());
        return combine(parts);
    }

    private RowFilter Not() => TryWord("not") ? Deeper(Not).Not() : Primary();

    private RowFilter Primary()
    {
        if (!TrySymbol("(")) return Leaf();
        var inner = Deeper(Or);
        return TrySymbol(")") ? inner : throw Expected("')'");
    }

    private RowFilter Leaf()
    {
        var column = Column();
        if (TryWord("is"))
        {
            var isNegated = TryWord("not");
            return TryWord("missing") ? new RowFilter.Missing(column, isNegated) : throw Expected("'missing'");
        }

        var isNot = TryWord("not");
        if (TryWord("in")) return isNot ? In(column).Not() : In(column);
        var symbol = _token.Groups["symbol"].Value;
        if (isNot || symbol is "" or "(" or ")" or ",") throw Expected(isNot ? "'in'" : "a comparison");
        Next();
        var constant = Constant();
        return symbol switch
        {
            "=" or "==" => RowFilter.In(column, [constant]),
            "<>" or "!=" => RowFilter.In(column, [constant]).Not(),
            _ => new RowFilter.Compared(column, Symbols[symbol], constant),
        };
    }

    private RowFilter In(string column)
    {
        if (!TrySymbol("(")) throw Expected("'('");
        var values = new List<FilterConstant>();
        do
        {
            var at = _at;
            values.Add(Constant());
            if (values[0].GetType() != values[^1].GetType()) throw Error(at, "constants of one type are expected");
        }
        while (TrySymbol(","));
        return TrySymbol(")") ? RowFilter.In(column, values) : throw Expected("',' or ')'");
    }

    private string Column()
    {
        var (name, quoted) = (_token.Groups["name"], _token.Groups["column"]);
        if (!quoted.Success && (!name.Success || Words.Contains(name.Value))) throw Expected("a column");
        Next();
        return quoted.Success ? quoted.Value.Replace("\"\"", "\"", StringComparison.Ordinal) : name.Value;
    }

    private FilterConstant Constant()
    {
        var (text, number) = (_token.Groups["text"], _token.Groups["number"]);
        if (!text.Success && !number.Success) throw Expected("a number, or a text in single quotes");
        if (text.Length > FilterConstant.LongestText) throw Here("a shorter text is expected");
        var digits = number.Value.Replace(".", "", StringComparison.Ordinal);
        if (digits.TrimStart('-').Length > FilterConstant.MostDigits) throw Here("a number of at most 18 digits is expected");
        Next();
        if (text.Success) return new FilterConstant.Text(text.Value.Replace("''", "'", StringComparison.Ordinal));
        var point = number.Value.IndexOf('.', StringComparison.Ordinal);
        return new FilterConstant.Number(long.Parse(digits, CultureInfo.InvariantCulture), point < 0 ? 0 : number.Length - point - 1);
    }

    private bool TryWord(string word) => Try("name", word);

    private bool TrySymbol(string symbol) => Try("symbol", symbol);

    private bool Try(string kind, string text)
    {
        if (_token.Groups[kind].Value != text) return false;
        Next();
        return true;
    }

    private void Next()
    {
        _at = _token.Index + _token.Length;
        _token = Token().Match(_text, _at);
    }

    // What stands in a description must not exhaust the stack.
    private RowFilter Deeper(Func<RowFilter> read)
    {
        if (++_depth >= RowFilter.Deepest) throw Here("less nesting is expected");
        var filter = read();
        _depth--;
        return filter;
    }

    private FormatException Expected(string what) => Here($"{what} is expected");

    private FormatException Here(string rule)
    {
        var at = _at;
        while (at < _text.Length && char.IsWhiteSpace(_text[at])) at++;
        return Error(at, rule);
    }

    private static FormatException Error(int at, string rule) => new(string.Create(CultureInfo.InvariantCulture, $"at letter {at + 1} {rule}"));
}
