using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Collab.SecretSharing.Garbling;

/// <summary>TMMO: H(x, i) = π(π(x) ⊕ i) ⊕ π(x) with π = AES-128 under a public key; tweakable circular correlation robust.</summary>
/// <remarks>
/// Many blocks at once, so that the class library's AES runs at full speed. A block and a tweak are 16 bytes; the tweak is the
/// sequence number and the instance, 64 bits each, little-endian. Source: Guo, Katz, Wang, Yu, eprint 2019/074;
/// the key is fresh for each garbling, which keeps the bound from adding up over many (eprint 2019/1168).
/// </remarks>
internal sealed class TweakableHash : IDisposable
{
    public const int KeySize = 16;

    private readonly Aes _permutation = Aes.Create();
    private readonly Vector128<ulong>[] _first;
    private readonly Vector128<ulong>[] _second;

    /// <param name="key">The public key, 16 bytes.</param>
    /// <param name="capacity">The most blocks of one call.</param>
    public TweakableHash(ReadOnlySpan<byte> key, int capacity)
    {
        _permutation.SetKey(key);
        _first = GC.AllocateArray<Vector128<ulong>>(capacity, pinned: true);
        _second = GC.AllocateArray<Vector128<ulong>>(capacity, pinned: true);
    }

    /// <summary>Hashes blocks in place: group g of <paramref name="instances"/> blocks has the sequence number sequences[g].</summary>
    /// <param name="blocks">The blocks, shape [sequences.Length, instances].</param>
    /// <param name="sequences">One sequence number per group.</param>
    /// <param name="instances">Blocks per group; the number of a block in its group is the other half of its tweak.</param>
    public void Hash(Span<Vector128<ulong>> blocks, ReadOnlySpan<ulong> sequences, int instances)
    {
        var first = _first.AsSpan(0, blocks.Length);
        var second = _second.AsSpan(0, blocks.Length);
        Permute(blocks, first);
        for (var group = 0; group < sequences.Length; group++)
        {
            for (var instance = 0; instance < instances; instance++)
            {
                var i = (group * instances) + instance;
                second[i] = first[i] ^ Vector128.Create(sequences[group], (ulong)instance);
            }
        }

        Permute(second, blocks);
        for (var i = 0; i < blocks.Length; i++) blocks[i] ^= first[i];
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_first.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_second.AsSpan()));
        _permutation.Dispose();
    }

    internal void Permute(ReadOnlySpan<Vector128<ulong>> blocks, Span<Vector128<ulong>> permuted) =>
        _permutation.EncryptEcb(MemoryMarshal.AsBytes(blocks), MemoryMarshal.AsBytes(permuted), PaddingMode.None);
}
