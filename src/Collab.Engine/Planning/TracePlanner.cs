using Collab.Jobs;
using Collab.Primitives;
using Collab.Tracing;

namespace Collab.Engine.Planning;

/// <summary>Settles a trace with the owners' offers (protocols/specs/trace.md).</summary>
internal static class TracePlanner
{
    /// <summary>The protocol.</summary>
    public const string Protocol = "fund-trace/1";

    /// <summary>The question, all amounts at the largest scale that the minimum or a bank's column has.</summary>
    public static TraceQuestion QuestionOf(JobKind.Trace kind, IReadOnlyList<DatasetOffer> offers)
    {
        var question = kind.Question;
        var scale = Math.Max(question.Scale, question.Columns.Numbers.Max(name => Planner.ScaleOf(name, offers)));
        Int128 minimum = question.Minimum;
        for (var i = question.Scale; i < scale; i++) minimum *= 10; // below 2^63 · 10^18 < 2^123
        foreach (var (offer, name) in offers.SelectMany(offer => question.Columns.Texts.Select(name => (offer, name))))
        {
            if (Planner.FindColumn(offer, name).Type != ColumnType.Text)
                throw new CollabException(Planner.ColumnUnsuited, $"Column '{name}' of {offer.Owner}'s '{offer.Name}' holds numbers, and a trace takes text there.", offer.Owner);
        }

        if (minimum > long.MaxValue) throw new CollabException(Planner.ColumnUnsuited, $"The minimum goes beyond 2^63 units with {scale} decimals.");
        question = question with { Scale = scale, Minimum = (long)minimum };
        return question.IsSound
            ? question
            : throw new CollabException(
                Planner.ProtocolUnsuited,
                "A trace has a 'delay' below its 'hops', a 'mailbox' of at least its 'traces', a column of its own for each use, and one of names or industries where alerts or details are of them.");
    }

    /// <summary>Checks what the protocol can keep its promise with.</summary>
    /// <exception cref="CollabException">The plan is none that this node runs.</exception>
    public static void Require(Plan plan, TraceQuestion question)
    {
        Require(plan.Protocol == Protocol, $"This node runs {Protocol} for a trace, not {plan.Protocol}.");
        Require(plan.Owners.Count >= 2, "A trace has two banks or more.");
        Require(plan.Receivers.SequenceEqual(plan.Owners), "Every bank of a trace is a receiver, so that nobody sees which of them traces: name all parties in 'receivers'.");
        Require(plan.Security == SecurityModel.SemiHonest, $"{Protocol} is semi-honest, what deviates shows in the result; ask for 'security: semi-honest'.");
        Require(TermsOf(plan, question, default).BroadcastSize <= TraceTerms.LargestBroadcast, "The details of a bank would be more than 8 MiB: ask for fewer hops, a smaller 'mailbox' or 'fan-out'.");

        void Require(bool holds, string rule)
        {
            if (!holds) throw new CollabException(Planner.PartiesUnsuited, rule, plan.Requester);
        }
    }

    /// <summary>What all banks of a run know.</summary>
    public static TraceTerms TermsOf(Plan plan, TraceQuestion question, Digest context) => new(question, plan.Owners, context);
}
