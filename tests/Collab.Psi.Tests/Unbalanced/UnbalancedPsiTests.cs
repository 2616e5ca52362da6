using System.Text;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Unbalanced;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests.Unbalanced;

/// <summary>Queries against a prepared database: what both have, its labels, and nothing else.</summary>
public class UnbalancedPsiTests
{
    private static readonly UnbalancedPsiOptions Options = new() { Parallelism = 2 };

    [Theory]
    [InlineData(20, 500, 0), InlineData(1, 300, 0), InlineData(1, 300, 33), InlineData(7, 2000, 5), InlineData(3, 2, 1)]
    public async Task The_receiver_learns_what_both_have_and_its_labels(int receiver, int sender, int labelSize)
    {
        var parameters = UnbalancedSearch.Find(receiver, sender, labelSize);
        var items = Items(0, sender);
        using var database = SenderDatabase.Create(parameters, items, Labels(0, sender, labelSize), RandomSource.Seeded(1), 2);
        var asked = Items(sender - ((receiver + 1) / 2), receiver);                      // the first half are there
        var run = await RunAsync(database, asked);
        Assert.Equal(Enumerable.Range(0, (receiver + 1) / 2), run.Receiver.Rows);
        Assert.Equal(Labels(sender - ((receiver + 1) / 2), (receiver + 1) / 2, labelSize).ToArray(), run.Receiver.Labels.ToArray());
        var cost = UnbalancedCost.Of(parameters);
        Assert.Equal((cost.ToReceiver, cost.ToSender), (run.Usage.BytesSent, run.Usage.BytesReceived));
        Assert.Equal(1, run.Sender.Revision);
    }

    [Theory, InlineData(0, 0), InlineData(0, 4), InlineData(5, 0)]
    public async Task Nothing_on_either_side_gives_nothing(int sender, int receiver)
    {
        using var database = SenderDatabase.Create(UnbalancedSearch.Find(4, 10), Items(0, sender), default, RandomSource.Seeded(1));
        Assert.Empty((await RunAsync(database, Items(0, receiver))).Receiver.Rows);
    }

    internal static ReadOnlyMemory<byte>[] Items(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(i => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"customer-{i:D9}"))];

    internal static ReadOnlyMemory<byte> Labels(int first, int count, int size) =>
        Enumerable.Range(first, count).SelectMany(i => RandomSource.Seeded(i).Bytes(size)).ToArray();

    internal static Task<TwoPartyRun<AnsweredQuery, LabelledMatches>> RunAsync(SenderDatabase database, ReadOnlyMemory<byte>[] asked) => TwoParty.RunAsync(
        channel => UnbalancedPsi.AnswerAsync(channel, database, Options),
        channel => UnbalancedPsi.QueryAsync(channel, database.Parameters, asked, RandomSource.Seeded(2), Options));
}
