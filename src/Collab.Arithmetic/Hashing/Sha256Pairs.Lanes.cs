using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Collab.Arithmetic.BinaryField;

namespace Collab.Arithmetic.Hashing;

/// <content>Sixteen messages at once, one in each 32-bit lane of a 512-bit register.</content>
public static partial class Sha256Pairs
{
    private const int Lanes = 16;

    /// <summary>Hashes whole groups of sixteen and returns how many messages those are.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe int HashLanes(
        ReadOnlySpan<byte> prefix, ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y, Span<Gf128> first, Span<Gf128> second)
    {
        var count = x.Length / Lanes * Lanes;
        if (count == 0) return 0;
        var words = stackalloc Vector512<uint>[16];
        var hasSecond = !second.IsEmpty;
        fixed (uint* constants = Sha256Constants.Round, initial = Sha256Constants.Initial)
        fixed (byte* head = prefix)
        fixed (Gf128* xs = x, ys = y, firsts = first, seconds = second)
        {
            for (var i = 0; i < count; i += Lanes)
            {
                for (var word = 0; word < 4; word++)
                    words[word] = Vector512.Create(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(((uint*)head)[word]));
                ToLanes((uint*)(xs + i), words + 4);
                ToLanes((uint*)(ys + i), words + 8);
                words[12] = Vector512.Create(0x80000000u);
                words[13] = words[14] = Vector512<uint>.Zero;
                words[15] = Vector512.Create(8u * (PrefixSize + (2 * Gf128.Size)));
                Compress(words, constants, initial);
                FromLanes(words, (uint*)(firsts + i));
                if (hasSecond) FromLanes(words + 4, (uint*)(seconds + i));
            }
        }

        new Span<byte>(words, 16 * 64).Clear();
        return count;
    }

    /// <summary>The compression of one block from the initial state; the digests' words replace the first eight of the block.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe void Compress(Vector512<uint>* w, uint* constants, uint* initial)
    {
        var a = Vector512.Create(initial[0]);
        var b = Vector512.Create(initial[1]);
        var c = Vector512.Create(initial[2]);
        var d = Vector512.Create(initial[3]);
        var e = Vector512.Create(initial[4]);
        var f = Vector512.Create(initial[5]);
        var g = Vector512.Create(initial[6]);
        var h = Vector512.Create(initial[7]);
        for (var round = 0; ; round += 8)
        {
            var half = w + (round & 8);
            Round(a, b, c, ref d, e, f, g, ref h, half[0] + Vector512.Create(constants[round]));
            Round(h, a, b, ref c, d, e, f, ref g, half[1] + Vector512.Create(constants[round + 1]));
            Round(g, h, a, ref b, c, d, e, ref f, half[2] + Vector512.Create(constants[round + 2]));
            Round(f, g, h, ref a, b, c, d, ref e, half[3] + Vector512.Create(constants[round + 3]));
            Round(e, f, g, ref h, a, b, c, ref d, half[4] + Vector512.Create(constants[round + 4]));
            Round(d, e, f, ref g, h, a, b, ref c, half[5] + Vector512.Create(constants[round + 5]));
            Round(c, d, e, ref f, g, h, a, ref b, half[6] + Vector512.Create(constants[round + 6]));
            Round(b, c, d, ref e, f, g, h, ref a, half[7] + Vector512.Create(constants[round + 7]));
            if (round == 56) break;
            if (round < 48)
            {
                var start = round & 8;
                for (var t = start; t < start + 8; t++)                                // W[t + 16], in the place of W[t]
                {
                    var near = w[(t + 14) & 15];
                    var far = w[(t + 1) & 15];
                    var s1 = Xor(Avx512F.RotateRight(near, 17), Avx512F.RotateRight(near, 19), near >>> 10);
                    var s0 = Xor(Avx512F.RotateRight(far, 7), Avx512F.RotateRight(far, 18), far >>> 3);
                    w[t] = w[t] + s0 + w[(t + 9) & 15] + s1;
                }
            }
        }

        w[0] = a + Vector512.Create(initial[0]);
        w[1] = b + Vector512.Create(initial[1]);
        w[2] = c + Vector512.Create(initial[2]);
        w[3] = d + Vector512.Create(initial[3]);
        w[4] = e + Vector512.Create(initial[4]);
        w[5] = f + Vector512.Create(initial[5]);
        w[6] = g + Vector512.Create(initial[6]);
        w[7] = h + Vector512.Create(initial[7]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, ref Vector512<uint> d,
        Vector512<uint> e, Vector512<uint> f, Vector512<uint> g, ref Vector512<uint> h, Vector512<uint> input)
    {
        const byte Choose = 0xCA, Majority = 0xE8;
        var t1 = h + Xor(Avx512F.RotateRight(e, 6), Avx512F.RotateRight(e, 11), Avx512F.RotateRight(e, 25))
            + Avx512F.TernaryLogic(e, f, g, Choose) + input;
        d += t1;
        h = t1 + Xor(Avx512F.RotateRight(a, 2), Avx512F.RotateRight(a, 13), Avx512F.RotateRight(a, 22))
            + Avx512F.TernaryLogic(a, b, c, Majority);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Xor(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) => Avx512F.TernaryLogic(a, b, c, 0x96);

    /// <summary>Sixteen blocks of four words become four registers, one for each word, bytes reversed within words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void ToLanes(uint* blocks, Vector512<uint>* words)
    {
        var even = Vector512.Create(0u, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
        var odd = even + Vector512.Create(2u);
        var z0 = ReverseBytes(Vector512.Load(blocks));
        var z1 = ReverseBytes(Vector512.Load(blocks + 16));
        var z2 = ReverseBytes(Vector512.Load(blocks + 32));
        var z3 = ReverseBytes(Vector512.Load(blocks + 48));
        var low01 = Avx512F.PermuteVar16x32x2(z0, even, z1);                            // words 0 and 1 of items 0 to 7
        var low23 = Avx512F.PermuteVar16x32x2(z2, even, z3);
        var high01 = Avx512F.PermuteVar16x32x2(z0, odd, z1);
        var high23 = Avx512F.PermuteVar16x32x2(z2, odd, z3);
        words[0] = Vector512.Create(low01.GetLower(), low23.GetLower());
        words[1] = Vector512.Create(low01.GetUpper(), low23.GetUpper());
        words[2] = Vector512.Create(high01.GetLower(), high23.GetLower());
        words[3] = Vector512.Create(high01.GetUpper(), high23.GetUpper());
    }

    /// <summary>Four registers of words become sixteen numbers, the first word the highest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void FromLanes(Vector512<uint>* words, uint* blocks)
    {
        var lowPairs = Vector512.Create(0u, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        var highPairs = lowPairs + Vector512.Create(8u);
        var w32Low = Avx512F.PermuteVar16x32x2(words[3], lowPairs, words[2]).AsUInt64(); // items 0 to 7, words (3, 2)
        var w32High = Avx512F.PermuteVar16x32x2(words[3], highPairs, words[2]).AsUInt64();
        var w10Low = Avx512F.PermuteVar16x32x2(words[1], lowPairs, words[0]).AsUInt64();
        var w10High = Avx512F.PermuteVar16x32x2(words[1], highPairs, words[0]).AsUInt64();
        var lowQuads = Vector512.Create(0ul, 8, 1, 9, 2, 10, 3, 11);
        var highQuads = lowQuads + Vector512.Create(4ul);
        var to = (ulong*)blocks;
        Avx512F.PermuteVar8x64x2(w32Low, lowQuads, w10Low).Store(to);
        Avx512F.PermuteVar8x64x2(w32Low, highQuads, w10Low).Store(to + 8);
        Avx512F.PermuteVar8x64x2(w32High, lowQuads, w10High).Store(to + 16);
        Avx512F.PermuteVar8x64x2(w32High, highQuads, w10High).Store(to + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> ReverseBytes(Vector512<uint> words)
    {
        var order = Vector512.Create(0x0405060700010203ul, 0x0C0D0E0F08090A0Bul, 0x0405060700010203ul, 0x0C0D0E0F08090A0Bul, 0x0405060700010203ul, 0x0C0D0E0F08090A0Bul, 0x0405060700010203ul, 0x0C0D0E0F08090A0Bul);
        return Avx512BW.Shuffle(words.AsByte(), order.AsByte()).AsUInt32();
    }
}
