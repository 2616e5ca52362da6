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
        var ss = s.Square();
        var u1 = Field25519.One - ss;
        var u2 = Field25519.One + ss;
        var u2Squared = u2.Square();
        var v = -(D * u1.Square()) - u2Squared;
        var (wasSquare, inverse) = Field25519.SquareRootOfRatio(Field25519.One, v * u2Squared);
        var denominatorX = inverse * u2;
        var denominatorY = inverse * denominatorX * v;
        var x = ((s + s) * denominatorX).Absolute();
        var y = u1 * denominatorY;
        var t = x * y;
        if ((s.Sign() | (wasSquare ^ 1) | t.Sign() | y.IsZero()) != 0) return false;
        point = new(x, y, Field25519.One, t);
        return true;
    }

    /// <summary>Writes the one encoding of the element, 32 bytes.</summary>
    /// <remarks>One square root. Source: RFC 9496, section 4.3.2.</remarks>
    public void Encode(Span<byte> destination)
    {
        var u1 = (Z + Y) * (Z - Y);
        var u2 = X * Y;
        var (_, inverse) = Field25519.SquareRootOfRatio(Field25519.One, u1 * u2.Square()); // of a square always, or 0
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
        return Map(Field25519.Decode(bytes)) + Map(Field25519.Decode(bytes[Size..]));
    }

    /// <summary>MAP of RFC 9496, section 4.3.4.</summary>
    private static RistrettoPoint Map(in Field25519 value)
    {
        var r = Field25519.SquareRootOfMinusOne * value.Square();
        var u = (r + Field25519.One) * OneMinusDSquared;
        var v = (-Field25519.One - r * D) * (r + D);
        var (wasSquare, root) = Field25519.SquareRootOfRatio(u, v);
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
