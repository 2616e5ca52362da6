using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What the receivers of an intersection are told: a closed set, from which rows match to no more than a number.</summary>
public abstract record Reveal
{
    /// <summary>Which rows of the receiver match, and by which of the alternative keys.</summary>
    public sealed record Rows : Reveal;

    /// <summary>
    /// Which rows of the receiver do not match, or not by every alternative key, and how many keys the other has that the receiver has
    /// not. The same knowledge as <see cref="Rows"/>, told the other way round: the breaks of a reconciliation.
    /// </summary>
    public sealed record Differences : Reveal;

    /// <summary>How many keys match, and not which.</summary>
    public sealed record Cardinality : Reveal;

    /// <summary>Statistics over the matching rows of one owner, and not which they are.</summary>
    /// <param name="Of">The owner of the columns.</param>
    /// <param name="Measures">The columns described.</param>
    /// <param name="Statistics">What is told of each: count, sum, mean, variance or standard deviation, in this order.</param>
    /// <param name="Minimum">With fewer matches than this nothing is told but that; at least 1.</param>
    public sealed record Aggregates(
        PartyId Of, IReadOnlyList<Measure> Measures, IReadOnlyList<Statistic> Statistics, int Minimum) : Reveal;

    /// <summary>Which rows of the receiver match, and some columns of the other owner for each.</summary>
    /// <param name="Of">The owner of the columns, who is not the receiver.</param>
    /// <param name="Columns">The columns told.</param>
    public sealed record Join(PartyId Of, IReadOnlyList<string> Columns) : Reveal;

    /// <summary>
    /// Which rows of the receiver came to match and which ceased to, since the run before: of a standing job, whose every run takes the
    /// datasets as they are then. The first run tells all matches.
    /// </summary>
    public sealed record Changes : Reveal;

    /// <summary>
    /// Which of the other owners hold each record of the receiver, who asks for few at a time: of a standing job, whose every run is a check.
    /// </summary>
    public sealed record Holders : Reveal;

    /// <summary>Whether each run takes the datasets as they are registered then, and not as they were when the job was planned.</summary>
    public bool IsStanding => this is Changes or Holders;

    /// <summary>The word in a job description or a policy.</summary>
    public string Name => GetType().Name.ToLowerInvariant();

    /// <summary>All words, in the order of what they tell.</summary>
    public static IReadOnlyList<string> Names { get; } = ["rows", "differences", "cardinality", "aggregates", "join", "changes", "holders"];

    /// <summary>Statistics that follow from count, Σx and Σx² and so can be told of matches without telling them.</summary>
    public static bool IsOfMoments(Statistic statistic) => statistic is not (Statistic.Minimum or Statistic.Maximum);
}
