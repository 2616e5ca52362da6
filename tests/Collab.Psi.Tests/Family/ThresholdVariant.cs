using Collab.Primitives;
using Collab.Psi.Threshold;
using Collab.Testing;

namespace Collab.Psi.Tests.Family;

/// <summary>Three parties, of which the first leads; items of two sets at least, or of all, in turn.</summary>
internal static class ThresholdVariant
{
    public static async Task<FamilyOutcome> RunAsync(FamilySets sets)
    {
        var parties = Parties.Named(3);
        NumberSet[] held = [sets.Sender, sets.Receiver, sets.Third];
        var threshold = 2 + (sets.Seed % 2);
        var options = new ThresholdPsiOptions(TwoPartyVariants.ContextOf(sets), parties, parties[0], threshold);
        var runs = await Parties.RunAsync(parties, async (self, channels) =>
        {
            if (self == options.Leader) return await ThresholdPsi.LeadAsync(channels, held[0].Items, RandomSource.System, options);
            await ThresholdPsi.FollowAsync(self, channels, held[Array.IndexOf(parties, self)].Items, RandomSource.System, options);
            return null;
        });
        var expected = FamilySets.RowsOf(held[0], number => held.Count(set => set.Contains(number)) >= threshold);
        TwoPartyVariants.AssertRows(expected, runs[parties[0]].Result);
        return new(expected.Length, runs.Values.Sum(run => run.Usage.Values.Sum(usage => usage.BytesSent)));
    }
}
