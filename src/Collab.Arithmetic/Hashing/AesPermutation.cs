using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;

namespace Collab.Arithmetic.Hashing;

/// <summary>π = AES-128 under one key, on many blocks; under a public key it stands for a fixed random permutation.</summary>
/// <remarks>Safe for use by several threads at once. Timing depends on lengths alone. Source: FIPS 197.</remarks>
public sealed unsafe class AesPermutation : IDisposable
{
    private readonly AesKeySchedule _key;

    /// <summary>The permutation of a key.</summary>
    public AesPermutation(Gf128 key) : this(AesKeySchedule.Best, key)
    {
    }

    internal AesPermutation(VectorKernel kernel, Gf128 key) => _key = new(kernel, key);

    /// <summary>The key made ready, for kernels that use two at once.</summary>
    internal AesKeySchedule Schedule => _key;

    /// <summary>d[i] = π(x[i]).</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="destination">Shape [n]; may be <paramref name="x"/> itself.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Permute(ReadOnlySpan<Gf128> x, Span<Gf128> destination)
    {
        if (x.Length != destination.Length) throw new ArgumentException("The vectors have one length.", nameof(destination));
        if (_key.Library is { } library)
        {
            library.EncryptEcb(MemoryMarshal.AsBytes(x), MemoryMarshal.AsBytes(destination), PaddingMode.None);
            return;
        }

        fixed (Gf128* from = x, to = destination) Apply(_key.RoundKeys, default, (Vector128<byte>*)from, (Vector128<byte>*)to, x.Length);
    }

    /// <summary>d[i] = π(x[i]) ⊕ x[i]: a one-way function of uniform blocks, each of which is used once (Matyas, Meyer and Oseas).</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="destination">Shape [n]; may be <paramref name="x"/> itself.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Compress(ReadOnlySpan<Gf128> x, Span<Gf128> destination)
    {
        if (x.Length != destination.Length) throw new ArgumentException("The vectors have one length.", nameof(destination));
        if (_key.Library is not null)
        {
            for (var i = 0; i < x.Length; i++)
            {
                var permuted = x[i];
                Permute(new(in permuted), new(ref permuted));
                destination[i] = permuted + x[i];
            }

            return;
        }

        fixed (Gf128* from = x, to = destination)
        {
            Apply(_key.RoundKeys, Vector128<byte>.AllBitsSet, (Vector128<byte>*)from, (Vector128<byte>*)to, x.Length);
        }
    }

    /// <summary>Zeroes the round keys.</summary>
    public void Dispose() => _key.Dispose();

    /// <summary>d[i] = π(x[i]) ⊕ (x[i] and <paramref name="feedback"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private static void Apply(Vector128<byte>* keys, Vector128<byte> feedback, Vector128<byte>* x, Vector128<byte>* d, nint n)
    {
        unchecked
        {
            nint i = 0;
            for (; i <= n - 8; i += 8)
            {
                var (b0, b1, b2, b3) = (x[i], x[i + 1], x[i + 2], x[i + 3]);
                var (b4, b5, b6, b7) = (x[i + 4], x[i + 5], x[i + 6], x[i + 7]);
                AesKeySchedule.Encrypt(keys, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5, ref b6, ref b7);
                d[i] = b0 ^ (x[i] & feedback);
                d[i + 1] = b1 ^ (x[i + 1] & feedback);
                d[i + 2] = b2 ^ (x[i + 2] & feedback);
                d[i + 3] = b3 ^ (x[i + 3] & feedback);
                d[i + 4] = b4 ^ (x[i + 4] & feedback);
                d[i + 5] = b5 ^ (x[i + 5] & feedback);
                d[i + 6] = b6 ^ (x[i + 6] & feedback);
                d[i + 7] = b7 ^ (x[i + 7] & feedback);
            }

            for (; i < n; i++) d[i] = AesKeySchedule.Encrypt(keys, x[i]) ^ (x[i] & feedback);
        }
    }
}
