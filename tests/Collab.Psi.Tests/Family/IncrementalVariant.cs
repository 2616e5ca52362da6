using System.Collections;
using Collab.Primitives;
using Collab.Psi.Incremental;
using Collab.Psi.Tests.Incremental;
using Collab.Testing;

namespace Collab.Psi.Tests.Family;

/// <summary>The sets in four updates: most rows in the first, a tenth of these taken away again in the second, and the rest added bit by bit.</summary>
internal static class IncrementalVariant
{
    private const int UpdateCount = 4;

    public static async Task<FamilyOutcome> RunAsync(FamilySets sets)
    {
        using var pair = new IncrementalPair();
        HashSet<UInt128> known = [];
        long bytes = 0;
        for (var update = 0; update < UpdateCount; update++)
        {
            var options = IncrementalPair.Named(update + 1);
            var (senderComes, senderGoes) = (Coming(sets.Sender, 0, update), Going(sets.Sender, 0, update));
            var (receiverComes, receiverGoes) = (Coming(sets.Receiver, 1, update), Going(sets.Receiver, 1, update));
            var run = await TwoParty.RunAsync(
                channel => IncrementalPsi.SendAsync(channel, pair.Sender, senderComes.Items, senderGoes.Items, RandomSource.System, options),
                channel => IncrementalPsi.ReceiveAsync(channel, pair.Receiver, new Rows(receiverComes), [.. receiverGoes.Select(IncrementalPair.Id)], options));
            known.ExceptWith(run.Receiver.Removed);
            known.UnionWith(run.Receiver.Added);
            bytes += TwoPartyVariants.BytesOf(run.Usage);
        }

        var expected = FamilySets.RowsOf(sets.Receiver, number => !Goes(number, 1) && sets.Sender.Contains(number) && !Goes(number, 0));
        Assert.Equal(expected.Length, known.Count);
        foreach (var row in expected) Assert.Contains(IncrementalPair.Id(sets.Receiver[row]), known);
        var stored = 0;
        foreach (var id in pair.Receiver.ReadIntersection())
        {
            Assert.Contains(id, known);
            stored++;
        }

        Assert.Equal(known.Count, stored);
        return new(known.Count, bytes);
    }

    private static DrawnRows Coming(NumberSet set, int party, int update) => new([.. set.Where(number => UpdateOf(number, party) == update)]) { ItemSize = set.ItemSize };

    private static DrawnRows Going(NumberSet set, int party, int update) => new(update == 1 ? [.. set.Where(number => Goes(number, party))] : []) { ItemSize = set.ItemSize };

    /// <summary>The first for five of eight numbers, by the number and the party alone.</summary>
    private static int UpdateOf(int number, int party) => Math.Max(0, Mixed(number, party) % 8 - 4);

    private static bool Goes(int number, int party) => UpdateOf(number, party) == 0 && Mixed(number, party) / 8 % 10 == 0;

    private static int Mixed(int number, int party) => unchecked((int)(((uint)number + (uint)party) * 2_654_435_769u >> 8));

    private sealed class DrawnRows(int[] numbers) : NumberSet
    {
        public override int Count => numbers.Length;

        public override int this[int row] => numbers[row];

        public override bool Contains(int number) => throw new NotSupportedException();
    }

    private sealed class Rows(NumberSet numbers) : IReadOnlyList<IncrementalItem>
    {
        public int Count => numbers.Count;

        public IncrementalItem this[int row] => new(IncrementalPair.Id(numbers[row]), numbers.ItemOf(numbers[row]));

        public IEnumerator<IncrementalItem> GetEnumerator() => Enumerable.Range(0, Count).Select(row => this[row]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
