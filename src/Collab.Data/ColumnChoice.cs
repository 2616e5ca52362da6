using Collab.Jobs;

namespace Collab.Data;

/// <summary>Finds the columns asked for, or says which known name is near to the one that is not there.</summary>
internal static class ColumnChoice
{
    public static ColumnSchema[] Choose(DatasetSchema schema, IReadOnlyList<string> columns)
    {
        var byName = schema.Columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. columns.Select(name =>
        {
            if (!byName.TryGetValue(name, out var column)) throw Missing(name, byName.Keys, "declared");
            return seen.Add(name) ? column : throw SourceException.At(SourceException.ColumnTwice, "the column is asked for twice", column: name);
        })];
    }

    public static SourceException Missing(string name, IEnumerable<string> known, string where)
    {
        // Only a name that is near: when a file has no header, what stands first is data, and must not be told.
        var near = known.Select(candidate => (Name: candidate, Distance: Distance(name, candidate))).Where(entry => entry.Distance <= name.Length);
        var nearest = near.OrderBy(entry => entry.Distance).FirstOrDefault().Name;
        var hint = nearest is null ? "" : $"; the nearest is '{nearest}'";
        return SourceException.At(SourceException.ColumnMissing, $"no such column is {where}{hint}", column: name);
    }

    /// <summary>The number of letters to insert, delete or change (Levenshtein), each counting 2, a change of case 1.</summary>
    private static int Distance(string a, string b)
    {
        const int longest = 200; // names beyond are compared by their beginnings
        a = a[..Math.Min(a.Length, longest)];
        b = b[..Math.Min(b.Length, longest)];
        var above = Enumerable.Range(0, b.Length + 1).Select(j => 2 * j).ToArray();
        var row = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = 2 * i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 1 : 2;
                row[j] = Math.Min(above[j - 1] + change, 2 + Math.Min(above[j], row[j - 1]));
            }

            (above, row) = (row, above);
        }

        return above[b.Length];
    }
}
