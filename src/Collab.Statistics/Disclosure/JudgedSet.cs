namespace Collab.Statistics.Disclosure;

/// <summary>A set of rows that a question asked about, with what became of it.</summary>
/// <param name="Set">The set.</param>
/// <param name="State">What became of it.</param>
public sealed record JudgedSet(AnsweredSet Set, AnswerState State)
{
    /// <summary>Whether sums over its rows were told.</summary>
    public bool IsTold => State is AnswerState.Told or AnswerState.Implied;
}
