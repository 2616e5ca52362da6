using System.Text.Json;
using Collab.Wire.Operator;

namespace Collab.Console;

/// <summary>An act of a person.</summary>
/// <param name="Time">When.</param>
/// <param name="Person">Who; null when nobody has the name that was typed.</param>
/// <param name="Act">What: a verb of the node, or <c>sign-in</c>, <c>person.add</c> and the like.</param>
/// <param name="Subject">On what: a digest, a name or an address; never data; at most 256 characters.</param>
/// <param name="Outcome"><c>done</c>, or the code of what failed.</param>
public sealed record JournalEntry(DateTimeOffset Time, string? Person, string Act, string? Subject, string Outcome);

/// <summary>Who did what in the console: JSON lines in a file that only the node's account may read. The ledger knows parties; this knows people.</summary>
/// <param name="file">The file; its folder is made when it is not there.</param>
/// <param name="clock">The clock.</param>
public sealed class Journal(string file, TimeProvider clock)
{
    private const int LongestSubject = 256; // it may come from a form

    private readonly Lock _gate = new();

    /// <summary>Notes an act. When it cannot be noted, the act fails.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public void Note(string? person, string act, string? subject, string outcome = "done")
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new JournalEntry(clock.GetUtcNow(), person, act, subject?[..Math.Min(subject.Length, LongestSubject)], outcome), OperatorJson.Options);
        lock (_gate)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using var stream = new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            stream.Write([.. line, (byte)'\n']); // in one write, for the command line appends too
            stream.Flush(flushToDisk: true);
        }
    }

    /// <summary>The newest entries first. A line that a power cut left unfinished is passed over.</summary>
    public IEnumerable<JournalEntry> Newest()
    {
        if (!File.Exists(file)) return [];
        var entries = new List<JournalEntry>();
        foreach (var line in File.ReadLines(file))
        {
            try
            {
                if (JsonSerializer.Deserialize<JournalEntry>(line, OperatorJson.Options) is { } entry) entries.Add(entry);
            }
            catch (JsonException)
            {
                // As above.
            }
        }

        entries.Reverse();
        return entries;
    }
}
