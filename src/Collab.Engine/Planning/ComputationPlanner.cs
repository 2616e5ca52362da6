using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing;
using Collab.SecretSharing.Expressions;

namespace Collab.Engine.Planning;

/// <summary>Settles a computation with the owners' offers, and checks its program (protocols/specs/computation.md).</summary>
internal static class ComputationPlanner
{
    /// <summary>The protocol: a program on shares of two parties, or replicated ones of three.</summary>
    public const string Protocol = "joint-program/1";

    /// <summary>Every input at the largest scale that its range or an owner's column has.</summary>
    public static ComputationQuestion QuestionOf(JobKind.Computation kind, IReadOnlyList<DatasetOffer> offers) => new(
        [.. kind.Inputs.Select(input =>
        {
            var of = offers.Where(offer => input.IsOf(offer.Owner)).ToList();
            if (of.Count == 0) throw new CollabException(Planner.PartiesUnsuited, $"'{input.Of}', whose column '{input.Column}' is asked for, is no party of the job.");
            var scale = Math.Max(input.Scale, Planner.ScaleOf(input.Column, of));
            return input with { Scale = scale, Low = Raised(input, input.Low, scale), High = Raised(input, input.High, scale) };
        })],
        kind.SkipsMissing, kind.Program, kind.Dealer);

    /// <summary>The checked program of a plan.</summary>
    /// <exception cref="CollabException">The plan is none that this node runs, or its program has no meaning.</exception>
    public static JointProgram ProgramOf(Plan plan, ComputationQuestion question)
    {
        Require(plan.Protocol == Protocol, $"This node runs {Protocol} for a computation, not {plan.Protocol}.");
        Require(plan.Owners.Count is 2 or 3, "A computation has two or three parties, each with a dataset: add or leave out parties.");
        Require(JointEngine.Exists(plan.Owners.Count, plan.Security), "Two parties compute with 'security: semi-honest'; a computation that withstands a party that deviates has three.");
        Require(plan.Receivers.All(plan.Owners.Contains), "The result of a computation goes to its parties or some of them.");
        Require(question.Dealer is null || plan.Owners.Count == 2, "A dealer deals to two parties; three need none.");
        Require(question.Dealer is null || !plan.Owners.Contains(question.Dealer), "The dealer is a party of the consortium that brings no rows.");
        foreach (var owner in plan.Owners) Require(question.ColumnsOf(owner).Count > 0, $"The program reads no column of {owner}; each party brings one.");
        Require(question.Inputs.All(i => i.Of is null || plan.Owners.Contains(i.Of)), "An input is of no party of the job.");
        Require(question.Inputs.All(i => JointProgram.IsName(i.Name) && i.Low > -(1L << 62) && i.High < 1L << 62), "An input has no name of a program, or a range beyond 2^62.");
        return JointProgram.Create(
            question.Program, plan.Owners, [.. question.Inputs.Select(i => new ProgramInput(i.Name, i.Of, i.Scale, i.Low, i.High))],
            [.. plan.Inputs.Select(i => (int)Math.Min(IntersectionSizes.MostRows(i), JointProgram.MostRows))], question.Dealer);

        void Require(bool holds, string rule)
        {
            if (!holds) throw new CollabException(Planner.PartiesUnsuited, rule, plan.Requester);
        }
    }

    /// <summary>With whom a party uses triples that the two made ahead: the other of two that have no dealer, else nobody.</summary>
    public static PartyId? PeerOf(Plan plan, JointProgram program, PartyId self) =>
        plan.Owners.Count == 2 && program.Dealer is null && plan.Owners.Contains(self) ? plan.Owners.Single(owner => owner != self) : null;

    private static long Raised(ComputationInput input, long units, int scale)
    {
        var raised = units * BigInteger.Pow(10, scale - input.Scale);
        return BigInteger.Abs(raised) < BigInteger.One << 62
            ? (long)raised
            : throw new CollabException(Planner.ColumnUnsuited, $"The range of '{input.Name}' goes beyond 2^62 units with the {scale} decimals of '{input.Column}'.");
    }
}
