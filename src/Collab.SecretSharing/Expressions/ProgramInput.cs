using Collab.Primitives;

namespace Collab.SecretSharing.Expressions;

/// <summary>A column that a program computes with.</summary>
/// <param name="Name">Its name in the program.</param>
/// <param name="Of">Whose rows; null for the rows of all parties, one party's after the other's.</param>
/// <param name="Scale">Decimal digits behind the point.</param>
/// <param name="Low">The smallest value, in units of 10^(−Scale).</param>
/// <param name="High">The largest value.</param>
public sealed record ProgramInput(string Name, PartyId? Of, int Scale, long Low, long High);
