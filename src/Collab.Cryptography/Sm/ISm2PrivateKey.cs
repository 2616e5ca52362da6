namespace Collab.Cryptography.Sm;

/// <summary>A private SM2 key that can be used and not read: it may rest in guarded memory here or in a device.</summary>
/// <remarks>Safe to use from many threads until it is disposed.</remarks>
public interface ISm2PrivateKey : IDisposable
{
    /// <summary>The key that others use.</summary>
    Sm2PublicKey PublicKey { get; }

    /// <summary>The signature r ‖ s, 64 bytes (GB/T 32918.2).</summary>
    /// <param name="identity">The signer's distinguishing identity, 1 to <see cref="Sm2Format.LargestIdentity"/> bytes.</param>
    /// <param name="message">What is signed.</param>
    byte[] Sign(ReadOnlySpan<byte> identity, ReadOnlySpan<byte> message);

    /// <summary>Decrypts C1 ‖ C3 ‖ C2, or gives null: one answer for every reason.</summary>
    /// <param name="ciphertext">Bytes whose length and point were checked.</param>
    byte[]? Decrypt(ReadOnlySpan<byte> ciphertext);
}
