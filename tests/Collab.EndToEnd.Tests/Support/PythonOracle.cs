using System.Diagnostics;
using System.Text.Json;

namespace Collab.EndToEnd.Tests.Support;

/// <summary>The same questions answered by Python with csv and fractions: another language, the plain rows of all parties together.</summary>
internal static class PythonOracle
{
    private const string Intersection = """
        import csv, json, sys
        first, second, column = sys.argv[1:4]
        keys = lambda file: {row[column] for row in csv.DictReader(open(file, newline="")) if row[column]}
        json.dump(sorted(keys(first) & keys(second)), sys.stdout)
        """;

    private const string Statistics = """
        import csv, json, math, sys
        from decimal import Decimal, getcontext
        from fractions import Fraction
        getcontext().prec = 200
        group, levels, measures, files = sys.argv[1], sys.argv[2].split(","), sys.argv[3].split(","), sys.argv[4:]
        rows = [row for file in files for row in csv.DictReader(open(file, newline=""))]
        out = {}
        for level in levels:
            for measure in measures:
                x = [Fraction(row[measure]) for row in rows if row[group] == level and row[measure] != ""]
                n, cell = len(x), {}
                mean = sum(x) / n
                variance = sum((v - mean) ** 2 for v in x) / (n - 1)
                root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
                cell["count"] = {"exact": str(n)}
                cell["sum"] = {"exact": str(sum(x))}
                cell["minimum"] = {"exact": str(min(x))}
                cell["maximum"] = {"exact": str(max(x))}
                cell["mean"] = {"exact": str(mean), "double": repr(float(mean))}
                cell["variance"] = {"exact": str(variance), "double": repr(float(variance))}
                cell["standard deviation"] = {"exact": str(variance), "double": repr(float(root))}
                out[level + "/" + measure] = cell
        json.dump(out, sys.stdout)
        """;

    private const string SameFractions = """
        import json, sys
        from fractions import Fraction
        json.dump([Fraction(a) == Fraction(b) for a, b in json.load(sys.stdin)], sys.stdout)
        """;

    /// <summary>The keys that both files hold.</summary>
    public static async Task<IReadOnlyList<string>> IntersectAsync(string first, string second, string column) =>
        JsonSerializer.Deserialize<List<string>>(await RunAsync(Intersection, "", first, second, column))!;

    /// <summary>Per <c>level/measure</c> and statistic the exact value, and the nearest double where it is not a decimal.</summary>
    public static async Task<Dictionary<string, Dictionary<string, Expected>>> DescribeAsync(
        string group, IEnumerable<string> levels, IEnumerable<string> measures, params string[] files) =>
        JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, Expected>>>(
            await RunAsync(Statistics, "", [group, string.Join(',', levels), string.Join(',', measures), .. files]), JsonSerializerOptions.Web)!;

    /// <summary>Which pairs of numbers, decimals or fractions, are equal.</summary>
    public static async Task<IReadOnlyList<bool>> AreEqualAsync(IEnumerable<(string, string)> pairs) => JsonSerializer.Deserialize<List<bool>>(
        await RunAsync(SameFractions, JsonSerializer.Serialize(pairs.Select(p => new[] { p.Item1, p.Item2 }))))!;

    private static async Task<string> RunAsync(string script, string input, params string[] arguments)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", script, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var output = python.StandardOutput.ReadToEndAsync();
        var errors = python.StandardError.ReadToEndAsync();
        await python.StandardInput.WriteAsync(input);
        python.StandardInput.Close();
        await python.WaitForExitAsync();
        return python.ExitCode == 0 ? await output : throw new InvalidOperationException(await errors);
    }

    /// <summary>What Python says of one statistic.</summary>
    public sealed record Expected(string Exact, string? Double);
}
