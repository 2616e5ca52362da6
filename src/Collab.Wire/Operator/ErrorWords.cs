using System.Collections.Frozen;

namespace Collab.Wire.Operator;

/// <summary>What error codes mean and what to do next, in Chinese: <c>errors.zh.txt</c> has a line for every code of the engine, which a test holds against the code.</summary>
/// <remarks>A failure's own message names a column, a file or a party, and is in English; these words stand beside it.</remarks>
public static class ErrorWords
{
    private static readonly Lazy<FrozenDictionary<string, (string Means, string Next)>> Chinese = new(Read);

    /// <summary>All codes that there are words for.</summary>
    public static IReadOnlyCollection<string> Codes => Chinese.Value.Keys;

    /// <summary>The Chinese words of a code.</summary>
    /// <param name="code">As failures carry it; reasons that parties make up have no words.</param>
    /// <returns>What the code means and what to do next; null where there are no words.</returns>
    public static (string Means, string Next)? FindChinese(string code) => Chinese.Value.TryGetValue(code, out var words) ? words : null;

    private static FrozenDictionary<string, (string Means, string Next)> Read()
    {
        using var file = new StreamReader(typeof(ErrorWords).Assembly.GetManifestResourceStream("errors.zh.txt")!);
        var lines = file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|'));
        return lines.ToFrozenDictionary(words => words[0], words => (words[1], words[2]), StringComparer.Ordinal);
    }
}
