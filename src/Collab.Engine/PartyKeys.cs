using Collab.Cryptography.Signatures;
using Collab.Primitives;

namespace Collab.Engine;

/// <summary>What signs for this party, and what the consortium pins for the others: the keys of their logs.</summary>
/// <param name="Suite">How all of them sign; it chooses the sealed delivery (protocols/specs/sealed-delivery.md).</param>
/// <param name="Sign">Signs a message, which begins with a domain of its own, with this party's log key.</param>
/// <param name="KeyOf">The pinned log key of a party of the consortium.</param>
public sealed record PartyKeys(SignatureAlgorithm Suite, Func<byte[], byte[]> Sign, Func<PartyId, VerifyingKey> KeyOf);
