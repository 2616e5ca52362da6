using Collab.Primitives;

namespace Collab.Evm.Keys;

/// <summary>An ECDSA signature over secp256k1 with s at most n/2, and which of two points its r is of.</summary>
/// <param name="R">r, 32 bytes big-endian.</param>
/// <param name="S">s, 32 bytes big-endian.</param>
/// <param name="IsOdd">Whether the y-coordinate of the point is odd.</param>
public sealed record EvmSignature(Digest R, Digest S, bool IsOdd);
