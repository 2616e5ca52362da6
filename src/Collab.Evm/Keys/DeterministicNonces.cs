using System.Security.Cryptography;
using Collab.Arithmetic.Curves;

namespace Collab.Evm.Keys;

/// <summary>The nonces of ECDSA that follow from a key and a hash.</summary>
/// <remarks>Source: RFC 6979, section 3.2, whose letters stand in the comments, with SHA-256 and the order of secp256k1, both of 256 bits.</remarks>
internal sealed class DeterministicNonces : IDisposable
{
    private const int Size = Secp256k1.ScalarSize;

    private readonly byte[] _k = GC.AllocateArray<byte>(Size, pinned: true);             // c
    private readonly byte[] _v = GC.AllocateArray<byte>(Size, pinned: true);
    private bool _begun;

    public DeterministicNonces(ReadOnlySpan<byte> key, ReadOnlySpan<byte> hash)
    {
        Array.Fill(_v, (byte)1);                                                         // b
        Span<byte> seed = stackalloc byte[2 * Size];
        key.CopyTo(seed);
        Secp256k1.ReduceScalar(hash, seed[Size..]);                                      // bits2octets
        Update(0, seed);                                                                 // d, e
        Update(1, seed);                                                                 // f, g
        CryptographicOperations.ZeroMemory(seed);
    }

    /// <summary>The next nonce, valid until the one after it.</summary>
    public ReadOnlySpan<byte> Next()
    {
        if (_begun) Update(0, []);                                                       // h.3, the candidate was not suitable
        _begun = true;
        while (true)
        {
            HMACSHA256.HashData(_k, _v, _v);                                             // h.2
            if (Secp256k1.IsNonZeroScalar(_v)) return _v;
            Update(0, []);
        }
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_k);
        CryptographicOperations.ZeroMemory(_v);
    }

    private void Update(byte mark, ReadOnlySpan<byte> seed)
    {
        Span<byte> input = stackalloc byte[(3 * Size) + 1];
        _v.CopyTo(input);
        input[Size] = mark;
        seed.CopyTo(input[(Size + 1)..]);
        HMACSHA256.HashData(_k, input[..(Size + 1 + seed.Length)], _k);
        HMACSHA256.HashData(_k, _v, _v);
        CryptographicOperations.ZeroMemory(input);
    }
}
