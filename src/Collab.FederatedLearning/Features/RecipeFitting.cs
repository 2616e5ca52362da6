using Collab.FederatedLearning.Trees;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>Learns from the rows of training what a recipe leaves open: means, edges, levels.</summary>
/// <remarks>
/// Local. One reading for sums and levels; where medians or bins of equal frequency are asked for, the columns are read again, as many at a time as fit the memory given. What comes out does not depend
/// on chunks or memory. Spec: features, section Fitting.
/// </remarks>
public static class RecipeFitting
{
    /// <summary>The memory for values that are sorted, in bytes, where nothing else is said.</summary>
    public const long UsualMemory = 256L << 20;

    /// <summary>Learns all that needs no labels.</summary>
    /// <param name="recipe">What is declared.</param>
    /// <param name="rows">The rows of training.</param>
    /// <param name="memory">For values that are sorted, in bytes; one column at least is held, 8 bytes a row.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="CollabException">A column does not fit or is constant, empty or over range, or has too many levels: <see cref="FeatureErrors"/>.</exception>
    public static async Task<PreparedRecipe> PrepareAsync(FeatureRecipe recipe, ITrainingRows rows, long memory = UsualMemory, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(rows);
        var columns = recipe.Steps.Select(step => new ColumnFitting(step)).ToArray();

        ColumnFitting[] read = [.. columns.Where(column => column.Reads)];
        if (read.Length > 0)
        {
            await foreach (var batch in rows.ReadAsync([.. read.Select(column => column.Step.Column)], cancellation).WithCancellation(cancellation).ConfigureAwait(false))
            {
                for (var i = 0; i < read.Length; i++) read[i].Add(batch.Columns[i]);
            }
        }

        await SortAsync([.. columns.Where(column => column.Sorts)], rows, memory, cancellation).ConfigureAwait(false);
        return new(recipe, [.. columns.Select(column => column.Prepared())]);
    }

    private static async Task SortAsync(ColumnFitting[] columns, ITrainingRows rows, long memory, CancellationToken cancellation)
    {
        if (columns.Length == 0) return;
        var buffer = new double[Math.Max(columns.Max(column => column.Present), Math.Min(columns.Sum(column => column.Present), memory / sizeof(double)))];
        for (var from = 0; from < columns.Length;)
        {
            var (to, values) = (from + 1, columns[from].Present);
            while (to < columns.Length && (values + columns[to].Present) * sizeof(double) <= memory) values += columns[to++].Present;
            var (group, starts, ends) = (columns[from..to], new int[to - from], new int[to - from]);
            for (var i = 1; i < group.Length; i++) starts[i] = ends[i] = starts[i - 1] + (int)group[i - 1].Present;

            await foreach (var batch in rows.ReadAsync([.. group.Select(column => column.Step.Column)], cancellation).WithCancellation(cancellation).ConfigureAwait(false))
            {
                for (var i = 0; i < group.Length; i++) ends[i] = group[i].Gather((NumberColumn)batch.Columns[i], buffer, ends[i], starts[i] + (int)group[i].Present);
            }

            for (var i = 0; i < group.Length; i++)
            {
                var sorted = buffer.AsSpan(starts[i]..ends[i]);
                sorted.Sort();
                group[i].LearnFrom(sorted);
            }

            from = to;
        }
    }
}
