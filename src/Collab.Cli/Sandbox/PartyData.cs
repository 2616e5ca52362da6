using Collab.Cli.Commands;
using Collab.Primitives;

namespace Collab.Cli.Sandbox;

/// <summary>What a party brings, as a person says it: <c>NAME=PATH</c>, or a path alone, whose name is then the party's.</summary>
/// <param name="Party">The party.</param>
/// <param name="Folder">Where its files are.</param>
/// <param name="Csv">Its one CSV file; null for all of the folder.</param>
internal sealed record PartyData(PartyId Party, string Folder, string? Csv)
{
    /// <summary>As it was said.</summary>
    public string Said { get; init; } = "";

    /// <summary>The register of consents in a party's folder, which is no dataset.</summary>
    public const string Consents = "consents.csv";

    /// <summary>The CSV files that become datasets.</summary>
    public IReadOnlyList<string> Datasets => Csv is not null
        ? [Csv]
        : [.. Directory.EnumerateFiles(Folder, "*.csv").Where(file => Path.GetFileName(file) != Consents).Order(StringComparer.Ordinal)];

    /// <summary>Reads one <c>--party</c>.</summary>
    /// <exception cref="CollabException">It names no party, or nothing that is there.</exception>
    public static PartyData Parse(string text)
    {
        var parts = text.Split('=', 2);
        var path = parts[^1];
        var name = parts.Length == 2 ? parts[0] : NameOf(Path.TrimEndingDirectorySeparator(path)).Replace('_', '-');
        if (PartyId.TryParse(name) is not { } party)
            throw Shared.Usage($"--party {text}: '{name}' is no party's name (a-z, 0-9 and '-', beginning with a letter); say NAME=PATH.");
        if (Directory.Exists(path)) return new(party, Path.GetFullPath(path), null) { Said = text };
        return File.Exists(path)
            ? new(party, Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFullPath(path)) { Said = text }
            : throw Shared.Usage($"--party {text}: there is no file or folder {path}.");
    }

    /// <summary>Reads all of them.</summary>
    /// <exception cref="CollabException">One is none, or a party is named twice.</exception>
    public static IReadOnlyList<PartyData> ParseAll(IEnumerable<string> texts)
    {
        var all = texts.Select(Parse).ToList();
        return all.CountBy(p => p.Party).FirstOrDefault(p => p.Value > 1) is { Key: { } twice }
            ? throw Shared.Usage($"--party names {twice} twice.")
            : all;
    }

    /// <summary>The name a file gets as a dataset, and a party that is named by its path alone.</summary>
    public static string NameOf(string path) => Path.GetFileNameWithoutExtension(path).ToLowerInvariant().Replace('.', '-').Replace(' ', '-');
}
