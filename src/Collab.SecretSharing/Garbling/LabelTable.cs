using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Collab.SecretSharing.Garbling;

/// <summary>128-bit wire labels, shape [wires, instances], with one owner: pinned while they live, then zeroed.</summary>
/// <remarks>A label's colour is bit 0 of its first byte; the two labels of a wire differ in it (point and permute).</remarks>
internal sealed class LabelTable(int wires, int instances) : IDisposable
{
    public const int LabelSize = 16;

    private readonly Vector128<ulong>[] _labels = GC.AllocateArray<Vector128<ulong>>(wires * instances, pinned: true);

    public int Instances => instances;

    public Span<Vector128<ulong>> All => _labels;

    public Span<byte> Bytes => MemoryMarshal.AsBytes(_labels.AsSpan());

    /// <summary>The labels of one wire in all instances.</summary>
    public Span<Vector128<ulong>> this[int wire] => _labels.AsSpan(wire * instances, instances);

    /// <summary>All ones when the label's colour is 1, else 0.</summary>
    public static Vector128<ulong> ColourMask(Vector128<ulong> label) => BitMask(label.ToScalar());

    /// <summary>All ones when the lowest bit is 1, else 0.</summary>
    public static Vector128<ulong> BitMask(ulong bit) => Vector128.Create(unchecked(0UL - (bit & 1)));

    public override string ToString() => $"{wires} × {instances} labels";

    public void Dispose() => CryptographicOperations.ZeroMemory(Bytes);
}
