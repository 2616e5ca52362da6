namespace Collab.Arithmetic.Curves;

/// <content>Encoding, strict decoding and the map from uniform bytes; constants of RFC 9496, section 4.1.</content>
public readonly partial struct RistrettoPoint
{
    // d
    private static Field25519 D => new(0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff);

    // √(−d − 1), the odd one, as the RFC fixes it
    private static Field25519 SquareRootOfMinusDMinusOne => new(0x7f6a0497b2e1b, 0x1836f0a97afd2, 0x7d747f6be7638, 0x456079e7e6498, 0x376931bf2b834);

    // 1/√(−1 − d)
    private static Field25519 InverseSquareRootOfAMinusD => new(0xfdaa805d40ea, 0x2eb482e57d339, 0x7610274bc58, 0x6510b613dc8ff, 0x786c8905cfaff);

    // 1 − d²
    private static Field25519 OneMinusDSquared => new(0x409c1945fc176, 0x719abc6a1fc4f, 0x1c37f90b20684, 0x6bccca55eedf, 0x29072a8b2b3e);

    // (d − 1)²
    private static Field25519 DMinusOneSquared => new(0x55aaa44ed4d20, 0x59603c3332635, 0x26d3baf4a7928, 0x120a66e6997a9, 0x5968b37af66c2);

    /// <summary>Reads an element; false unless the 32 bytes are the one encoding of one.</summary>
    /// <param name="bytes">What was received.</param>
    /// <param name="point">The element; the neutral one when the result is false.</param>
    /// <remarks>Only the verdict shows in the timing. One square root. Source: RFC 9496, section 4.3.1.</remarks>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out RistrettoPoint point)
    {
        point = Neutral;
        if (bytes.Length != Size || !Field25519.IsCanonical(bytes)) return false;
        var s = Field25519.Decode(bytes);
        return TryDecode(s, DecodingBase(s).PowerOfFiveEighths(), out point);
    }

    /// <summary>Writes the one encoding of the element, 32 bytes.</summary>
    /// <remarks>One square root. Source: RFC 9496, section 4.3.2.</remarks>
    public void Encode(Span<byte> destination) => Encode(EncodingBase().PowerOfFiveEighths(), destination);

    /// <summary>The encoding, in a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        Encode(bytes);
        return bytes;
    }

    /// <summary>Maps 64 bytes to an element: uniform bytes, as of a hash, give a uniform element whose logarithm nobody knows.</summary>
    /// <remarks>Two square roots. Source: RFC 9496, section 4.3.4; with SHA-512 before it, hash_to_ristretto255 of RFC 9380, appendix B.</remarks>
    public static RistrettoPoint FromUniformBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != UniformSize) throw new ArgumentException($"{UniformSize} bytes are needed.", nameof(bytes));
        Field25519 first = Field25519.Decode(bytes), second = Field25519.Decode(bytes[Size..]);
        return Map(first, MapBase(first).PowerOfFiveEighths()) + Map(second, MapBase(second).PowerOfFiveEighths());
    }

    // Each of the three is a few products before and after a square root, whose power the batches take of many at once.

    private static (Field25519 U1, Field25519 U2Squared, Field25519 V) DecodingRatio(in Field25519 s)
    {
        var ss = s.Square();
        var u1 = Field25519.One - ss;
        var u2Squared = (Field25519.One + ss).Square();
        return (u1, u2Squared, -(D * u1.Square()) - u2Squared);
    }

    private static Field25519 DecodingBase(in Field25519 s)
    {
        var (_, u2Squared, v) = DecodingRatio(s);
        return Field25519.PowerBase(Field25519.One, v * u2Squared);
    }

    private static bool TryDecode(in Field25519 s, in Field25519 power, out RistrettoPoint point)
    {
        var (u1, u2Squared, v) = DecodingRatio(s);
        var u2 = Field25519.One + s.Square();
        var (wasSquare, inverse) = Field25519.SquareRootOfRatio(Field25519.One, v * u2Squared, power);
        var denominatorX = inverse * u2;
        var denominatorY = inverse * denominatorX * v;
        var x = ((s + s) * denominatorX).Absolute();
        var y = u1 * denominatorY;
        var t = x * y;
        point = Neutral;
        if ((s.Sign() | (wasSquare ^ 1) | t.Sign() | y.IsZero()) != 0) return false;
        point = new(x, y, Field25519.One, t);
        return true;
    }

    private (Field25519 U1, Field25519 U2, Field25519 V) EncodingRatio()
    {
        var u1 = (Z + Y) * (Z - Y);
        var u2 = X * Y;
        return (u1, u2, u1 * u2.Square());
    }

    private Field25519 EncodingBase() => Field25519.PowerBase(Field25519.One, EncodingRatio().V);

    private void Encode(in Field25519 power, Span<byte> destination)
    {
        var (u1, u2, v) = EncodingRatio();
        var (_, inverse) = Field25519.SquareRootOfRatio(Field25519.One, v, power);          // of a square always, or 0
        var denominator1 = inverse * u1;
        var denominator2 = inverse * u2;
        var inverseOfZ = denominator1 * denominator2 * T;
        var rotate = (T * inverseOfZ).Sign();
        var x = Field25519.Select(rotate, Y * Field25519.SquareRootOfMinusOne, X);
        var y = Field25519.Select(rotate, X * Field25519.SquareRootOfMinusOne, Y);
        var denominator = Field25519.Select(rotate, denominator1 * InverseSquareRootOfAMinusD, denominator2);
        y = Field25519.Select((x * inverseOfZ).Sign(), -y, y);
        (denominator * (Z - y)).Absolute().Encode(destination);
    }

    private static (Field25519 R, Field25519 U, Field25519 V) MapRatio(in Field25519 value)
    {
        var r = Field25519.SquareRootOfMinusOne * value.Square();
        return (r, (r + Field25519.One) * OneMinusDSquared, (-Field25519.One - r * D) * (r + D));
    }

    private static Field25519 MapBase(in Field25519 value)
    {
        var (_, u, v) = MapRatio(value);
        return Field25519.PowerBase(u, v);
    }

    /// <summary>MAP of RFC 9496, section 4.3.4.</summary>
    private static RistrettoPoint Map(in Field25519 value, in Field25519 power)
    {
        var (r, u, v) = MapRatio(value);
        var (wasSquare, root) = Field25519.SquareRootOfRatio(u, v, power);
        var s = Field25519.Select(wasSquare, root, -(root * value).Absolute());
        var c = Field25519.Select(wasSquare, -Field25519.One, r);
        var n = c * (r - Field25519.One) * DMinusOneSquared - v;
        var ss = s.Square();
        var w0 = (s + s) * v;
        var w1 = n * SquareRootOfMinusDMinusOne;
        var w2 = Field25519.One - ss;
        var w3 = Field25519.One + ss;
        return new(w0 * w3, w2 * w1, w1 * w3, w0 * w2);
    }
}
