using Collab.Primitives;

namespace Collab.FederatedLearning.Aggregation;

/// <summary>A secure sum.</summary>
/// <param name="Sum">The sum modulo 2^64, word by word, of the contributors' vectors.</param>
/// <param name="Contributors">Whose vectors it holds, ascending: more than half of the clients.</param>
/// <param name="Gone">Why each client that did not stay to the end went; one that went after its vector had come is a contributor as well.</param>
public sealed record AggregationResult(ulong[] Sum, IReadOnlyList<PartyId> Contributors, IReadOnlyDictionary<PartyId, Fault> Gone);
