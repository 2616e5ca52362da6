using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption;
using Collab.Psi.Circuit;

namespace Collab.Psi.Unbalanced;

/// <summary>Finds parameters: the cheapest of those whose bounds hold. The same at every party for the same sizes.</summary>
/// <remarks>Cheap is what takes least time over 100 Mb/s with one thread at the sender. The search only proposes: <see cref="UnbalancedParameters.Create"/> proves.</remarks>
public static class UnbalancedSearch
{
    private const double SecondsPerByte = 8e-8;
    private const double SecondsPerCoefficient = 4e-9;
    private const double WantedPlacementFailure = 0.25;
    private const int NoiseBudget = 10;                  // deviations, as NoiseBound.Likely counts them
    private const double NormMargin = 1.1;

    // Degree, bits of the prime that answers keep, bits of the other: whole bytes, within the security table.
    private static readonly (int Degree, int Kept, int Dropped)[] Rings =
        [(2048, 30, 24), (4096, 32, 24), (4096, 32, 32), (4096, 40, 32), (4096, 40, 40), (8192, 40, 40)];

    /// <summary>The parameters for these sizes.</summary>
    /// <param name="receiverItems">M, 1 to <see cref="UnbalancedParameters.LargestReceiver"/>.</param>
    /// <param name="senderItems">n, 1 to <see cref="UnbalancedParameters.LargestSender"/>.</param>
    /// <param name="labelSize">Bytes of a label; 0 without.</param>
    /// <exception cref="ArgumentException">A size is out of range, or there are no parameters for it.</exception>
    public static UnbalancedParameters Find(int receiverItems, int senderItems, int labelSize = 0)
    {
        foreach (var (_, literal) in Propose(receiverItems, senderItems, labelSize).OrderBy(candidate => candidate.Seconds).Take(64))
        {
            try
            {
                return UnbalancedParameters.Create(literal);
            }
            catch (ArgumentException)
            {
                // The sieve below lets a few pass whose noise is a little too large: the next one then.
            }
        }

        throw new ArgumentException($"There are no parameters for {senderItems} and {receiverItems} items with labels of {labelSize} bytes.");
    }

    private static IEnumerable<(double Seconds, UnbalancedParametersLiteral Literal)> Propose(int receiverItems, int senderItems, int labelSize)
    {
        if (receiverItems is < 1 or > UnbalancedParameters.LargestReceiver || senderItems is < 1 or > UnbalancedParameters.LargestSender
            || labelSize is < 0 or > UnbalancedParameters.LargestLabel) throw new ArgumentException("A size is out of range.");
        var choices = receiverItems == 1 ? 1 : BinLayout.Choices;
        var leastBins = receiverItems == 1 ? 1 : BinLayout.Of(receiverItems).BinCount;
        foreach (var (degree, kept, dropped) in Rings)
        {
            var leastTables = (leastBins + degree - 1) / degree;
            foreach (var tables in new[] { leastTables, leastTables + 1, 2 * leastTables }.Distinct().Where(tables => tables <= 64))
            {
                for (var tags = 2; tags <= UnbalancedParameters.MostTags; tags++)
                {
                    for (var bundles = 1; bundles <= 4096; bundles += Math.Max(1, bundles / 16))
                    {
                        var t = PlaintextModulus(receiverItems, bundles, tags, degree);
                        if (t == 0 || t >> dropped - 1 != 0) continue;
                        var places = LeastPlaces(senderItems, choices, tables * degree, bundles, t);
                        if (places == 0 || !HasRoom(degree, t, places, kept, dropped)) continue;
                        var bits = System.Numerics.BitOperations.Log2(t);
                        var values = tags + (labelSize == 0 ? 0 : ((48 + bits - 1) / bits) + (((8 * labelSize) + bits - 1) / bits));
                        var cost = UnbalancedCost.Of(receiverItems, tables, bundles, places, values, degree, [kept, dropped]);
                        yield return (
                            ((cost.ToSender + cost.ToReceiver) * SecondsPerByte) + (cost.Products * degree * SecondsPerCoefficient),
                            new()
                            {
                                ReceiverItems = receiverItems,
                                SenderItems = senderItems,
                                LabelSize = labelSize,
                                Tables = tables,
                                Bundles = bundles,
                                Places = places,
                                Tags = tags,
                                Encryption = new() { RingDegree = degree, PlaintextModulus = t, CiphertextModuli = Primes(degree, kept, dropped) },
                            });
                    }
                }
            }
        }
    }

    // The smallest prime that K tags need, at least a thousandth of the ring's inverse noise away from useless; none above 22 bits.
    private static ulong PlaintextModulus(int receiverItems, int bundles, int tags, int degree)
    {
        var step = 2UL * (ulong)degree;
        var least = Math.Pow(2, (40 + Math.Log2(receiverItems) + Math.Log2(bundles)) / tags);
        if (least >= 1 << 22) return 0;
        for (var t = (((ulong)Math.Max(least, 1 << 14) / step) * step) + 1; t < 1 << 22; t += step)
        {
            if (t > least && NttPrimes.IsPrime(t) && UnbalancedBounds.FalsePositive(receiverItems, bundles, tags, t) <= -40) return t;
        }

        return 0;
    }

    private static int LeastPlaces(int senderItems, int choices, int bins, int bundles, ulong t)
    {
        var (low, high) = (1, 2047);                                          // low is too few, high suffices
        if (Failure(high) > WantedPlacementFailure) return 0;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (Failure(middle) > WantedPlacementFailure) low = middle;
            else high = middle;
        }

        return high;

        double Failure(int places) => UnbalancedBounds.PlacementFailure(senderItems, choices, bins, bundles, places, t);
    }

    // A sieve: the noise of an answer as NoisePrediction has it, without making tables for every candidate.
    private static bool HasRoom(int degree, ulong t, int places, int kept, int dropped)
    {
        double n = degree, q = Math.Pow(2, kept + dropped);
        var sum = (places - 1) * (t / q) * 3.26 * NormMargin * t * Math.Sqrt(n / 12);
        var rounding = (t / Math.Pow(2, kept)) * Math.Sqrt((1 + (2 * n / 3)) / 12);
        return NoiseBudget * (sum + rounding) < 0.5;
    }

    private static ulong[] Primes(int degree, int kept, int dropped)
    {
        var first = NttPrimes.Largest(kept, degree, 1)[0];
        return [first, NttPrimes.Largest(dropped, degree, 1, first)[0]];
    }
}
