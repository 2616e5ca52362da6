using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Collab.FederatedLearning.Tests.Export;

/// <summary>A reader of PMML 4.4 from its pages, as far as our files go, that shares no code with the writer: it checks elements, their order and attributes, and evaluates rows.</summary>
internal sealed class Pmml
{
    private static readonly XNamespace Space = "http://www.dmg.org/PMML-4_4";

    // Of each element: its attributes (required ones first, then after a bar others), and its children in the schema's order.
    private static readonly Dictionary<string, (string Attributes, string Children)> Schema = new()
    {
        ["PMML"] = ("version|", "Header DataDictionary MiningModel RegressionModel"), ["Header"] = ("|copyright", "Application"), ["Application"] = ("name|version", ""),
        ["DataDictionary"] = ("|numberOfFields", "DataField"), ["DataField"] = ("name optype dataType|", "Value"), ["Value"] = ("value|property", ""),
        ["MiningSchema"] = ("|", "MiningField"), ["MiningField"] = ("name|usageType invalidValueTreatment", ""),
        ["Output"] = ("|", "OutputField"), ["OutputField"] = ("name dataType|optype feature value", ""),
        ["Targets"] = ("|", "Target"), ["Target"] = ("|field optype min max rescaleConstant rescaleFactor", ""),
        ["RegressionModel"] = ("functionName|normalizationMethod", "MiningSchema Output Targets RegressionTable"), ["RegressionTable"] = ("intercept|targetCategory", "NumericPredictor"),
        ["NumericPredictor"] = ("name coefficient|exponent", ""),
        ["MiningModel"] = ("functionName|", "MiningSchema Output Targets Segmentation"), ["Segmentation"] = ("multipleModelMethod|", "Segment"),
        ["Segment"] = ("|id weight", "True MiningModel RegressionModel TreeModel"),
        ["TreeModel"] = ("functionName|missingValueStrategy noTrueChildStrategy splitCharacteristic", "MiningSchema Output Targets Node"),
        ["Node"] = ("|id score defaultChild", "True SimplePredicate Node"), ["True"] = ("|", ""), ["SimplePredicate"] = ("field operator|value", ""),
    };

    private readonly XElement _model;
    private readonly Dictionary<string, HashSet<string>?> _fields;

    public Pmml(byte[] file)
    {
        Text = Encoding.UTF8.GetString(file);
        var root = XDocument.Parse(Text).Root!;
        Check(root);
        Assert.Equal("4.4", root.Attribute("version")!.Value);
        var dictionary = root.Element(Space + "DataDictionary")!;
        _fields = dictionary.Elements().ToDictionary(field => Of(field, "name"), field => Of(field, "optype") == "categorical" ? field.Elements().Select(value => Of(value, "value")).ToHashSet() : null);
        Assert.Equal(Of(dictionary, "numberOfFields"), _fields.Count.ToString(CultureInfo.InvariantCulture));
        _model = root.Elements().Last();
    }

    public string Text { get; }

    /// <summary>The prediction of a row: a chance of class 1, or a number. Fields are text; null is missing.</summary>
    public double Predict(IReadOnlyDictionary<string, string?> row)
    {
        var values = row.ToDictionary();
        var predicted = Evaluate(_model, values);
        return values.TryGetValue("probability(1)", out var chance) ? Number(chance!) : predicted;
    }

    private double Evaluate(XElement model, Dictionary<string, string?> outer)
    {
        // A model sees its own fields alone, and values that are not valid as missing.
        var fields = model.Element(Space + "MiningSchema")!.Elements().ToArray();
        var values = fields.Where(field => (string?)field.Attribute("usageType") != "target").ToDictionary(field => Of(field, "name"), field =>
        {
            var name = Of(field, "name");
            var value = outer.GetValueOrDefault(name);
            if (value is null || !_fields.TryGetValue(name, out var categories) || categories is null || categories.Contains(value)) return value;
            return Of(field, "invalidValueTreatment") == "asMissing" ? null : throw new InvalidOperationException($"{value} is not valid.");
        });
        var result = model.Name.LocalName switch
        {
            "TreeModel" => Number(Of(LeafOf(model.Element(Space + "Node")!, values), "score")),
            "RegressionModel" => Regression(model, values),
            _ => Segments(model, values),
        };
        foreach (var target in model.Elements(Space + "Targets").Elements())
        {
            // Targets: bounds, then factor, then constant.
            if (target.Attribute("min") is { } least) result = Math.Max(result, Number(least.Value));
            if (target.Attribute("max") is { } most) result = Math.Min(result, Number(most.Value));
            result *= Number((string?)target.Attribute("rescaleFactor") ?? "1");
            result += Number((string?)target.Attribute("rescaleConstant") ?? "0");
        }

        foreach (var output in model.Elements(Space + "Output").Elements())
        {
            Assert.True(Of(output, "feature") == "predictedValue" || (Of(output, "feature") == "probability" && Of(output, "value") == "1"));
            outer[Of(output, "name")] = result.ToString("R", CultureInfo.InvariantCulture);
        }

        if (model.Parent!.Name.LocalName == "Segment") return result;
        foreach (var name in values.Keys.Intersect(["probability(1)"])) outer[name] = values[name];
        return result;
    }

    private double Segments(XElement model, Dictionary<string, string?> values)
    {
        var segmentation = model.Element(Space + "Segmentation")!;
        double[] results = [.. segmentation.Elements().Select(segment => Evaluate(segment.Elements().Last(), values))];
        return Of(segmentation, "multipleModelMethod") switch { "sum" => results.Sum(), "modelChain" => results[^1], var other => throw new InvalidOperationException(other) };
    }

    private static double Regression(XElement model, Dictionary<string, string?> values)
    {
        double Score(XElement table) => Number(Of(table, "intercept")) + table.Elements().Sum(term => Number(Of(term, "coefficient")) * Number(values[Of(term, "name")]!));
        var tables = model.Elements(Space + "RegressionTable").ToArray();
        if (Of(model, "functionName") == "regression") return Score(tables.Single());
        // logit of two classes: the chance of the first from its score, that of the last is what is left.
        Assert.Equal(["1", "0"], tables.Select(table => Of(table, "targetCategory")));
        Assert.Equal("logit", Of(model, "normalizationMethod"));
        return 1 / (1 + Math.Exp(-Score(tables[0])));
    }

    // missingValueStrategy defaultChild: a predicate that is unknown leads to the default child.
    private static XElement LeafOf(XElement node, Dictionary<string, string?> values)
    {
        while (node.Elements(Space + "Node").Any())
        {
            var isUnknown = false;
            XElement? next = null;
            foreach (var child in node.Elements(Space + "Node"))
            {
                var holds = Holds(child.Elements().First(), values);
                isUnknown |= holds is null;
                if (holds == true && next is null) next = child;
            }

            if (isUnknown || next is null) next = node.Elements(Space + "Node").Single(child => Of(child, "id") == Of(node, "defaultChild"));
            node = next;
        }

        return node;
    }

    private static bool? Holds(XElement predicate, Dictionary<string, string?> values)
    {
        if (predicate.Name.LocalName == "True") return true;
        var value = values[Of(predicate, "field")];
        return (Of(predicate, "operator"), value) switch
        {
            ("isMissing", _) => value is null,
            ("isNotMissing", _) => value is not null,
            (_, null) => null,
            ("equal", _) => value == Of(predicate, "value"),
            ("notEqual", _) => value != Of(predicate, "value"),
            ("lessOrEqual", _) => Number(value) <= Number(Of(predicate, "value")),
            ("greaterThan", _) => Number(value) > Number(Of(predicate, "value")),
            var (other, _) => throw new InvalidOperationException(other),
        };
    }

    private static void Check(XElement element)
    {
        Assert.Equal(Space, element.Name.Namespace);
        var (attributes, children) = Schema[element.Name.LocalName];
        string[] required = attributes.Split('|')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), others = attributes.Split('|')[1].Split(' '), order = children.Split(' ');
        var found = element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration).Select(attribute => attribute.Name.LocalName).ToArray();
        Assert.All(required, name => Assert.Contains(name, found));
        Assert.All(found, name => Assert.True(required.Contains(name) || others.Contains(name), $"{element.Name.LocalName} {name}"));
        var places = element.Elements().Select(child => Array.IndexOf(order, child.Name.LocalName)).ToArray();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        foreach (var child in element.Elements()) Check(child);
    }

    private static string Of(XElement element, string attribute) => element.Attribute(attribute)!.Value;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
