namespace Collab.Jobs;

/// <summary>A condition on the columns of one row: which rows of an owner take part in a job (protocols/specs/filter.md).</summary>
/// <remarks>
/// Canonical by construction: negations stand at the leaves, conjunctions hold no conjunctions and disjunctions no disjunctions, and parts and constants are in order, each once. So the
/// canonical text names the condition, and two are equal if their texts are. A comparison with a missing value is neither true nor false, and only rows for which the whole is true take part: with
/// negations at the leaves that is the two-valued evaluation in which every leaf but <see cref="Missing"/> is false of a missing value.
/// </remarks>
public abstract class RowFilter : IEquatable<RowFilter>
{
    /// <summary>The most levels of nodes, leaves, and constants of all leaves together: bounds what a peer's plan makes an owner do.</summary>
    internal const int Deepest = 32, MostLeaves = 256, MostConstants = 1_000;

    private string? _text;

    private protected RowFilter()
    {
    }

    /// <summary>All of the parts, at least two.</summary>
    public sealed class All : RowFilter
    {
        internal All(IReadOnlyList<RowFilter> parts) => Parts = parts;

        /// <summary>The parts, in the order of their texts.</summary>
        public IReadOnlyList<RowFilter> Parts { get; }

        /// <inheritdoc/>
        public override RowFilter Not() => Some([.. Parts.Select(part => part.Not())]);

        private protected override string Written() => string.Join(" and ", Parts.Select(part => part is Any ? $"({part})" : part.ToString()));
    }

    /// <summary>At least one of the parts, of which there are two or more.</summary>
    public sealed class Any : RowFilter
    {
        internal Any(IReadOnlyList<RowFilter> parts) => Parts = parts;

        /// <summary>The parts, in the order of their texts.</summary>
        public IReadOnlyList<RowFilter> Parts { get; }

        /// <inheritdoc/>
        public override RowFilter Not() => Every([.. Parts.Select(part => part.Not())]);

        private protected override string Written() => string.Join(" or ", Parts);
    }

    /// <summary>That a column has a value which stands so to a constant.</summary>
    /// <param name="column">The column.</param>
    /// <param name="how">How.</param>
    /// <param name="bound">The constant.</param>
    public sealed class Compared(string column, Comparison how, FilterConstant bound) : RowFilter
    {
        /// <summary>The column.</summary>
        public string Column => column;

        /// <summary>How.</summary>
        public Comparison How => how;

        /// <summary>The constant.</summary>
        public FilterConstant Bound => bound;

        /// <inheritdoc/>
        public override RowFilter Not() => new Compared(
            Column, How switch { Comparison.Less => Comparison.AtLeast, Comparison.AtMost => Comparison.More, Comparison.More => Comparison.AtMost, _ => Comparison.Less }, Bound);

        private protected override string Written() => $"{FilterText.NameOf(Column)} {FilterText.SymbolOf(How)} {Bound}";
    }

    /// <summary>That a column has a value which is one of some constants, or none of them.</summary>
    public sealed class OneOf : RowFilter
    {
        internal OneOf(string column, IReadOnlyList<FilterConstant> values, bool isNegated) => (Column, Values, IsNegated) = (column, values, isNegated);

        /// <summary>The column.</summary>
        public string Column { get; }

        /// <summary>The constants, of one type, ascending.</summary>
        public IReadOnlyList<FilterConstant> Values { get; }

        /// <summary>Whether it is none of them.</summary>
        public bool IsNegated { get; }

        /// <inheritdoc/>
        public override RowFilter Not() => new OneOf(Column, Values, !IsNegated);

        private protected override string Written() => Values.Count == 1
            ? $"{FilterText.NameOf(Column)} {(IsNegated ? "<>" : "=")} {Values[0]}"
            : $"{FilterText.NameOf(Column)} {(IsNegated ? "not in" : "in")} ({string.Join(", ", Values)})";
    }

    /// <summary>That a column has no value, or that it has one.</summary>
    /// <param name="column">The column.</param>
    /// <param name="isNegated">Whether it has one.</param>
    public sealed class Missing(string column, bool isNegated) : RowFilter
    {
        /// <summary>The column.</summary>
        public string Column => column;

        /// <summary>Whether it has one.</summary>
        public bool IsNegated => isNegated;

        /// <inheritdoc/>
        public override RowFilter Not() => new Missing(Column, !IsNegated);

        private protected override string Written() => $"{FilterText.NameOf(Column)} is {(IsNegated ? "not " : "")}missing";
    }

    /// <summary>The columns that it looks at, each once, in the order of their names.</summary>
    public IReadOnlyList<string> Columns => [.. Leaves.Select(leaf => ColumnOf(leaf)!).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The conditions that must all hold: its parts, or itself.</summary>
    public IReadOnlyList<RowFilter> Conditions => this is All all ? all.Parts : [this];

    /// <summary>The leaves in order.</summary>
    internal IEnumerable<RowFilter> Leaves => this switch
    {
        All all => all.Parts.SelectMany(part => part.Leaves),
        Any any => any.Parts.SelectMany(part => part.Leaves),
        _ => [this],
    };

    /// <summary>Whether it looks at those columns alone, and compares each with constants of its type.</summary>
    public bool Fits(IReadOnlyList<ColumnSchema> columns) => Leaves.All(leaf => columns.FirstOrDefault(column => column.Name == ColumnOf(leaf)) is { } column && Fits(leaf, column));

    /// <summary>The columns that it compares with a constant of another type than theirs; those that are not there left out.</summary>
    public IReadOnlyList<string> UnfitColumns(IReadOnlyList<ColumnSchema> columns) =>
        [.. columns.Where(column => Leaves.Any(leaf => ColumnOf(leaf) == column.Name && !Fits(leaf, column))).Select(column => column.Name)];

    /// <summary>Levels of nodes: 1 of a leaf.</summary>
    internal int Depth => this switch
    {
        All all => 1 + all.Parts.Max(part => part.Depth),
        Any any => 1 + any.Parts.Max(part => part.Depth),
        _ => 1,
    };

    /// <summary>Whether a plan may hold it.</summary>
    internal bool IsInBounds =>
        Depth <= Deepest && Leaves.Count() <= MostLeaves && Leaves.Sum(leaf => ConstantsOf(leaf).Count) <= MostConstants
        && Leaves.All(leaf => ConstantsOf(leaf).All(constant => constant.IsInBounds));

    /// <summary>Whether no row satisfies both, as far as a condition of each on one column shows it.</summary>
    public bool Excludes(RowFilter other) => Equals(other.Not()) || Conditions.Any(one => other.Conditions.Any(two => AreExclusive(one, two) || AreExclusive(two, one)));

    /// <summary>The condition whose truth is the other's falsehood; of a row with a missing value both may be untrue.</summary>
    public abstract RowFilter Not();

    /// <summary>All of some conditions, in canonical form.</summary>
    /// <param name="parts">At least one.</param>
    public static RowFilter Every(IReadOnlyList<RowFilter> parts) => Combined(parts.SelectMany(part => part is All all ? all.Parts : [part]), static parts => new All(parts));

    /// <summary>At least one of some conditions, in canonical form.</summary>
    /// <param name="parts">At least one.</param>
    public static RowFilter Some(IReadOnlyList<RowFilter> parts) => Combined(parts.SelectMany(part => part is Any any ? any.Parts : [part]), static parts => new Any(parts));

    /// <summary>That a column has one of some constants of one type, in canonical form.</summary>
    public static RowFilter In(string column, IEnumerable<FilterConstant> values) =>
        new OneOf(column, [.. values.Distinct().Order(Comparer<FilterConstant>.Create(FilterConstant.Compare))], isNegated: false);

    /// <summary>Equal if the canonical texts are.</summary>
    public bool Equals(RowFilter? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RowFilter);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical text, which reads back as the same condition.</summary>
    public sealed override string ToString() => _text ??= Written();

    private protected abstract string Written();

    // Null of what is no leaf.
    private static string? ColumnOf(RowFilter leaf) => leaf switch
    {
        Compared compared => compared.Column,
        OneOf oneOf => oneOf.Column,
        Missing missing => missing.Column,
        _ => null,
    };

    private static IReadOnlyList<FilterConstant> ConstantsOf(RowFilter leaf) => leaf switch
    {
        Compared compared => [compared.Bound],
        OneOf oneOf => oneOf.Values,
        _ => [],
    };

    private static bool AreExclusive(RowFilter one, RowFilter other)
    {
        if (one.Equals(other.Not())) return true;
        if (ColumnOf(one) is not { } column || ColumnOf(other) != column) return false;
        if (one is Missing { IsNegated: false }) return other is not Missing;
        if (ConstantsOf(one) is [var own, ..] && ConstantsOf(other) is [var others, ..] && own.GetType() != others.GetType()) return false;
        return one switch
        {
            OneOf { IsNegated: false } oneOf => !oneOf.Values.Any(value => IsTrueOf(other, value)),
            Compared { How: Comparison.Less or Comparison.AtMost } below when other is Compared { How: Comparison.More or Comparison.AtLeast } above =>
                FilterConstant.Compare(below.Bound, above.Bound) is var order && (order < 0 || (order == 0 && !(below.How == Comparison.AtMost && above.How == Comparison.AtLeast))),
            _ => false,
        };
    }

    private static bool IsTrueOf(RowFilter leaf, FilterConstant value) => leaf switch
    {
        Compared compared => FilterConstant.Compare(value, compared.Bound) is var order && compared.How switch
        {
            Comparison.Less => order < 0,
            Comparison.AtMost => order <= 0,
            Comparison.More => order > 0,
            _ => order >= 0,
        },
        OneOf oneOf => oneOf.Values.Contains(value) != oneOf.IsNegated,
        Missing missing => missing.IsNegated,
        _ => true,
    };

    private static bool Fits(RowFilter leaf, ColumnSchema column) => leaf switch
    {
        Compared compared => compared.Bound.Fits(column.Type),
        OneOf oneOf => oneOf.Values[0].Fits(column.Type),
        _ => true,
    };

    private static RowFilter Combined(IEnumerable<RowFilter> parts, Func<IReadOnlyList<RowFilter>, RowFilter> combine)
    {
        RowFilter[] ordered = [.. parts.Distinct().OrderBy(part => part.ToString(), StringComparer.Ordinal)];
        return ordered.Length == 1 ? ordered[0] : combine(ordered);
    }
}

/// <summary>How a value stands to a constant.</summary>
public enum Comparison
{
    /// <summary>Below it.</summary>
    Less = 1,

    /// <summary>Below it, or it.</summary>
    AtMost = 2,

    /// <summary>Above it.</summary>
    More = 3,

    /// <summary>Above it, or it.</summary>
    AtLeast = 4,
}
