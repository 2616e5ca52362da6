using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Evidence.Archives;

/// <summary>
/// Compares files that were verified one by one: two histories of one log are found here and nowhere else, for each of them is consistent in
/// itself (protocols/specs/audit-archive.md, "Several files").
/// </summary>
public static class EvidenceComparison
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5); // a witness's clock may be set back a little between two cosignatures

    /// <summary>Compares each file with all before it.</summary>
    /// <param name="files">In the order given by the auditor.</param>
    /// <returns>What contradicts what, and which logs could not be compared.</returns>
    public static (IReadOnlyList<(string File, Finding Finding)> Findings, IReadOnlyList<string> NotChecked) Compare(IReadOnlyList<VerifiedFile> files)
    {
        var (findings, notChecked) = (new List<(string, Finding)>(), new List<string>());
        var readable = files.Where(f => f.Keys is not null).ToList();
        for (var i = 1; i < readable.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (earlier, later) = (readable[j], readable[i]);
                if (earlier.Keys!.Consortium != later.Keys!.Consortium)
                {
                    notChecked.Add($"{later.Name} against {earlier.Name}: they are of two consortia");
                    continue;
                }

                if (earlier.Keys.Fingerprint != later.Keys.Fingerprint)
                {
                    findings.Add((later.Name, new(EvidenceErrors.KeysDiffer, Contents.KeysPart, null, $"The keys of {later.Keys.Consortium} are others than in {earlier.Name}: another consortium of that name, or keys that were changed between the two.")));
                    continue;
                }

                foreach (var party in later.Checkpoints.Keys.Where(earlier.Checkpoints.ContainsKey).Order())
                {
                    if (Fork(earlier, later, party) is { } fork) findings.Add((later.Name, fork));
                    else if (!AreComparable(earlier, later, party)) notChecked.Add($"whether {earlier.Name} and {later.Name} hold one history of {party}'s log: they have no state of it in common");
                    if (Shrinking(earlier, later, party) is { } shrinking) findings.Add((later.Name, shrinking));
                }
            }
        }

        return (findings, notChecked);
    }

    private static Finding? Fork(VerifiedFile one, VerifiedFile other, PartyId party)
    {
        foreach (var (size, root) in one.StatesOf(party))
            if (other.RootAt(party, size) is { } theirs && theirs != root) return Contradiction(size);
        foreach (var (size, root) in other.StatesOf(party))
            if (one.RootAt(party, size) is { } ours && ours != root) return Contradiction(size);
        return null;

        Finding Contradiction(long size) => new(
            ArchiveErrors.Forked, $"{Contents.LogPrefix}{party}", $"size {size}",
            $"{party} showed two histories: at {size} entries its log has another root here than in {one.Name}.{Witnesses(one, other, party)}");
    }

    private static string Witnesses(VerifiedFile one, VerifiedFile other, PartyId party)
    {
        var both = CosignersOf(one, party).Keys.Intersect(CosignersOf(other, party).Keys).Order().ToList();
        return both.Count == 0 ? " No witness cosigned both." : $" Both were cosigned by {string.Join(", ", both)}.";
    }

    private static bool AreComparable(VerifiedFile one, VerifiedFile other, PartyId party) =>
        one.StatesOf(party).Any(s => other.RootAt(party, s.Size) is not null) || other.StatesOf(party).Any(s => one.RootAt(party, s.Size) is not null);

    // A copy may lag; but a witness never cosigns less than it has, and a node's copy of a log only grows.
    private static Finding? Shrinking(VerifiedFile one, VerifiedFile other, PartyId party)
    {
        var (first, second) = one.Checkpoints[party].Size <= other.Checkpoints[party].Size ? (other, one) : (one, other); // the larger one, then the smaller
        var (larger, smaller) = (first.Checkpoints[party], second.Checkpoints[party]);
        if (larger.Size == smaller.Size) return null;
        var (before, after) = (CosignersOf(first, party), CosignersOf(second, party));
        var turned = before.Keys.Where(w => after.TryGetValue(w, out var time) && time > before[w] + Tolerance).Order().ToList();
        if (turned.Count > 0)
            return Shrunk($"{string.Join(", ", turned)} cosigned {smaller.Size} entries after {larger.Size}");
        return first.Exporter == second.Exporter && second.Exported > first.Exported + Tolerance
            ? Shrunk($"{first.Exporter} exported {smaller.Size} entries after {larger.Size}")
            : null;

        Finding Shrunk(string how) => new(ArchiveErrors.Shrunk, $"{Contents.LogPrefix}{party}", "checkpoint", $"{party}'s log shrank between {first.Name} and {second.Name}: {how}.");
    }

    private static Dictionary<PartyId, DateTimeOffset> CosignersOf(VerifiedFile file, PartyId party) =>
        file.Keys!.Policy.Judge(file.Checkpoints[party]).Cosigned.ToDictionary(c => c.Party, c => c.Time);
}
