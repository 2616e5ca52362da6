using Collab.Cryptography.Signatures;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evidence;

/// <summary>Puts the evidence of one run together, at any party that holds copies of all logs.</summary>
public static class BundleExporter
{
    /// <summary>Writes the bundle.</summary>
    /// <param name="exporter">Who exports.</param>
    /// <param name="key">The exporter's log key, for the seal.</param>
    /// <param name="now">The exporter's clock.</param>
    /// <param name="software">Name and version of the program.</param>
    /// <param name="keys">The parties' public keys.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="run">The run.</param>
    /// <param name="logs">What each party's log says of the job.</param>
    /// <param name="receipts">The receipts of the run's parties; some may be missing when the run was aborted.</param>
    public static byte[] Export(
        PartyId exporter,
        SigningKey key,
        DateTimeOffset now,
        string software,
        TrustedKeys keys,
        Plan plan,
        Digest run,
        IReadOnlyDictionary<PartyId, LogExtract> logs,
        IEnumerable<Receipt> receipts)
    {
        List<BundlePart> parts =
        [
            new(Contents.KeysPart, keys.Encode()),
            new(Contents.PlanPart, plan.Encode()),
            new(Contents.RunPart, run.ToArray()),
            .. logs.OrderBy(l => l.Key).Select(l => new BundlePart($"{Contents.LogPrefix}{l.Key}", l.Value.Encode())),
            .. receipts.OrderBy(r => r.Party).Select(r => new BundlePart($"{Contents.ReceiptPrefix}{r.Party}", r.Encode())),
        ];
        return EvidenceBundle.Write(exporter, key, now, software, parts);
    }
}
