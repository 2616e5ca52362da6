using Collab.FederatedLearning.Linear;
using Collab.FederatedLearning.Tests.Trees;
using Collab.Primitives;

namespace Collab.FederatedLearning.Tests.Linear;

/// <summary>Fits by Newton's method against R's <c>glm</c> and <c>lm</c>, and what has no estimate.</summary>
public sealed class NewtonTrainingTests
{
    private const double Close = 1e-4;

    private static readonly string[] Credit =
        ["Duration", "Amount", "InstallmentRatePercentage", "ResidenceDuration", "Age", "NumberExistingCredits", "NumberPeopleMaintenance", "Telephone"];

    private static readonly string[] Mortgages = ["pirat", "hirat", "lvrat", "chist", "mhist", "unemp"];

    [Fact]
    public async Task Logistic_regression_of_three_parties_is_what_glm_fits_with_its_standard_errors()
    {
        var settings = new NewtonSettings { OpensErrors = true };
        HoldR("german-glm", Credit, 3, await LinearRun.Of(CreditRows.German, Credit).FitAsync(settings, [3, 4, 1], 0), [0, 3, 7], Close);
        HoldR("hmda-glm", Mortgages, 3, await LinearRun.Of(CreditRows.Mortgages, Mortgages).FitAsync(settings, [2, 4, 0], 2), [0, 2, 6], Close);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Logistic_regression_of_two_parties_is_what_glm_fits(bool dealt)
    {
        string[] names = dealt ? Mortgages : Mortgages[..2];
        var run = LinearRun.Of(CreditRows.Mortgages, names);
        var fits = await run.FitAsync(new NewtonSettings(), dealt ? [2, 4] : [1, 1], 1, dealt);
        if (dealt) HoldR("hmda-glm", names, 2, fits, [0, 2], Close);
        else HoldR("hmda-two-glm", names, 2, fits, [0, 1], Close);
        Assert.Null(fits[0].StandardErrors);
        Assert.NotNull(fits[1].StandardErrors);
    }

    [Theory, InlineData(2), InlineData(3)]
    public async Task Regression_is_what_lm_fits_in_one_step(int parties)
    {
        string[] names = [.. Credit.Where(name => name != "Amount")];
        var fits = await LinearRun.Of(CreditRows.German, names, "Amount").FitAsync(
            new NewtonSettings { Family = LinearFamily.Regression, OpensErrors = true }, parties == 2 ? [3, 4] : [3, 0, 4], parties - 1, dealt: parties == 2);
        Assert.All(fits, fit => Assert.Equal(1, fit.Steps));
        HoldR("german-lm-scaled", names, parties, fits, parties == 2 ? [0, 3] : [0, 3, 3], Close);
        var expected = LinearRun.FromR("german-lm-scaled");
        Assert.All(fits, fit => Assert.Equal(expected["loss"], fit.Part.Losses[^1], Close));
    }

    [Fact]
    public async Task Separated_labels_and_columns_that_follow_from_others_have_no_estimate_at_any_party()
    {
        double[] labels = [.. Enumerable.Range(0, 64).Select(i => i < 32 ? 0.0 : 1)], first = [.. Enumerable.Range(0, 64).Select(i => (double)i)], second = [.. Enumerable.Range(0, 64).Select(i => (double)(i * 7 % 13))];
        foreach (var columns in new[] { new[] { first, second }, [second, [.. second.Select(x => 3 - (2 * x))]] })
        {
            var failure = await Assert.ThrowsAsync<CollabException>(() => new LinearRun(columns, labels).FitAsync(new NewtonSettings(), [1, 1], 0, dealt: true));
            Assert.Equal(LinearErrors.NoEstimate, failure.Code);
        }
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new NewtonSettings { Family = LinearFamily.LogisticThreePieces }.Check());
        Assert.Throws<ArgumentException>(() => new NewtonSettings { MostSteps = 0 }.Check());
        Assert.NotEqual(new NewtonSettings().Id, new NewtonSettings { OpensErrors = true }.Id);
    }

    /// <summary>Coefficients and standard errors as R has them; the first place of each party's columns says where the label owner's intercept stands among the errors.</summary>
    private static void HoldR(string name, string[] names, int parties, IReadOnlyList<NewtonFit> fits, int[] firsts, double tolerance)
    {
        var expected = LinearRun.FromR(name);
        Assert.Equal(parties, fits.Count);
        Assert.Equal(expected["(Intercept)"], fits.Sum(fit => fit.Part.Intercept), tolerance);
        foreach (var (column, weight) in names.Zip(fits.SelectMany(fit => fit.Part.Weights))) Assert.Equal(expected[column], weight, tolerance);
        var owner = fits.Index().Single(fit => fit.Item.Part.Intercept != 0).Index;
        foreach (var errors in fits.Select(fit => fit.StandardErrors).OfType<IReadOnlyList<double>>())
        {
            Assert.Equal(names.Length + 1, errors.Count);
            var ofColumns = errors.Where((_, at) => at != firsts[owner]).ToList();
            Assert.Equal(expected["se (Intercept)"], errors[firsts[owner]], tolerance);
            foreach (var (column, error) in names.Zip(ofColumns)) Assert.Equal(expected[$"se {column}"], error, tolerance);
        }
    }
}
