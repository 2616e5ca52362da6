using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Oprf;

namespace Collab.Engine.Planning;

/// <summary>Plans intersections: what is read, by which keys, and by which protocol (protocols/specs/intersection.md).</summary>
internal static class IntersectionPlanner
{
    /// <summary>The question of a request, with what only the offers know: the scales of measures.</summary>
    public static IntersectionQuestion QuestionOf(
        JobKind.Intersection kind, JobSpecification specification, IReadOnlyList<DatasetOffer> offers)
    {
        var shape = RequireKeys(specification, offers);
        return new IntersectionQuestion(
            kind.KeyRule, shape.Count > 1 ? shape : [], WithScales(kind.Reveal, offers), kind.AtLeast, kind.Choice, kind.Bandwidth,
            specification.Parties.Any(p => p.ExpectedRows is not null) ? [.. specification.Parties.Select(p => p.ExpectedRows ?? 0)] : []);
    }

    /// <summary>Checks that the keys of all parties have as many columns, none of them decimal.</summary>
    /// <returns>How many columns each alternative key has.</returns>
    public static List<int> RequireKeys(JobSpecification specification, IReadOnlyList<DatasetOffer> offers)
    {
        var shape = specification.Parties[0].Keys.Select(key => key.Count).ToList();
        foreach (var party in specification.Parties)
        {
            if (party.Keys.Select(key => key.Count).SequenceEqual(shape)) continue;
            throw new CollabException(
                Planner.ColumnUnsuited, $"The keys of {party.Owner} have not as many columns as those of {specification.Parties[0].Owner}.", party.Owner);
        }

        foreach (var (party, offer) in specification.Parties.Zip(offers))
        {
            foreach (var name in party.Keys.SelectMany(key => key))
            {
                if (Planner.FindColumn(offer, name).Type == ColumnType.Decimal)
                    throw new CollabException(Planner.ColumnUnsuited, $"Column '{name}' of {party.Owner} is decimal, and a decimal column is no key.", party.Owner);
            }
        }

        return shape;
    }

    /// <summary>The columns that are read of one owner: those of its keys, and those that are told or summed up.</summary>
    public static IEnumerable<string> ColumnsOf(IntersectionQuestion question, RequestedInput request) => request.Keys.SelectMany(key => key)
        .Concat(question.Reveal switch
        {
            Reveal.Aggregates aggregates when aggregates.Of == request.Owner => aggregates.Measures.Select(m => m.Column),
            Reveal.Join join when join.Of == request.Owner => join.Columns,
            _ => [],
        })
        .Distinct();

    /// <summary>The protocol: the one asked for, or of those that can do it the one that takes the least time by the estimate.</summary>
    /// <exception cref="CollabException"><see cref="Planner.ProtocolUnsuited"/>, or the parties do not suit.</exception>
    public static string Choose(
        IntersectionQuestion question, SecurityModel security, IReadOnlyList<PlanInput> inputs, IReadOnlyList<PartyId> receivers, PartyId requester,
        Machine machine)
    {
        RequireSense(question, [.. inputs.Select(i => i.Owner)], receivers, requester);
        var able = IntersectionProtocol.All.Where(p => p.Does(question, security, inputs.Count)).ToList();
        if (able.Count == 0) throw NothingDoes(question, security, inputs.Count, requester);
        if (question.Choice != ProtocolChoice.Automatic) able.RemoveAll(p => p.Family != question.Choice);
        if (able.Count == 0)
        {
            throw new CollabException(
                Planner.ProtocolUnsuited, $"'protocol: {WordOf(question.Choice)}' cannot do this; leave the choice to the planner.", requester);
        }

        var sizes = IntersectionSizes.Of(question, inputs, receivers);
        able.RemoveAll(p => !p.Suits(question, sizes));
        return able.MinBy(p => p.CostOf(question, security, sizes).SecondsOn(machine, IntersectionSizes.LineOf(question)))!.Name;
    }

    /// <summary>Checks that a plan's question makes sense for its parties and that its protocol does it.</summary>
    public static void Require(Plan plan, IntersectionQuestion question)
    {
        RequireSense(question, plan.Owners, plan.Receivers, plan.Requester);
        if (question.Reveal is Reveal.Holders && question.RecordsOf(plan.Inputs, plan.Receivers[0]) > RecordCheck.LargestCount)
            throw new CollabException(Planner.PartiesUnsuited, $"A run asks for at most {RecordCheck.LargestCount} records ('rows' of the asking party).", plan.Requester);
        var protocol = IntersectionProtocol.Find(plan.Protocol)
            ?? throw new CollabException(Planner.PartiesUnsuited, $"This node runs no {plan.Protocol} for an intersection.", plan.Requester);
        var sizes = IntersectionSizes.Of(question, plan.Inputs, plan.Receivers);
        if (!protocol.Suits(question, sizes) || !protocol.Does(question, plan.Security, plan.Inputs.Count) || (question.Choice != ProtocolChoice.Automatic && question.Choice != protocol.Family))
            throw new CollabException(Planner.PartiesUnsuited, $"{plan.Protocol} does not do what this plan asks for.", plan.Requester);
    }

    private static void RequireSense(
        IntersectionQuestion question, IReadOnlyList<PartyId> owners, IReadOnlyList<PartyId> receivers, PartyId requester)
    {
        void Unless(bool holds, string rule)
        {
            if (!holds) throw new CollabException(Planner.PartiesUnsuited, rule, requester);
        }

        Unless(owners.Count >= 2 && receivers.All(owners.Contains), "An intersection has at least two owners, and goes to owners.");
        Unless(question.Choice != ProtocolChoice.Unbalanced || receivers.Count == 1, "With 'protocol: unbalanced' one owner receives: the one with few keys.");
        Unless(question.AtLeast == 0 || owners.Count > 2, "'at-least' has a meaning with three parties or more.");
        Unless(
            owners.Count == 2 || receivers.Count == 1 || receivers.Count == owners.Count,
            "Of three or more owners one receives, or all do; for some of them, submit a job for each.");
        Unless(
            question.AtLeast == 0 || question.AtLeast == owners.Count || receivers.Count == 1,
            "With 'at-least' one owner receives; for several, submit a job for each.");
        switch (question.Reveal)
        {
            case Reveal.Cardinality or Reveal.Aggregates:
                Unless(question.KeyCount == 1, "Numbers of matches are told by one key; several alternative keys would count a row several times.");
                Unless(question.KeyRule.Duplicate != DuplicateKeys.All, "Numbers of matches count keys; 'duplicate: all' has a meaning where rows are told.");
                break;
            case Reveal.Join join:
                Unless(receivers.Count == 1 && !receivers.Contains(join.Of), "A join goes to one receiver, and tells columns of another owner.");
                break;
            case Reveal.Changes:
                Unless(receivers.Count == 1, "Changes go to one receiver; for both, submit a job for each.");
                Unless(question.KeyCount == 1 && question.KeyRule.Duplicate != DuplicateKeys.All, "Changes are of keys: of one key, and not with 'duplicate: all'.");
                break;
            case Reveal.Holders:
                Unless(receivers.Count == 1, "The holders of a record are told to one owner, who asks; its own list is not asked.");
                Unless(question.AtLeast == 0, "Holders are told owner by owner; 'at-least' has no meaning there.");
                Unless(question.KeyCount == 1 && question.KeyRule.Duplicate != DuplicateKeys.All, "Records are asked for by one key, and not with 'duplicate: all'.");
                break;
            case Reveal.Differences:
                Unless(owners.Count == 2, "Differences are between two owners.");
                break;
        }
    }

    private static CollabException NothingDoes(IntersectionQuestion question, SecurityModel security, int parties, PartyId requester)
    {
        var what = $"'reveal: {question.Reveal.Name}' of {parties} parties{(question.AtLeast > 0 ? $" in at least {question.AtLeast} lists" : "")}";
        var hint = security == SecurityModel.Malicious && IntersectionProtocol.All.Any(p => p.Does(question, SecurityModel.SemiHonest, parties))
            ? " with 'security: malicious'; it is there for semi-honest parties"
            : parties > 2 && question.Reveal is not Reveal.Rows ? "; of three or more owners there is 'reveal: rows'" : "";
        return new CollabException(Planner.ProtocolUnsuited, $"No protocol of this program tells {what}{hint}.", requester);
    }

    private static Reveal WithScales(Reveal reveal, IReadOnlyList<DatasetOffer> offers) => reveal is Reveal.Aggregates aggregates
        ? aggregates with
        {
            Measures = [.. aggregates.Measures.Select(m => m with { Scale = Planner.ScaleOf(m.Column, [.. offers.Where(o => o.Owner == aggregates.Of)]) })],
        }
        : reveal;

    private static string WordOf(ProtocolChoice choice) => choice.ToString().ToLowerInvariant();
}
