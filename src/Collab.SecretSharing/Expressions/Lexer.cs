namespace Collab.SecretSharing.Expressions;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    Name,
    Number,
    Symbol,
    LineEnd,
    End,
}

/// <summary>A token with its place.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, Place At)
{
    public override string ToString() => Kind switch { TokenKind.End => "the end", TokenKind.LineEnd => "the end of the line", _ => $"'{Text}'" };
}

/// <summary>Cuts a program into tokens (protocols/specs/computation.md, "Language").</summary>
internal static class Lexer
{
    private static readonly string[] Symbols = ["<=", ">=", "==", "!=", "<", ">", "=", "+", "-", "*", "(", ")", "[", "]", ","];

    public static List<Token> Read(string text)
    {
        var tokens = new List<Token>();
        var (line, start, depth) = (1, 0, 0); // in brackets an expression goes on in the next line
        for (var i = 0; i < text.Length;)
        {
            var at = new Place(line, i - start + 1);
            var first = text[i];
            if (first is ' ' or '\t' or '\r') i++;
            else if (first == '#') i = EndOf(text, i, c => c != '\n');
            else if (first is '\n' or ';')
            {
                if (depth == 0) tokens.Add(new(TokenKind.LineEnd, "", at));
                i++;
                if (first == '\n') (line, start) = (line + 1, i);
            }
            else if (char.IsAsciiLetter(first) || first == '_')
            {
                var end = EndOf(text, i, c => char.IsAsciiLetterOrDigit(c) || c == '_');
                tokens.Add(new(TokenKind.Name, text[i..end], at));
                i = end;
            }
            else if (char.IsAsciiDigit(first))
            {
                var end = EndOf(text, i, char.IsAsciiDigit);
                if (end + 1 < text.Length && text[end] == '.' && char.IsAsciiDigit(text[end + 1])) end = EndOf(text, end + 1, char.IsAsciiDigit);
                if (end < text.Length && (char.IsAsciiLetter(text[end]) || text[end] is '_' or '.')) throw at.Error("a number like 12 or 0.5 is expected");
                tokens.Add(new(TokenKind.Number, text[i..end], at));
                i = end;
            }
            else
            {
                var symbol = Array.Find(Symbols, s => string.CompareOrdinal(text, i, s, 0, s.Length) == 0) ?? throw at.Error("a name, a number or an operator is expected");
                depth = symbol is "(" or "[" ? depth + 1 : symbol is ")" or "]" ? Math.Max(0, depth - 1) : depth;
                tokens.Add(new(TokenKind.Symbol, symbol, at));
                i += symbol.Length;
            }
        }

        tokens.Add(new(TokenKind.End, "", new Place(line, text.Length - start + 1)));
        return tokens;
    }

    private static int EndOf(string text, int start, Func<char, bool> belongs)
    {
        while (start < text.Length && belongs(text[start])) start++;
        return start;
    }
}
