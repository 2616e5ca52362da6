namespace Collab.Console.Wizard;

/// <summary>The words of forms of jobs in both languages. What the schema gained and nobody has put into words stands as the schema has it.</summary>
public static partial class FormWords
{
    /// <summary>The label of a field.</summary>
    public static (string En, string Zh) OfField(string name) => Fields.GetValueOrDefault(name, (name, name));

    /// <summary>What one of a list of groups is called: Party of Parties.</summary>
    public static (string En, string Zh) OfItem(string name) => OfField(name) is var (en, zh) && en.EndsWith("ies", StringComparison.Ordinal) ? (en[..^3] + "y", zh)
        : en.EndsWith("yses", StringComparison.Ordinal) ? (en[..^2] + "is", zh)
        : (en.TrimEnd('s'), zh);

    /// <summary>A word that is chosen.</summary>
    public static (string En, string Zh) OfChoice(string word) => Words.GetValueOrDefault(word, (word, word));

    /// <summary>What a field is for.</summary>
    public static (string En, string Zh) OfDescription(string description) => (description, Descriptions.GetValueOrDefault(description, description));

    internal static bool KnowsField(string name) => Fields.ContainsKey(name);

    internal static bool KnowsChoice(string word) => Words.ContainsKey(word);

    internal static bool KnowsDescription(string description) => Descriptions.ContainsKey(description);
}
