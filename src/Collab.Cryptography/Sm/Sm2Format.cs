using System.Formats.Asn1;

namespace Collab.Cryptography.Sm;

/// <summary>The lengths of what SM2 makes here, and the way to the ASN.1 forms of libcrypto and of GB/T 35276.</summary>
public static class Sm2Format
{
    /// <summary>The length of a signature r ‖ s, in bytes.</summary>
    public const int SignatureSize = 64;

    /// <summary>How much longer a ciphertext is than its plaintext: the point C1 and the hash C3, in bytes.</summary>
    public const int CiphertextOverhead = 96;

    /// <summary>The longest plaintext, in bytes: SM2 carries keys, SM4 the rest.</summary>
    public const int LargestPlaintext = 1024;

    /// <summary>The longest identity, in bytes: the standard has 16 bits for its length in bits, and libcrypto 3 refuses the last value.</summary>
    public const int LargestIdentity = 8190;

    /// <summary>The identity of a signer who has no other: <c>1234567812345678</c> (GB/T 35276, section 10).</summary>
    public static ReadOnlySpan<byte> DefaultIdentity => "1234567812345678"u8;

    internal static bool IsCiphertext(ReadOnlySpan<byte> ciphertext) =>
        ciphertext.Length is > CiphertextOverhead and <= CiphertextOverhead + LargestPlaintext
        && Sm2Curve.IsPointVariableTime(ciphertext[..Sm2PublicKey.Size]);

    internal static byte[] ToAsn1Signature(ReadOnlySpan<byte> signature)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(Trimmed(signature[..Sm2Curve.Size]));
            writer.WriteIntegerUnsigned(Trimmed(signature[Sm2Curve.Size..]));
        }

        return writer.Encode();
    }

    internal static byte[] FromAsn1Signature(byte[] encoded)
    {
        var sequence = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        var signature = new byte[SignatureSize];
        ReadNumber(sequence, signature.AsSpan(0, Sm2Curve.Size));
        ReadNumber(sequence, signature.AsSpan(Sm2Curve.Size));
        sequence.ThrowIfNotEmpty();
        return signature;
    }

    internal static byte[] ToAsn1Ciphertext(ReadOnlySpan<byte> ciphertext)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(Trimmed(ciphertext[..32]));
            writer.WriteIntegerUnsigned(Trimmed(ciphertext[32..64]));
            writer.WriteOctetString(ciphertext[64..96]);
            writer.WriteOctetString(ciphertext[96..]);
        }

        return writer.Encode();
    }

    internal static byte[] FromAsn1Ciphertext(byte[] encoded)
    {
        var sequence = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        Span<byte> point = stackalloc byte[Sm2PublicKey.Size];
        ReadNumber(sequence, point[..32]);
        ReadNumber(sequence, point[32..]);
        var hash = sequence.ReadOctetString();
        var masked = sequence.ReadOctetString();
        sequence.ThrowIfNotEmpty();
        return [.. point, .. hash, .. masked];
    }

    internal static void RequireIdentity(ReadOnlySpan<byte> identity)
    {
        if (identity.Length is < 1 or > LargestIdentity)
            throw new ArgumentException($"An SM2 identity has 1 to {LargestIdentity} bytes.", nameof(identity));
    }

    internal static void RequirePlaintext(ReadOnlySpan<byte> plaintext)
    {
        if (plaintext.Length is < 1 or > LargestPlaintext)
            throw new ArgumentException($"SM2 encrypts 1 to {LargestPlaintext} bytes.", nameof(plaintext));
    }

    private static void ReadNumber(AsnReader reader, Span<byte> number)
    {
        var bytes = reader.ReadIntegerBytes().Span;
        if (bytes.Length == number.Length + 1 && bytes[0] == 0) bytes = bytes[1..]; // the sign
        if (bytes.Length > number.Length) throw new AsnContentException("The number is too large.");
        number.Clear();
        bytes.CopyTo(number[(number.Length - bytes.Length)..]);
    }

    private static ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> number)
    {
        var zeros = number.IndexOfAnyExcept((byte)0);
        return zeros < 0 ? number[..1] : number[zeros..];
    }
}
