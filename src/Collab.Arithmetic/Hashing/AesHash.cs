using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Collab.Arithmetic.BinaryField;

namespace Collab.Arithmetic.Hashing;

/// <summary>TMMO: H(x, i) = π(π(x) ⊕ i) ⊕ π(x) with π = AES-128 under a public key; tweakable correlation robust.</summary>
/// <remarks>For masks of oblivious transfer and everything else that hashes correlated blocks. Safe for use by several threads at once.
/// Timing depends on lengths alone. Source: Guo, Katz, Wang, Yu, eprint 2019/074, section 7.4.</remarks>
public sealed unsafe class AesHash : IDisposable
{
    private readonly AesPermutation _permutation;

    /// <summary>The hash under a public key, which both parties know.</summary>
    public AesHash(Gf128 key) : this(AesKeySchedule.Best, key)
    {
    }

    internal AesHash(VectorKernel kernel, Gf128 key) => _permutation = new(kernel, key);

    /// <summary>d[i] = H(x[i], tweak + i).</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="firstTweak">The tweak of x[0]; that of x[i] is larger by i. A pair of block and tweak is not used twice under one key.</param>
    /// <param name="destination">Shape [n]; may be <paramref name="x"/> itself.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Hash(ReadOnlySpan<Gf128> x, ulong firstTweak, Span<Gf128> destination)
    {
        if (x.Length != destination.Length) throw new ArgumentException("The vectors have one length.", nameof(destination));
        if (_permutation.Schedule.Library is null)
        {
            fixed (Gf128* from = x, to = destination)
            {
                Hash(_permutation.Schedule.RoundKeys, (Vector128<byte>*)from, firstTweak, (Vector128<byte>*)to, x.Length);
            }

            return;
        }

        for (var i = 0; i < x.Length; i++)
        {
            var first = x[i];
            _permutation.Permute(new(in first), new(ref first));
            var second = first + new Gf128(unchecked(firstTweak + (ulong)i), 0);
            _permutation.Permute(new(in second), new(ref second));
            destination[i] = first + second;
        }
    }

    /// <summary>Frees the permutation.</summary>
    public void Dispose() => _permutation.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private static void Hash(Vector128<byte>* keys, Vector128<byte>* x, ulong firstTweak, Vector128<byte>* d, nint n)
    {
        unchecked
        {
            var (tweak, one) = (Vector128.CreateScalar(firstTweak), Vector128.CreateScalar(1UL));
            var inner = stackalloc Vector128<byte>[8];
            nint i = 0;
            for (; i <= n - 8; i += 8)
            {
                var (b0, b1, b2, b3) = (x[i], x[i + 1], x[i + 2], x[i + 3]);
                var (b4, b5, b6, b7) = (x[i + 4], x[i + 5], x[i + 6], x[i + 7]);
                AesKeySchedule.Encrypt(keys, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5, ref b6, ref b7);
                (inner[0], inner[1], inner[2], inner[3]) = (b0, b1, b2, b3);
                (inner[4], inner[5], inner[6], inner[7]) = (b4, b5, b6, b7);
                b0 ^= tweak.AsByte();
                tweak += one;
                b1 ^= tweak.AsByte();
                tweak += one;
                b2 ^= tweak.AsByte();
                tweak += one;
                b3 ^= tweak.AsByte();
                tweak += one;
                b4 ^= tweak.AsByte();
                tweak += one;
                b5 ^= tweak.AsByte();
                tweak += one;
                b6 ^= tweak.AsByte();
                tweak += one;
                b7 ^= tweak.AsByte();
                tweak += one;
                AesKeySchedule.Encrypt(keys, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5, ref b6, ref b7);
                d[i] = b0 ^ inner[0];
                d[i + 1] = b1 ^ inner[1];
                d[i + 2] = b2 ^ inner[2];
                d[i + 3] = b3 ^ inner[3];
                d[i + 4] = b4 ^ inner[4];
                d[i + 5] = b5 ^ inner[5];
                d[i + 6] = b6 ^ inner[6];
                d[i + 7] = b7 ^ inner[7];
            }

            for (; i < n; i++, tweak += one)
            {
                var first = AesKeySchedule.Encrypt(keys, x[i]);
                d[i] = AesKeySchedule.Encrypt(keys, first ^ tweak.AsByte()) ^ first;
            }

            for (var k = 0; k < 8; k++) inner[k] = default;
        }
    }
}
