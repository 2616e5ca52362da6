using System.Globalization;
using System.Runtime.CompilerServices;
using Collab.FederatedLearning.Features;
using Collab.Jobs;

namespace Collab.FederatedLearning.Tests.Features;

/// <summary>Rows in memory, given in chunks.</summary>
internal sealed class Rows(int count, int chunk, params Column[] columns) : ITrainingRows
{
    private static readonly string[][] Mortgages = [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "data", "hmda.csv")).Select(line => line.Split(','))];

    public int Count => count;

    /// <summary>How often they were read.</summary>
    public int Readings { get; private set; }

    public ColumnBatch All => new(1, count, columns);

    public static double[] Denied { get; } = [.. Mortgages.Skip(1).Select(row => row[1] == "yes" ? 1.0 : 0)];

    /// <summary>A number of Boston mortgages, missing where the test says so.</summary>
    public static NumberColumn Mortgage(string name, int scale, Func<int, bool>? missing = null)
    {
        var at = Array.IndexOf(Mortgages[0], name);
        bool[] present = [.. Mortgages.Skip(1).Select((_, i) => missing?.Invoke(i) != true)];
        var unit = 1m;
        for (var i = 0; i < scale; i++) unit *= 10;
        long[] values = [.. Mortgages.Skip(1).Select((row, i) => present[i] ? (long)(decimal.Round(decimal.Parse(row[at], CultureInfo.InvariantCulture), scale) * unit) : 0)];
        return new(new(name, scale == 0 ? ColumnType.Integer : ColumnType.Decimal, scale), values, present);
    }

    public static TextColumn MortgageText(string name) =>
        new(new(name, ColumnType.Text, 0), [.. Mortgages.Skip(1).Select(row => row[Array.IndexOf(Mortgages[0], name)])]);

    public static NumberColumn Numbers(string name, int scale, params long?[] values) =>
        new(new(name, scale == 0 ? ColumnType.Integer : ColumnType.Decimal, scale), values.Select(v => v ?? 0).ToArray(), values.Select(v => v is not null).ToArray());

    public static TextColumn Texts(string name, params string?[] values) => new(new(name, ColumnType.Text, 0), values);

    public static Rows Of(params Column[] columns) => new(LengthOf(columns[0]), 3, columns);

    /// <summary>The rows that a test names.</summary>
    public Rows Where(Func<int, bool> kept, int chunks = 100)
    {
        int[] at = [.. Enumerable.Range(0, count).Where(kept)];
        return new(at.Length, chunks, [.. columns.Select(column => Taken(column, at))]);
    }

    public async IAsyncEnumerable<ColumnBatch> ReadAsync(IReadOnlyList<ColumnSchema> wanted, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Readings++;
        for (var from = 0; from < count; from += chunk)
        {
            int[] at = [.. Enumerable.Range(from, Math.Min(chunk, count - from))];
            yield return new(from + 1, at.Length, [.. wanted.Select(schema => Taken(columns.Single(c => c.Schema.Name == schema.Name), at))]);
        }

        await Task.CompletedTask;
    }

    private static int LengthOf(Column column) => column is TextColumn text ? text.Values.Count : ((NumberColumn)column).Values.Length;

    private static Column Taken(Column column, int[] at) => column switch
    {
        TextColumn text => text with { Values = [.. at.Select(i => text.Values[i])] },
        NumberColumn numbers => numbers with { Values = at.Select(i => numbers.Values.Span[i]).ToArray(), Present = at.Select(i => numbers.Present.Span[i]).ToArray() },
        _ => column,
    };
}
