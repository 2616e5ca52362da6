using System.Text.RegularExpressions;

namespace Collab.Console.Wizard;

/// <summary>Finds the field that a fault names: by its path (<c>'parties[0].key' is missing</c>), else by a text that it holds.</summary>
internal static partial class JobFault
{
    public static FormField? FieldOf(string message, IReadOnlyList<FormField> fields)
    {
        var all = fields.SelectMany(field => field.All).ToList();
        foreach (Match quoted in Quoted().Matches(message))
        {
            var text = quoted.Groups[1].Value;
            for (var path = text; path.Length > 0; path = path[..Math.Max(0, path.LastIndexOf('.'))])
            {
                if (all.Find(field => field.Path == path) is { } named && (path == text || text.StartsWith("parameters", StringComparison.Ordinal))) return named;
            }

            if (all.Find(field => field.Texts.Contains(text)) is { } holder) return holder;
        }

        return null;
    }

    [GeneratedRegex("'([^']{1,200})'")]
    private static partial Regex Quoted();
}
