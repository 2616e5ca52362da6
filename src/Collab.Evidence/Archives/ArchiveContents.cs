using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evidence.Archives;

/// <summary>The parts of an archive, decoded; nothing is verified by that.</summary>
public sealed class ArchiveContents
{
    internal const string PeriodPart = "period";
    internal const string PlansPart = "plans";
    internal const string ReceiptsPart = "receipts";

    /// <summary>The parties' keys.</summary>
    public required TrustedKeys Keys { get; init; }

    /// <summary>What was asked for.</summary>
    public required ArchivePeriod Period { get; init; }

    /// <summary>The logs.</summary>
    public required IReadOnlyDictionary<PartyId, ArchiveLog> Logs { get; init; }

    /// <summary>The entries of all windows and the others, log by log and by index.</summary>
    public required IReadOnlyList<ArchiveEntry> Entries { get; init; }

    /// <summary>The plans the exporter held, by digest.</summary>
    public required IReadOnlyDictionary<Digest, Plan> Plans { get; init; }

    /// <summary>The receipts the exporter held, by run and party.</summary>
    public required IReadOnlyDictionary<(Digest Run, PartyId Party), Receipt> Receipts { get; init; }

    /// <summary>Decodes the parts of an archive.</summary>
    /// <exception cref="EvidenceException">Names the part that is missing, unknown or malformed.</exception>
    public static ArchiveContents Read(EvidenceBundle archive)
    {
        var keys = Contents.Part(archive, Contents.KeysPart, TrustedKeys.Decode);
        var logs = Contents.Parts(archive, Contents.LogPrefix, keys, ArchiveLog.Decode);
        var unknown = archive.Parts.FirstOrDefault(p => p.Name is not (Contents.KeysPart or PeriodPart or PlansPart or ReceiptsPart)
            && !p.Name.StartsWith(Contents.LogPrefix, StringComparison.Ordinal));
        if (unknown is not null) throw new EvidenceException(EvidenceErrors.Unsupported, unknown.Name, "This verifier does not know such a part.");
        var period = Contents.Part(archive, PeriodPart, ArchivePeriod.Decode);
        var plans = Contents.Part(archive, PlansPart, bytes => ListOf(bytes, Plan.Decode, p => p.Digest));
        var receipts = Contents.Part(archive, ReceiptsPart, bytes => ListOf(bytes, Receipt.Decode, r => (r.Run, r.Party)));
        foreach (var receipt in receipts.Values) Contents.Known(ReceiptsPart, receipt);
        return new ArchiveContents
        {
            Keys = keys, Period = period, Logs = logs, Plans = plans, Receipts = receipts,
            Entries = [.. logs.SelectMany(log => EntriesOf(log.Key, log.Value))],
        };
    }

    internal static byte[] Encode<T>(IEnumerable<T> items, Func<T, byte[]> encode)
    {
        var encoded = items.Select(encode).ToList();
        return new CanonicalWriter().List(encoded, (w, item) => w.Bytes(item)).ToArray();
    }

    private static IEnumerable<ArchiveEntry> EntriesOf(PartyId party, ArchiveLog log) =>
    [
        .. log.Others.Where(e => e.Inclusion.Index < log.First).Select(e => ArchiveEntry.Of(party, e.Inclusion.Index, e.Entry.Span)),
        .. log.Entries.AsParallel().AsOrdered().Select((e, i) => ArchiveEntry.Of(party, log.First + i, e.Span)),
        .. log.Others.Where(e => e.Inclusion.Index >= log.First).Select(e => ArchiveEntry.Of(party, e.Inclusion.Index, e.Entry.Span)),
    ];

    // In the order of what they are found by, each once, so that one set has one encoding.
    private static Dictionary<TKey, T> ListOf<T, TKey>(ReadOnlySpan<byte> bytes, Contents.Decoder<T> decode, Func<T, TKey> keyOf)
        where TKey : notnull
    {
        var reader = new CanonicalReader(bytes);
        var items = reader.List((ref r) => decode(r.Bytes()));
        reader.End();
        var keys = items.Select(keyOf).ToList();
        for (var i = 1; i < keys.Count; i++)
            if (Comparer<TKey>.Default.Compare(keys[i - 1], keys[i]) >= 0) throw new MalformedException("each once, in order");
        return items.Zip(keys).ToDictionary(i => i.Second, i => i.First);
    }
}
