namespace Collab.Psi.Unbalanced;

/// <summary>The bounds of specs/psi-unbalanced.md, "Parameters and why", as formulas. Logarithms are to base 2.</summary>
internal static class UnbalancedBounds
{
    /// <summary>A number modulo t cut from 64 uniform bits is a given one with chance at most (1 + t/2^64)/t; tags have t below 2^22.</summary>
    private const double ResidueBias = 1.0 / (1UL << 42);

    /// <summary>log₂ of the chance that any of M items outside the sender's set meets all K tags in any of G bundles.</summary>
    public static double FalsePositive(int receiverItems, int bundles, int tags, double plaintextModulus) =>
        Math.Log2(receiverItems) + Math.Log2(bundles) - (tags * (Math.Log2(plaintextModulus) - Math.Log2(1 + ResidueBias)));

    /// <summary>The chance at most that n items have no placement under one salt: a bin of more than G·B items, or more than G items of one bin and one point.</summary>
    public static double PlacementFailure(int items, int choices, int bins, int bundles, int places, double plaintextModulus) => Math.Min(
        1, Overflow(items, choices, bins, (long)bundles * places) + Collision(items, choices, bins, bundles, plaintextModulus));

    // The union over bins of P[Bin(n, h/bins) > capacity] ≤ exp(−n·D(a/n ‖ h/bins)), a = capacity + 1 (Chernoff).
    private static double Overflow(int items, int choices, int bins, long capacity)
    {
        if (capacity >= items) return 0;
        double p = choices / (double)bins, q = (capacity + 1) / (double)items;
        if (q <= p) return 1;
        var divergence = (q * Math.Log(q / p)) + (q < 1 ? (1 - q) * Math.Log((1 - q) / (1 - p)) : 0);
        return bins * Math.Exp(-items * divergence);
    }

    // The expected number of sets of G + 1 items in one bin with one point: bins·C(n, G+1)·(h/bins)^(G+1)·t^(−G).
    private static double Collision(int items, int choices, int bins, int bundles, double plaintextModulus)
    {
        if (bundles >= items) return 0;
        var log = Math.Log2(bins) + ((bundles + 1) * Math.Log2(choices / (double)bins)) - (bundles * Math.Log2(plaintextModulus / (1 + ResidueBias)));
        for (var i = 0; i <= bundles; i++) log += Math.Log2((items - i) / (double)(i + 1));
        return Math.Pow(2, log);
    }
}
