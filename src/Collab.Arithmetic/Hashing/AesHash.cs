using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;

namespace Collab.Arithmetic.Hashing;

/// <summary>TMMO: H(x, i) = π(π(x) ⊕ i) ⊕ π(x) with π = AES-128 under a public key; tweakable correlation robust.</summary>
/// <remarks>For masks of oblivious transfer and everything else that hashes correlated blocks. Source: Guo, Katz, Wang, Yu, eprint 2019/074, section 7.4.</remarks>
public sealed class AesHash : IDisposable
{
    private readonly Aes _permutation = Aes.Create();

    /// <summary>The hash under a public key, which both parties know.</summary>
    public AesHash(Gf128 key)
    {
        Span<byte> bytes = stackalloc byte[Gf128.Size];
        key.Write(bytes);
        _permutation.SetKey(bytes);
    }

    /// <summary>d[i] = H(x[i], tweak + i).</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="firstTweak">The tweak of x[0]; that of x[i] is larger by i. A pair of block and tweak is not used twice under one key.</param>
    /// <param name="destination">Shape [n]; may be <paramref name="x"/> itself.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Hash(ReadOnlySpan<Gf128> x, ulong firstTweak, Span<Gf128> destination)
    {
        if (x.Length != destination.Length) throw new ArgumentException("The vectors have one length.", nameof(destination));
        var first = new Gf128[x.Length];
        var second = new Gf128[x.Length];
        Permute(x, first);
        for (var i = 0; i < second.Length; i++) second[i] = first[i] + new Gf128(unchecked(firstTweak + (ulong)i), 0);
        Permute(second, second);
        for (var i = 0; i < second.Length; i++) destination[i] = first[i] + second[i];
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(first.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(second.AsSpan()));
    }

    /// <summary>Frees the permutation.</summary>
    public void Dispose() => _permutation.Dispose();

    private void Permute(ReadOnlySpan<Gf128> blocks, Span<Gf128> permuted) =>
        _permutation.EncryptEcb(MemoryMarshal.AsBytes(blocks), MemoryMarshal.AsBytes(permuted), PaddingMode.None);
}
