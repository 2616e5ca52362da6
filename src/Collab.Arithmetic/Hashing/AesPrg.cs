using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.Arithmetic.Hashing;

/// <summary>A pseudorandom generator: the key stream of AES-128 in counter mode under a seed.</summary>
/// <remarks>Block i is AES(seed, i) with i as 16 bytes, little-endian. One generator for one purpose, direction and thread; not safe for
/// use by two threads at once. The stream of one seed is the same on every machine and at every width.</remarks>
public sealed unsafe class AesPrg : RandomSource, IDisposable
{
    private readonly AesKeySchedule _key;
    private ulong _counter;

    /// <summary>Begins the stream of a seed.</summary>
    public AesPrg(Gf128 seed) : this(AesKeySchedule.Best, seed)
    {
    }

    internal AesPrg(VectorKernel kernel, Gf128 seed) => _key = new(kernel, seed);

    /// <summary>A generator of this purpose with a fresh seed.</summary>
    public static AesPrg Generate(RandomSource random)
    {
        Span<byte> seed = stackalloc byte[Gf128.Size];
        random.Fill(seed);
        var prg = new AesPrg(Gf128.Read(seed));
        CryptographicOperations.ZeroMemory(seed);
        return prg;
    }

    /// <summary>The next blocks of the stream, as elements.</summary>
    public void Fill(Span<Gf128> destination) => Fill(MemoryMarshal.AsBytes(destination));

    /// <summary>The next bytes of the stream; each call begins at a whole block, so calls of a size that is no multiple of 16 leave the rest of a block out.</summary>
    public override void Fill(Span<byte> destination)
    {
        var library = _key.Library;
        var whole = library is null ? destination.Length / Gf128.Size : 0;
        if (whole > 0)
        {
            var first = _counter;
            _counter += (ulong)whole;                                                   // checked: a stream has 2^64 blocks
            fixed (byte* to = destination) Stream(_key.RoundKeys, first, (Vector128<byte>*)to, whole);
            destination = destination[(whole * Gf128.Size)..];
        }

        if (destination.IsEmpty) return;
        Span<byte> block = stackalloc byte[Gf128.Size];
        while (!destination.IsEmpty)
        {
            block.Clear();
            BinaryPrimitives.WriteUInt64LittleEndian(block, _counter++);
            if (library is not null) library.EncryptEcb(block, block, PaddingMode.None);
            else AesKeySchedule.Encrypt(_key.RoundKeys, Vector128.Create<byte>(block)).CopyTo(block);
            var size = Math.Min(block.Length, destination.Length);
            block[..size].CopyTo(destination);
            destination = destination[size..];
        }

        CryptographicOperations.ZeroMemory(block);
    }

    /// <summary>Goes on from a block of the stream, before or after where it is.</summary>
    public void Seek(ulong block) => _counter = block;

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _key.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private static void Stream(Vector128<byte>* keys, ulong first, Vector128<byte>* d, nint n)
    {
        unchecked
        {
            var (counter, one) = (Vector128.CreateScalar(first), Vector128.CreateScalar(1UL));
            nint i = 0;
            for (; i <= n - 8; i += 8)
            {
                var b0 = counter.AsByte();
                var b1 = (counter += one).AsByte();
                var b2 = (counter += one).AsByte();
                var b3 = (counter += one).AsByte();
                var b4 = (counter += one).AsByte();
                var b5 = (counter += one).AsByte();
                var b6 = (counter += one).AsByte();
                var b7 = (counter += one).AsByte();
                counter += one;
                AesKeySchedule.Encrypt(keys, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5, ref b6, ref b7);
                d[i] = b0;
                d[i + 1] = b1;
                d[i + 2] = b2;
                d[i + 3] = b3;
                d[i + 4] = b4;
                d[i + 5] = b5;
                d[i + 6] = b6;
                d[i + 7] = b7;
            }

            for (; i < n; i++, counter += one) d[i] = AesKeySchedule.Encrypt(keys, counter.AsByte());
        }
    }
}
