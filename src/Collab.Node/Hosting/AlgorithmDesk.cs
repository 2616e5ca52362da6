using Collab.Engine.Algorithms;
using Collab.Engine.Descriptions;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Node.Hosting;

/// <summary>The operator's part in the algorithms that its party provides, and the look at those of others.</summary>
internal sealed class AlgorithmDesk(NodeParts parts)
{
    private AlgorithmCatalogue Catalogue => parts.Engine.Algorithms;

    public async Task<AlgorithmView> AddAsync(AddAlgorithmRequest request, CancellationToken cancellation)
    {
        var specification = JobDescription.Parse(request.Description) with { Algorithm = null, Endorsers = null };
        var plan = await parts.Engine.PlanAsync(specification, cancellation);
        var added = await Catalogue.AddAsync(request.Name, plan.Question, request.Asks, cancellation);
        return ViewOf(added.Reference.Name, added.Reference.Version);
    }

    public async Task<AlgorithmView> WithdrawAsync(AlgorithmRequest request, CancellationToken cancellation)
    {
        var name = NameOf(request);
        await Catalogue.WithdrawAsync(name, cancellation);
        return ViewOf(name, null);
    }

    public AlgorithmsView List() => new([.. Catalogue.List.Select(View)]);

    public async Task<AlgorithmView> ShowAsync(AlgorithmRequest request, CancellationToken cancellation)
    {
        var name = NameOf(request);
        if (request.Of is null || request.Of == parts.Self.Name)
        {
            var own = Catalogue.Find(name, request.Version);
            return ViewOf(name, own.Reference.Version) with { Content = Convert.ToHexStringLower(own.Encode()) };
        }

        var provider = PartyId.TryParse(request.Of) is { } party && parts.Peers.Members.Contains(party)
            ? party
            : throw new CollabException(OperatorEndpoint.RequestInvalid, "The provider is no other party of the consortium.");
        var bytes = await parts.Peers.GetAlgorithmAsync(provider, name, request.Version ?? 0, cancellation);
        var algorithm = StoredAlgorithm.Decode(bytes);
        var history = AlgorithmHistory.Of(parts.Ledger.Page(algorithm.Reference.Id), provider);
        var state = !history.IsCurrent ? AlgorithmStanding.Withdrawn
            : history.Version == algorithm.Reference.Version && history.Digest == algorithm.Digest ? AlgorithmStanding.Stands : AlgorithmStanding.Superseded;
        return View(algorithm, state, null) with { Content = Convert.ToHexStringLower(bytes) };
    }

    private AlgorithmView ViewOf(string name, int? version)
    {
        var wanted = Catalogue.Find(name, version).Reference;
        return View(Catalogue.List.Single(listed => listed.Algorithm.Reference == wanted));
    }

    private static AlgorithmView View(AlgorithmListing listed) => View(listed.Algorithm, listed.Standing, listed.Asks);

    private static AlgorithmView View(StoredAlgorithm algorithm, AlgorithmStanding standing, bool? asks) => new(
        algorithm.Reference.Provider.Name, algorithm.Reference.Name, algorithm.Reference.Version, algorithm.Question.Kind,
        standing.ToString().ToLowerInvariant(), asks, algorithm.Reference.Id.ToString(), algorithm.Digest.ToString());

    private static string NameOf(AlgorithmRequest request) =>
        request.Name ?? throw new CollabException(OperatorEndpoint.RequestInvalid, "The request names no algorithm.");
}
