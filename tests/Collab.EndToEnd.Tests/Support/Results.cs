using System.Globalization;
using System.Text.Json;

namespace Collab.EndToEnd.Tests.Support;

/// <summary>Compares released results with what Python computes from the plain rows.</summary>
internal static class Results
{
    /// <summary>Every cell and statistic is there, exact as a fraction, and as a double the nearest one.</summary>
    public static async Task AssertStatisticsAsync(
        JsonElement result, string group, IReadOnlyList<string> levels, IReadOnlyList<string> measures, params string[] files)
    {
        var expected = await PythonOracle.DescribeAsync(group, levels, measures, files);
        var pairs = new List<(string, string)>();
        var seen = new HashSet<string>();
        foreach (var row in result.GetProperty("statistics").EnumerateArray())
        {
            var (cell, statistic) = ($"{row.GetProperty("level")}/{row.GetProperty("measure")}", row.GetProperty("statistic").GetString()!);
            Assert.True(seen.Add($"{cell}/{statistic}"), $"{cell} {statistic} is told twice.");
            var value = row.GetProperty("value").GetString()!;
            var says = expected[cell][statistic];
            if (says.Double is null)
            {
                pairs.Add((value, says.Exact));
                continue;
            }

            pairs.Add((row.GetProperty("fraction").GetString()!, says.Exact));
            Assert.Equal(double.Parse(says.Double, CultureInfo.InvariantCulture), double.Parse(value, CultureInfo.InvariantCulture));
        }

        Assert.Equal(levels.Count * measures.Count * 7, seen.Count);
        Assert.All(await PythonOracle.AreEqualAsync(pairs), equal => Assert.True(equal));
    }

    /// <summary>The keys of an intersection, in the order of their text.</summary>
    public static IReadOnlyList<string> KeysOf(JsonElement result) =>
        [.. result.GetProperty("keys").EnumerateArray().Select(key => Assert.Single(key.EnumerateArray()).GetString()!).Order(StringComparer.Ordinal)];

    /// <summary>Files below a folder that hold one of the texts as UTF-8 or UTF-16.</summary>
    public static IReadOnlyList<string> FilesWith(string folder, params IReadOnlyList<string> texts)
    {
        var needles = texts.SelectMany(t => new[] { System.Text.Encoding.UTF8.GetBytes(t), System.Text.Encoding.Unicode.GetBytes(t) }).ToList();
        return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => File.ReadAllBytes(file) is var bytes && needles.Exists(needle => bytes.AsSpan().IndexOf(needle) >= 0))];
    }
}
