using System.Globalization;
using Collab.Primitives;

namespace Collab.SecretSharing.Expressions;

/// <summary>A program that cannot be read or has no meaning, with the place where that shows.</summary>
/// <param name="line">The line, from 1.</param>
/// <param name="column">The column, from 1.</param>
/// <param name="rule">What is wrong and what is expected there.</param>
public sealed class ProgramException(int line, int column, string rule)
    : CollabException(Invalid, string.Create(CultureInfo.InvariantCulture, $"Program, line {line}, column {column}: {rule}."))
{
    /// <summary>The code of all of them.</summary>
    public static readonly ErrorCode Invalid = new(
        "description.program", ErrorKind.InvalidInput, "Correct the program at that place; 'computation.md' has the language.");

    /// <summary>The line, from 1.</summary>
    public int Line => line;

    /// <summary>The column, from 1.</summary>
    public int Column => column;
}
