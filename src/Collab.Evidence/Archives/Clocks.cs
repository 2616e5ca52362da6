using Collab.Primitives;

namespace Collab.Evidence.Archives;

/// <summary>
/// Where the parties' clocks contradict each other. No rule is broken by that, and whose clock was wrong cannot be told; but expiry rests on clocks.
/// </summary>
internal static class Clocks
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5); // ours: what unsynchronised machines drift in weeks is seconds to minutes

    public static IReadOnlyList<string> Notices(ArchiveContents contents)
    {
        var notices = new List<string>();
        var latest = contents.Logs.Keys.ToDictionary(party => party, party => LatestUpTo(contents, party));
        foreach (var (party, log) in contents.Logs.OrderBy(l => l.Key))
        {
            var entries = contents.Entries.Where(e => e.Log == party && e.Envelope is not null).ToList();
            var witnessed = contents.Keys.Policy.Judge(log.Checkpoint).Cosigned.Select(c => c.Time).DefaultIfEmpty(DateTimeOffset.MaxValue).Max();

            // What a witness cosigned was written before it did.
            Say(entries.Select(e => (e, Off: e.Envelope!.Time - witnessed)), "ahead of the witnesses that had cosigned it");

            // What an entry had seen was written before it.
            Say(entries.Select(e => (e, Off: e.Envelope!.Heads.Select(h => Latest(h.Party, h.Size)).DefaultIfEmpty(DateTimeOffset.MinValue).Max() - e.Envelope.Time)),
                "behind what it had seen of other logs");

            void Say(IEnumerable<(ArchiveEntry Entry, TimeSpan Off)> measured, string how)
            {
                var off = measured.Where(m => m.Off > Tolerance).ToList();
                if (off.Count > 0)
                    notices.Add($"the clock of {party} was up to {Words(off.Max(o => o.Off))} {how}: {off.Count} entries from {off[0].Entry.Place} on, or the others' clocks were wrong");
            }
        }

        return notices;

        DateTimeOffset Latest(PartyId party, ulong size)
        {
            if (!latest.TryGetValue(party, out var known)) return DateTimeOffset.MinValue;
            var place = Array.BinarySearch(known.Indices, (long)Math.Min(size, long.MaxValue));
            var before = place < 0 ? ~place : place; // so many of the entries at hand have an index below the size
            return before == 0 ? DateTimeOffset.MinValue : known.Latest[before - 1];
        }
    }

    // Of the entries at hand of a log the indices, and the latest time up to each; what is not in the archive says nothing.
    private static (long[] Indices, DateTimeOffset[] Latest) LatestUpTo(ArchiveContents contents, PartyId party)
    {
        var entries = contents.Entries.Where(e => e.Log == party && e.Envelope is not null).ToList();
        var latest = new DateTimeOffset[entries.Count];
        for (var i = 0; i < latest.Length; i++)
            latest[i] = i > 0 && latest[i - 1] > entries[i].Envelope!.Time ? latest[i - 1] : entries[i].Envelope!.Time;
        return ([.. entries.Select(e => e.Index)], latest);
    }

    private static string Words(TimeSpan off) => off.TotalDays >= 1 ? $"{off.TotalDays:F1} days" : off.TotalHours >= 1 ? $"{off.TotalHours:F1} hours" : $"{off.TotalMinutes:F0} minutes";
}
