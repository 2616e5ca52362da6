using Collab.Engine.Records;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>Settles attestations and deliveries with the owners' offers (protocols/specs/attest.md, deliver.md).</summary>
internal static class DeliveryPlanner
{
    public const string AttestProtocol = "attest/1", DeliverProtocol = "deliver/1";

    /// <summary>The question, with the issuer and the scales settled.</summary>
    public static DeliverQuestion QuestionOf(JobKind.Deliver kind, JobSpecification specification, IReadOnlyList<DatasetOffer> offers)
    {
        var of = kind.Of ?? specification.Parties.Select(p => p.Owner).FirstOrDefault(owner => !specification.Receivers.Contains(owner))
            ?? throw new CollabException(Planner.PartiesUnsuited, "One of the two parties issues the records and is no receiver.");
        var offer = offers.FirstOrDefault(o => o.Owner == of)
            ?? throw new CollabException(Planner.PartiesUnsuited, $"'{of}', whose records are asked for, is no party of the job.");
        if (kind.Rule is { } rule) FilterPlanner.Require(rule, offer);
        return new(kind.KeyRule, of, kind.Disclose, kind.Rule, kind.Amount is { } amount ? AmountOf(amount, offer) : null, kind.Records, kind.RecordSize, kind.Validity);
    }

    /// <summary>Checks an attestation's parties.</summary>
    public static void Require(Plan plan, AttestQuestion question)
    {
        Require(plan, plan.Protocol == AttestProtocol, $"This node runs {AttestProtocol} for an attestation, not {plan.Protocol}.");
        Require(plan, plan.Owners.Count == 1 && plan.Receivers.SequenceEqual(plan.Owners), "An issuer attests its own rows, and the records go to it alone.");
        Require(plan, question.Columns.Count <= AttestQuestion.MostColumns, $"A record has at most {AttestQuestion.MostColumns} fields.");
        Require(plan, plan.InputOf(plan.Owners[0])!.Columns.All(column => !IsReserved(column.Name)), "No column of a record begins with 'collab.'.");
    }

    /// <summary>Checks a delivery's parties, keys and sizes.</summary>
    public static void Require(Plan plan, DeliverQuestion question)
    {
        Require(plan, plan.Protocol == DeliverProtocol, $"This node runs {DeliverProtocol} for a delivery, not {plan.Protocol}.");
        Require(plan, plan.Owners.Count == 2 && plan.Owners.Contains(question.Of), "A delivery has two parties: one with records, one with keys.");
        Require(plan, plan.Receivers.Count == 1 && plan.Receivers[0] != question.Of && plan.Owners.Contains(plan.Receivers[0]), "What is released goes to the party with the keys alone.");
        Require(plan, plan.Inputs.All(input => input.Columns.All(column => !IsReserved(column.Name))), "No column of a record begins with 'collab.'.");
        Require(plan, RecordMaker.FieldCount(question, plan.InputOf(question.Of)!) <= AttestQuestion.MostColumns, $"A record has at most {AttestQuestion.MostColumns} fields.");
        Require(
            plan, (long)question.Records * question.RecordSize <= DeliveryBodies.LargestReply, $"A reply has at most {DeliveryBodies.LargestReply >> 20} MiB: ask for fewer records, or smaller ones.");
        var (first, second) = (KeyOf(plan.Inputs[0]), KeyOf(plan.Inputs[1]));
        if (!first.SequenceEqual(second) || first.Any(type => type is not (ColumnType.Text or ColumnType.Integer)))
            throw new CollabException(Planner.ColumnUnsuited, "The keys of both parties have the same types, column by column: text or whole numbers.", plan.Requester);
    }

    private static AmountRule AmountOf(RequestedAmount amount, DatasetOffer offer)
    {
        var column = Planner.FindColumn(offer, amount.Column);
        if (column.Type == ColumnType.Text) throw new CollabException(Planner.ColumnUnsuited, $"Column '{amount.Column}' of {offer.Owner}'s '{offer.Name}' holds no numbers.", offer.Owner);
        var rule = new AmountRule(amount.Column, column.Scale, amount.Share.Units, amount.Share.Digits, Scaled(amount.Deductible), amount.Cap is { } cap ? Scaled(cap) : null);
        return rule.IsSound
            ? rule
            : throw new CollabException(Planner.ProtocolUnsuited, "An amount has a share from above 0 to 1, no negative deductible or cap, and at most 18 digits behind the point.");

        long Scaled((long Units, int Digits) number)
        {
            if (number.Digits > column.Scale) throw new CollabException(Planner.ColumnUnsuited, $"Column '{amount.Column}' has {column.Scale} digits behind the point; the amount's numbers have more.", offer.Owner);
            try
            {
                return checked(number.Units * (long)System.Numerics.BigInteger.Pow(10, column.Scale - number.Digits));
            }
            catch (OverflowException)
            {
                throw new CollabException(Planner.ColumnUnsuited, $"A number of the amount is too large for the digits of column '{amount.Column}'.", offer.Owner);
            }
        }
    }

    private static bool IsReserved(string name) => name.StartsWith("collab.", StringComparison.Ordinal);

    private static IEnumerable<ColumnType> KeyOf(PlanInput input) => input.Key.Select(name => input.Columns.First(column => column.Name == name).Type);

    private static void Require(Plan plan, bool holds, string rule)
    {
        if (!holds) throw new CollabException(Planner.PartiesUnsuited, rule, plan.Requester);
    }
}
