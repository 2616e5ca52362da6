using Collab.Evidence.Archives;
using Collab.Primitives;

namespace Collab.Evidence.Trails;

/// <summary>Puts entries of several logs into one order in which nothing comes before what it had seen; clocks decide between the rest only.</summary>
internal static class SeenOrder
{
    public static IReadOnlyList<ArchiveEntry> Of(IReadOnlyList<ArchiveEntry> entries)
    {
        var logs = entries.GroupBy(e => e.Log).OrderBy(g => g.Key).Select(g => new Queue<ArchiveEntry>(g.OrderBy(e => e.Index))).ToList();
        var ordered = new List<ArchiveEntry>(entries.Count);
        while (ordered.Count < entries.Count)
        {
            var fronts = logs.Where(l => l.Count > 0).ToList();
            var free = fronts.Where(l => !fronts.Any(other => other != l && HadSeen(l.Peek(), other.Peek()))).ToList();
            var next = (free.Count > 0 ? free : fronts).MinBy(l => l.Peek().Envelope!.Time)!; // none is free only if parties lie about what they saw
            ordered.Add(next.Dequeue());
        }

        return ordered;
    }

    private static bool HadSeen(ArchiveEntry entry, ArchiveEntry other) =>
        entry.Envelope!.Heads.Any(h => h.Party == other.Log && h.Size > (ulong)other.Index);
}
