using System.Reflection;
using Collab.FederatedLearning.Trees;
using Collab.Primitives;
using Collab.Psi.Tests;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Trees.Secret;

/// <summary>What passes between the parties tells nothing: nothing is opened, words look random, and sizes do not depend on the data; broken messages never yield a silent result.</summary>
public sealed class SecretTreeMessagesTests
{
    private static readonly TreeSettings Settings = new() { Trees = 2, Depth = 2, MinimumChildWeight = 0, LearningRate = 0.5 };
    private static readonly CreditRows Credit = CreditRows.German.Where(i => i < 64);
    private static readonly SecretTreeRun Run = new(Settings, Credit.Binned(4)[..3], Credit.Labels, [1, 1, 1]);
    private static readonly SecretTreeRun Small = new(Settings with { Trees = 1, Depth = 1 }, [.. Credit.Where(i => i < 12).Binned(2)[..3]], [0, 0, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1], [1, 1, 1]);

    [Fact]
    public async Task Training_opens_nothing()
    {
        var called = new HashSet<string>();
        await (Run with { Watched = engine => WatchedEngine.Of(engine, called) }).TrainAsync();
        Assert.Contains(nameof(IVectorEngine.MatrixProductAsync), called);
        Assert.DoesNotContain(called, name => name.StartsWith("Open", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_message_holds_bins_labels_or_splits_and_none_depends_on_them_in_size()
    {
        var messages = await MessagesOf(Run);
        var words = messages.SelectMany(Words).ToArray();
        Assert.InRange(words.Length, 10_000, 1_000_000);

        // Bins, sides, labels, marks, sums and leaves are all small numbers; of random words one in 2^31 is as small.
        Assert.DoesNotContain(words, word => word < 1UL << 32 || word > ulong.MaxValue - (1UL << 32));
        Assert.InRange(words.Average(word => (double)ulong.PopCount(word)), 31.9, 32.1);

        // Other data: the columns in another order, the labels the other way round.
        var other = await MessagesOf(Run with { Columns = [.. Run.Columns.Select(Reversed)], Labels = [.. Run.Labels.Select(y => 1 - y)] });
        Assert.Equal(messages.Select(message => message.Length).Order(), other.Select(message => message.Length).Order());
    }

    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> SomeFaults =>
        from fault in new (int Message, bool ByReceiver)[] { (0, false), (4, false), (9, false), (1, true), (50, true) } from kind in Enum.GetValues<FaultKind>()
        select new TheoryDataRow<int, FaultKind, bool>(fault.Message, kind, fault.ByReceiver);

    [Theory, MemberData(nameof(SomeFaults))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver) =>
        await Assert.ThrowsAnyAsync<ProtocolException>((Small with { Fault = Faults.At(message, kind, byReceiver) }).TrainAsync);

    private static BinnedColumn Reversed(BinnedColumn column)
    {
        var edges = column.Bins.Edges.ToArray();
        return BinnedColumn.Of(column.Bins, [.. column.Rows.ToArray().Reverse().Select(bin => bin < edges.Length ? edges[bin] : edges[^1] + 1)]);
    }

    // All messages of all parties.
    private static async Task<List<string>> MessagesOf(SecretTreeRun run)
    {
        var all = new List<Dictionary<string, List<string>>>();
        await (run with
        {
            Around = channel =>
            {
                var sent = new Dictionary<string, List<string>>();
                lock (all) all.Add(sent);
                return new RecordingChannel(channel, "", sent);
            },
        }).TrainAsync();
        return [.. all.SelectMany(sent => sent.Values).SelectMany(messages => messages)];
    }

    private static IEnumerable<ulong> Words(string message)
    {
        var bytes = Convert.FromHexString(message);
        for (var at = 0; at + sizeof(ulong) <= bytes.Length; at += sizeof(ulong)) yield return BitConverter.ToUInt64(bytes, at);
    }

    /// <summary>An engine that notes what is asked of it.</summary>
    public class WatchedEngine : DispatchProxy
    {
        private IVectorEngine? _engine;
        private HashSet<string>? _called;

        /// <summary>Around an engine.</summary>
        public static IVectorEngine Of(IVectorEngine engine, HashSet<string> called)
        {
            var proxy = Create<IVectorEngine, WatchedEngine>();
            ((WatchedEngine)(object)proxy)._engine = engine;
            ((WatchedEngine)(object)proxy)._called = called;
            return proxy;
        }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            lock (_called!) _called.Add(targetMethod!.Name);
            return targetMethod!.Invoke(_engine, args);
        }
    }
}
