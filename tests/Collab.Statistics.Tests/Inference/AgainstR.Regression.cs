using System.Globalization;
using System.Numerics;
using Collab.Statistics.Inference.Regression;

namespace Collab.Statistics.Tests.Inference;

/// <summary>Every procedure against R on the shipped data, to a relative 10^−9.</summary>
public partial class AgainstR
{
    [Fact]
    public void Least_squares_is_that_of_R()
    {
        RVectors.Check("linear-credit", LinearRegression.Fit(
            ProductsOf(Columns.Credit, "Amount", 0, ("Duration", 0), ("Age", 0), ("InstallmentRatePercentage", 0), ("NumberExistingCredits", 0))));
        RVectors.Check("linear-nafld", LinearRegression.Fit(ProductsOf(Columns.Nafld, "bmi", 13, ("age", 0), ("male", 0), ("height", 1))));
    }

    [Fact]
    public void A_combination_of_columns_is_refused_and_a_nearly_equal_column_is_not()
    {
        static CrossProducts Products(BigInteger[] x, BigInteger[] y, BigInteger[] z) => Gather(["(Intercept)", "x", "y"], [1, 1, 1], 1, x.Length, i => [1, x[i], y[i]], i => z[i]);
        Assert.Throws<InvalidOperationException>(() => LinearRegression.Fit(Products([1, 2, 3, 5], [2, 4, 6, 10], [1, 0, 2, 1])));
        var huge = BigInteger.Pow(10, 30); // doubles see no difference between the columns
        var fit = LinearRegression.Fit(Products([huge, 2 * huge, 3 * huge, 5 * huge], [huge + 1, 2 * huge, 3 * huge, 5 * huge], [7, 4, 6, 10]));
        Assert.Equal(53, fit.Quantities.First(q => q.Term == "y").SignificantBits);
        Assert.Equal(5, fit["y", "estimate"]); // only the first row lies off the line 2·x: by 7 − 2 = 5 units of y
    }

    [Fact]
    public async Task Generalised_linear_models_are_those_of_R()
    {
        RVectors.Check("logistic-hmda", await FitAsync(
            Family.Binomial, Columns.Hmda, "deny", "yes", ("pirat", null, "pirat"), ("lvrat", null, "lvrat"), ("chist", null, "chist"), ("afam", "yes", "I(afam == \"yes\")TRUE")));
        RVectors.Check("logistic-credit", await FitAsync(
            Family.Binomial, Columns.Credit, "Class", "Bad", ("Duration", null, "Duration"), ("Amount", null, "Amount"), ("Age", null, "Age"),
            ("InstallmentRatePercentage", null, "InstallmentRatePercentage")));
        RVectors.Check("poisson-credit", await FitAsync(
            Family.Poisson, Columns.Credit, "NumberExistingCredits", null, ("Duration", null, "Duration"), ("Age", null, "Age"), ("Telephone", null, "Telephone")));
    }

    [Fact]
    public async Task Responses_that_are_separated_have_no_estimate()
    {
        (double[], double)[] rows = [.. Enumerable.Range(0, 20).Select(i => (new double[] { 1, i }, i < 10 ? 0.0 : 1.0))];
        var asked = 0;
        await Assert.ThrowsAsync<InvalidOperationException>(() => GeneralisedLinearModel.FitAsync(
            Family.Binomial, ["(Intercept)", "x"], Responses.Binomial(10, 10), beta => Task.FromResult(WeightedSums.Over(Family.Binomial, rows, ++asked > 0 ? beta : null))));
        Assert.InRange(asked, 1, 4); // it stops before weights stand out
        Assert.Throws<ArgumentException>(() => WeightedSums.Over(Family.Binomial, [([1.0], 0.5)], null));
        Assert.Throws<ArgumentException>(() => WeightedSums.Over(Family.Poisson, [([1.0], -1)], null));
    }

    [Fact]
    public async Task Rows_of_several_owners_fit_as_the_rows_together()
    {
        (double[], double)[] rows = [.. Enumerable.Range(0, 60).Select(i => (new double[] { 1, i % 7 }, (double)((i * i) % 5 > 1 ? 1 : 0)))];
        var (here, there) = (rows[..25], rows[25..]);
        var ones = rows.Count(row => row.Item2 == 1);
        var together = await GeneralisedLinearModel.FitAsync(
            Family.Binomial, ["(Intercept)", "x"], Responses.Binomial(60 - ones, ones), beta => Task.FromResult(WeightedSums.Over(Family.Binomial, rows, beta)));
        var apart = await GeneralisedLinearModel.FitAsync(
            Family.Binomial, ["(Intercept)", "x"], Responses.Binomial(60 - ones, ones),
            beta => Task.FromResult(WeightedSums.Over(Family.Binomial, here, beta) + WeightedSums.Over(Family.Binomial, there, beta)));
        Assert.Equal(together["x", "estimate"], apart["x", "estimate"], 1e-12);
    }

    private static CrossProducts ProductsOf(string file, string response, int responseScale, params (string Name, int Scale)[] columns)
    {
        var ys = Columns.Units(file, response, responseScale);
        var xs = columns.Select(column => Columns.Units(file, column.Name, column.Scale)).ToArray();
        int[] complete = [.. Enumerable.Range(0, ys.Length).Where(i => ys[i] is not null && xs.All(x => x[i] is not null))];
        return Gather(
            ["(Intercept)", .. columns.Select(column => column.Name)], [1, .. columns.Select(column => BigInteger.Pow(10, column.Scale))], BigInteger.Pow(10, responseScale),
            complete.Length, i => [1, .. xs.Select(x => x[complete[i]]!.Value)], i => ys[complete[i]]!.Value);
    }

    private static CrossProducts Gather(string[] names, BigInteger[] units, BigInteger responseUnit, int rows, Func<int, BigInteger[]> x, Func<int, BigInteger> y)
    {
        var (gram, response, square) = (new BigInteger[names.Length, names.Length], new BigInteger[names.Length], BigInteger.Zero);
        for (var i = 0; i < rows; i++)
        {
            var (row, target) = (x(i), y(i));
            square += target * target;
            for (var a = 0; a < names.Length; a++)
            {
                response[a] += row[a] * target;
                for (var b = 0; b < names.Length; b++) gram[a, b] += row[a] * row[b];
            }
        }

        return new CrossProducts(names, rows, gram, response, square, units, responseUnit, HasIntercept: true);
    }

    private static async Task<Collab.Statistics.Inference.Finding> FitAsync(
        Family family, string file, string response, string? success, params (string Column, string? Level, string Name)[] covariates)
    {
        double[] Read(string column, string? level) =>
            [.. RVectors.Column(file, column).Select(text => level is null ? double.Parse(text!, CultureInfo.InvariantCulture) : text == level ? 1 : 0)];
        var (ys, xs) = (Read(response, success), covariates.Select(c => Read(c.Column, c.Level)).ToArray());
        (double[], double)[] rows = [.. ys.Select((y, i) => (new double[] { 1 }.Concat(xs.Select(x => x[i])).ToArray(), y))];
        var responses = family == Family.Binomial
            ? Responses.Binomial(ys.Count(y => y == 0), ys.Count(y => y == 1))
            : Responses.Poisson(ys.Length, ys.Sum(), ys.Sum(y => y == 0 ? 0 : y * Math.Log(y)), ys.Sum(y => MathNet.Numerics.SpecialFunctions.GammaLn(y + 1)));
        return await GeneralisedLinearModel.FitAsync(
            family, ["(Intercept)", .. covariates.Select(c => c.Name)], responses, beta => Task.FromResult(WeightedSums.Over(family, rows, beta)));
    }
}
