using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Regression;
using MathNet.Numerics.LinearAlgebra;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>How far the rounding of sums over joined rows can have moved a regression, to first order (specs/regression.md, "Error of the result").</summary>
/// <param name="Estimate">A coefficient, in its standard errors; all together in the norm of the information.</param>
/// <param name="Relative">A standard error, relative to itself.</param>
internal readonly record struct JoinedPrecision(double Estimate, double Relative)
{
    /// <summary>What both have to be at most.</summary>
    public const double Required = 1e-7;

    /// <summary>Makes sure that rounding does not show in a result.</summary>
    /// <param name="errors">Standard errors of the coefficients of covariates in [−1, 1].</param>
    /// <param name="score">How far an entry of the score may be off.</param>
    /// <param name="entry">How far an entry of the information may be off.</param>
    /// <exception cref="InvalidOperationException">It could show.</exception>
    public static JoinedPrecision Require(IEnumerable<double> errors, double score, double entry)
    {
        var sum = errors.Sum();
        var precision = new JoinedPrecision(score * sum, entry * sum * sum / 2);
        return precision.Estimate <= Required && precision.Relative <= Required ? precision : throw JoinedRounds.TooWide();
    }

    /// <summary>Standard errors, given the information of covariates in [−1, 1].</summary>
    public static IEnumerable<double> ErrorsOf(Matrix<double> information) =>
        ScaledSystem.Of(information)?.Inverse().Diagonal().PointwiseSqrt() as IEnumerable<double> ?? [double.PositiveInfinity];

    /// <summary>A finding with the bits that its numbers are good for.</summary>
    /// <param name="found">What was found of the sums.</param>
    /// <param name="errorOf">How far a number that is of no coefficient may be off, by its name; null where rounding does not reach it.</param>
    public Finding Bound(Finding found, Func<string, double?> errorOf)
    {
        var self = this;
        return found with
        {
            Quantities = [.. found.Quantities.Select(quantity => (quantity.Term.Length == 0 ? errorOf(quantity.Name) : self.ErrorOf(found, quantity)) is { } error
                ? quantity with { SignificantBits = Bits(quantity, error) }
                : quantity)],
        };

        static int Bits(Quantity quantity, double error) =>
            Math.Min(quantity.SignificantBits, quantity.Value == 0 ? 0 : Math.Max(0, (int)Math.Floor(-Math.Log2(error / Math.Abs(quantity.Value)))));
    }

    /// <summary>How far a quadratic form of the estimate with the information, such as Wald's statistic, may be off.</summary>
    public double ErrorOfForm(double value) => (2 * Math.Sqrt(value) * Estimate) + (2 * value * Relative);

    /// <summary>How far the upper tail of a χ² distribution may be off, given how far its statistic may.</summary>
    /// <remarks>−d ln p / dx is at most ½ from two degrees of freedom on; of one it is the normal hazard at √x, at most √x + 1, over 2·√x.</remarks>
    public static double ErrorOfTail(double statistic, double error, double tail) => tail * error * (1 + (1 / Math.Sqrt(statistic))) / 2;

    private double? ErrorOf(Finding found, Quantity quantity)
    {
        var (error, z) = (found[quantity.Term, "std.error"], Math.Abs(found[quantity.Term, "statistic"]));
        var ofBound = (Estimate + (2 * Relative)) * error; // of an estimate and two standard errors
        return quantity.Name switch
        {
            "estimate" => Estimate * error,
            "std.error" => Relative * error,
            "statistic" => Estimate + (z * Relative),
            "p.value" => quantity.Value * (z + 1) * (Estimate + (z * Relative)), // the density of a normal tail is at most z + 1 times the tail
            "conf.low" or "conf.high" => ofBound,
            "exp.estimate" => quantity.Value * Estimate * error,
            _ => quantity.Value * ofBound,
        };
    }
}
