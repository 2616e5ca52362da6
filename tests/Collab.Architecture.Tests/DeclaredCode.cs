using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Collab.Primitives;

namespace Collab.Architecture.Tests;

/// <summary>An error code as the product declares it.</summary>
/// <param name="Code">The code.</param>
/// <param name="Field">The field that holds it.</param>
/// <param name="Meaning">What its docstring says; empty when it has none.</param>
internal sealed partial record DeclaredCode(ErrorCode Code, FieldInfo Field, string Meaning)
{
    /// <summary>All codes of the product's assemblies, every field that holds one.</summary>
    public static IReadOnlyList<DeclaredCode> All { get; } = [..
        from file in Directory.EnumerateFiles(AppContext.BaseDirectory, "Collab.*.dll").Append(Path.Combine(AppContext.BaseDirectory, "collab.dll"))
        where !file.EndsWith(".Tests.dll", StringComparison.Ordinal)
        let docstrings = DocstringsOf(Path.ChangeExtension(file, ".xml"))
        from type in Assembly.LoadFrom(file).GetTypes()
        where !type.ContainsGenericParameters
        from field in type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where field.FieldType == typeof(ErrorCode) && !field.Name.Contains('<')
        select new DeclaredCode((ErrorCode)field.GetValue(null)!, field, docstrings.GetValueOrDefault($"F:{type.FullName!.Replace('+', '.')}.{field.Name}", ""))];

    /// <summary>The part of the house that declares it.</summary>
    public string Project => Field.DeclaringType!.Assembly.GetName().Name is var name && name == "collab" ? "Cli" : name!["Collab.".Length..];

    private static Dictionary<string, string> DocstringsOf(string file) => !File.Exists(file) ? [] : (
        from member in XDocument.Load(file).Descendants("member")
        let summary = member.Element("summary")
        where summary is not null
        select (Name: member.Attribute("name")!.Value, Text: Blanks().Replace(string.Concat(summary.Nodes().Select(TextOf)), " ").Trim())).ToDictionary(m => m.Name, m => m.Text);

    private static string TextOf(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => (see.Attribute("cref") ?? see.Attribute("langword"))?.Value.Split('.', ':')[^1] ?? see.Value,
        XElement element => element.Attribute("name")?.Value ?? element.Value,
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
