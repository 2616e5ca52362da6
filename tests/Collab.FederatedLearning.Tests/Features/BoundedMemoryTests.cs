using Collab.FederatedLearning.Features;
using Collab.Jobs;

namespace Collab.FederatedLearning.Tests.Features;

/// <summary>A table of 10^5 rows and 50 columns, 40 MB of numbers, is fitted and transformed in a fraction of that: no step holds the table.</summary>
public sealed class BoundedMemoryTests
{
    private const int RowCount = 100_000, Chunk = 4096;
    private const long Table = 50L * RowCount * sizeof(long);

    private static readonly FeatureStep[] Steps =
    [
        .. Enumerable.Range(0, 50).Select(c => new FeatureStep(
            new($"x{c}", ColumnType.Decimal, 2), new(c % 2 == 0 ? MissingValues.Median : MissingValues.Mean), c % 3 == 0 ? new BinNumber(Binning.EqualFrequency(10)) : new Standardize())),
    ];

    [Fact]
    public async Task Fitting_and_applying_take_a_fraction_of_the_table()
    {
        // All runs on this thread, since nothing waits; so what it allocates in all bounds what lives at any time.
        var rows = new MadeRows();
        var recipe = FeatureRecipe.Create(6, Steps);
        await RecipeFitting.PrepareAsync(recipe, new MadeRows { Count = 10 });       // what a first use allocates once
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fitted = (await RecipeFitting.PrepareAsync(recipe, rows, memory: 4 << 20)).Finish();
        var fitting = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(fitting, 0, Table / 6);
        Assert.InRange(rows.Readings, 5, 12);

        // Of applying, a batch is what lives: its features, and nothing of the batch before.
        WeakReference? last = null;
        long sum = 0;
        await foreach (var batch in rows.ReadAsync(fitted.Inputs, default))
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            last = Applied(fitted, batch, ref sum);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Table / 10);
        }

        GC.Collect();
        Assert.False(last!.IsAlive);
        Assert.NotEqual(0, sum);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Applied(FittedRecipe fitted, ColumnBatch batch, ref long sum)
    {
        var made = fitted.Apply(batch);
        foreach (var column in made.Columns) sum += ((NumberColumn)column).Values.Span[0];
        return new(made);
    }

    // Rows made as they are read, always in the same arrays.
    private sealed class MadeRows : ITrainingRows
    {
        private readonly long[][] _values = [.. Steps.Select(_ => new long[Chunk])];
        private readonly bool[][] _present = [.. Steps.Select(_ => new bool[Chunk])];

        public int Count { get; init; } = RowCount;

        public int Readings { get; private set; }

        public async IAsyncEnumerable<ColumnBatch> ReadAsync(
            IReadOnlyList<ColumnSchema> columns, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        {
            Readings++;
            for (var from = 0; from < Count; from += Chunk)
            {
                var length = Math.Min(Chunk, Count - from);
                var batch = new Column[columns.Count];
                for (var c = 0; c < batch.Length; c++)
                {
                    var number = int.Parse(columns[c].Name[1..], System.Globalization.CultureInfo.InvariantCulture);
                    for (var i = 0; i < length; i++)
                    {
                        _values[number][i] = (long)(from + i) * (number + 7919) % 100_003;
                        _present[number][i] = (from + i + number) % 13 != 0;
                    }

                    batch[c] = new NumberColumn(columns[c], _values[number].AsMemory(0, length), _present[number].AsMemory(0, length));
                }

                yield return new(from + 1, length, batch);
            }

            await Task.CompletedTask;
        }
    }
}
