using Collab.Primitives;

namespace Collab.Statistics.Disclosure;

/// <summary>The stable codes of refusals that protect what answers tell together.</summary>
public static class DisclosureErrors
{
    /// <summary>An answer to this question, put together with earlier ones, would single out few rows.</summary>
    public static readonly ErrorCode TooClose = new(
        "disclosure.too-close", ErrorKind.Refused, "Ask over the same rows as before, or over rows that differ by at least the minimum group; the owner may set 'differ-by' in its policy.");

    /// <summary>More answered sets of rows than an owner compares with.</summary>
    public static readonly ErrorCode LedgerFull = new(
        "disclosure.ledger-full", ErrorKind.Refused, "Ask for fewer groups, or have the owner register the data under a new name once the answers so far no longer matter.");

    /// <summary>A note of what was answered cannot be read: by a version that writes notes otherwise, or damaged.</summary>
    public static readonly ErrorCode LedgerUnreadable = new(
        "disclosure.ledger-unreadable", ErrorKind.Refused,
        "Have the owner run the version that wrote it, or restore the node's store from a backup; until then nothing is answered over these data, since what was told before is not known.");
}
