using Collab.Primitives;

namespace Collab.Pir.Keyword;

/// <summary>How a table for retrieval by keyword cannot be made or asked.</summary>
public static class KeywordErrors
{
    /// <summary>A key that stands in several records.</summary>
    public static readonly ErrorCode DuplicateKey = new(
        "retrieval.duplicate-key", ErrorKind.InvalidInput, "Keep one record for each key, or join their values into one.");

    /// <summary>A value that is longer than the table was made for.</summary>
    public static readonly ErrorCode ValueTooLong = new(
        "retrieval.value-too-long", ErrorKind.InvalidInput, "Ask for fewer or shorter columns, or make the table anew with room for the longest value.");

    /// <summary>More records than the table was made for.</summary>
    public static readonly ErrorCode TableFull = new(
        "retrieval.table-full", ErrorKind.InvalidInput, "Make the table anew with room for more records.");

    /// <summary>A client that has asked as often as it may.</summary>
    public static readonly ErrorCode QuotaSpent = new(
        "retrieval.quota-spent", ErrorKind.Refused, "Ask the owner for a grant of more queries.");
}
