using System.Globalization;
using System.Text;
using System.Xml;

namespace Collab.FederatedLearning.Export;

/// <summary>The frame of a PMML 4.4 file: header, dictionary of fields, and one model. Source: the Data Mining Group, PMML 4.4, General Structure.</summary>
internal static class PmmlFile
{
    private const string Namespace = "http://www.dmg.org/PMML-4_4";

    /// <summary>Writes a file.</summary>
    /// <param name="columns">The input fields: names, and categories or null for numbers.</param>
    /// <param name="label">The field that is predicted.</param>
    /// <param name="isClass">Whether it is 0 or 1, and not a number.</param>
    /// <param name="model">Writes the model.</param>
    /// <exception cref="ArgumentException">Names are not all different and of characters that XML has.</exception>
    public static byte[] Write(IReadOnlyList<(string Name, IReadOnlyList<string>? Categories)> columns, string label, bool isClass, Action<XmlWriter> model)
    {
        ArgumentNullException.ThrowIfNull(label);
        string[] names = [.. columns.Select(column => column.Name), label];
        if (names.Any(string.IsNullOrEmpty) || names.Distinct(StringComparer.Ordinal).Count() != names.Length) throw new ArgumentException("Columns and label have names, all different.", nameof(columns));
        using var written = new MemoryStream();
        using (var xml = XmlWriter.Create(written, new() { Encoding = new UTF8Encoding(false), Indent = true, IndentChars = " ", NewLineChars = "\n", NewLineHandling = NewLineHandling.Entitize }))
        {
            xml.WriteStartElement("PMML", Namespace);
            xml.WriteAttributeString("version", "4.4");
            xml.Open("Header", ("copyright", ""));
            xml.Element("Application", ("name", "collab"));
            xml.WriteEndElement();
            xml.Open("DataDictionary", ("numberOfFields", Text(names.Length)));
            foreach (var (name, categories) in columns) Field(xml, name, categories);
            Field(xml, label, isClass ? ["0", "1"] : null);
            xml.WriteEndElement();
            model(xml);
            xml.WriteEndElement();
        }

        return written.ToArray();
    }

    /// <summary>Begins an element with attributes.</summary>
    public static void Open(this XmlWriter xml, string element, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        xml.WriteStartElement(element, Namespace);
        foreach (var (name, value) in attributes) xml.WriteAttributeString(name, value);
    }

    /// <summary>An element of attributes alone.</summary>
    public static void Element(this XmlWriter xml, string element, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        xml.Open(element, attributes);
        xml.WriteEndElement();
    }

    /// <summary>Which fields a model takes; what is not among the categories counts as missing. The field that is predicted, or null within another model.</summary>
    public static void Fields(this XmlWriter xml, IEnumerable<string> columns, string? label)
    {
        xml.Open("MiningSchema");
        foreach (var column in columns) xml.Element("MiningField", ("name", column), ("invalidValueTreatment", "asMissing"));
        if (label is not null) xml.Element("MiningField", ("name", label), ("usageType", "target"));
        xml.WriteEndElement();
    }

    /// <summary>What a model of chances tells.</summary>
    public static void Chance(this XmlWriter xml)
    {
        xml.Open("Output");
        xml.Element("OutputField", ("name", "probability(1)"), ("optype", "continuous"), ("dataType", "double"), ("feature", "probability"), ("value", "1"));
        xml.WriteEndElement();
    }

    /// <summary>A number that reads back as itself.</summary>
    public static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static void Field(XmlWriter xml, string name, IReadOnlyList<string>? categories)
    {
        xml.Open("DataField", ("name", name), ("optype", categories is null ? "continuous" : "categorical"), ("dataType", categories is null ? "double" : "string"));
        foreach (var category in categories ?? []) xml.Element("Value", ("value", category));
        xml.WriteEndElement();
    }
}
