using Collab.FederatedLearning.Trees;

namespace Collab.FederatedLearning.Export;

/// <summary>Boosted trees as an ONNX file: the whole model, edges and categories of every column, at one party.</summary>
/// <remarks>
/// Input <c>x</c>: doubles of shape [rows, columns of numbers], NaN for what is missing. Input <c>text</c>: strings of shape [rows, columns of categories]; what is not among the categories counts as missing.
/// Each holds the columns of its kind in the model's order, their names a line each in the input's description, and is absent if there are none. Output <c>y</c>: [rows, 1], a chance, or a number in the units of the labels.
/// TreeEnsemble and LabelEncoder of ai.onnx.ml 5, in doubles: leaf values are multiples of 2^-24, so sums of them are the model's own, in whichever order. Source: onnx/docs/Operators-ml.md.
/// </remarks>
public static class OnnxTreeModel
{
    private const byte AtMost = 0, Equal = 4;                                              // nodes_modes: BRANCH_LEQ, BRANCH_EQ

    /// <summary>Writes the file.</summary>
    public static byte[] Write(TreeModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = new OnnxGraph("collab-trees");
        int[] numbers = [.. Places(model, category: false)], categories = [.. Places(model, category: true)];
        string NamesOf(int[] places) => string.Join('\n', places.Select(place => model.Features[place].Name));
        if (numbers.Length > 0) graph.Input("x", numbers.Length, false, NamesOf(numbers));
        if (categories.Length > 0) graph.Input("text", categories.Length, true, NamesOf(categories));
        var codes = categories.Select((place, at) => CodesOf(graph, model.Features[place], at));
        string[] joined = numbers.Length > 0 ? ["x", .. codes] : [.. codes];
        var values = joined[0];
        if (joined.Length > 1) graph.Node("", "Concat", values = "columns", joined, OnnxGraph.Attribute("axis", 1));

        // A column's place among numbers, then categories.
        var columnOf = new int[model.Features.Count];
        foreach (var (at, place) in numbers.Concat(categories).Index()) columnOf[place] = at;
        graph.Node(OnnxGraph.TreeDomain, "TreeEnsemble", "sum", [values], Trees(model, columnOf)).Node("Add", "score", "sum", "first");
        graph.Constant("first", [Scores.ToDouble(model.Ensemble.FirstScore)], 1);
        if (model.Ensemble.Loss == TrainingLoss.Logistic) graph.Node("Sigmoid", "y", "score");
        else graph.Node("Mul", "y", "score", "bound").Constant("bound", [model.Ensemble.LabelBound], 1);
        return graph.Output("y").Write();
    }

    private static IEnumerable<int> Places(TreeModel model, bool category) => model.Features.Index().Where(feature => feature.Item.IsCategory == category).Select(feature => feature.Index);

    /// <summary>One column of text as the numbers of its bins, NaN for all else.</summary>
    private static string CodesOf(OnnxGraph graph, FeatureBins bins, int at)
    {
        graph.Constant($"place{at}", at).Node("", "Gather", $"text{at}", ["text", $"place{at}"], OnnxGraph.Attribute("axis", 1));
        graph.Node(OnnxGraph.TreeDomain, "LabelEncoder", $"code{at}", [$"text{at}"],
            OnnxGraph.Attribute("keys_tensor", bins.Categories), OnnxGraph.Attribute("values_tensor", [.. Enumerable.Range(0, bins.ValueBins).Select(bin => (double)bin)]),
            OnnxGraph.Attribute("default_tensor", [double.NaN]));
        return $"code{at}";
    }

    /// <summary>All nodes and leaves, tree after tree. Every tree has a node: one that was not split gets a node with the leaf on both sides.</summary>
    private static ProtobufWriter[] Trees(TreeModel model, int[] columnOf)
    {
        List<int> roots = [], columns = [], trueNodes = [], falseNodes = [], trueIsLeaf = [], falseIsLeaf = [], missingIsTrue = [];
        var (modes, splits, leaves) = (new List<byte>(), new List<double>(), new List<double>());
        foreach (var tree in model.Ensemble.Trees)
        {
            // Where a node of the tree is among all nodes, or all leaves.
            var placeOf = new int[tree.Nodes.Count];
            var next = modes.Count;
            foreach (var (at, node) in tree.Nodes.Index())
            {
                placeOf[at] = node.Split is null ? leaves.Count : next++;
                if (node.Split is null) leaves.Add(Scores.ToDouble(node.Score));
            }

            roots.Add(modes.Count);
            if (tree.Nodes[0].Split is null) Add(0, AtMost, 0, false, 0, 0, tree);
            foreach (var node in tree.Nodes)
            {
                if (node.Split is not { } split) continue;
                var bins = model.Features[split.Feature];
                var threshold = bins.IsCategory ? split.Bin : split.Bin < bins.Edges.Length ? bins.Edges[split.Bin] : double.MaxValue;
                Add(columnOf[split.Feature], bins.IsCategory ? Equal : AtMost, threshold, split.MissingLeft, node.Left, node.Left + 1, tree);
            }

            void Add(int column, byte mode, double threshold, bool missingLeft, int left, int right, Tree of)
            {
                columns.Add(column);
                modes.Add(mode);
                splits.Add(threshold);
                missingIsTrue.Add(missingLeft ? 1 : 0);
                trueNodes.Add(placeOf[left]);
                falseNodes.Add(placeOf[right]);
                trueIsLeaf.Add(of.Nodes[left].Split is null ? 1 : 0);
                falseIsLeaf.Add(of.Nodes[right].Split is null ? 1 : 0);
            }
        }

        return
        [
            OnnxGraph.Attribute("aggregate_function", 1), OnnxGraph.Attribute("n_targets", 1), OnnxGraph.Attribute("post_transform", 0),   // SUM, NONE
            OnnxGraph.Attribute("tree_roots", roots), OnnxGraph.Attribute("nodes_featureids", columns), OnnxGraph.Attribute("nodes_modes", [.. modes]),
            OnnxGraph.Attribute("nodes_splits", [.. splits]), OnnxGraph.Attribute("nodes_missing_value_tracks_true", missingIsTrue),
            OnnxGraph.Attribute("nodes_truenodeids", trueNodes), OnnxGraph.Attribute("nodes_trueleafs", trueIsLeaf),
            OnnxGraph.Attribute("nodes_falsenodeids", falseNodes), OnnxGraph.Attribute("nodes_falseleafs", falseIsLeaf),
            OnnxGraph.Attribute("leaf_targetids", leaves.Select(_ => 0)), OnnxGraph.Attribute("leaf_weights", [.. leaves]),
        ];
    }
}
