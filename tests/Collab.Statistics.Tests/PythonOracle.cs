using System.Diagnostics;
using System.Text.Json;

namespace Collab.Statistics.Tests;

/// <summary>Plain statistics by Python's fractions and decimal modules: another language, other algorithms, no shared code.</summary>
internal static class PythonOracle
{
    private const string Script = """
        import json, sys
        from decimal import Decimal, getcontext
        from fractions import Fraction
        import statistics
        getcontext().prec = 400
        def describe(values, scale):
            x = [Fraction(int(v), 10 ** scale) for v in values]
            n = len(x)
            out = {"count": n}
            if n:
                mean = statistics.mean(x)
                out.update(sum=str(Decimal(sum(int(v) for v in values)).scaleb(-scale)), mean=str(Fraction(mean)),
                           mean_double=float(mean).hex(), minimum=str(Decimal(min(map(int, values))).scaleb(-scale)),
                           maximum=str(Decimal(max(map(int, values))).scaleb(-scale)))
            if n > 1:
                variance = Fraction(statistics.variance(x))
                root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
                out.update(variance=str(variance), variance_double=float(variance).hex(), root_double=float(root).hex())
            return out
        question = json.load(sys.stdin)
        json.dump([describe(cell["values"], cell["scale"]) for cell in question], sys.stdout)
        """;

    /// <summary>Describes each list of values, given as whole units at a scale.</summary>
    public static async Task<IReadOnlyList<Description>> DescribeAsync(IEnumerable<(long[] Values, int Scale)> cells)
    {
        var question = JsonSerializer.Serialize(
            cells.Select(c => new { values = c.Values.Select(v => v.ToString(System.Globalization.CultureInfo.InvariantCulture)), scale = c.Scale }));
        var answer = await RunAsync(Script, question);
        return JsonSerializer.Deserialize<Description[]>(answer, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower })!;
    }

    /// <summary>Runs a script with an input and returns what it prints.</summary>
    public static async Task<string> RunAsync(string script, string input, params string[] arguments)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", script, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = python.StandardOutput.ReadToEndAsync();
        var errors = python.StandardError.ReadToEndAsync();
        await python.StandardInput.WriteAsync(input);
        python.StandardInput.Close();
        await python.WaitForExitAsync();
        return python.ExitCode == 0 ? await output : throw new InvalidOperationException(await errors);
    }

    /// <summary>What Python says; doubles in its hexadecimal notation.</summary>
    public sealed record Description(
        int Count, string? Sum, string? Mean, string? MeanDouble, string? Minimum, string? Maximum, string? Variance,
        string? VarianceDouble, string? RootDouble);
}
