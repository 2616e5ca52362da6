using MathNet.Numerics.LinearAlgebra;

namespace Collab.Statistics.Inference.Survival;

/// <summary>What a Cox regression needs at one time with events: sums over those at risk and over those with the event.</summary>
/// <param name="Events">d, how many have the event then.</param>
/// <param name="EventTotal">Σ x over them.</param>
/// <param name="Risk">Sums over all at risk then.</param>
/// <param name="Tied">Sums over those with the event, for ties by Efron's method.</param>
public sealed record CoxSums(long Events, Vector<double> EventTotal, CoxSums.Weighted Risk, CoxSums.Weighted Tied)
{
    /// <summary>Σ w, Σ w·x and Σ w·x·xᵀ with w = exp(x·β).</summary>
    /// <param name="Zeroth">Σ w.</param>
    /// <param name="First">Σ w·x.</param>
    /// <param name="Second">Σ w·x·xᵀ.</param>
    public sealed record Weighted(double Zeroth, Vector<double> First, Matrix<double> Second)
    {
        /// <summary>Those of some rows and of others, together.</summary>
        public static Weighted operator +(Weighted a, Weighted b) => new(a.Zeroth + b.Zeroth, a.First + b.First, a.Second + b.Second);
    }
}
