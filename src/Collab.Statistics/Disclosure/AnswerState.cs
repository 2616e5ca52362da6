namespace Collab.Statistics.Disclosure;

/// <summary>What became of a set of rows that a question asked about. The number is that of the encoding.</summary>
public enum AnswerState
{
    /// <summary>It was told, or has to be taken for told.</summary>
    Told = 0,

    /// <summary>Nobody asked for it, but a total of a column with two values counts these rows: Σ of zeros and ones.</summary>
    Implied = 1,

    /// <summary>It was not told, and what it would tell rests on enough rows: a group that covers others, a whole that no answer gave.</summary>
    Untold = 2,

    /// <summary>It was withheld: too few rows, or few that make up its sum.</summary>
    Withheld = 3,

    /// <summary>The whole of an answer whose told groups lack nothing but withheld ones: told, it gives those.</summary>
    Completing = 4,
}
