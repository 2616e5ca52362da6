using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>What a bank has at the end of a run: the ways of its own loans, and of others only how often it was asked.</summary>
/// <param name="Loans">The loans that this bank traces, in the order of its rows.</param>
/// <param name="Strayed">Banks that sealed something for this bank that belongs to none of its loans.</param>
/// <param name="Asked">How many hops this bank was asked to follow.</param>
/// <param name="Found">How many of them it found in its books.</param>
/// <param name="Sent">How many hops it asked other banks, or itself, to follow on.</param>
public sealed record TraceOutcome(IReadOnlyList<TracedLoan> Loans, IReadOnlyList<PartyId> Strayed, long Asked, long Found, long Sent);

/// <summary>The way of one loan's money: hop 0 is the transfer by which it was paid out.</summary>
/// <param name="Depth">How many hops it was followed at most.</param>
/// <param name="Hops">Every hop, a parent before its children.</param>
public sealed record TracedLoan(int Depth, IReadOnlyList<TracedHop> Hops);

/// <summary>One transfer on the way, and what became of the money where it came to.</summary>
/// <param name="Parent">The hop that it goes on from, by its place; −1 of the first.</param>
/// <param name="From">The bank that it left.</param>
/// <param name="To">The bank that it came to; null outside the consortium.</param>
/// <param name="Reference">Its reference.</param>
/// <param name="Day">When it left, as a number of days.</param>
/// <param name="Amount">Its amount, in units of the plan's scale.</param>
/// <param name="Traced">How much of it is traced money on this way.</param>
/// <param name="End">What became of the money.</param>
/// <param name="Account">What is told of the account that it came to.</param>
/// <param name="Alerts">What is conspicuous.</param>
/// <param name="Left">What stayed in the account.</param>
/// <param name="Small">Transfers out of the account that carry less than the minimum.</param>
/// <param name="Beyond">Transfers out of the account beyond the fan-out.</param>
public sealed record TracedHop(
    int Parent, PartyId From, PartyId? To, string Reference, int Day, long Amount, long Traced, HopEnd End, ReachedAccount Account, HopAlerts Alerts,
    long Left, Bundle Small, Bundle Beyond);

/// <summary>What is told of an account that traced money came to.</summary>
/// <param name="Tag">The same for one account of a bank throughout a run, and no other; 0 where nothing is told.</param>
/// <param name="Account">As the bank calls it; null where the plan does not ask.</param>
/// <param name="Name">Its holder; null where the plan does not ask.</param>
/// <param name="Industry">The holder's industry; null where the plan does not ask.</param>
public sealed record ReachedAccount(ulong Tag, string? Account, string? Name, string? Industry)
{
    /// <summary>Nothing.</summary>
    public static ReachedAccount Untold { get; } = new(0, null, null, null);
}

/// <summary>What became of traced money where it came to.</summary>
public enum HopEnd : byte
{
    /// <summary>Its bank followed it: hops that have this one as parent, and what stayed.</summary>
    Followed = 1,

    /// <summary>Its bank has no such transfer.</summary>
    NotFound = 2,

    /// <summary>The account's holder has not agreed that money be followed.</summary>
    NotWatched = 3,

    /// <summary>It came in with the last round.</summary>
    LastHop = 4,

    /// <summary>It left the consortium.</summary>
    Outside = 5,

    /// <summary>The bank that it left had larger ones to follow than one mailbox takes.</summary>
    NoRoom = 6,

    /// <summary>Its bank told nothing: it, or the bank that it left, did not follow the protocol.</summary>
    Unanswered = 7,

    /// <summary>What its bank told does not fit what the bank told that it left, or itself.</summary>
    Broken = 8,

    /// <summary>This transfer is on the way to itself already.</summary>
    Loop = 9,
}

/// <summary>What is conspicuous where traced money came to.</summary>
[Flags]
public enum HopAlerts : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The account has the borrower's name.</summary>
    SameName = 1,

    /// <summary>The holder's industry is one of the plan's.</summary>
    Industry = 2,
}
