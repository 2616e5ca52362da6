using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Unbalanced;
using Collab.Testing;

namespace Collab.Psi.Tests.Unbalanced;

/// <summary>Databases that change: only what changed is computed, queries see one version, and answers are those of a plain look-up.</summary>
public class SenderDatabaseTests
{
    private static readonly UnbalancedPsiOptions Options = new() { Parallelism = 2 };

    [Fact]
    public async Task Answers_after_each_of_many_updates_are_those_of_a_plain_look_up()
    {
        var parameters = UnbalancedSearch.Find(12, 3000, 7);
        var (random, held) = (new Random(5), new Dictionary<int, int>());                 // item → seed of its label
        for (var i = 0; i < 2500; i++) held[i] = i;
        using var database = SenderDatabase.Create(parameters, ItemsOf(held), LabelsOf(held), RandomSource.Seeded(1), 2);
        for (var round = 0; round < 6; round++)
        {
            var (gone, come, other) = (random.Next(30), random.Next(30), random.Next(30));
            int[] removed = [.. held.Keys.OrderBy(_ => random.Next()).Take(gone)];
            foreach (var key in removed) held.Remove(key);
            var put = held.OrderBy(_ => random.Next()).Take(other).ToDictionary(pair => pair.Key, pair => pair.Value + 100_000);
            for (var i = 0; i < come; i++) put[10_000 + (100 * round) + i] = i;
            foreach (var (key, seed) in put) held[key] = seed;
            var change = round % 2 == 0
                ? database.Update(ItemsOf(held), LabelsOf(held), RandomSource.Seeded(round), 2)
                : database.Change(ItemsOf(put), LabelsOf(put), [.. removed.Select(ItemOf)], RandomSource.Seeded(round), 2);
            Assert.Equal((come, gone, other, false), (change.Added, change.Removed, change.Relabelled, change.IsWhole));
            Assert.InRange(change.Cells, 1, 3 * (gone + come + other));

            int[] asked = [.. held.Keys.OrderBy(_ => random.Next()).Take(7), 1_000_000, 1_000_001, 10_000 + (100 * round) + 99];
            var run = await UnbalancedPsiTests.RunAsync(database, [.. asked.Select(ItemOf)]);
            Assert.Equal(Enumerable.Range(0, 7), run.Receiver.Rows);
            Assert.Equal(asked[..7].SelectMany(key => LabelOf(held[key])), run.Receiver.Labels.ToArray());
        }

        Assert.Equal(0, database.Update(ItemsOf(held), LabelsOf(held), RandomSource.Seeded(9)).Cells);
        Assert.Equal(0, database.Change(ItemsOf(held), LabelsOf(held), [], RandomSource.Seeded(9)).Cells);
        held.Clear();
        Assert.True(database.Update([], default, RandomSource.Seeded(9)).Removed > 2000);
        Assert.Empty((await UnbalancedPsiTests.RunAsync(database, [ItemOf(1)])).Receiver.Rows);
    }

    [Fact]
    public async Task A_query_sees_one_version_while_the_database_changes()
    {
        var parameters = UnbalancedSearch.Find(1, 500);
        using var database = SenderDatabase.Create(parameters, UnbalancedPsiTests.Items(0, 400), default, RandomSource.Seeded(1));
        var run = await TwoParty.RunAsync(
            channel => UnbalancedPsi.AnswerAsync(channel, database, Options),
            channel => UnbalancedPsi.QueryAsync(
                new HookedChannel(channel, () => Assert.Equal(400, database.Update(UnbalancedPsiTests.Items(400, 100), default, RandomSource.Seeded(2)).Removed)),
                parameters, UnbalancedPsiTests.Items(7, 1), RandomSource.Seeded(3), Options));
        Assert.Equal([0], run.Receiver.Rows);
        Assert.Equal((1L, 2L), (run.Sender.Revision, database.Current.Revision));
        Assert.Empty((await UnbalancedPsiTests.RunAsync(database, UnbalancedPsiTests.Items(7, 1))).Receiver.Rows);
    }

    private static ReadOnlyMemory<byte> ItemOf(int key) => UnbalancedPsiTests.Items(key, 1)[0];

    private static byte[] LabelOf(int seed) => RandomSource.Seeded(seed).Bytes(7);

    private static ReadOnlyMemory<byte>[] ItemsOf(Dictionary<int, int> held) => [.. held.Keys.Select(ItemOf)];

    private static ReadOnlyMemory<byte> LabelsOf(Dictionary<int, int> held) => held.Values.SelectMany(LabelOf).ToArray();

    /// <summary>Does something once, when the first message has come.</summary>
    private sealed class HookedChannel(IChannel inner, Action hook) : IChannel
    {
        private Action? _hook = hook;

        public PartyId Peer => inner.Peer;

        public ChannelUsage Usage => inner.Usage;

        public ValueTask SendAsync<T>(T message, CancellationToken cancellation = default)
            where T : IMessage<T> => inner.SendAsync(message, cancellation);

        public async ValueTask<T> ReceiveAsync<T>(StepId step, CancellationToken cancellation = default)
            where T : IMessage<T>
        {
            var message = await inner.ReceiveAsync<T>(step, cancellation);
            Interlocked.Exchange(ref _hook, null)?.Invoke();
            return message;
        }

        public IChannel Fork(string label) => inner.Fork(label);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
