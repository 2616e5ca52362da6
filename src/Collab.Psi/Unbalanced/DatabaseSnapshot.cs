using Collab.HomomorphicEncryption;

namespace Collab.Psi.Unbalanced;

/// <summary>One version of a sender's database: what a query sees from its beginning to its end. Never changed; safe to use from many threads.</summary>
public sealed class DatabaseSnapshot
{
    internal DatabaseSnapshot(UnbalancedParameters parameters, uint salt, long revision, int count, PlaintextMatrix[] bundles) =>
        (Parameters, Salt, Revision, Count, Bundles) = (parameters, salt, revision, count, bundles);

    /// <summary>What it was made for.</summary>
    public UnbalancedParameters Parameters { get; }

    /// <summary>Which version: 1 for the first, and one more for each change.</summary>
    public long Revision { get; }

    /// <summary>How many items; the receiver does not learn it.</summary>
    public int Count { get; }

    internal uint Salt { get; }

    /// <summary>The polynomials of each bundle, shape [tables · bundles], rows [V, B]: the coefficients of z^j of the v-th polynomial of all bins.</summary>
    internal PlaintextMatrix[] Bundles { get; }
}
