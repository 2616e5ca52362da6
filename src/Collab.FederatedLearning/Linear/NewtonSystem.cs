using Collab.Statistics.Inference.Regression;
using MathNet.Numerics.LinearAlgebra;

namespace Collab.FederatedLearning.Linear;

/// <summary>The label owner's side of Newton's method: where the coefficients are, and when they have settled.</summary>
internal sealed class NewtonSystem(int columns)
{
    /// <summary>A coefficient of a standardized column beyond this in magnitude is none.</summary>
    public const double Limit = 64;

    private const double Settled = 1e-10; // of the step's square in units of standard errors

    private Matrix<double>? _variance;

    /// <summary>β, as far as it has come.</summary>
    public Vector<double> Beta { get; private set; } = Vector<double>.Build.Dense(columns);

    /// <summary>Whether the last step was so small that the next one would not show.</summary>
    public bool HasSettled { get; private set; }

    /// <summary>Takes β ← β + H⁻¹·g.</summary>
    /// <returns>Whether there is such a step, and coefficients within the limit.</returns>
    public bool Step(double[] information, double[] score)
    {
        var matrix = Matrix<double>.Build.Dense(columns, columns, information);
        if (ScaledSystem.Of((matrix + matrix.Transpose()) / 2) is not { } system) return false;
        var right = VectorOf(score);
        var step = system.Solve(right);
        (_variance, HasSettled) = (system.Inverse(), step * right < Settled);
        Beta += step;
        return Beta.All(coefficient => Math.Abs(coefficient) <= Limit);
    }

    /// <summary>As a vector.</summary>
    public static Vector<double> VectorOf(double[] numbers) => Vector<double>.Build.Dense(numbers);

    /// <summary>Standard errors by the last step's information, for this variance of a row.</summary>
    public double[] StandardErrors(double variance) => [.. _variance!.Diagonal().Select(v => Math.Sqrt(v * variance))];
}
