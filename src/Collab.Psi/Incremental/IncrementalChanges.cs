namespace Collab.Psi.Incremental;

/// <summary>What one update changed in the intersection, by the receiver's identifiers.</summary>
/// <param name="Version">The update's number, from 1.</param>
/// <param name="Added">Identifiers now in the intersection that were not before, ascending.</param>
/// <param name="Removed">Identifiers in the intersection before that are not now, ascending.</param>
/// <param name="Matches">How many are in the intersection after it.</param>
public sealed record IncrementalChanges(long Version, IReadOnlyList<UInt128> Added, IReadOnlyList<UInt128> Removed, long Matches);
