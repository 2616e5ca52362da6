using Collab.Primitives;

namespace Collab.ObliviousTransfer.Extension;

/// <summary>What both roles of an OT extension are given beside the channel and randomness.</summary>
/// <param name="Context">32 bytes that name this extension, the same at both parties and never used twice: keys and hashes are bound to them.</param>
public sealed record OtExtensionOptions(Digest Context)
{
    /// <summary>The security model; both parties say the same. Malicious costs 0.2 % more transfers and 2 KiB a batch.</summary>
    public SecurityModel Security { get; init; } = SecurityModel.Malicious;
}
