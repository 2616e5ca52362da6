using Collab.Channels;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.MultiParty;
using Collab.Psi.Threshold;

namespace Collab.Engine.Runs;

/// <content>Three owners and more: one of them leads, and tells the others where all receive.</content>
internal sealed partial record IntersectionPart
{
    private async Task<JobResult?> IntersectAllAsync(IReadOnlyDictionary<PartyId, IChannel> channels, Digest context, CancellationToken cancellation)
    {
        var leader = IntersectionSizes.ReceiverOf(Plan.Owners, Plan.Receivers);
        var options = new MultiPartyPsiOptions(context, [.. Plan.Owners], leader)
        {
            AllLearn = Plan.Receivers.Count > 1,
            Parallelism = Environment.ProcessorCount,
        };
        IReadOnlyList<int>? matches = PlaysReceiver                                                                     // 2
            ? await MultiPartyPsi.LeadAsync(channels, Rows.Keys, Ports.Random, options, cancellation)
            : await MultiPartyPsi.FollowAsync(Ports.Self, channels, Rows.Keys, Ports.Random, options, cancellation);
        return matches is null ? null : new IntersectionOutcome(Question, Plan.InputOf(Ports.Self)!, Rows).Of(matches, []);
    }

    private async Task<JobResult?> InEnoughListsAsync(IReadOnlyDictionary<PartyId, IChannel> channels, Digest context, CancellationToken cancellation)
    {
        var leader = IntersectionSizes.ReceiverOf(Plan.Owners, Plan.Receivers);
        var options = new ThresholdPsiOptions(context, [.. Plan.Owners], leader, Question.AtLeast) { Parallelism = Environment.ProcessorCount };
        if (PlaysReceiver)                                                                                              // 2
        {
            var matches = await ThresholdPsi.LeadAsync(channels, Rows.Keys, Ports.Random, options, cancellation);
            return new IntersectionOutcome(Question, Plan.InputOf(Ports.Self)!, Rows).Of(matches, []);
        }

        await ThresholdPsi.FollowAsync(Ports.Self, channels, Rows.Keys, Ports.Random, options, cancellation);
        return null;
    }
}
