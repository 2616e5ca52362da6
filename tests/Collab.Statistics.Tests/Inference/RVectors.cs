using System.Globalization;
using Collab.Statistics.Inference;

namespace Collab.Statistics.Tests.Inference;

/// <summary>What R says, from tests/vectors/r/statistics.csv; the script that wrote it stands beside it.</summary>
internal static class RVectors
{
    private static readonly ILookup<string, (string Term, string Name, double Value)> Cases = Lines("tests/vectors/r/statistics.csv").Skip(1).Select(line => line.Split(','))
        .ToLookup(parts => parts[0], parts => (parts[1], parts[2], Read(parts[3])));

    private static string Repository
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Collab.sln"))) folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }

    /// <summary>The lines of a file of the repository.</summary>
    public static IEnumerable<string> Lines(string file) => File.ReadLines(Path.Combine(Repository, file));

    /// <summary>A column of a data file, in its rows' order; null where the field is empty.</summary>
    public static string?[] Column(string file, string column)
    {
        var lines = Lines(file).Select(line => line.Split(',')).ToList();
        var index = Array.IndexOf(lines[0], column);
        return [.. lines.Skip(1).Select(fields => fields[index].Length == 0 ? null : fields[index])];
    }

    /// <summary>Holds a finding against all that R says of a case: each number within a relative 10^−9 and within the bits claimed for it.</summary>
    /// <param name="name">The case.</param>
    /// <param name="finding">What was found.</param>
    /// <param name="tolerance">The relative error allowed.</param>
    /// <param name="only">The quantities held against R; all when none is named.</param>
    public static void Check(string name, Finding finding, double tolerance = 1e-9, params string[] only)
    {
        var cases = Cases[name].Where(entry => only.Length == 0 || only.Contains(entry.Name)).ToList();
        Assert.NotEmpty(cases);
        foreach (var (term, quantity, expected) in cases)
        {
            var found = finding.Quantities.SingleOrDefault(q => q.Term == term && q.Name == quantity)
                ?? throw new InvalidOperationException($"{name}: no {quantity} of '{term}'.");
            if (double.IsNaN(expected))
            {
                Assert.True(double.IsNaN(found.Value), $"{name}, {quantity} of '{term}': {found.Value:R}, not a number by R");
                continue;
            }

            if (found.Value.Equals(expected)) continue;
            var error = Math.Abs(found.Value - expected) / Math.Max(Math.Abs(expected), 1e-300);
            Assert.True(error <= tolerance, $"{name}, {quantity} of '{term}': {found.Value:R}, by R {expected:R}, relative error {error:E1}");
            Assert.InRange(found.SignificantBits, Math.Min(32, (int)-Math.Log2(tolerance)), 53);
        }
    }

    private static double Read(string text) => text switch
    {
        "NA" or "NaN" => double.NaN,
        "Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };
}
