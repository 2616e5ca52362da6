using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>What whoever checks a record asks, besides the file.</summary>
/// <param name="Now">The checker's own clock.</param>
/// <param name="Issuer">Who must have attested it; null for whoever the record names.</param>
public sealed record RecordQuestion(DateTimeOffset Now, PartyId? Issuer = null)
{
    /// <summary>How far one clock alone may be off: a record that expires within it is not called valid. None where a second clock is asked.</summary>
    public TimeSpan ClockMargin { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How old the newest checkpoint may be that a verdict rests on; null for any age.</summary>
    public TimeSpan? StatusAge { get; init; } = TimeSpan.FromDays(1);
}
