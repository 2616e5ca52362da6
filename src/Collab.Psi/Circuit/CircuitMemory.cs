using Collab.Arithmetic.BinaryField;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>How much memory a party takes at its largest moment beside its items, in bytes; an estimate from what it allocates.</summary>
internal static class CircuitMemory
{
    private const int BytesPerTransfer = 64;

    /// <summary>The larger party's.</summary>
    public static long Of(int senderItems, int receiverItems, BinLayout layout, long ole, long programmed)
    {
        var sender = (Gf128.Size * ((4 * BinLayout.Choices * (long)senderItems) + programmed + ole)) + (24L * layout.BinCount);
        var receiver = (Gf128.Size * ((2 * (long)receiverItems) + Math.Max(3 * ole, programmed))) + (24L * layout.BinCount);
        return Math.Max(sender, receiver) + (BytesPerTransfer * (long)BooleanEngine.TransfersAtATime);
    }
}
