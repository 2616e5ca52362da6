namespace Collab.Jobs;

/// <summary>Statistical analyses over rows that several owners hold side by side, with one set of columns; or over the matching rows of two with different columns.</summary>
/// <param name="Analyses">What is asked, in order; at least one.</param>
/// <param name="MinimumGroupSize">An analysis with a cell that rests on fewer rows than this, over all owners, is withheld; at least 1.</param>
public sealed record AnalysisQuestion(IReadOnlyList<Analysis> Analyses, int MinimumGroupSize) : Question
{
    /// <inheritdoc/>
    public override string Kind => Join is null ? "analysis" : "joined-analysis";

    /// <summary>Who holds which column, where two owners join their rows by a key; null where rows stand side by side.</summary>
    public JoinedTables? Join { get; init; }

    /// <summary>The columns an owner reads, each once.</summary>
    public IReadOnlyList<string> Columns => [.. Analyses.SelectMany(analysis => analysis.Columns).Distinct()];
}

/// <summary>One analysis: a closed set, one record per procedure of R that it stands for.</summary>
public abstract record Analysis
{
    /// <summary>The columns it needs of a row; a row without one of them is left out.</summary>
    public abstract IReadOnlyList<string> Columns { get; }

    /// <summary>Whether columns, levels and times suit the procedure.</summary>
    public bool IsSound => AnalysisEncoding.IsSound(this);

    /// <summary>Tests of means: <c>t.test</c>, <c>aov</c>.</summary>
    /// <param name="Value">The column.</param>
    /// <param name="Groups">The samples; null for one sample.</param>
    /// <param name="Test">Which test.</param>
    /// <param name="Null">The mean under the null hypothesis of one sample, in units of the value's scale; 0 otherwise.</param>
    public sealed record Means(Measure Value, GroupBy? Groups, MeanTest Test, long Null) : Analysis
    {
        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns => Groups is null ? [Value.Column] : [Value.Column, Groups.Column];
    }

    /// <summary>A t-test of two columns of the same row.</summary>
    /// <param name="First">One column.</param>
    /// <param name="Second">The other, at the same scale.</param>
    public sealed record PairedMeans(Measure First, Measure Second) : Analysis
    {
        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns => [First.Column, Second.Column];
    }

    /// <summary>Tests of a contingency table: <c>chisq.test</c>, <c>fisher.test</c>, ratios.</summary>
    /// <param name="Rows">One classification.</param>
    /// <param name="Across">The other.</param>
    /// <param name="Test">Which test.</param>
    public sealed record Table(GroupBy Rows, GroupBy Across, TableTest Test) : Analysis
    {
        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns => [Rows.Column, Across.Column];
    }

    /// <summary>Pearson's correlation and the covariance: <c>cor.test</c>, <c>cov</c>.</summary>
    /// <param name="X">One column.</param>
    /// <param name="Y">The other.</param>
    public sealed record Correlation(Measure X, Measure Y) : Analysis
    {
        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns => [X.Column, Y.Column];
    }

    /// <summary>Skewness and kurtosis.</summary>
    /// <param name="Value">The column.</param>
    public sealed record Shape(Measure Value) : Analysis
    {
        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns => [Value.Column];
    }

    /// <summary>Linear regression with an intercept: <c>lm</c>.</summary>
    /// <param name="Response">The column explained.</param>
    /// <param name="Covariates">The columns that explain it.</param>
    public sealed record Linear(Measure Response, IReadOnlyList<Measure> Covariates) : Analysis
    {
        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns => [Response.Column, .. Covariates.Select(c => c.Column)];
    }

    /// <summary>Logistic regression with an intercept: <c>glm</c>, binomial.</summary>
    /// <param name="Response">The column explained: the first level is 0, the second 1.</param>
    /// <param name="Covariates">The columns that explain it.</param>
    public sealed record Logistic(GroupBy Response, IReadOnlyList<Measure> Covariates) : Analysis
    {
        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns => [Response.Column, .. Covariates.Select(c => c.Column)];
    }

    /// <summary>Poisson regression with an intercept: <c>glm</c>, poisson.</summary>
    /// <param name="Response">The counts explained: whole numbers from 0 on.</param>
    /// <param name="Covariates">The columns that explain it.</param>
    public sealed record Poisson(Measure Response, IReadOnlyList<Measure> Covariates) : Analysis
    {
        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns => [Response.Column, .. Covariates.Select(c => c.Column)];
    }

    /// <summary>Survival by Kaplan and Meier, and the log-rank test between groups: <c>survfit</c>, <c>survdiff</c>.</summary>
    /// <param name="Time">Time of follow-up; whole units of the scale.</param>
    /// <param name="Event">Whether the event ended it: the first level is no, the second yes.</param>
    /// <param name="Groups">The groups compared; null for one curve.</param>
    /// <param name="Ends">The ends of the intervals of time that are told, ascending, in units of the time's scale; a time counts at the first end not before it, one after the last as followed to the last.</param>
    public sealed record Survival(Measure Time, GroupBy Event, GroupBy? Groups, IReadOnlyList<long> Ends) : Analysis
    {
        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns => [Time.Column, Event.Column, .. Groups is null ? Array.Empty<string>() : [Groups.Column]];
    }

    /// <summary>Is the share of rows with a property what is supposed? <c>prop.test</c> and <c>binom.test</c> of one sample.</summary>
    /// <param name="Property">The property: the first level is no, the second yes.</param>
    /// <param name="Null">The share under the null hypothesis, in units of 10^(−<paramref name="Scale"/>); between 0 and 1.</param>
    /// <param name="Scale">Decimals of <paramref name="Null"/>, 1 to 9.</param>
    public sealed record Proportion(GroupBy Property, long Null, int Scale) : Analysis
    {
        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns => [Property.Column];
    }

    /// <summary>Quantiles of a column as they are, group by group: <c>quantile(type = 7)</c>, <c>median</c>.</summary>
    /// <param name="Value">The column.</param>
    /// <param name="Groups">The groups; null for one.</param>
    /// <param name="Probabilities">What share of the rows lies below, ascending, in units of 10^(−<paramref name="Scale"/>); between 0 and 1, both excluded.</param>
    /// <param name="Scale">Decimals of <paramref name="Probabilities"/>, 1 to 9.</param>
    /// <param name="Low">The smallest value that a row may have, in units of the value's scale: a public range makes the search short. A row outside fails the job.</param>
    /// <param name="High">The largest; above <paramref name="Low"/>.</param>
    public sealed record Quantiles(
        Measure Value, GroupBy? Groups, IReadOnlyList<long> Probabilities, int Scale, long Low = long.MinValue, long High = long.MaxValue) : Analysis
    {
        /// <summary>Whether a range is declared.</summary>
        public bool HasRange => (Low, High) != (long.MinValue, long.MaxValue);

        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns => [Value.Column, .. Groups is null ? Array.Empty<string>() : [Groups.Column]];
    }

    /// <summary>Cox's proportional hazards regression, ties as Efron's: <c>coxph</c>.</summary>
    /// <param name="Time">Time of follow-up; whole units of the scale.</param>
    /// <param name="Event">Whether the event ended it: the first level is no, the second yes.</param>
    /// <param name="Covariates">The columns that explain the hazard.</param>
    /// <param name="Ends">The ends of the intervals of time, ascending, in units of the time's scale; a time counts at the first end not before it, one after the last as followed beyond it.</param>
    public sealed record Cox(Measure Time, GroupBy Event, IReadOnlyList<Measure> Covariates, IReadOnlyList<long> Ends) : Analysis
    {
        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns => [Time.Column, Event.Column, .. Covariates.Select(c => c.Column)];
    }

    /// <summary>What the order of a column's values says, as fine as its bins: histogram, stability index, rank tests.</summary>
    /// <param name="Value">The column.</param>
    /// <param name="Groups">The samples; null for a histogram.</param>
    /// <param name="Breaks">Where bins meet, ascending, in units of the value's scale; a value lies in the bin of the first break not below it, above the last in one more.</param>
    /// <param name="Test">What is made of the counts.</param>
    public sealed record Binned(Measure Value, GroupBy? Groups, IReadOnlyList<long> Breaks, BinnedTest Test) : Analysis
    {
        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns => [Value.Column, .. Groups is null ? Array.Empty<string>() : [Groups.Column]];
    }

    /// <summary>What the order of the values themselves says, without bins: rank tests and Spearman's correlation over all owners' rows.</summary>
    /// <param name="Value">The column that is ranked; x of a correlation.</param>
    /// <param name="Groups">The samples; null for a correlation.</param>
    /// <param name="Other">y of a correlation; null for a test of samples.</param>
    /// <param name="Test">Which test.</param>
    /// <param name="IsDealt">Whether two owners trust the receiver to deal the random numbers of their products.</param>
    public sealed record Ranked(Measure Value, GroupBy? Groups, Measure? Other, RankTest Test, bool IsDealt = false) : Analysis
    {
        /// <inheritdoc/>
        public override IReadOnlyList<string> Columns =>
            [Value.Column, .. Groups is null ? Array.Empty<string>() : [Groups.Column], .. Other is null ? Array.Empty<string>() : [Other.Column]];
    }
}

/// <summary>A test of ranks.</summary>
public enum RankTest
{
    /// <summary>Mann and Whitney's rank-sum test of two samples.</summary>
    MannWhitney = 1,

    /// <summary>Kruskal and Wallis' rank-sum test.</summary>
    KruskalWallis = 2,

    /// <summary>Kolmogorov and Smirnov's test of two samples.</summary>
    KolmogorovSmirnov = 3,

    /// <summary>Spearman's correlation of two columns of the same row.</summary>
    Spearman = 4,
}

/// <summary>A test of means.</summary>
public enum MeanTest
{
    /// <summary>Student's, of one sample.</summary>
    OneSample = 1,

    /// <summary>Student's, of two samples of one variance.</summary>
    EqualVariances = 2,

    /// <summary>Welch's, of two samples.</summary>
    Welch = 3,

    /// <summary>One-way analysis of variance.</summary>
    AnalysisOfVariance = 4,
}

/// <summary>A test of a contingency table.</summary>
public enum TableTest
{
    /// <summary>Pearson's χ², in a 2 × 2 table with Yates' correction.</summary>
    ChiSquared = 1,

    /// <summary>Pearson's χ² without correction.</summary>
    ChiSquaredPlain = 2,

    /// <summary>Fisher's exact test.</summary>
    Fisher = 3,

    /// <summary>Odds ratio and relative risk; the second level of each is the exposure and the event.</summary>
    Ratios = 4,

    /// <summary>The proportions of the second level across, in two rows, with Yates' correction and the interval of their difference.</summary>
    Proportions = 5,
}

/// <summary>What is made of counts in bins.</summary>
public enum BinnedTest
{
    /// <summary>The counts themselves.</summary>
    Histogram = 1,

    /// <summary>The population stability index from the first group to the second.</summary>
    Stability = 2,

    /// <summary>Mann and Whitney's rank-sum test; all of a bin are tied.</summary>
    MannWhitney = 3,

    /// <summary>Kruskal and Wallis' rank-sum test; all of a bin are tied.</summary>
    KruskalWallis = 4,

    /// <summary>Kolmogorov and Smirnov's test of two samples; all of a bin are tied.</summary>
    KolmogorovSmirnov = 5,
}
