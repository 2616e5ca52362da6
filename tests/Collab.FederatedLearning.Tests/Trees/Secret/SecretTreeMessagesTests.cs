using Collab.FederatedLearning.Trees;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Trees.Secret;

/// <summary>What passes between the parties tells nothing: nothing is opened, words look random, and sizes do not depend on the data; broken messages never yield a silent result.</summary>
public sealed class SecretTreeMessagesTests
{
    private static readonly TreeSettings Settings = new() { Trees = 1, Depth = 2, MinimumChildWeight = 0, LearningRate = 0.5 };
    private static readonly CreditRows Credit = CreditRows.German.Where(i => i < 64);
    private static readonly SecretTreeRun Run = new(Settings, Credit.Binned(4)[..3], Credit.Labels, [1, 1, 1]);
    private static readonly SecretTreeRun Small = new(Settings with { Depth = 1 }, [.. Credit.Where(i => i < 12).Binned(2)[..3]], [0, 0, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1], [1, 1, 1]);

    [Fact]
    public async Task Training_opens_nothing()
    {
        var operations = new List<string>();
        await (Run with { Joint = new(3) { Operations = operations } }).TrainAsync();
        Assert.Contains(nameof(IVectorEngine.MatrixProductAsync), operations);
        Assert.DoesNotContain(operations, name => name.StartsWith("Open", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_message_holds_bins_labels_or_splits_and_none_depends_on_them_in_size()
    {
        List<string> messages = [], others = [];
        await (Run with { Joint = new(3) { Messages = messages } }).TrainAsync();
        JointRun.AssertRandom(messages);

        // Other data: the rows' columns in another order, the labels the other way round.
        await (Run with { Joint = new(3) { Messages = others }, Columns = [.. Run.Columns.Select(Reversed)], Labels = [.. Run.Labels.Select(y => 1 - y)] }).TrainAsync();
        Assert.Equal(messages.Select(message => message.Length).Order(), others.Select(message => message.Length).Order());
    }

    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> SomeFaults =>
        from fault in new (int Message, bool ByReceiver)[] { (0, false), (4, false), (9, false), (1, true), (50, true) } from kind in Enum.GetValues<FaultKind>()
        select new TheoryDataRow<int, FaultKind, bool>(fault.Message, kind, fault.ByReceiver);

    [Theory, MemberData(nameof(SomeFaults))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver) =>
        await Assert.ThrowsAnyAsync<ProtocolException>((Small with { Joint = new(3) { Fault = Faults.At(message, kind, byReceiver) } }).TrainAsync);

    private static BinnedColumn Reversed(BinnedColumn column)
    {
        var edges = column.Bins.Edges.ToArray();
        return BinnedColumn.Of(column.Bins, [.. column.Rows.ToArray().Reverse().Select(bin => bin < edges.Length ? edges[bin] : edges[^1] + 1)]);
    }
}
