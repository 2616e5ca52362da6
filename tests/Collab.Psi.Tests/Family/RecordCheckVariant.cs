using Collab.Cryptography.Oprf;
using Collab.Primitives;
using Collab.Psi.Oprf;
using Collab.Testing;

namespace Collab.Psi.Tests.Family;

/// <summary>The first set as a list of tokens, and a few records asked for: some of the second set, some of neither. Suites and modes in turn.</summary>
internal static class RecordCheckVariant
{
    public static async Task<FamilyOutcome> RunAsync(FamilySets sets)
    {
        var random = new Random(sets.Seed);
        var suite = sets.Seed % 8 == 0 ? OprfSuite.P256Sha256 : OprfSuite.Ristretto255Sha512;
        var mode = sets.Seed % 2 == 0 ? OprfMode.Voprf : OprfMode.Oprf;
        int[] asked = [.. Enumerable.Range(0, 5).Select(i => i < sets.Receiver.Count && i < 4 ? sets.Receiver[random.Next(sets.Receiver.Count)] : random.Next(sets.Sender.ItemSize == 1 ? 256 : int.MaxValue))];
        using var key = OprfKey.Generate(suite, mode, RandomSource.System);
        var list = TokenList.Create(key, sets.Sender.Items);
        Assert.Equal(sets.Sender.DistinctCount, list.Count);
        var run = await TwoParty.RunAsync(
            async channel =>
            {
                await RecordCheck.SendListAsync(channel, list);
                return await RecordCheck.AnswerAsync(channel, key, list, asked.Length, RandomSource.System);
            },
            async channel => await RecordCheck.CheckAsync(
                channel, await RecordCheck.ReceiveListAsync(channel, mode), Array.ConvertAll(asked, sets.Sender.ItemOf), RandomSource.System));
        Assert.Equal(asked.Length, run.Sender);
        Assert.Equal(asked.Select(sets.Sender.Contains), run.Receiver);
        return new(run.Receiver.Count(found => found), TwoPartyVariants.BytesOf(run.Usage));
    }
}
