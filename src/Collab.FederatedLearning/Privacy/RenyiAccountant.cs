namespace Collab.FederatedLearning.Privacy;

/// <summary>What rounds of Gaussian noise cost: bounds on the Rényi divergence of a round, their sum over rounds, and the (ε, δ) that follows.</summary>
/// <remarks>
/// Sources: Mironov 2017 (arXiv 1702.07476), propositions 1 and 7: sums over rounds, the Gaussian; Mironov, Talwar, Zhang 2019 (arXiv 1908.10530), section 3.3: rows taken by chance; Kairouz, Liu, Steinke 2021
/// (arXiv 2102.06387): sums of discrete Gaussians; Canonne, Kamath, Steinke 2020 (arXiv 2004.00010), proposition 12, as Balle et al. 2020, theorem 21: to (ε, δ). Derivation: specs/train-private.md.
/// In doubles, rounded up by far more than they err.
/// </remarks>
public static class RenyiAccountant
{
    private const int LargestOrder = 256;
    private const double Above = 1 + 1e-9;                                                 // for rounding, and for what sums of discrete Gaussians lack to a Gaussian

    /// <summary>The divergence of one round, at most, in either direction.</summary>
    /// <param name="noise">The noise's deviation in units of the largest change, above 0.</param>
    /// <param name="rate">The chance with which a row takes part, in (0, 1].</param>
    /// <param name="order">The order α above 1; a whole number unless every row takes part.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static double Divergence(double noise, double rate, double order)
    {
        if (!(noise > 0) || !double.IsFinite(noise)) throw new ArgumentOutOfRangeException(nameof(noise));
        if (!(rate > 0 && rate <= 1)) throw new ArgumentOutOfRangeException(nameof(rate));
        if (!(order > 1) || !double.IsFinite(order)) throw new ArgumentOutOfRangeException(nameof(order));
        var perOrder = Above / (2 * noise * noise);
        if (rate == 1) return order * perOrder;
        if (order != Math.Floor(order)) throw new ArgumentOutOfRangeException(nameof(order));

        // log Σ_k C(α, k)·(1 − q)^(α − k)·q^k·e^(k(k − 1)/(2z²)), the terms of k = 0 and 1 being those of a distribution.
        var (binomial, largest, terms) = (0.0, double.NegativeInfinity, new double[(int)order + 1]);
        for (var k = 0; k < terms.Length; k++)
        {
            if (k > 0) binomial += Math.Log((order - k + 1) / k);
            terms[k] = binomial + ((order - k) * Math.Log(1 - rate)) + (k * Math.Log(rate)) + (k * (k - 1.0) * perOrder);
            largest = Math.Max(largest, terms[k]);
        }

        // The sum is 1 and a little: the little is what counts, so what rounding may take from it is added.
        return (largest + Math.Log(terms.Sum(term => Math.Exp(term - largest))) + 1e-12) / (order - 1);
    }

    /// <summary>The ε that so many rounds cost with δ.</summary>
    /// <param name="noise">The noise's deviation in units of the largest change.</param>
    /// <param name="rate">The chance with which a row takes part.</param>
    /// <param name="rounds">Rounds, 0 or more.</param>
    /// <param name="delta">δ in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static double Epsilon(double noise, double rate, int rounds, double delta)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rounds);
        if (!(delta > 0 && delta < 1)) throw new ArgumentOutOfRangeException(nameof(delta));
        if (rounds == 0) return 0;
        var least = double.PositiveInfinity;
        foreach (var order in Orders(rate))
            least = Math.Min(least, (rounds * Divergence(noise, rate, order)) + Math.Log((order - 1) / order) - ((Math.Log(delta) + Math.Log(order)) / (order - 1)));
        // A row that takes part by chance is no worse off than one that always does.
        return rate < 1 ? Math.Min(Math.Max(0, least) * Above, Epsilon(noise, 1, rounds, delta)) : Math.Max(0, least) * Above;
    }

    /// <summary>The least noise, in steps of 1/1024, with which so many rounds cost no more than ε with δ.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, or a thousandfold noise does not do.</exception>
    public static double NoiseFor(double epsilon, double rate, int rounds, double delta)
    {
        const int Steps = 1024;
        var (below, enough) = (0, 1000 * Steps);
        if (!(epsilon > 0) || Epsilon(enough / (double)Steps, rate, rounds, delta) > epsilon) throw new ArgumentOutOfRangeException(nameof(epsilon));
        while (enough - below > 1)
        {
            var middle = (below + enough) / 2;
            if (Epsilon(middle / (double)Steps, rate, rounds, delta) <= epsilon) enough = middle;
            else below = middle;
        }

        return enough / (double)Steps;
    }

    private static IEnumerable<double> Orders(double rate)
    {
        for (var tenth = 11; rate == 1 && tenth < 1000; tenth++) yield return tenth / 10.0;
        for (var order = 2; order <= LargestOrder; order++) yield return order;
        for (var order = 512; rate == 1 && order <= 1 << 20; order *= 2) yield return order;
    }
}
