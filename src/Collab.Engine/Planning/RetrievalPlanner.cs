using Collab.Jobs;
using Collab.Pir.Keyword;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>Settles a retrieval with the owners' offers, and lays its table out (protocols/specs/retrieval.md).</summary>
internal static class RetrievalPlanner
{
    /// <summary>The protocol: retrieval by keyword.</summary>
    public const string Protocol = "retrieval-keyword/1";

    /// <summary>The question, with the owner of the records and the room for them settled.</summary>
    public static RetrievalQuestion QuestionOf(JobKind.Retrieval kind, JobSpecification specification, IReadOnlyList<DatasetOffer> offers)
    {
        var of = kind.Of ?? specification.Parties.Select(p => p.Owner).FirstOrDefault(owner => !specification.Receivers.Contains(owner))
            ?? throw new CollabException(Planner.PartiesUnsuited, "One of the two parties has the records and is no receiver.");
        var offer = offers.FirstOrDefault(o => o.Owner == of)
            ?? throw new CollabException(Planner.PartiesUnsuited, $"'{of}', whose records are asked for, is no party of the job.");
        var most = Math.Min(IntersectionSizes.MostRows(offer.RowBand), RetrievalQuestion.MostRecords);
        return new(kind.KeyRule, of, kind.Columns, kind.Keys, kind.ValueSize, kind.Records > 0 ? kind.Records : (int)most);
    }

    /// <summary>Checks what the protocol can keep its promise with.</summary>
    /// <exception cref="CollabException">The plan is none that this node runs.</exception>
    public static void Require(Plan plan, RetrievalQuestion question)
    {
        Require(plan.Protocol == Protocol, $"This node runs {Protocol} for a retrieval, not {plan.Protocol}.");
        Require(plan.Owners.Count == 2 && plan.Owners.Contains(question.Of), "A retrieval has two parties: one with records, one with keys.");
        Require(plan.Receivers.Count == 1 && plan.Receivers[0] != question.Of && plan.Owners.Contains(plan.Receivers[0]), "What is retrieved goes to the party with the keys alone.");
        Require(plan.Security == SecurityModel.SemiHonest, $"{Protocol} is semi-honest against the party with the records; ask for 'security: semi-honest'.");
        var (first, second) = (KeyOf(plan.Inputs[0]), KeyOf(plan.Inputs[1]));
        if (!first.SequenceEqual(second))
            throw new CollabException(Planner.ColumnUnsuited, "The keys of both parties have the same types, column by column: text or whole numbers.", plan.Requester);
        if (first.Any(type => type is not (ColumnType.Text or ColumnType.Integer)))
            throw new CollabException(Planner.ColumnUnsuited, "A key is of text or whole numbers.", plan.Requester);
        ShapeOf(question);

        void Require(bool holds, string rule)
        {
            if (!holds) throw new CollabException(Planner.PartiesUnsuited, rule, plan.Requester);
        }
    }

    /// <summary>The layout of the table, the same at both parties by the plan alone.</summary>
    /// <exception cref="CollabException"><see cref="Planner.PartiesUnsuited"/>: the table would be too large.</exception>
    public static KeywordShape ShapeOf(RetrievalQuestion question)
    {
        try
        {
            return KeywordShape.For(question.Records, question.ValueSize, question.Keys);
        }
        catch (ArgumentException)
        {
            throw new CollabException(
                Planner.PartiesUnsuited, $"A table of {question.Records} records with {question.ValueSize} bytes each is too large: ask for fewer columns, or say how many records there are ('records').");
        }
    }

    private static IEnumerable<ColumnType> KeyOf(PlanInput input) => input.Key.Select(name => input.Columns.First(column => column.Name == name).Type);
}
