using Collab.Engine;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Node.Hosting;

/// <summary>What a job asks this owner for, beside what the owner granted before (protocols/specs/plan.md, "Difference").</summary>
internal sealed class ComparisonDesk(NodeParts parts)
{
    /// <summary>Compares a plan with an earlier one that this party granted to the same requester over the same dataset.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="with">The earlier one's digest or its first digits; null for the one that was granted last.</param>
    /// <exception cref="CollabException">This party owns no data of the job, or granted no such job.</exception>
    public ComparisonView Compare(Plan plan, string? with)
    {
        var input = plan.InputOf(parts.Self) ?? throw new CollabException(Authorization.GrantMissing, $"{parts.Self} owns no data of this job.", parts.Self);
        var granted = parts.Engine.Archive.Plans
            .Where(earlier => earlier.Digest != plan.Digest && earlier.Requester == plan.Requester && earlier.InputOf(parts.Self)?.DatasetId == input.DatasetId)
            .Select(earlier => (Plan: earlier, Grant: parts.Ledger.PageWithPendingOf(earlier).By<LedgerOperation.Approve>(parts.Self)))
            .Where(earlier => earlier.Grant is not null)
            .OrderByDescending(earlier => earlier.Grant!.Time).ThenBy(earlier => earlier.Plan.Digest.ToString(), StringComparer.Ordinal)
            .ToList();
        var chosen = with is null
            ? granted.FirstOrDefault().Plan
            : granted.Select(earlier => earlier.Plan).FirstOrDefault(earlier => earlier.Digest.ToString().StartsWith(with, StringComparison.OrdinalIgnoreCase))
                ?? throw new CollabException(JobArchive.JobUnknown, $"{parts.Self} granted {plan.Requester} no job over this dataset that begins with these digits.");
        return new(
            plan.Digest.ToString(), chosen?.Digest.ToString(),
            [.. granted.Select(earlier => new GrantedJobView(earlier.Plan.Digest.ToString(), earlier.Plan.Purpose, earlier.Plan.Question.Kind, earlier.Grant!.Time))],
            chosen is null ? [] : [.. PlanDifference.Between(chosen, plan).Select(Of)]);
    }

    private static PlanChangeView Of(PlanChange change) =>
        new(change.Field, Views.Of(PlanWords.Of(change.Field)), change.Owner?.Name, change.Removed, change.Added);
}
