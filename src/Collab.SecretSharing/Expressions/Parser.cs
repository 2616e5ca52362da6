using System.Globalization;
using System.Numerics;

namespace Collab.SecretSharing.Expressions;

/// <summary>Reads a program by recursive descent (protocols/specs/computation.md, "Language").</summary>
internal sealed class Parser
{
    private const int Deepest = 200, MostTokens = 5_000, MostNumberDigits = 40;

    private readonly List<Token> _tokens;
    private int _next, _depth;

    private Parser(string text)
    {
        _tokens = Lexer.Read(text);
        if (_tokens.Count > MostTokens) throw _tokens[MostTokens].At.Error("a shorter program is expected");
    }

    private Token Current => _tokens[_next];

    public static IReadOnlyList<Statement> Read(string text)
    {
        var parser = new Parser(text);
        var statements = new List<Statement>();
        while (true)
        {
            while (parser.Current.Kind == TokenKind.LineEnd) parser._next++;
            if (parser.Current.Kind == TokenKind.End) return statements;
            statements.Add(parser.ReadStatement());
        }
    }

    private Statement ReadStatement()
    {
        var opened = TryWord("open");
        var name = Current;
        if (name.Kind != TokenKind.Name) throw Expected(opened ? "the name of what is opened" : "'open' or a name");
        _next++;
        Require("=");
        var statement = new Statement(name.At, name.Text, Or(), opened);
        return Current.Kind is TokenKind.LineEnd or TokenKind.End ? statement : throw Expected("an operator or the end of the line");
    }

    private Syntax Or() => Chain(And, "or");

    private Syntax And() => Chain(Not, "and");

    private Syntax Not()
    {
        var at = Current.At;
        if (!TryWord("not")) return Comparison();
        using var _ = Deeper(at);
        return new Syntax.Call(at, "not", [Not()]);
    }

    private Syntax Comparison()
    {
        var left = Sum();
        var operation = Current;
        if (!(operation.Kind == TokenKind.Symbol && operation.Text is "<" or "<=" or ">" or ">=" or "==" or "!=")) return left;
        _next++;
        return new Syntax.Call(operation.At, operation.Text, [left, Sum()]);
    }

    private Syntax Sum() => Chain(Product, "+", "-");

    private Syntax Product() => Chain(Signed, "*");

    private Syntax Signed()
    {
        var at = Current.At;
        if (!TrySymbol("-")) return Element();
        using var _ = Deeper(at);
        return new Syntax.Call(at, "negate", [Signed()]);
    }

    private Syntax Element()
    {
        var value = Primary();
        var at = Current.At;
        if (!TrySymbol("[")) return value;
        var index = Or();
        Require("]");
        return new Syntax.Call(at, "[]", [value, index]);
    }

    private Syntax Primary()
    {
        var token = Current;
        using var _ = Deeper(token.At);
        if (TrySymbol("("))
        {
            var inner = Or();
            Require(")");
            return inner;
        }

        if (token.Kind == TokenKind.Number)
        {
            _next++;
            return Number(token);
        }

        if (token.Kind != TokenKind.Name || token.Text is "and" or "or" or "not" or "open") throw Expected("a value");
        _next++;
        if (!TrySymbol("(")) return new Syntax.Name(token.At, token.Text);
        var arguments = new List<Syntax>();
        do arguments.Add(Or());
        while (TrySymbol(","));
        Require(")");
        return new Syntax.Call(token.At, token.Text, arguments);
    }

    private static Syntax.Number Number(Token token)
    {
        if (token.Text.Length > MostNumberDigits) throw token.At.Error("a number of fewer digits is expected");
        var point = token.Text.IndexOf('.', StringComparison.Ordinal);
        return new(token.At, BigInteger.Parse(token.Text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture), point < 0 ? 0 : token.Text.Length - point - 1);
    }

    private Syntax Chain(Func<Syntax> operand, params string[] operators)
    {
        var left = operand();
        for (var length = 0; Current.Kind is TokenKind.Symbol or TokenKind.Name && operators.Contains(Current.Text); length++)
        {
            if (length == Deepest) throw Current.At.Error("a shorter chain of operators is expected");
            var operation = _tokens[_next++];
            left = new Syntax.Call(operation.At, operation.Text, [left, operand()]);
        }

        return left;
    }

    private bool TryWord(string word) => Try(TokenKind.Name, word);

    private bool TrySymbol(string symbol) => Try(TokenKind.Symbol, symbol);

    private bool Try(TokenKind kind, string text)
    {
        if (Current.Kind != kind || Current.Text != text) return false;
        _next++;
        return true;
    }

    private void Require(string symbol)
    {
        if (!TrySymbol(symbol)) throw Expected($"'{symbol}'");
    }

    private ProgramException Expected(string what) => Current.At.Error($"{what} is expected, not {Current}");

    // What a peer's plan says must not exhaust the stack.
    private Depth Deeper(Place at) => ++_depth <= Deepest ? new Depth(this) : throw at.Error("less nesting is expected");

    private readonly struct Depth(Parser parser) : IDisposable
    {
        public void Dispose() => parser._depth--;
    }
}
