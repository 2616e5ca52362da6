using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evm.Contract;

/// <summary>
/// What a party shows on the contract once all have committed and the receipts agree: a digest over the content of every party's receipt, which
/// only who holds all receipts can compute.
/// </summary>
/// <remarks>
/// The logs hold digests of receipts, made under another domain. In each receipt are 32 random bytes of its party, so nothing public lets anybody
/// compute the opening. Argument: protocols/specs/ledger-evm.md, section "What a commit and its opening bind".
/// </remarks>
public static class RunOpening
{
    private const string ContentDomain = "collab.chain.receipt.v1";
    private const string OpeningDomain = "collab.chain.opening.v2";

    /// <summary>The opening, the same at all parties.</summary>
    /// <param name="run">The contract's id of the run.</param>
    /// <param name="receipts">One of each party, in any order.</param>
    public static Digest Of(Digest run, IEnumerable<Receipt> receipts)
    {
        var content = new CanonicalWriter().Digest(run);
        foreach (var receipt in receipts.OrderBy(r => r.Party)) content.Party(receipt.Party).Digest(Digest.Of(ContentDomain, receipt.Encode()));
        return Digest.Of(OpeningDomain, content.ToArray());
    }
}
