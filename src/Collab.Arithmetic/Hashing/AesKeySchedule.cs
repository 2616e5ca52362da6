using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Aes128 = System.Runtime.Intrinsics.X86.Aes;
using LibraryAes = System.Security.Cryptography.Aes;

namespace Collab.Arithmetic.Hashing;

/// <summary>An AES-128 key made ready: eleven round keys in pinned memory, or the class library's object where the instructions are absent.</summary>
/// <remarks>Source: FIPS 197, section 5.2. Zeroed by <see cref="Dispose"/>.</remarks>
internal sealed unsafe class AesKeySchedule : IDisposable
{
    private const int Rounds = 10;
    private readonly byte[] _roundKeys;
    private readonly LibraryAes? _library;
    private bool _disposed;

    /// <summary>Expands a key for the processor's best kernel.</summary>
    public AesKeySchedule(Gf128 key) : this(Best, key)
    {
    }

    /// <summary>Expands a key for a kernel.</summary>
    public AesKeySchedule(VectorKernel kernel, Gf128 key)
    {
        _roundKeys = GC.AllocateUninitializedArray<byte>((Rounds + 1) * Gf128.Size, pinned: true);
        if (kernel == VectorKernel.Scalar)
        {
            key.Write(_roundKeys);
            _library = LibraryAes.Create();
            _library.SetKey(_roundKeys.AsSpan(0, Gf128.Size));
        }
        else
        {
            Expand(key.ToVector().AsByte(), (Vector128<byte>*)Pointer);
        }
    }

    /// <summary>The widest kernel this processor runs; the class library's is the scalar one.</summary>
    public static VectorKernel Best => Aes128.IsSupported ? VectorKernel.Bits256 : VectorKernel.Scalar;

    /// <summary>The class library's cipher, when it is what computes.</summary>
    public LibraryAes? Library
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _library;
        }
    }

    /// <summary>The eleven round keys, fixed while this object lives.</summary>
    public Vector128<byte>* RoundKeys
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return (Vector128<byte>*)Pointer;
        }
    }

    private byte* Pointer => (byte*)Unsafe.AsPointer(ref _roundKeys[0]);                // pinned when it was made

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_roundKeys);
        _library?.Dispose();
    }

    /// <summary>Encrypts one block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> Encrypt(Vector128<byte>* keys, Vector128<byte> block)
    {
        block ^= keys[0];
        for (nint round = 1; round < Rounds; round++) block = Aes128.Encrypt(block, unchecked(keys[round]));
        return Aes128.EncryptLast(block, keys[Rounds]);
    }

    /// <summary>Encrypts eight blocks at once; the latency of one instruction is hidden behind the other seven.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Encrypt(
        Vector128<byte>* keys,
        ref Vector128<byte> b0, ref Vector128<byte> b1, ref Vector128<byte> b2, ref Vector128<byte> b3,
        ref Vector128<byte> b4, ref Vector128<byte> b5, ref Vector128<byte> b6, ref Vector128<byte> b7)
    {
        var key = keys[0];
        var (s0, s1, s2, s3) = (b0 ^ key, b1 ^ key, b2 ^ key, b3 ^ key);
        var (s4, s5, s6, s7) = (b4 ^ key, b5 ^ key, b6 ^ key, b7 ^ key);
        for (nint round = 1; round < Rounds; round = unchecked(round + 1))
        {
            key = unchecked(keys[round]);
            s0 = Aes128.Encrypt(s0, key);
            s1 = Aes128.Encrypt(s1, key);
            s2 = Aes128.Encrypt(s2, key);
            s3 = Aes128.Encrypt(s3, key);
            s4 = Aes128.Encrypt(s4, key);
            s5 = Aes128.Encrypt(s5, key);
            s6 = Aes128.Encrypt(s6, key);
            s7 = Aes128.Encrypt(s7, key);
        }

        key = keys[Rounds];
        b0 = Aes128.EncryptLast(s0, key);
        b1 = Aes128.EncryptLast(s1, key);
        b2 = Aes128.EncryptLast(s2, key);
        b3 = Aes128.EncryptLast(s3, key);
        b4 = Aes128.EncryptLast(s4, key);
        b5 = Aes128.EncryptLast(s5, key);
        b6 = Aes128.EncryptLast(s6, key);
        b7 = Aes128.EncryptLast(s7, key);
    }

    private static void Expand(Vector128<byte> key, Vector128<byte>* keys)
    {
        keys[0] = key;
        keys[1] = key = Next(key, Aes128.KeygenAssist(key, 0x01));
        keys[2] = key = Next(key, Aes128.KeygenAssist(key, 0x02));
        keys[3] = key = Next(key, Aes128.KeygenAssist(key, 0x04));
        keys[4] = key = Next(key, Aes128.KeygenAssist(key, 0x08));
        keys[5] = key = Next(key, Aes128.KeygenAssist(key, 0x10));
        keys[6] = key = Next(key, Aes128.KeygenAssist(key, 0x20));
        keys[7] = key = Next(key, Aes128.KeygenAssist(key, 0x40));
        keys[8] = key = Next(key, Aes128.KeygenAssist(key, 0x80));
        keys[9] = key = Next(key, Aes128.KeygenAssist(key, 0x1b));
        keys[10] = Next(key, Aes128.KeygenAssist(key, 0x36));
    }

    /// <summary>Each word of the next round key is the sum of the words so far and the assistant's last word.</summary>
    private static Vector128<byte> Next(Vector128<byte> key, Vector128<byte> assist)
    {
        key ^= Sse2.ShiftLeftLogical128BitLane(key, 4);
        key ^= Sse2.ShiftLeftLogical128BitLane(key, 8);
        return key ^ Sse2.Shuffle(assist.AsUInt32(), 0xff).AsByte();
    }
}
