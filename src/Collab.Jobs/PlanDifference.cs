using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What differs between two plans, field by field (protocols/specs/plan.md, "Difference").</summary>
/// <remarks>
/// Nonce and moment of planning differ in any two plans and are no change; how long a plan lives is one, its last moment is not.
/// Inputs are compared owner by owner.
/// </remarks>
public static class PlanDifference
{
    /// <summary>The field that stands for created and expires: how long the plan lives.</summary>
    public const string Lifetime = "lifetime";

    /// <summary>Compares two plans; empty when they differ in nothing but the nonce and the times.</summary>
    public static IReadOnlyList<PlanChange> Between(Plan earlier, Plan later)
    {
        var changes = Between(FieldsOf(earlier), FieldsOf(later), null).ToList();
        foreach (var owner in earlier.Owners.Union(later.Owners).Order())
            changes.AddRange(Between(FieldsOf(earlier.InputOf(owner)), FieldsOf(later.InputOf(owner)), owner));
        return changes;
    }

    private static IEnumerable<PlanChange> Between(PlanFields earlier, PlanFields later, PartyId? owner)
    {
        foreach (var field in earlier.Names.Union(later.Names))
        {
            var (before, after) = (earlier[field], later[field]);
            if (before.SequenceEqual(after)) continue;
            var (removed, added) = (before.Except(after).ToList(), after.Except(before).ToList());
            yield return removed.Count + added.Count > 0
                ? new PlanChange(field, owner, removed, added)
                : new PlanChange(field, owner, [string.Join(", ", before)], [string.Join(", ", after)]); // the same items in another order
        }
    }

    private static PlanFields FieldsOf(Plan plan)
    {
        var fields = new PlanFields();
        fields.AddAll(plan, "", except: [nameof(Plan.Nonce), nameof(Plan.Created), nameof(Plan.Expires), nameof(Plan.Inputs)]);
        fields.Add(Lifetime, plan.Expires - plan.Created);
        return fields;
    }

    private static PlanFields FieldsOf(PlanInput? input)
    {
        var fields = new PlanFields();
        if (input is not null) fields.AddAll(input, "inputs", except: []);
        return fields;
    }
}
