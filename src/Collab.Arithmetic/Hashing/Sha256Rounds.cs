using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Collab.Arithmetic.Hashing;

/// <summary>The compression function of SHA-256, written once for every width. Source: FIPS 180-4, section 6.2.2.</summary>
internal static unsafe class Sha256Rounds<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, ISha256Lanes<TVector>
{
    private const int BlockWords = 16;
    private const int StateWords = 8;

    /// <summary>Hashes one padded message in each lane.</summary>
    /// <param name="padded">Shape [lanes, blocks·64], bytes.</param>
    /// <param name="blocks">Blocks of every message.</param>
    /// <param name="targets">Where the digests go, 32 bytes each.</param>
    /// <param name="count">The lanes whose digests are wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    public static void Hash(byte* padded, int blocks, byte** targets, int count)
    {
        unchecked
        {
            var words = stackalloc uint[BlockWords * TLanes.Count];
            var state = stackalloc uint[StateWords * TLanes.Count];
            fixed (uint* constants = Sha256Constants.Round, initial = Sha256Constants.Initial)
            {
                for (var i = 0; i < StateWords; i++) TLanes.Store(TLanes.Broadcast(initial[i]), state + i * TLanes.Count);
                for (var block = 0; block < blocks; block++)
                {
                    Transpose(padded + block * 4 * BlockWords, blocks * 4 * BlockWords, words);
                    Compress(words, state, constants);
                }
            }

            for (var lane = 0; lane < count; lane++)
            {
                var digest = (uint*)targets[lane];
                for (var i = 0; i < StateWords; i++) digest[i] = BinaryPrimitives.ReverseEndianness(state[i * TLanes.Count + lane]);
            }

            Unsafe.InitBlockUnaligned(words, 0, (uint)(BlockWords * TLanes.Count * sizeof(uint)));
        }
    }

    /// <summary>Turns a block of each lane's message into words[16, lanes], squares of four by four words at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(byte* block, int stride, uint* words)
    {
        unchecked
        {
            var bigEndian = Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
            for (var lane = 0; lane < TLanes.Count; lane += 4)
            {
                var row = block + lane * stride;
                for (var word = 0; word < BlockWords; word += 4)
                {
                    var r0 = Vector128.Shuffle(Vector128.Load(row + 4 * word), bigEndian).AsUInt32();
                    var r1 = Vector128.Shuffle(Vector128.Load(row + 4 * word + stride), bigEndian).AsUInt32();
                    var r2 = Vector128.Shuffle(Vector128.Load(row + 4 * word + 2 * stride), bigEndian).AsUInt32();
                    var r3 = Vector128.Shuffle(Vector128.Load(row + 4 * word + 3 * stride), bigEndian).AsUInt32();
                    var (low01, high01) = (Sse2.UnpackLow(r0, r1).AsUInt64(), Sse2.UnpackHigh(r0, r1).AsUInt64());
                    var (low23, high23) = (Sse2.UnpackLow(r2, r3).AsUInt64(), Sse2.UnpackHigh(r2, r3).AsUInt64());
                    var to = words + word * TLanes.Count + lane;
                    Sse2.UnpackLow(low01, low23).AsUInt32().Store(to);
                    Sse2.UnpackHigh(low01, low23).AsUInt32().Store(to + TLanes.Count);
                    Sse2.UnpackLow(high01, high23).AsUInt32().Store(to + 2 * TLanes.Count);
                    Sse2.UnpackHigh(high01, high23).AsUInt32().Store(to + 3 * TLanes.Count);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Compress(uint* words, uint* state, uint* constants)
    {
        unchecked
        {
            var a = TLanes.Load(state);
            var b = TLanes.Load(state + TLanes.Count);
            var c = TLanes.Load(state + 2 * TLanes.Count);
            var d = TLanes.Load(state + 3 * TLanes.Count);
            var e = TLanes.Load(state + 4 * TLanes.Count);
            var f = TLanes.Load(state + 5 * TLanes.Count);
            var g = TLanes.Load(state + 6 * TLanes.Count);
            var h = TLanes.Load(state + 7 * TLanes.Count);
            for (var t = 0; t < 48; t += BlockWords)
            {
                Round(a, b, c, ref d, e, f, g, ref h, words, constants + t, 0);
                Schedule(words, 0);
                Round(h, a, b, ref c, d, e, f, ref g, words, constants + t, 1);
                Schedule(words, 1);
                Round(g, h, a, ref b, c, d, e, ref f, words, constants + t, 2);
                Schedule(words, 2);
                Round(f, g, h, ref a, b, c, d, ref e, words, constants + t, 3);
                Schedule(words, 3);
                Round(e, f, g, ref h, a, b, c, ref d, words, constants + t, 4);
                Schedule(words, 4);
                Round(d, e, f, ref g, h, a, b, ref c, words, constants + t, 5);
                Schedule(words, 5);
                Round(c, d, e, ref f, g, h, a, ref b, words, constants + t, 6);
                Schedule(words, 6);
                Round(b, c, d, ref e, f, g, h, ref a, words, constants + t, 7);
                Schedule(words, 7);
                Round(a, b, c, ref d, e, f, g, ref h, words, constants + t, 8);
                Schedule(words, 8);
                Round(h, a, b, ref c, d, e, f, ref g, words, constants + t, 9);
                Schedule(words, 9);
                Round(g, h, a, ref b, c, d, e, ref f, words, constants + t, 10);
                Schedule(words, 10);
                Round(f, g, h, ref a, b, c, d, ref e, words, constants + t, 11);
                Schedule(words, 11);
                Round(e, f, g, ref h, a, b, c, ref d, words, constants + t, 12);
                Schedule(words, 12);
                Round(d, e, f, ref g, h, a, b, ref c, words, constants + t, 13);
                Schedule(words, 13);
                Round(c, d, e, ref f, g, h, a, ref b, words, constants + t, 14);
                Schedule(words, 14);
                Round(b, c, d, ref e, f, g, h, ref a, words, constants + t, 15);
                Schedule(words, 15);
            }

            Round(a, b, c, ref d, e, f, g, ref h, words, constants + 48, 0);
            Round(h, a, b, ref c, d, e, f, ref g, words, constants + 48, 1);
            Round(g, h, a, ref b, c, d, e, ref f, words, constants + 48, 2);
            Round(f, g, h, ref a, b, c, d, ref e, words, constants + 48, 3);
            Round(e, f, g, ref h, a, b, c, ref d, words, constants + 48, 4);
            Round(d, e, f, ref g, h, a, b, ref c, words, constants + 48, 5);
            Round(c, d, e, ref f, g, h, a, ref b, words, constants + 48, 6);
            Round(b, c, d, ref e, f, g, h, ref a, words, constants + 48, 7);
            Round(a, b, c, ref d, e, f, g, ref h, words, constants + 48, 8);
            Round(h, a, b, ref c, d, e, f, ref g, words, constants + 48, 9);
            Round(g, h, a, ref b, c, d, e, ref f, words, constants + 48, 10);
            Round(f, g, h, ref a, b, c, d, ref e, words, constants + 48, 11);
            Round(e, f, g, ref h, a, b, c, ref d, words, constants + 48, 12);
            Round(d, e, f, ref g, h, a, b, ref c, words, constants + 48, 13);
            Round(c, d, e, ref f, g, h, a, ref b, words, constants + 48, 14);
            Round(b, c, d, ref e, f, g, h, ref a, words, constants + 48, 15);

            AddTo(state, 0, a);
            AddTo(state, 1, b);
            AddTo(state, 2, c);
            AddTo(state, 3, d);
            AddTo(state, 4, e);
            AddTo(state, 5, f);
            AddTo(state, 6, g);
            AddTo(state, 7, h);
        }
    }

    /// <summary>Step i of sixteen; i is a constant, so that every address is one too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        TVector a, TVector b, TVector c, ref TVector d, TVector e, TVector f, TVector g, ref TVector h, uint* words, uint* constants, int i)
    {
        unchecked
        {
            var input = TLanes.Add(TLanes.Load(words + i * TLanes.Count), TLanes.Broadcast(constants[i]));
            var first = TLanes.Add(TLanes.Add(h, input), TLanes.Add(TLanes.LargeSigma1(e), TLanes.Choose(e, f, g)));
            d = TLanes.Add(d, first);
            h = TLanes.Add(first, TLanes.Add(TLanes.LargeSigma0(a), TLanes.Majority(a, b, c)));
        }
    }

    /// <summary>The word sixteen steps later, in the place of word i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Schedule(uint* words, int i)
    {
        unchecked
        {
            var at = words + i * TLanes.Count;
            var next = TLanes.Add(
                TLanes.Add(TLanes.Load(at), TLanes.SmallSigma0(TLanes.Load(words + ((i + 1) & 15) * TLanes.Count))),
                TLanes.Add(TLanes.Load(words + ((i + 9) & 15) * TLanes.Count), TLanes.SmallSigma1(TLanes.Load(words + ((i + 14) & 15) * TLanes.Count))));
            TLanes.Store(next, at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(uint* state, int index, TVector value)
    {
        var at = unchecked(state + index * TLanes.Count);
        TLanes.Store(TLanes.Add(TLanes.Load(at), value), at);
    }
}
