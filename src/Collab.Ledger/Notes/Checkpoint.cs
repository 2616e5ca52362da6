using System.Globalization;
using Collab.Primitives;

namespace Collab.Ledger.Notes;

/// <summary>What a log says of itself: name, size and root (C2SP tlog-checkpoint, without extension lines).</summary>
/// <param name="Origin">The log's name, by custom <c>organisation's DNS name/consortium</c>.</param>
/// <param name="Size">In entries.</param>
/// <param name="Root">The RFC 6962 root at that size.</param>
public sealed record Checkpoint(string Origin, long Size, Digest Root)
{
    /// <summary>Whether a log may have this name: a key name, and not the first line of a cosigned message.</summary>
    public static bool IsOrigin(string origin) => SignedNote.IsKeyName(origin) && origin != "cosignature/v1";

    /// <summary>The note's text: three lines.</summary>
    public string ToText() =>
        string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Convert.ToBase64String(Root.ToArray())}\n");

    /// <summary>Reads a note's text strictly.</summary>
    /// <exception cref="MalformedException">
    /// Not three lines, a size with leading zeros or beyond 2^63 − 1, or extension lines: nobody vouches for those, so we take none.
    /// </exception>
    public static Checkpoint Parse(string text)
    {
        const string rule = "a checkpoint: origin, size, root, and nothing else";
        var lines = text.Split('\n');
        if (lines.Length != 4 || lines[3].Length != 0 || !IsOrigin(lines[0])) throw new MalformedException(rule);
        if (!long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || size.ToString(CultureInfo.InvariantCulture) != lines[1])
            throw new MalformedException(rule);
        var root = SignedNote.Base64(lines[2], rule);
        if (root.Length != Digest.Size) throw new MalformedException(rule);
        return new Checkpoint(lines[0], size, new Digest(root));
    }
}
