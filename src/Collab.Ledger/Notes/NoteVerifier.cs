using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Collab.Cryptography.Signatures;
using Collab.Cryptography.Sm;
using Collab.Primitives;

namespace Collab.Ledger.Notes;

/// <summary>A named public key that verifies notes; written as a vkey: <c>name+identifier+base64(type ‖ key)</c>.</summary>
public sealed record NoteVerifier
{
    private const int TimeSize = 8;

    /// <summary>Names a key for one use.</summary>
    /// <param name="name">No spaces and no plus sign; by custom a URL without its scheme.</param>
    /// <param name="algorithm">What its signatures are.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="ArgumentException">The name or the algorithm is none.</exception>
    public NoteVerifier(string name, NoteAlgorithm algorithm, VerifyingKey key)
    {
        if (!SignedNote.IsKeyName(name)) throw new ArgumentException("A key name has no spaces, controls or plus signs.", nameof(name));
        if (!Enum.IsDefined(algorithm)) throw new ArgumentException("The signature type is not known.", nameof(algorithm));
        if (algorithm.Signature != key.Algorithm) throw new ArgumentException("The signature type is not of that key's algorithm.", nameof(algorithm));
        (Name, Algorithm, Key) = (name, algorithm, key);
        KeyId = BinaryPrimitives.ReadUInt32BigEndian(
            Digest.Sha256([.. Encoding.UTF8.GetBytes(name), (byte)'\n', .. algorithm.Prefix, .. key.Bytes]).ToArray());
    }

    /// <summary>The key's name.</summary>
    public string Name { get; }

    /// <summary>What its signatures are.</summary>
    public NoteAlgorithm Algorithm { get; }

    /// <summary>The key.</summary>
    public VerifyingKey Key { get; }

    /// <summary>The first 4 bytes of SHA-256(name ‖ newline ‖ type ‖ key), big-endian.</summary>
    public uint KeyId { get; }

    /// <summary>Reads a vkey.</summary>
    /// <exception cref="MalformedException">Not a vkey, an algorithm not known here, or an identifier that is not the key's.</exception>
    public static NoteVerifier Parse(string vkey)
    {
        const string rule = "a vkey name+identifier+base64 of a known algorithm";
        var parts = vkey.Split('+', 3); // base64 may hold plus signs too
        if (parts.Length != 3 || !SignedNote.IsKeyName(parts[0])) throw new MalformedException(rule);
        var content = SignedNote.Base64(parts[2], rule);
        var known = Enum.GetValues<NoteAlgorithm>().Where(type => content.AsSpan().StartsWith(type.Prefix)
            && content.Length == type.Prefix.Length + (type.Signature == SignatureAlgorithm.Sm2 ? Sm2PublicKey.Size : VerifyingKey.Size)).ToList();
        if (known is not [var algorithm]) throw new MalformedException(rule);
        var verifier = new NoteVerifier(parts[0], algorithm, VerifyingKey.Parse(content.AsSpan(algorithm.Prefix.Length)));
        return verifier.ToString() == vkey ? verifier : throw new MalformedException(rule);
    }

    /// <summary>The vkey.</summary>
    public override string ToString() =>
        $"{Name}+{KeyId.ToString("x8", CultureInfo.InvariantCulture)}+{Convert.ToBase64String([.. Algorithm.Prefix, .. Key.Bytes])}";

    /// <summary>Whether a line claims to be of this key.</summary>
    public bool IsNamedBy(NoteSignature signature) => signature.KeyId == KeyId && signature.Name == Name;

    /// <summary>Whether the note bears a valid signature of this key; one that claims to be and is not makes the answer no.</summary>
    public bool HasSigned(SignedNote note)
    {
        var text = note.TextBytes;
        var claimed = note.Signatures.Where(IsNamedBy).ToList();
        return claimed.Count > 0 && claimed.All(signature => Verify(text, signature));
    }

    /// <summary>Whether the line is this key's signature of the text.</summary>
    public bool Verify(ReadOnlySpan<byte> text, NoteSignature signature)
    {
        if (!IsNamedBy(signature)) return false;
        var bytes = signature.Bytes.Span;
        if (!Algorithm.IsCosignature) return Key.Verify(text, bytes);
        return bytes.Length == TimeSize + VerifyingKey.SignatureSize
            && BinaryPrimitives.ReadUInt64BigEndian(bytes) <= long.MaxValue
            && Key.Verify(CosignedMessage(BinaryPrimitives.ReadInt64BigEndian(bytes), text), bytes[TimeSize..]);
    }

    /// <summary>When the witness says it signed, by its own clock; null when the line is not a valid cosignature of this key.</summary>
    public DateTimeOffset? CosignedAt(ReadOnlySpan<byte> text, NoteSignature signature)
    {
        if (!Algorithm.IsCosignature || !Verify(text, signature)) return null;
        var seconds = BinaryPrimitives.ReadInt64BigEndian(signature.Bytes.Span);
        return seconds <= LastSecond ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.MaxValue;
    }

    // tlog-cosignature: two header lines keep a cosignature from ever being a signature of a checkpoint.
    internal static byte[] CosignedMessage(long seconds, ReadOnlySpan<byte> text) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n")), .. text];

    private const long LastSecond = 253_402_300_799; // the end of the year 9999
}
