using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>One field in which two plans differ.</summary>
/// <param name="Field">Its path in plan.md's terms: <c>purpose</c>, <c>question.minimumGroupSize</c>, <c>inputs.columns</c>.</param>
/// <param name="Owner">Whose input it is in; null elsewhere.</param>
/// <param name="Removed">What the earlier plan says and the later does not: one text of a single value, items of a list; empty where it says nothing.</param>
/// <param name="Added">What the later plan says and the earlier does not.</param>
public sealed record PlanChange(string Field, PartyId? Owner, IReadOnlyList<string> Removed, IReadOnlyList<string> Added);
