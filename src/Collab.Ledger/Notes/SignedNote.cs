using System.Text;
using Collab.Primitives;

namespace Collab.Ledger.Notes;

/// <summary>A text and the signatures under it (C2SP signed-note). Nothing of it counts before a signature of a trusted key was verified.</summary>
public sealed class SignedNote
{
    /// <summary>The most signature lines read; the specification asks for at least 16.</summary>
    public const int MostSignatures = 64;

    /// <summary>The longest note read, in bytes.</summary>
    public const int LargestSize = 64 * 1024;

    internal const string SignaturePrefix = "— "; // em dash, space

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private SignedNote(string text, IReadOnlyList<NoteSignature> signatures)
    {
        Text = text;
        Signatures = signatures;
    }

    /// <summary>The text that is signed, ending in a newline.</summary>
    public string Text { get; }

    /// <summary>The lines below the text, in their order.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>The text as it is signed.</summary>
    public byte[] TextBytes => StrictUtf8.GetBytes(Text);

    /// <summary>A note with its first signature.</summary>
    /// <exception cref="ArgumentException">The text cannot stand in a note.</exception>
    public static SignedNote Sign(string text, NoteSigner signer)
    {
        if (!IsText(text)) throw new ArgumentException("A note's text ends in a newline and holds no other control character.", nameof(text));
        return new SignedNote(text, [signer.Sign(StrictUtf8.GetBytes(text))]);
    }

    /// <summary>Reads a note strictly: what it accepts, <see cref="ToBytes"/> writes back byte for byte.</summary>
    /// <exception cref="MalformedException">Not a note of C2SP signed-note, or beyond our limits.</exception>
    public static SignedNote Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > LargestSize) throw new MalformedException("a note of at most 64 KiB");
        string note;
        try
        {
            note = StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedException("a note in valid UTF-8");
        }

        if (!IsText(note)) throw new MalformedException("a note that ends in a newline and holds no other control character");
        var split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0) throw new MalformedException("an empty line between a note's text and its signatures");
        var lines = note[(split + 2)..].Split('\n');
        if (lines.Length is < 2 or > MostSignatures + 1) throw new MalformedException("1 to 64 signatures of a note");
        return new SignedNote(note[..(split + 1)], [.. lines[..^1].Select(NoteSignature.Parse)]);
    }

    /// <summary>The same note with one more signature, at the end; a signature of the same key is replaced.</summary>
    /// <exception cref="MalformedException">There are <see cref="MostSignatures"/> of them already.</exception>
    public SignedNote With(NoteSignature signature)
    {
        var others = Signatures.Where(s => (s.Name, s.KeyId) != (signature.Name, signature.KeyId)).ToList();
        if (others.Count >= MostSignatures) throw new MalformedException("1 to 64 signatures of a note");
        return new SignedNote(Text, [.. others, signature]);
    }

    /// <summary>The same note with those of its signatures that are wanted.</summary>
    public SignedNote OnlyWith(Func<NoteSignature, bool> wanted) => new(Text, [.. Signatures.Where(wanted)]);

    /// <summary>The bytes that are stored and sent.</summary>
    public byte[] ToBytes() => StrictUtf8.GetBytes(ToString());

    /// <summary>Text, empty line, signatures.</summary>
    public override string ToString() => $"{Text}\n{string.Concat(Signatures.Select(s => $"{s}\n"))}";

    internal static bool IsKeyName(string name) =>
        name.Length is > 0 and <= 255 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+');

    // .NET reads base64 with spaces in it and with stray bits at its end; a note has one spelling.
    internal static byte[] Base64(string text, string rule)
    {
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var written) || Convert.ToBase64String(bytes, 0, written) != text)
            throw new MalformedException(rule);
        return bytes[..written];
    }

    private static bool IsText(string text) => text.EndsWith('\n') && !text.Any(c => c < ' ' && c != '\n');
}
