using Collab.Arithmetic.WideIntegers;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Additive;
using Collab.SecretSharing.Garbling;

namespace Collab.Statistics;

/// <summary>The protocol under all joint statistics: totals are shared and added up, a gate says which cells may be told, and only their totals are opened.</summary>
/// <remarks>
/// Totals go by additive shares and are private against the receiver with n − 1 owners. The gate goes by a garbled circuit and is private
/// while the receiver and an owner do not collude. What is not opened exists nowhere, though the receiver may deviate. Steps 2 to 4 of specs/statistics.md.
/// </remarks>
internal static partial class GatedTotals
{
    /// <summary>An owner's part: its words and totals, cell by cell.</summary>
    /// <param name="opened">From what passed the gate, what is opened: a rule of the plan, the same with all.</param>
    /// <param name="restWords">This owner's words of the second run, given what passed in the first; only where the plan has rests.</param>
    public static async Task<bool[]> ContributeAsync(
        GatePlan plan, PartyId self, IReadOnlyDictionary<PartyId, IChannel> peers, bool[][] words, Integer256[] own,
        Func<bool[], bool[]> opened, RandomSource random, IProgress<StepId>? progress, CancellationToken cancellation, Func<bool[], bool[][]>? restWords = null)
    {
        var receiver = peers[plan.Receiver];

        progress?.Report(JointStatistics.ShareTotals);
        using var totals = await AdditiveSharing.ShareAndAddAsync(OtherOwners(plan, self, peers), own, random, cancellation);

        progress?.Report(JointStatistics.PassGate);
        IChannel?[] garblers = [.. DisclosureGate.Garblers(plan).Select(garbler => garbler == self ? null : peers[garbler])];
        var passed = FirstOf(await JointGarbling.GarbleAsync(DisclosureGate.For(plan), garblers, receiver, words, random, cancellation));
        if (plan.Rests > 0)
            passed = [.. passed, .. FirstOf(await JointGarbling.GarbleAsync(DisclosureGate.For(plan.OfRests), garblers, receiver, restWords!(passed), random, cancellation))];

        progress?.Report(JointStatistics.OpenTotals);
        var released = opened(passed);
        using var shares = totals.Select(plan.IndicesOf(released)); // nothing of a withheld cell is in it
        await AdditiveSharing.OpenAsync(receiver, shares, cancellation);
        return released;
    }

    /// <summary>The part of a receiver that holds no rows.</summary>
    public static async Task<GatedOutcome> ReceiveAsync(
        GatePlan plan, IReadOnlyDictionary<PartyId, IChannel> peers, Func<bool[], bool[]> opened, IProgress<StepId>? progress, CancellationToken cancellation)
    {
        IChannel[] owners = [.. plan.Owners.Select(owner => peers[owner])];

        progress?.Report(JointStatistics.PassGate);
        var gate = await JointGarbling.EvaluateAsync(DisclosureGate.For(plan), owners, null, null, cancellation);
        var passed = FirstOf(gate);
        if (plan.Rests > 0) passed = [.. passed, .. FirstOf(await JointGarbling.EvaluateAsync(DisclosureGate.For(plan.OfRests), owners, null, null, cancellation))];

        progress?.Report(JointStatistics.OpenTotals);
        var released = opened(passed);
        return new GatedOutcome(gate, released, await AdditiveSharing.ReceiveAsync(owners, plan.IndicesOf(released).Count, null, cancellation));
    }

    /// <summary>The part of a receiver that is one of at least three owners.</summary>
    public static async Task<GatedOutcome> ReceiveAsOwnerAsync(
        GatePlan plan, IReadOnlyDictionary<PartyId, IChannel> peers, bool[][] words, Integer256[] own,
        Func<bool[], bool[]> opened, RandomSource random, IProgress<StepId>? progress, CancellationToken cancellation, Func<bool[], bool[][]>? restWords = null)
    {
        var owners = OtherOwners(plan, plan.Receiver, peers);

        progress?.Report(JointStatistics.ShareTotals);
        using var totals = await AdditiveSharing.ShareAndAddAsync(owners, own, random, cancellation);

        progress?.Report(JointStatistics.PassGate);
        var gate = await JointGarbling.EvaluateAsync(DisclosureGate.For(plan), owners, words, random, cancellation);
        var passed = FirstOf(gate);
        if (plan.Rests > 0)
            passed = [.. passed, .. FirstOf(await JointGarbling.EvaluateAsync(DisclosureGate.For(plan.OfRests), owners, restWords!(passed), random, cancellation))];

        progress?.Report(JointStatistics.OpenTotals);
        var released = opened(passed);
        var indices = plan.IndicesOf(released);
        using var shares = totals.Select(indices);
        return new GatedOutcome(gate, released, await AdditiveSharing.ReceiveAsync(owners, indices.Count, shares, cancellation));
    }

    private static IChannel[] OtherOwners(GatePlan plan, PartyId self, IReadOnlyDictionary<PartyId, IChannel> peers) =>
        [.. plan.Owners.Where(owner => owner != self).Select(owner => peers[owner])];

    // A cell's first output is whether it passed.
    private static bool[] FirstOf(bool[,] outputs) => [.. Enumerable.Range(0, outputs.GetLength(0)).Select(cell => outputs[cell, 0])];
}

/// <summary>What the receiver holds after <see cref="GatedTotals"/>.</summary>
/// <param name="Gate">All outputs of the gate, by cell.</param>
/// <param name="Released">Which cells were opened.</param>
/// <param name="Opened">Their totals, cell by cell.</param>
internal sealed record GatedOutcome(bool[,] Gate, bool[] Released, Integer256[] Opened);
