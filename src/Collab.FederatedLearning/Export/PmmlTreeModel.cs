using System.Globalization;
using System.Xml;
using Collab.FederatedLearning.Trees;

namespace Collab.FederatedLearning.Export;

/// <summary>Boosted trees as a PMML file: the whole model, edges and categories of every column, at one party.</summary>
/// <remarks>
/// A MiningModel whose segments are trees that are added up; for labels 0 and 1 a chain of that and a RegressionModel with logit, which tells <c>probability(1)</c>. What is missing goes to the default child; categories that are not known count as missing.
/// Source: PMML 4.4, Multiple Models, Trees, Targets. A tree that was not split adds to the constant.
/// </remarks>
public static class PmmlTreeModel
{
    /// <summary>Writes the file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="label">The label's name.</param>
    /// <exception cref="ArgumentException">Names are not all different and of characters that XML has.</exception>
    public static byte[] Write(TreeModel model, string label)
    {
        ArgumentNullException.ThrowIfNull(model);
        string[] columns = [.. model.Features.Select(feature => feature.Name)];
        var isClass = model.Ensemble.Loss == TrainingLoss.Logistic;
        return PmmlFile.Write([.. model.Features.Select(feature => (feature.Name, feature.IsCategory ? feature.Categories : null))], label, isClass, xml =>
        {
            if (!isClass)
            {
                Trees(xml, model, columns, label, null);
                return;
            }

            var score = "score";
            while (columns.Contains(score) || label == score) score += "_";
            xml.Open("MiningModel", ("functionName", "classification"));
            xml.Fields(columns, label);
            xml.Open("Segmentation", ("multipleModelMethod", "modelChain"));
            Segment(xml, 1, () => Trees(xml, model, columns, null, score));
            Segment(xml, 2, () =>
            {
                xml.Open("RegressionModel", ("functionName", "classification"), ("normalizationMethod", "logit"));
                xml.Fields([score], label);
                xml.Chance();
                PmmlLinearModel.Table(xml, "1", [(score, 1)], 0);
                PmmlLinearModel.Table(xml, "0", [], 0);
                xml.WriteEndElement();
            });
            xml.WriteEndElement();
            xml.WriteEndElement();
        });
    }

    private static void Trees(XmlWriter xml, TreeModel model, string[] columns, string? label, string? score)
    {
        Tree[] divided = [.. model.Ensemble.Trees.Where(tree => tree.Nodes[0].Split is not null)];
        var constant = Scores.ToDouble(model.Ensemble.FirstScore + model.Ensemble.Trees.Except(divided).Sum(tree => tree.Nodes[0].Score));
        xml.Open("MiningModel", ("functionName", "regression"));
        xml.Fields(columns, label);
        if (score is not null)
        {
            xml.Open("Output");
            xml.Element("OutputField", ("name", score), ("optype", "continuous"), ("dataType", "double"), ("feature", "predictedValue"));
            xml.WriteEndElement();
        }

        xml.Open("Targets");
        xml.Element("Target", ("rescaleFactor", PmmlFile.Text(model.Ensemble.LabelBound)), ("rescaleConstant", PmmlFile.Text(constant * model.Ensemble.LabelBound)));
        xml.WriteEndElement();
        xml.Open("Segmentation", ("multipleModelMethod", "sum"));
        foreach (var (number, tree) in divided.Index()) Segment(xml, number + 1, () => One(xml, model, tree));
        if (divided.Length == 0) Segment(xml, 1, () => One(xml, model, null));
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void Segment(XmlWriter xml, int number, Action model)
    {
        xml.Open("Segment", ("id", Id(number)));
        xml.Element("True");
        model();
        xml.WriteEndElement();
    }

    /// <summary>A tree, or none: a leaf of 0.</summary>
    private static void One(XmlWriter xml, TreeModel model, Tree? tree)
    {
        xml.Open("TreeModel", ("functionName", "regression"), ("missingValueStrategy", "defaultChild"), ("splitCharacteristic", "binarySplit"));
        xml.Fields(tree is null ? [model.Features[0].Name] : tree.Nodes.Select(node => node.Split).OfType<Split>().Select(split => split.Feature).Distinct().Order().Select(feature => model.Features[feature].Name), null);
        if (tree is null)
        {
            xml.Open("Node", ("score", "0"));
            xml.Element("True");
            xml.WriteEndElement();
        }
        else
        {
            Node(xml, model, tree, 0, () => xml.Element("True"));
        }

        xml.WriteEndElement();
    }

    private static void Node(XmlWriter xml, TreeModel model, Tree tree, int number, Action predicate)
    {
        var node = tree.Nodes[number];
        xml.Open("Node", ("id", Id(number)));
        if (node.Split is not { } split)
        {
            xml.WriteAttributeString("score", PmmlFile.Text(Scores.ToDouble(node.Score)));
            predicate();
        }
        else
        {
            xml.WriteAttributeString("defaultChild", Id(split.MissingLeft ? node.Left : node.Left + 1));
            predicate();
            Node(xml, model, tree, node.Left, () => Side(xml, model.Features[split.Feature], split.Bin, isLeft: true));
            Node(xml, model, tree, node.Left + 1, () => Side(xml, model.Features[split.Feature], split.Bin, isLeft: false));
        }

        xml.WriteEndElement();
    }

    private static void Side(XmlWriter xml, FeatureBins bins, byte bin, bool isLeft)
    {
        var (operation, value) = bins.IsCategory ? (isLeft ? "equal" : "notEqual", bins.Categories[bin])
            : bin < bins.Edges.Length ? (isLeft ? "lessOrEqual" : "greaterThan", PmmlFile.Text(bins.Edges[bin]))
            : (isLeft ? "isNotMissing" : "isMissing", null);
        xml.Open("SimplePredicate", ("field", bins.Name), ("operator", operation));
        if (value is not null) xml.WriteAttributeString("value", value);
        xml.WriteEndElement();
    }

    private static string Id(int number) => number.ToString(CultureInfo.InvariantCulture);
}
