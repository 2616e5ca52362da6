using Collab.Primitives;

namespace Collab.Evm.Anchoring;

/// <summary>The head of a party's log as it stands on the contract, finally.</summary>
/// <param name="Party">Whose log.</param>
/// <param name="Size">In entries.</param>
/// <param name="Root">The root at that size.</param>
/// <param name="Block">The block that holds it.</param>
/// <param name="BlockNumber">That block's place.</param>
/// <param name="Transaction">The transaction that brought it.</param>
public sealed record AnchoredHead(PartyId Party, ulong Size, Digest Root, Digest Block, ulong BlockNumber, Digest Transaction);
