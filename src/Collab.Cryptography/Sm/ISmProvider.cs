using Collab.Primitives;

namespace Collab.Cryptography.Sm;

/// <summary>
/// Where the SM algorithms come from: the system's libcrypto, a managed library, or a device. The port speaks of messages and keys, never of
/// group elements, so that a key may stay in an HSM.
/// </summary>
/// <remarks>Everything received is checked before a provider sees it (<see cref="Sm2PublicKey"/>, <see cref="Sm2Format"/>). Source: protocols/specs/suite-sm.md.</remarks>
public interface ISmProvider
{
    /// <summary>For people and reports, for example <c>libcrypto</c>.</summary>
    string Name { get; }

    /// <summary>Whether private keys may be used here in production: the provider says that it computes with them in constant time.</summary>
    bool HoldsPrivateKeys { get; }

    /// <summary>Begins SM3 (GB/T 32905) over bytes that arrive in pieces.</summary>
    ISm3Hash BeginSm3();

    /// <summary>SM4 in counter mode (GB/T 32907, GB/T 17964), in place; it encrypts and decrypts.</summary>
    /// <param name="key">16 bytes.</param>
    /// <param name="counter">16 bytes: the first counter block, big-endian, counted up modulo 2^128.</param>
    /// <param name="data">Any number of bytes.</param>
    void Sm4Ctr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counter, Span<byte> data);

    /// <summary>Takes over a private scalar of 32 bytes, big-endian, from 1 to n - 2; the key disposes it.</summary>
    /// <exception cref="ArgumentException">Another length or range; the scalar is zeroed then, too.</exception>
    ISm2PrivateKey Import(SecretBytes scalar);

    /// <summary>Whether the signature is the key's over the message (GB/T 32918.2).</summary>
    /// <param name="key">The signer's key.</param>
    /// <param name="identity">The signer's distinguishing identity, 1 to <see cref="Sm2Format.LargestIdentity"/> bytes.</param>
    /// <param name="message">What was signed.</param>
    /// <param name="signature">64 bytes r ‖ s whose ranges were checked.</param>
    bool Verify(Sm2PublicKey key, ReadOnlySpan<byte> identity, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    /// <summary>Encrypts to a key (GB/T 32918.4).</summary>
    /// <param name="key">The recipient's key.</param>
    /// <param name="plaintext">1 to <see cref="Sm2Format.LargestPlaintext"/> bytes.</param>
    /// <returns>C1 ‖ C3 ‖ C2: 64 + 32 + |plaintext| bytes, the point without its leading 04.</returns>
    byte[] Encrypt(Sm2PublicKey key, ReadOnlySpan<byte> plaintext);
}
