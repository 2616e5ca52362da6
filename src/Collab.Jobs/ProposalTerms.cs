using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What a proposal says beside datasets and parties, so that whoever is asked knows it, and a contract can decide without the plan.</summary>
/// <param name="Algorithm">The version of an algorithm, or null.</param>
/// <param name="Endorsers">Who is asked to endorse, or null for nobody. One of the two is there.</param>
public sealed record ProposalTerms(AlgorithmVersion? Algorithm, EndorsementRule? Endorsers)
{
    /// <summary>The terms of a plan; null where it has none of these.</summary>
    public static ProposalTerms? Of(Plan plan) => plan is { Algorithm: null, Endorsers: null }
        ? null
        : new(plan.Algorithm is { } a ? new AlgorithmVersion(a.Provider, a.Id, a.Version) : null, plan.Endorsers);

    /// <summary>Whether that party is asked for an endorsement, or to let its algorithm be used.</summary>
    public bool Asks(PartyId party) => Algorithm?.Provider == party || Endorsers?.Of.Contains(party) == true;

    internal static void Encode(CanonicalWriter writer, ProposalTerms terms)
    {
        writer.Optional(terms.Algorithm, (w, a) => w.Party(a.Provider).Digest(a.Id).UInt32((uint)a.Version));
        EndorsementRule.Encode(writer, terms.Endorsers);
    }

    internal static ProposalTerms Decode(ref CanonicalReader reader)
    {
        var terms = new ProposalTerms(
            reader.Optional((ref r) => new AlgorithmVersion(r.Party(), r.Digest(), AlgorithmReference.VersionOf(ref r))), EndorsementRule.Decode(ref reader));
        return terms is { Algorithm: null, Endorsers: null } ? throw new MalformedException("terms of a proposal, or none at all") : terms;
    }
}

/// <summary>A version of an algorithm, as the ledger knows it.</summary>
/// <param name="Provider">The party that provides it.</param>
/// <param name="Id">The algorithm's random id.</param>
/// <param name="Version">The version, from 1.</param>
public sealed record AlgorithmVersion(PartyId Provider, Digest Id, int Version);
