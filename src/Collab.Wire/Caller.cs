using Collab.Primitives;
using Grpc.Core;

namespace Collab.Wire;

/// <summary>Who is at the other end of a call, as its certificate says.</summary>
/// <param name="Party">The party.</param>
/// <param name="IsOperator">Whether it is the party's operator rather than its node.</param>
public sealed record Caller(PartyId Party, bool IsOperator);

/// <summary>Tells who calls; the host reads it from the certificate that TLS has verified. Null refuses the call.</summary>
public delegate Caller? CallerOf(ServerCallContext call);
