using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What a job computes: a closed set, one record per kind.</summary>
public abstract record Question
{
    /// <summary>The kind of job that asks it, as a description names it.</summary>
    public abstract string Kind { get; }

    /// <summary>Whether each run takes the datasets as they are registered then, and not as they were when the job was planned.</summary>
    public virtual bool IsStanding => false;

    /// <summary>Parties that help to compute with no rows of their own and no result; mostly none.</summary>
    public virtual IReadOnlyList<PartyId> Servers => [];

    /// <summary>Whether, where consent is required, an owner's rows are taken by it; mostly of every owner.</summary>
    public virtual bool AsksConsentOf(PartyId owner) => true;
}

/// <summary>Statistics over rows that several owners hold side by side, with one set of columns.</summary>
/// <param name="Measures">The columns described.</param>
/// <param name="GroupBy">The grouping, or null for one group of all rows.</param>
/// <param name="Statistics">What is told of each measure in each group, in this order.</param>
/// <param name="MinimumGroupSize">A cell that rests on fewer rows than this, over all owners, is withheld; at least 1.</param>
/// <param name="Dominance">When a cell is withheld because few of its rows make up its sum; null for no such rule. Only where sums are told.</param>
public sealed record StatisticsQuestion(
    IReadOnlyList<Measure> Measures, GroupBy? GroupBy, IReadOnlyList<Statistic> Statistics, int MinimumGroupSize, DominanceRule? Dominance = null) : Question
{
    /// <inheritdoc/>
    public override string Kind => "statistics";

    /// <summary>The noise of a differentially private answer; null for the exact one. With it, noisy counts are held against the minimum.</summary>
    public PrivacyChoice? Privacy { get; init; }

    /// <summary>Whether the total of all groups is told beside them; where a group of an exact answer is withheld, another one is withheld with it, or the total.</summary>
    public bool Total { get; init; }

    /// <summary>The column that names whose a row is, so that <see cref="MinimumGroupSize"/> counts contributors and not rows; null where each row counts. Never with <see cref="Privacy"/>.</summary>
    public string? Contributor { get; init; }

    /// <summary>Whether the contributor is named by a column with no other part, in an answer without noise.</summary>
    public bool FitsContributor => Contributor is { Length: > 0 } column && Privacy is null && column != GroupBy?.Column && Measures.All(measure => measure.Column != column);

    /// <summary>The levels in order; one unnamed level when there is no grouping.</summary>
    public IReadOnlyList<string> Levels => GroupBy?.Levels ?? [""];

    /// <summary>Whether what is asked tells Σx² of a cell.</summary>
    public bool TellsSquares => Statistics.Any(s => s is Statistic.Variance or Statistic.StandardDeviation);

    /// <summary>Whether what is asked tells Σx of a cell.</summary>
    public bool TellsSums => TellsSquares || Statistics.Any(s => s is Statistic.Sum or Statistic.Mean);

    /// <summary>Whether a total may stand beside what is asked: of groups, and no value of single rows, which tells of a withheld group beside that of all.</summary>
    public bool FitsTotal => GroupBy is { } by && !by.Levels.Contains("") && !Statistics.Any(s => s is Statistic.Minimum or Statistic.Maximum);

    /// <summary>Whether it can be said with the fields of the first version, and then it is said so.</summary>
    internal bool IsPlain => Dominance is null && !Total && Contributor is null;
}

/// <summary>A column to be described, with the scale all owners carry it at (the largest of theirs).</summary>
/// <param name="Column">Its name, the same with every owner.</param>
/// <param name="Scale">Decimal digits behind the point, 0 to <see cref="ColumnSchema.MaximumScale"/>.</param>
public sealed record Measure(string Column, int Scale);

/// <summary>A grouping by one column whose levels are public and stand in the plan.</summary>
/// <param name="Column">Its name, the same with every owner.</param>
/// <param name="Levels">The values a row may have, as text; a row with another value fails the job at its owner.</param>
public sealed record GroupBy(string Column, IReadOnlyList<string> Levels);

/// <summary>A descriptive statistic.</summary>
public enum Statistic
{
    /// <summary>Rows that have a value.</summary>
    Count = 1,

    /// <summary>Σx.</summary>
    Sum = 2,

    /// <summary>Σx / n.</summary>
    Mean = 3,

    /// <summary>Sample variance, (n·Σx² − (Σx)²) / (n·(n − 1)).</summary>
    Variance = 4,

    /// <summary>The square root of <see cref="Variance"/>.</summary>
    StandardDeviation = 5,

    /// <summary>The smallest value.</summary>
    Minimum = 6,

    /// <summary>The largest value.</summary>
    Maximum = 7,
}
