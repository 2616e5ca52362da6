using Collab.Primitives;

namespace Collab.Cryptography.Sealing;

/// <summary>Bytes for one recipient, whoever carries them: sealed to a public key and a context, opened with the secret half alone.</summary>
/// <remarks>It says nothing of who sealed it. It tells the length of the plaintext. Safe to use from many threads. Source: protocols/specs/sealed-delivery.md.</remarks>
public interface ISealedDelivery
{
    /// <summary>The size of a recipient's public key, in bytes.</summary>
    int PublicKeySize { get; }

    /// <summary>How much longer the sealed bytes are, in bytes.</summary>
    int Overhead { get; }

    /// <summary>A fresh key pair of a recipient, for one run; disposed when the run ends, so that what was recorded stays closed.</summary>
    /// <param name="random">Where its secret comes from.</param>
    /// <exception cref="CollabException">The suite needs a library that is not here.</exception>
    IOpeningKey GenerateKey(RandomSource random);

    /// <summary>Seals bytes to a key.</summary>
    /// <param name="publicKey">Who opens it; <see cref="PublicKeySize"/> bytes, not trusted.</param>
    /// <param name="context">What it is for, public; it opens for that alone. At most 65535 bytes.</param>
    /// <param name="plaintext">Any number of bytes.</param>
    /// <param name="random">Where the one-message secret comes from.</param>
    /// <exception cref="MalformedException">No key that could be a recipient's.</exception>
    byte[] Seal(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, RandomSource random);
}
