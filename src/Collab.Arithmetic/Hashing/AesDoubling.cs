using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Collab.Arithmetic.BinaryField;

namespace Collab.Arithmetic.Hashing;

/// <summary>The step of a tree of seeds: a block x has the children π₀(x) ⊕ x and π₁(x) ⊕ x, with π = AES-128 under two fixed public keys.</summary>
/// <remarks>A generator that doubles uniform blocks, when the two are modelled as random permutations; π(x) ⊕ x is the correlation
/// robust hash of Guo, Katz, Wang, Yu, eprint 2019/074, section 7.2. Safe for use by several threads at once. Timing depends on lengths alone.</remarks>
public sealed unsafe class AesDoubling : IDisposable
{
    private readonly AesPermutation _left;
    private readonly AesPermutation _right;

    /// <summary>The step under two different public keys.</summary>
    public AesDoubling(Gf128 leftKey, Gf128 rightKey) : this(AesKeySchedule.Best, leftKey, rightKey)
    {
    }

    internal AesDoubling(VectorKernel kernel, Gf128 leftKey, Gf128 rightKey)
    {
        if (leftKey == rightKey) throw new ArgumentException("The keys differ.", nameof(rightKey));
        _left = new(kernel, leftKey);
        _right = new(kernel, rightKey);
    }

    /// <summary>children[2i] = π₀(x[i]) ⊕ x[i], children[2i + 1] = π₁(x[i]) ⊕ x[i].</summary>
    /// <param name="parents">Shape [n].</param>
    /// <param name="children">Shape [2n]; may begin where <paramref name="parents"/> begins, so that a tree grows in place.</param>
    /// <returns>The sums of all left and of all right children.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public (Gf128 Left, Gf128 Right) Expand(ReadOnlySpan<Gf128> parents, Span<Gf128> children)
    {
        if (children.Length != 2L * parents.Length) throw new ArgumentException("Two children for each parent.", nameof(children));
        Gf128 left = Gf128.Zero, right = Gf128.Zero;
        if (_left.Schedule.Library is not null)
        {
            Span<Gf128> pair = stackalloc Gf128[2];
            for (var i = parents.Length - 1; i >= 0; i--)                               // from the end: children stand where parents were
            {
                _left.Compress(parents.Slice(i, 1), pair[..1]);
                _right.Compress(parents.Slice(i, 1), pair[1..]);
                pair.CopyTo(children[(2 * i)..]);
                left += pair[0];
                right += pair[1];
            }
        }
        else
        {
            fixed (Gf128* from = parents, to = children)
            {
                Expand(
                    _left.Schedule.RoundKeys, _right.Schedule.RoundKeys, (Vector128<byte>*)from, (Vector128<byte>*)to, parents.Length,
                    (Vector128<byte>*)&left, (Vector128<byte>*)&right);
            }
        }

        return (left, right);
    }

    /// <summary>Zeroes the round keys.</summary>
    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    /// <summary>Eight parents at a time from the end, so that no parent is overwritten before it has been read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private static void Expand(
        Vector128<byte>* leftKeys, Vector128<byte>* rightKeys, Vector128<byte>* x, Vector128<byte>* d, nint n,
        Vector128<byte>* leftSum, Vector128<byte>* rightSum)
    {
        unchecked
        {
            Vector128<byte> left = default, right = default;
            var i = n;
            for (; (i & 7) != 0; i--)
            {
                var block = x[i - 1];
                var first = AesKeySchedule.Encrypt(leftKeys, block) ^ block;
                var second = AesKeySchedule.Encrypt(rightKeys, block) ^ block;
                left ^= first;
                right ^= second;
                d[2 * i - 2] = first;
                d[2 * i - 1] = second;
            }

            var copy = stackalloc Vector128<byte>[8];
            for (; i > 0; i -= 8)
            {
                var from = x + i - 8;
                var to = d + 2 * (i - 8);
                for (var k = 0; k < 8; k++) copy[k] = from[k];
                var (b0, b1, b2, b3, b4, b5, b6, b7) = (copy[0], copy[1], copy[2], copy[3], copy[4], copy[5], copy[6], copy[7]);
                AesKeySchedule.Encrypt(leftKeys, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5, ref b6, ref b7);
                left ^= Write(copy, to, b0, b1, b2, b3, b4, b5, b6, b7);
                (b0, b1, b2, b3, b4, b5, b6, b7) = (copy[0], copy[1], copy[2], copy[3], copy[4], copy[5], copy[6], copy[7]);
                AesKeySchedule.Encrypt(rightKeys, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5, ref b6, ref b7);
                right ^= Write(copy, to + 1, b0, b1, b2, b3, b4, b5, b6, b7);
            }

            for (var k = 0; k < 8; k++) copy[k] = default;                                  // seeds do not stay on the stack
            *leftSum = left;
            *rightSum = right;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Write(
        Vector128<byte>* x, Vector128<byte>* d, Vector128<byte> b0, Vector128<byte> b1, Vector128<byte> b2, Vector128<byte> b3,
        Vector128<byte> b4, Vector128<byte> b5, Vector128<byte> b6, Vector128<byte> b7)
    {
        d[0] = b0 ^= x[0];
        d[2] = b1 ^= x[1];
        d[4] = b2 ^= x[2];
        d[6] = b3 ^= x[3];
        d[8] = b4 ^= x[4];
        d[10] = b5 ^= x[5];
        d[12] = b6 ^= x[6];
        d[14] = b7 ^= x[7];
        return (b0 ^ b1) ^ (b2 ^ b3) ^ ((b4 ^ b5) ^ (b6 ^ b7));
    }
}
