using System.Runtime.CompilerServices;
using Collab.FederatedLearning.Features;
using Collab.Jobs;

namespace Collab.Engine.Models;

/// <summary>Some of this party's rows as a recipe takes them, a few thousand at a time.</summary>
/// <param name="rows">The rows.</param>
/// <param name="inputs">The columns of the recipe, which are the party's features in order.</param>
/// <param name="keys">Which rows, in order.</param>
internal sealed class RecipeRows(ModelRows rows, IReadOnlyList<ColumnSchema> inputs, ReadOnlyMemory<int> keys) : ITrainingRows
{
    private const int Chunk = 4096;
    private const double Beyond = 9.2e18; // within 64 bits, and over the range of recipes still

    /// <inheritdoc/>
    public async IAsyncEnumerable<ColumnBatch> ReadAsync(IReadOnlyList<ColumnSchema> columns, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var from = 0; from < keys.Length; from += Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = keys[from..Math.Min(keys.Length, from + Chunk)];
            yield return new(from + 1, part.Length, [.. columns.Select(column => ColumnOf(column, part.Span))]);
        }

        await Task.CompletedTask;
    }

    private Column ColumnOf(ColumnSchema column, ReadOnlySpan<int> part)
    {
        var feature = inputs.ToList().IndexOf(column);
        if (rows.IsText(feature)) return new TextColumn(column with { Type = ColumnType.Text, Scale = 0 }, rows.Texts(feature, part));
        var numbers = rows.Numbers(feature, part);
        var (values, present, unit) = (new long[numbers.Length], new bool[numbers.Length], Math.Pow(10, column.Scale));
        for (var i = 0; i < numbers.Length; i++)
        {
            // Of at most 2^50 units the double nearest to the decimal gives these back: both errors together are below a quarter of one. Of more, some near.
            present[i] = !double.IsNaN(numbers[i]);
            values[i] = present[i] ? (long)Math.Round(Math.Clamp(numbers[i] * unit, -Beyond, Beyond)) : 0;
        }

        return new NumberColumn(column, values, present);
    }
}
