using Collab.Primitives;

namespace Collab.ObliviousTransfer.Extension;

/// <summary>What both roles of an OT extension are given beside the channel and randomness.</summary>
/// <param name="Context">32 bytes that name this extension, the same at both parties and never used twice: keys and hashes are bound to them.</param>
public sealed record OtExtensionOptions(Digest Context)
{
    /// <summary>What <see cref="FieldBits"/> is unless said otherwise: a quarter of the bytes for twice the AES of one bit.</summary>
    public const int DefaultFieldBits = 4;

    /// <summary>The security model; both parties say the same. Malicious costs 0.2 % more transfers and 2 KiB a batch.</summary>
    public SecurityModel Security { get; init; } = SecurityModel.Malicious;

    /// <summary>k, 1, 2, 4 or 8, the same at both parties: a transfer sends 16/k bytes and costs each party 2^k/k AES blocks for every 128 bits that k = 1 sends.</summary>
    public int FieldBits { get; init; } = DefaultFieldBits;

    internal void Check()
    {
        if (FieldBits is not (1 or 2 or 4 or 8)) throw new ArgumentOutOfRangeException(nameof(FieldBits), "1, 2, 4 or 8");
        if (!Enum.IsDefined(Security)) throw new ArgumentOutOfRangeException(nameof(Security));
    }
}
