using System.Globalization;
using Collab.Primitives;

namespace Collab.SecretSharing.Expressions;

/// <summary>How a computation fails beyond what the protocol reports itself.</summary>
public static class ProgramErrors
{
    /// <summary>A party has no row, or all together have fewer than the program takes.</summary>
    public static readonly ErrorCode RowsTooFew = new(
        "data.rows-too-few", ErrorKind.InvalidInput, "Bring at least one row of each party, and as many in all as the program takes by number.");

    /// <summary>A value outside of the range that the job declares.</summary>
    public static readonly ErrorCode OutOfRange = new(
        "data.out-of-range", ErrorKind.InvalidInput, "Correct the value, or declare a range that holds it and submit the job again.");

    /// <summary>A missing value in a job that refuses them.</summary>
    public static readonly ErrorCode ValueMissing = new(
        "data.value-missing", ErrorKind.InvalidInput, "Fill the value in, or ask with 'missing: skip-row'.");

    internal static CollabException TooFewRows(int wanted) =>
        new(RowsTooFew, string.Create(CultureInfo.InvariantCulture, $"The program takes {wanted} rows, and there are fewer."));
}
