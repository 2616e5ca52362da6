namespace Collab.Psi;

/// <summary>How far one party's part of an intersection is.</summary>
/// <param name="Done">Items treated so far: this party's own and the peer's.</param>
/// <param name="Total">Items to treat in all.</param>
public readonly record struct PsiProgress(long Done, long Total);
