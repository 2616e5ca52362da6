namespace Collab.Tracing;

/// <summary>One transfer as the books of one of its banks have it.</summary>
/// <param name="Reference">What both banks call it.</param>
/// <param name="Account">The account of this bank.</param>
/// <param name="Bank">The place of the bank at the other end, which may be this one; −1 outside the consortium.</param>
/// <param name="IsOut">Whether money left the account.</param>
/// <param name="Amount">How much, in units of the plan's scale; positive.</param>
/// <param name="Day">When, as a number of days.</param>
/// <param name="Traced">How much of it this bank traces; 0 for none.</param>
/// <param name="Name">Who holds the account; empty when not known.</param>
/// <param name="Industry">The holder's industry; empty when not known.</param>
/// <param name="IsWatched">Whether the holder's contract lets money be followed through the account.</param>
public sealed record Transfer(
    string Reference, string Account, int Bank, bool IsOut, long Amount, int Day, long Traced = 0, string Name = "", string Industry = "", bool IsWatched = true);
