using System.Text.Json.Nodes;

namespace Collab.Console.Wizard;

/// <summary>How a field is filled in.</summary>
public enum FieldShape
{
    /// <summary>One text or number in a line.</summary>
    Line,

    /// <summary>A text of several lines.</summary>
    Text,

    /// <summary>Several texts, a line each; of few choices, one or more of them.</summary>
    Lines,

    /// <summary>Several lists of texts: a line each, its texts between commas.</summary>
    Lists,

    /// <summary>Yes or no.</summary>
    Truth,

    /// <summary>One of few words.</summary>
    Choice,

    /// <summary>A word that cannot be another.</summary>
    Fixed,

    /// <summary>Fields of its own.</summary>
    Group,

    /// <summary>Any number of such groups.</summary>
    Groups,
}

/// <summary>What the texts of a field name, so that they can be chosen from what is there.</summary>
public enum FieldRole
{
    /// <summary>Nothing in particular.</summary>
    Any,

    /// <summary>A party of the consortium.</summary>
    Party,

    /// <summary>A dataset of the party beside it.</summary>
    Dataset,

    /// <summary>Columns of the datasets that take part.</summary>
    Column,

    /// <summary>The run that trained a model.</summary>
    Model,
}

/// <summary>A field of the form of a job, as the JSON Schema describes it for what is filled in already.</summary>
/// <param name="Path">Where it stands in the description: <c>parameters.analyses[0].value</c>. Its name in the posted form.</param>
/// <param name="Name">The last name of the path.</param>
/// <param name="Shape">How it is filled in.</param>
/// <param name="IsRequired">Whether a description without it is none.</param>
public sealed record FormField(string Path, string Name, FieldShape Shape, bool IsRequired)
{
    /// <summary>What it is for, in the schema's words; empty when the schema says nothing.</summary>
    public string Description { get; init; } = "";

    /// <summary>What holds when it is not filled in; null when nothing does.</summary>
    public string? Default { get; init; }

    /// <summary>The words it takes; empty when it takes any.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>What its texts name.</summary>
    public FieldRole Role { get; init; }

    /// <summary>Of a group: its fields.</summary>
    public IReadOnlyList<FormField> Fields { get; init; } = [];

    /// <summary>Of groups: the fields of each that is there.</summary>
    public IReadOnlyList<IReadOnlyList<FormField>> Items { get; init; } = [];

    /// <summary>Of a group: whether it can be there with none of its fields filled in, so that its being there is said by itself.</summary>
    public bool CanBeEmpty { get; init; }

    /// <summary>What is filled in; null for nothing.</summary>
    public JsonNode? Value { get; init; }

    /// <summary>The text that is filled in, or the default.</summary>
    public string Text => Value is JsonValue value ? value.ToString() : Default ?? "";

    /// <summary>The texts that are filled in; a single text stands for a list of one.</summary>
    public IReadOnlyList<string> Texts => Value switch
    {
        JsonArray list => [.. list.OfType<JsonValue>().Select(item => item.ToString())],
        JsonValue value => [value.ToString()],
        _ => [],
    };

    /// <summary>This field and all in it.</summary>
    public IEnumerable<FormField> All => Fields.Concat(Items.SelectMany(item => item)).SelectMany(inner => inner.All).Prepend(this);
}
