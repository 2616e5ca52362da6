namespace Collab.Statistics.Disclosure;

/// <summary>A set of rows of a question, and those that its totals count besides.</summary>
/// <param name="Set">The set.</param>
/// <param name="Implied">Of its rows, those with the second value of a column of numbers that has but two, and of each two such columns: Σx and Σxy count them.</param>
public sealed record AnsweredCell(AnsweredSet Set, IReadOnlyList<AnsweredSet> Implied);
