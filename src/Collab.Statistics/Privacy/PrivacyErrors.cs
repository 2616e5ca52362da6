using Collab.Primitives;

namespace Collab.Statistics.Privacy;

/// <summary>The stable codes of refusals that protect a privacy budget.</summary>
public static class PrivacyErrors
{
    /// <summary>The answer would cost more than is left of an owner's budget.</summary>
    public static readonly ErrorCode BudgetSpent = new(
        "privacy.budget-spent", ErrorKind.Refused,
        "Ask with a smaller epsilon, for fewer statistics or columns at a time, or have the owner raise 'privacy-budget' in its policy; the owner's 'collab node status' says what is left.");
}
