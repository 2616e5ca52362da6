using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>How a bank's own transfers can be unsuited for a trace. What others do wrong is a fault of a peer, or a finding of the result.</summary>
public static class TraceErrors
{
    /// <summary>Two transfers the same way with the same bank have one reference.</summary>
    public static readonly ErrorCode ReferenceRepeated = new(
        "trace.reference-repeated", ErrorKind.InvalidInput, "Give each transfer with a bank one reference that both banks use, and register the dataset again.");

    /// <summary>A value that is missing, too long or no such value.</summary>
    public static readonly ErrorCode ValueUnsuited = new(
        "trace.value-unsuited", ErrorKind.InvalidInput, "Correct the row that the message names and register the dataset again; 'trace.md' says what the columns hold.");

    /// <summary>More transfers are traced than the plan allows a bank.</summary>
    public static readonly ErrorCode TooMany = new(
        "trace.too-many", ErrorKind.Refused, "Trace fewer transfers in one run, or submit a job with more 'traces'.");
}
