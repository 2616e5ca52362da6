using Collab.Cli.Bench.Estimates;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.CommandLine;

/// <summary>The bench that holds estimates against whole jobs, at a small size. Neither time nor verdict is asserted: other tests run beside it.</summary>
public sealed class EstimateBenchTests
{
    [Theory]
    [InlineData("ecdh")]
    [InlineData("rr22")]
    [InlineData("rr22-semi-honest")]
    [InlineData("cardinality")]
    public async Task Bytes_of_a_whole_job_are_those_of_its_estimate(string protocol)
    {
        var run = await CollabProgram.RunAsync("bench", "estimate", "--protocol", protocol, "--sizes", "700,300:2000", "--json");
        var report = run.Json;
        Assert.Equal(("estimate", 0.25), (report.GetProperty("topic").GetString(), report.GetProperty("bound").GetDouble()));
        Assert.Equal(2, report.GetProperty("cases").GetArrayLength());
        foreach (var found in report.GetProperty("cases").EnumerateArray())
        {
            Assert.True(found.GetProperty("correct").GetBoolean());
            Assert.Equal(1, found.GetProperty("ratio").GetProperty("bytes").GetDouble(), 0.02);
            Assert.InRange(found.GetProperty("run").GetProperty("memoryBytes").GetDouble(), 10 << 20, 1 << 30);
        }
    }

    [Theory]
    [InlineData("--sizes", "0")]
    [InlineData("--sizes", "1:2:3")]
    [InlineData("--sizes", "many")]
    public async Task Sizes_that_are_no_numbers_of_rows_are_wrong_usage(params string[] arguments) =>
        (await CollabProgram.RunAsync(["bench", "estimate", .. arguments])).Expect(2, "usage.wrong");

    [Fact]
    public void Rates_are_found_again_in_figures_made_of_them()
    {
        var rows = new List<(double[], double)>();
        foreach (var (n, m) in new[] { (1e3, 1e3), (1e6, 1e4), (1e4, 1e6), (1e6, 1e6), (3e5, 3e5) }) rows.Add(([1, n, m], 1.5 + (2e-6 * n) + (5e-6 * m)));
        var found = LeastSquares.Fit(rows);
        Assert.Equal(1.5, found[0], 1e-4);
        Assert.Equal(2e-6, found[1], 1e-9);
        Assert.Equal(5e-6, found[2], 1e-9);
    }

    [Fact]
    public void A_rate_that_would_be_negative_is_nothing()
    {
        var found = LeastSquares.Fit([([1, 1], 10), ([1, 2], 9), ([1, 3], 8)]);
        Assert.Equal(0, found[1]);
        Assert.InRange(found[0], 8, 10);
    }
}
