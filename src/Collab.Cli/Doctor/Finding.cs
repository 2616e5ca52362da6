namespace Collab.Cli.Doctor;

/// <summary>What one look at the machine found.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Holds">Whether a node can work with it.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Next">What to do when it does not hold, or slows a node down; null when nothing.</param>
internal sealed record Finding(string Name, bool Holds, string Detail, string? Next = null);
