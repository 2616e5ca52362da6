namespace Collab.Arithmetic.Curves;

/// <summary>An element of ristretto255: a group of prime order ℓ ≈ 2^252 with one encoding of 32 bytes for each element. Security about 126 bits.</summary>
/// <remarks>
/// Held as a point X : Y : Z : T of edwards25519, x = X/Z, y = Y/Z, xy = T/Z, which stands for its whole coset. Timing is independent of
/// values unless a name ends in <c>VariableTime</c>. Source: RFC 9496, section 4; formulas of Hisil, Wong, Carter, Dawson,
/// <i>Twisted Edwards curves revisited</i>, eprint 2008/522, sections 3.1 and 3.3, for a = −1, where the addition has no exception.
/// </remarks>
public readonly partial struct RistrettoPoint : IEquatable<RistrettoPoint>
{
    /// <summary>The size of an encoded element, in bytes.</summary>
    public const int Size = 32;

    /// <summary>The size of what <see cref="FromUniformBytes(ReadOnlySpan{byte})"/> takes, in bytes.</summary>
    public const int UniformSize = 64;

    internal readonly Field25519 X, Y, Z, T;

    internal RistrettoPoint(in Field25519 x, in Field25519 y, in Field25519 z, in Field25519 t) => (X, Y, Z, T) = (x, y, z, t);

    /// <summary>The neutral element, encoded as 32 zero bytes.</summary>
    public static RistrettoPoint Neutral => new(Field25519.Zero, Field25519.One, Field25519.One, Field25519.Zero);

    /// <summary>The generator, <c>e2f2ae0a…</c>: the base point of edwards25519.</summary>
    public static RistrettoPoint Generator => new(
        new(0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d, 0x1ff60527118fe, 0x216936d3cd6e5),
        new(0x6666666666658, 0x4cccccccccccc, 0x1999999999999, 0x3333333333333, 0x6666666666666),
        Field25519.One,
        new(0x68ab3a5b7dda3, 0xeea2a5eadbb, 0x2af8df483c27e, 0x332b375274732, 0x67875f0fd78b7));

    /// <summary>2d, d = −121665/121666 the constant of the curve.</summary>
    internal static Field25519 TwiceD => new(0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff);

    /// <summary>P + Q.</summary>
    public static RistrettoPoint operator +(in RistrettoPoint p, in RistrettoPoint q) => p.Add(new CachedPoint(q));

    /// <summary>P − Q.</summary>
    public static RistrettoPoint operator -(in RistrettoPoint p, in RistrettoPoint q) => p.Add(new CachedPoint(-q));

    /// <summary>−P.</summary>
    public static RistrettoPoint operator -(in RistrettoPoint p) => new(-p.X, p.Y, p.Z, -p.T);

    /// <summary>1 if both points stand for the same element, else 0.</summary>
    /// <remarks>x₁y₂ = y₁x₂ or y₁y₂ = x₁x₂: RFC 9496, section 4.3.3.</remarks>
    public static ulong AreEqual(in RistrettoPoint p, in RistrettoPoint q) =>
        Field25519.AreEqual(p.X * q.Y, p.Y * q.X) | Field25519.AreEqual(p.Y * q.Y, p.X * q.X);

    /// <summary>1 if this is the neutral element, else 0.</summary>
    public ulong IsNeutral() => X.IsZero() | Y.IsZero();

    /// <summary><paramref name="ifOne"/> when bit is 1, <paramref name="ifZero"/> when bit is 0.</summary>
    public static RistrettoPoint Select(ulong bit, in RistrettoPoint ifOne, in RistrettoPoint ifZero) => new(
        Field25519.Select(bit, ifOne.X, ifZero.X),
        Field25519.Select(bit, ifOne.Y, ifZero.Y),
        Field25519.Select(bit, ifOne.Z, ifZero.Z),
        Field25519.Select(bit, ifOne.T, ifZero.T));

    /// <summary>Whether both stand for the same element; only the verdict shows in the timing.</summary>
    public bool Equals(RistrettoPoint other) => AreEqual(this, other) != 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RistrettoPoint other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => throw new NotSupportedException("Encode the element and use the bytes.");

    /// <inheritdoc/>
    public override string ToString() => nameof(RistrettoPoint);

    /// <summary>P + Q with 8 products.</summary>
    /// <remarks>Coordinates of a point and of a prepared one are products or carried sums, so no factor here has a limb of 2^54 or more.</remarks>
    internal RistrettoPoint Add(in CachedPoint q)
    {
        var a = Field25519.SubtractLazily(Y, X) * q.YMinusX;
        var b = Field25519.AddLazily(Y, X) * q.YPlusX;
        var c = T * q.TTwiceD;
        var d = Z * q.TwiceZ;
        return FromFactors(
            Field25519.SubtractLazily(b, a), Field25519.SubtractLazily(d, c), Field25519.AddLazily(d, c), Field25519.AddLazily(b, a));
    }

    /// <summary>P + Q with 7 products, Q affine.</summary>
    internal RistrettoPoint Add(in AffinePoint q)
    {
        var a = Field25519.SubtractLazily(Y, X) * q.YMinusX;
        var b = Field25519.AddLazily(Y, X) * q.YPlusX;
        var c = T * q.XYTwiceD;
        var d = Field25519.AddLazily(Z, Z);
        return FromFactors(
            Field25519.SubtractLazily(b, a), Field25519.SubtractLazily(d, c), Field25519.AddLazily(d, c), Field25519.AddLazily(b, a));
    }

    /// <summary>2P with 4 squares and 4 products.</summary>
    internal RistrettoPoint Double()
    {
        var a = X.Square();
        var b = Y.Square();
        var zz = Z.Square();
        var h = Field25519.AddLazily(a, b);                                             // limbs below 1.01 · 2^52
        var e = Field25519.SubtractLazily(h, Field25519.AddLazily(X, Y).Square());       // 2.01 · 2^52
        var g = Field25519.SubtractLazily(a, b);                                        // 1.51 · 2^52
        var f = Field25519.AddLazily(Field25519.AddLazily(zz, zz), g);                  // 2.52 · 2^52, below 2^54
        return FromFactors(e, f, g, h);
    }

    private static RistrettoPoint FromFactors(in Field25519 e, in Field25519 f, in Field25519 g, in Field25519 h) =>
        new(e * f, g * h, f * g, e * h);
}
