using System.Buffers.Binary;
using Collab.Cryptography.Signatures;

namespace Collab.Ledger.Notes;

/// <summary>A named signing key that signs notes in one way. It borrows the key: whoever made the key disposes it.</summary>
public sealed class NoteSigner
{
    private readonly SigningKey _key;
    private readonly TimeProvider _clock;

    private NoteSigner(string name, NoteAlgorithm algorithm, SigningKey key, TimeProvider clock)
    {
        (_key, _clock) = (key, clock);
        Verifier = new NoteVerifier(name, algorithm, key.PublicKey);
    }

    /// <summary>What verifies the signatures made here.</summary>
    public NoteVerifier Verifier { get; }

    /// <summary>Signs as a log does: over the text alone.</summary>
    public static NoteSigner ForLog(string name, SigningKey key) => new(name, NoteAlgorithms.OfLog(key.PublicKey), key, TimeProvider.System);

    /// <summary>Signs as a witness does: over the time and the text.</summary>
    /// <param name="name">The witness's name.</param>
    /// <param name="key">Its key; by tlog-cosignature no two witnesses share one.</param>
    /// <param name="clock">What the time in a cosignature is read from.</param>
    public static NoteSigner ForWitness(string name, SigningKey key, TimeProvider clock) =>
        new(name, NoteAlgorithms.OfWitness(key.PublicKey), key, clock);

    /// <summary>The signature line of the text.</summary>
    public NoteSignature Sign(ReadOnlySpan<byte> text)
    {
        if (!Verifier.Algorithm.IsCosignature) return new NoteSignature(Verifier.Name, Verifier.KeyId, _key.Sign(text));
        var seconds = _clock.GetUtcNow().ToUnixTimeSeconds();
        var bytes = new byte[8 + VerifyingKey.SignatureSize];
        BinaryPrimitives.WriteInt64BigEndian(bytes, seconds);
        _key.Sign(NoteVerifier.CosignedMessage(seconds, text)).CopyTo(bytes, 8);
        return new NoteSignature(Verifier.Name, Verifier.KeyId, bytes);
    }
}
