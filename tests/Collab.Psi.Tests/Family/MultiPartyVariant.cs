using Collab.Primitives;
using Collab.Psi.MultiParty;
using Collab.Testing;

namespace Collab.Psi.Tests.Family;

/// <summary>Three parties, of which the first leads; in every second draw all learn.</summary>
internal static class MultiPartyVariant
{
    public static async Task<FamilyOutcome> RunAsync(FamilySets sets)
    {
        var parties = Parties.Named(3);
        NumberSet[] held = [sets.Sender, sets.Receiver, sets.Third];
        var options = new MultiPartyPsiOptions(TwoPartyVariants.ContextOf(sets), parties, parties[0]) { AllLearn = sets.Seed % 2 == 0 };
        var runs = await Parties.RunAsync(parties, async (self, channels) => self == options.Leader
            ? await MultiPartyPsi.LeadAsync(channels, held[0].Items, RandomSource.System, options)
            : await MultiPartyPsi.FollowAsync(self, channels, held[Array.IndexOf(parties, self)].Items, RandomSource.System, options));
        for (var i = 0; i < parties.Length; i++)
        {
            var expected = FamilySets.RowsOf(held[i], number => held.All(set => set.Contains(number)));
            TwoPartyVariants.AssertRows(i == 0 || options.AllLearn ? expected : null, runs[parties[i]].Result);
        }

        return new(runs[parties[0]].Result!.Length, runs.Values.Sum(run => run.Usage.Values.Sum(usage => usage.BytesSent)));
    }
}
