using System.Globalization;
using System.Numerics;
using Collab.Jobs;
using Collab.Statistics.Inference;
using Collab.Statistics.Results;
using Collab.Statistics.Tests.Analyses;

namespace Collab.Statistics.Tests.Inference;

/// <summary>The bits that a number claims, against references of 256 bits (tests/vectors/precision, with the scripts that wrote them).</summary>
public class PrecisionTests
{
    private const string Folder = "tests/vectors/precision/", Hard = Folder + "hard.csv";

    private const int Bits = 40; // eight more than a number with a tail in it claims

    private static readonly Measure Offset = new("offset", 0), Wide = new("wide", 0), Near = new("near", 0), Time = new("time", 0), Bent = new("bent", 0);
    private static readonly GroupBy Half = new("half", ["x", "y"]), Group = new("group", ["a", "b", "c"]);

    /// <summary>Data on which doubles lose everything: values that agree in 15 digits, that fill 62 bits, regressors of a condition number beyond 10^14.</summary>
    [Fact]
    public async Task Findings_on_hard_data_are_right_in_every_bit_they_claim()
    {
        string[] cases = ["offset", "wide", "welch-offset", "welch-wide", "anova-offset", "pearson-line", "pearson-wide", "shape-offset", "linear-bent", "linear-noise"];
        var result = await AnalysisRun.RunAsync(
            new AnalysisQuestion(
                [
                    new Analysis.Means(Offset, null, MeanTest.OneSample, 1_000_000_000_000_007), new Analysis.Means(Wide, null, MeanTest.OneSample, 0),
                    new Analysis.Means(Offset, Half, MeanTest.Welch, 0), new Analysis.Means(Wide, Half, MeanTest.Welch, 0),
                    new Analysis.Means(Offset, Group, MeanTest.AnalysisOfVariance, 0),
                    new Analysis.Correlation(Near, Time), new Analysis.Correlation(Wide, Offset), new Analysis.Shape(Offset),
                    new Analysis.Linear(new("response", 0), [Time, Bent]), new Analysis.Linear(new("small", 0), [Time, Near, Bent]),
                ], 10),
            Hard, 3, false);
        for (var i = 0; i < cases.Length; i++)
        {
            var lines = Lines("findings.csv").Where(line => line[0] == cases[i]).ToList();
            Assert.NotEmpty(lines);
            foreach (var line in lines)
            {
                var found = result[i][0].Quantities.Single(q => q.Term == line[1] && q.Name == line[2]);
                AssertRight(string.Join(' ', line), found.Value, Exactly(line[3]), found.SignificantBits);
            }
        }
    }

    [Fact]
    public void Tails_and_quantiles_are_right_in_every_bit_they_claim_from_one_degree_of_freedom_to_a_hundred_million()
    {
        var lines = Lines("tails.csv").ToList();
        Assert.True(lines.Count > 300);
        foreach (var line in lines)
        {
            double x = Double(line[1]), a = Double(line[2]), b = Double(line[3]);
            var found = line[0] switch
            {
                "normal" => Tail.Normal(x),
                "student" => Tail.Student(x, a),
                "chi-squared" => Tail.ChiSquared(x, a),
                "fisher" => Tail.Fisher(x, a, b),
                "normal-quantile" => Tail.NormalQuantile(x),
                "student-quantile" => Tail.StudentQuantile(x, a),
                _ => Tail.BetaQuantile(x, a, b),
            };
            AssertRight(string.Join(' ', line), found, Exactly(line[4]), Bits);
        }
    }

    private static void AssertRight(string what, double found, Fraction reference, int bits)
    {
        Assert.InRange(bits, 32, 53);
        var difference = Fraction.Of(found) - reference;
        var within = new Fraction(BigInteger.Abs(reference.Numerator), reference.Denominator << bits);
        var error = new Fraction(BigInteger.Abs(difference.Numerator), difference.Denominator);
        Assert.True((within - error).Numerator.Sign >= 0, $"{what}: {found:R} is off by {error.ToNearestDouble():E1}, and claims {bits} bits");
    }

    private static IEnumerable<string[]> Lines(string file) => RVectors.Lines(Folder + file).Skip(1).Select(line => line.Split(','));

    private static double Double(string text) => text.Length == 0 ? 0 : double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The very number that is written.</summary>
    private static Fraction Exactly(string text)
    {
        var (digits, exponent) = text.Split('e') is [var mantissa, var power] ? (mantissa, int.Parse(power, CultureInfo.InvariantCulture)) : (text, 0);
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0) exponent -= digits.Length - point - 1;
        var units = BigInteger.Parse(digits.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return exponent >= 0 ? new Fraction(units * BigInteger.Pow(10, exponent), 1) : new Fraction(units, BigInteger.Pow(10, -exponent));
    }
}
