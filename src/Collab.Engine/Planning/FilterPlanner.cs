using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>Settles with the owners' offers which rows of each take part (protocols/specs/filter.md).</summary>
internal static class FilterPlanner
{
    /// <summary>A column is compared with a constant of another type.</summary>
    public static readonly ErrorCode TypeUnsuited = new(
        "plan.filter-unsuited", ErrorKind.InvalidInput, "Compare a number column with a number and a text column with a text in single quotes.");

    /// <summary>Of joined rows, a condition on columns of both owners.</summary>
    public static readonly ErrorCode NotDivisible = new(
        "plan.filter-not-divisible", ErrorKind.InvalidInput, "Say conditions on the columns of one owner each, put together by 'and'; each owner applies its own.");

    /// <summary>The filter of each owner that has one: what the job says of all, and what it says of this one.</summary>
    /// <exception cref="CollabException">A code of this class or of <see cref="Planner"/>.</exception>
    public static Dictionary<PartyId, RowFilter> FiltersOf(JobSpecification specification, IReadOnlyList<DatasetOffer> offers, Question question)
    {
        var filters = new Dictionary<PartyId, RowFilter>();
        foreach (var (request, offer) in specification.Parties.Zip(offers))
        {
            var conditions = specification.Kind.Where is not { } where ? []
                : question is AnalysisQuestion { Join: { } join } ? where.Conditions.Where(condition => HolderOf(condition, join, offers) == offer)
                : where.Conditions;
            RowFilter[] all = [.. conditions, .. request.Where is { } own ? [own] : Array.Empty<RowFilter>()];
            if (all.Length == 0) continue;
            filters[request.Owner] = RowFilter.Every(all);
            Require(filters[request.Owner], offer);
        }

        return filters;
    }

    /// <summary>Checks that an owner's columns are there and are compared with constants of their types.</summary>
    /// <exception cref="CollabException"><see cref="Planner.ColumnUnknown"/> or <see cref="TypeUnsuited"/>.</exception>
    public static void Require(RowFilter filter, DatasetOffer offer)
    {
        foreach (var column in filter.Columns) Planner.FindColumn(offer, column);
        if (filter.UnfitColumns(offer.Schema.Columns) is [var unfit, ..])
        {
            var holds = offer.Schema.Find(unfit)!.Type == ColumnType.Text ? "text" : "numbers";
            throw new CollabException(TypeUnsuited, $"The filter compares column '{unfit}' of {offer.Owner}'s '{offer.Name}', which holds {holds}, with a constant of another type.", offer.Owner);
        }
    }

    private static DatasetOffer HolderOf(RowFilter condition, JoinedTables join, IReadOnlyList<DatasetOffer> offers)
    {
        DatasetOffer[] holders = [.. condition.Columns
            .Select(name => JoinedAnalysisPlanner.HolderOf(name, join.Columns.FirstOrDefault(held => held.Column == name)?.Of, offers)).Distinct()];
        return holders.Length == 1 ? holders[0] : throw new CollabException(NotDivisible, $"The condition '{condition}' is on columns of both {string.Join(" and ", holders.Select(offer => offer.Owner))}.");
    }
}
