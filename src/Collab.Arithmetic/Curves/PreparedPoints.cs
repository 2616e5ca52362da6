using System.Runtime.InteropServices;

namespace Collab.Arithmetic.Curves;

/// <summary>A point prepared for additions: Y + X, Y − X, 2Z, 2d·T.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct CachedPoint
{
    public readonly Field25519 YPlusX, YMinusX, TwiceZ, TTwiceD;

    public CachedPoint(in RistrettoPoint p)
    {
        YPlusX = p.Y + p.X;
        YMinusX = p.Y - p.X;
        TwiceZ = p.Z + p.Z;
        TTwiceD = p.T * RistrettoPoint.TwiceD;
    }

    private CachedPoint(in Field25519 yPlusX, in Field25519 yMinusX, in Field25519 twiceZ, in Field25519 tTwiceD) =>
        (YPlusX, YMinusX, TwiceZ, TTwiceD) = (yPlusX, yMinusX, twiceZ, tTwiceD);

    /// <summary>The neutral element.</summary>
    public static CachedPoint Neutral => new(Field25519.One, Field25519.One, Field25519.From(2), Field25519.Zero);

    /// <summary>−P when bit is 1, P when bit is 0.</summary>
    public CachedPoint NegateIf(ulong bit) => new(
        Field25519.Select(bit, YMinusX, YPlusX), Field25519.Select(bit, YPlusX, YMinusX), TwiceZ, Field25519.Select(bit, -TTwiceD, TTwiceD));
}

/// <summary>An affine point prepared for additions: y + x, y − x, 2d·xy.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct AffinePoint(in Field25519 yPlusX, in Field25519 yMinusX, in Field25519 xyTwiceD)
{
    public readonly Field25519 YPlusX = yPlusX, YMinusX = yMinusX, XYTwiceD = xyTwiceD;

    /// <summary>The neutral element.</summary>
    public static AffinePoint Neutral => new(Field25519.One, Field25519.One, Field25519.Zero);

    public static AffinePoint From(in RistrettoPoint p, in Field25519 inverseOfZ)
    {
        var (x, y) = (p.X * inverseOfZ, p.Y * inverseOfZ);
        return new(y + x, y - x, x * y * RistrettoPoint.TwiceD);
    }

    /// <summary>−P when bit is 1, P when bit is 0.</summary>
    public AffinePoint NegateIf(ulong bit) => new(
        Field25519.Select(bit, YMinusX, YPlusX), Field25519.Select(bit, YPlusX, YMinusX), Field25519.Select(bit, -XYTwiceD, XYTwiceD));
}
