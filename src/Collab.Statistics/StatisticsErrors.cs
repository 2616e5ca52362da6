using Collab.Primitives;

namespace Collab.Statistics;

/// <summary>The stable codes of what can go wrong with statistics before or beside the protocol.</summary>
public static class StatisticsErrors
{
    /// <summary>A row's level is not in the plan.</summary>
    public static readonly ErrorCode UnknownLevel = new(
        "statistics.unknown-level", ErrorKind.InvalidInput, "Correct the row, or propose the job anew with all levels of the column.");

    /// <summary>The dataset lacks a column of the question, or has it with a type that does not serve.</summary>
    public static readonly ErrorCode ColumnUnfit = new(
        "statistics.column-unfit", ErrorKind.InvalidInput, "Compare the dataset's schema with the columns of the plan.");

    /// <summary>A value does not fit 64 bits at the scale of the plan.</summary>
    public static readonly ErrorCode ValueTooLarge = new(
        "statistics.value-too-large", ErrorKind.InvalidInput, "Correct the row, or propose the job anew with a smaller scale.");

    /// <summary>A response is none that the regression has.</summary>
    public static readonly ErrorCode ResponseUnfit = new(
        "statistics.response-unfit", ErrorKind.InvalidInput, "Correct the row: a count is a whole number from 0 on.");

    /// <summary>More rows than the protocol counts.</summary>
    public static readonly ErrorCode TooManyRows = new(
        "statistics.too-many-rows", ErrorKind.InvalidInput, "Split the dataset and ask for each part by itself.");

    /// <summary>The question contradicts itself.</summary>
    public static readonly ErrorCode QuestionUnfit = new(
        "statistics.question-unfit", ErrorKind.InvalidInput, "Correct the question as the message says and propose the job anew.");

    /// <summary>The opened totals cannot come from any rows: an owner's share is wrong.</summary>
    public static readonly ErrorCode TotalsImpossible = new(
        "statistics.totals-impossible", ErrorKind.Peer, "Compare the transcripts of the run before the job is submitted again.");

    /// <summary>With two owners of whom one receives, the result tells the receiver the other's totals.</summary>
    public static readonly ErrorCode ReceiverIsOwnerOfTwo = new(
        "statistics.receiver-is-owner-of-two", ErrorKind.Refused, "Name a receiver that holds no data, or join a third owner.");
}
