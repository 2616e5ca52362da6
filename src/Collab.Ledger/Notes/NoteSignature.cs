using System.Buffers.Binary;
using Collab.Primitives;

namespace Collab.Ledger.Notes;

/// <summary>One signature line of a note. Says nothing until a <see cref="NoteVerifier"/> has checked it.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">The key's identifier, which names its algorithm too.</param>
/// <param name="Bytes">What follows the identifier; its meaning is the algorithm's.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Bytes)
{
    private const int KeyIdSize = 4;
    private const int LargestSize = 8 * 1024; // an ML-DSA signature line is below 5 kB

    /// <summary>The line with its em dash, without the newline.</summary>
    public override string ToString()
    {
        var content = new byte[KeyIdSize + Bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(content, KeyId);
        Bytes.Span.CopyTo(content.AsSpan(KeyIdSize));
        return $"{SignedNote.SignaturePrefix}{Name} {Convert.ToBase64String(content)}";
    }

    /// <summary>Reads one line, without its newline.</summary>
    /// <exception cref="MalformedException">Not a signature line of C2SP signed-note.</exception>
    public static NoteSignature Parse(string line)
    {
        const string rule = "a signature line of a note";
        if (!line.StartsWith(SignedNote.SignaturePrefix, StringComparison.Ordinal)) throw new MalformedException(rule);
        var parts = line[SignedNote.SignaturePrefix.Length..].Split(' ');
        if (parts.Length != 2 || !SignedNote.IsKeyName(parts[0])) throw new MalformedException(rule);
        var content = SignedNote.Base64(parts[1], rule);
        if (content.Length is <= KeyIdSize or > LargestSize) throw new MalformedException(rule);
        return new NoteSignature(parts[0], BinaryPrimitives.ReadUInt32BigEndian(content), content.AsMemory(KeyIdSize));
    }
}
