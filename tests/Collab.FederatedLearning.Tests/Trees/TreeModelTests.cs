using Collab.FederatedLearning.Trees;
using Collab.Primitives;

namespace Collab.FederatedLearning.Tests.Trees;

public sealed class TreeModelTests
{
    private static readonly TreeModel Model = Small();

    [Fact]
    public void Bytes_are_read_back_to_the_same_model()
    {
        var bytes = Model.Encode();
        var read = TreeModel.Decode(bytes);
        Assert.Equal(bytes, read.Encode());
        var rows = CreditRows.Mortgages.Binned(Model.Features);
        Assert.Equal(Model.Predict([.. rows, Homes]), read.Predict([.. rows, Homes]));
    }

    [Fact]
    public void Every_changed_or_cut_byte_is_refused_or_another_canonical_model()
    {
        var bytes = Model.Encode();
        for (var i = 0; i < bytes.Length; i++)
        {
            Assert.Throws<MalformedException>(() => TreeModel.Decode(bytes.AsSpan(0, i)));
            foreach (var flip in new byte[] { 1, 0x80 })
            {
                byte[] changed = [.. bytes];
                changed[i] ^= flip;
                try
                {
                    Assert.Equal(changed, TreeModel.Decode(changed).Encode());
                }
                catch (MalformedException)
                {
                    // Refused, as most are.
                }
            }
        }

        Assert.Throws<MalformedException>(() => TreeModel.Decode([.. bytes, 0]));
    }

    [Fact]
    public void Trees_that_lead_nowhere_are_refused()
    {
        Assert.Throws<MalformedException>(() => Read(Leaf, Leaf));                        // two roots
        Assert.Throws<MalformedException>(() => Read(Split(0), Leaf));                    // a child is missing
        Assert.Throws<MalformedException>(() => Read(Leaf, Split(0), Leaf));              // a node before its parent
        Assert.Throws<MalformedException>(() => Read(Split(2), Leaf, Leaf));              // no such feature
        Assert.Throws<MalformedException>(() => Read(Split(0, 3), Leaf, Leaf));           // no such bin
        Assert.Throws<MalformedException>(() => Read(Split(0, 0, double.NaN), Leaf, Leaf));
        Assert.Equal(3, Read(Split(0), Leaf, Leaf).Nodes.Count);
    }

    [Fact]
    public void Features_of_another_model_are_refused() =>
        Assert.Throws<ArgumentException>(() => new TreeModel(Model.Ensemble, [.. Model.Features.Skip(1)]));

    private static BinnedColumn Homes => BinnedColumn.Of(Model.Features[^1], [.. CreditRows.Mortgages.Labels.Select((_, i) => i % 3 == 0 ? "own" : i % 3 == 1 ? "rent" : null)]);

    private static TreeModel Small()
    {
        var rows = CreditRows.Mortgages;
        string?[] homes = [.. rows.Labels.Select((_, i) => i % 3 == 0 ? "own" : i % 3 == 1 ? "rent" : null)];
        return TreeTraining.Train(
            new() { Trees = 2, Depth = 3 }, [.. rows.Binned(6), BinnedColumn.Of(FeatureBins.OfCategories("home", homes), homes)], rows.Labels);
    }

    private static TreeNode Leaf => new(null, 0, 5);

    private static TreeNode Split(int feature, byte bin = 0, double gain = 1) => new(new(feature, bin, false, gain), 1, 0);

    private static Tree Read(params TreeNode[] nodes)
    {
        var writer = new CanonicalWriter();
        new Tree(nodes).Encode(writer);
        var reader = new CanonicalReader(writer.Written);
        return Tree.Decode(ref reader, new(new FeatureShape(3, false), new FeatureShape(2, true)));
    }
}
