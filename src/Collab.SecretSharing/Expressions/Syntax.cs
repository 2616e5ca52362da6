using System.Numerics;

namespace Collab.SecretSharing.Expressions;

/// <summary>A place in the text of a program, both from 1.</summary>
internal readonly record struct Place(int Line, int Column)
{
    public ProgramException Error(string rule) => new(Line, Column, rule);
}

/// <summary>An expression as it is written.</summary>
internal abstract record Syntax(Place At)
{
    /// <summary>A number, as whole units of 10^(−Scale).</summary>
    public sealed record Number(Place At, BigInteger Units, int Scale) : Syntax(At);

    /// <summary>A name.</summary>
    public sealed record Name(Place At, string Text) : Syntax(At);

    /// <summary>A function with its arguments; operators are functions, too.</summary>
    public sealed record Call(Place At, string Function, IReadOnlyList<Syntax> Arguments) : Syntax(At);
}

/// <summary>A line of a program: a name given to a value, which is opened or not.</summary>
internal sealed record Statement(Place At, string Name, Syntax Value, bool IsOpened);
