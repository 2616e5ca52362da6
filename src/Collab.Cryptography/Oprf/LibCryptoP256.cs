using System.Runtime.InteropServices;
using Collab.Cryptography.Signatures;
using Collab.Primitives;

namespace Collab.Cryptography.Oprf;

/// <summary>Points of P-256 by the system's libcrypto: its multiplication of one point is constant time; numbers and points are wiped when freed.</summary>
/// <remarks>Source: OpenSSL 3.0, EC_GROUP_new(3), EC_POINT_new(3), EC_POINT_add(3), BN_bin2bn(3).</remarks>
internal static unsafe partial class LibCryptoP256
{
    /// <summary>The size of a compressed point, in bytes.</summary>
    public const int CompressedSize = 33;

    private const string Library = "libcrypto.so.3";
    private const int Prime256v1 = 415; // NID_X9_62_prime256v1
    private const int Compressed = 2;   // POINT_CONVERSION_COMPRESSED

    private static readonly Lazy<Group> Curve = new(() => Checked(EC_GROUP_new_by_curve_name(Prime256v1)));

    /// <summary>Throws <see cref="SigningKey.LibraryMissing"/> unless libcrypto 3 is there and knows the curve.</summary>
    public static void Require()
    {
        LibCrypto.Require();
        _ = Curve.Value;
    }

    /// <summary>Whether bytes are an encoding of a point; compressed and uncompressed ones are read.</summary>
    public static bool IsOnCurve(ReadOnlySpan<byte> point)
    {
        using var read = TryRead(point);
        return read is not null;
    }

    /// <summary>P + Q, compressed; one zero byte for the neutral element.</summary>
    public static byte[] Add(ReadOnlySpan<byte> p, ReadOnlySpan<byte> q)
    {
        using var first = Read(p);
        using var second = Read(q);
        using var sum = NewPoint();
        return EC_POINT_add(Curve.Value, sum, first, second, 0) == 1 ? Write(sum) : throw Failed();
    }

    /// <summary>s·P, or s·G where the point is empty; compressed.</summary>
    /// <param name="scalar">32 bytes, big-endian, below the order.</param>
    /// <param name="point">An encoding, or nothing for the generator.</param>
    public static byte[] Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point)
    {
        using var number = Number(scalar);
        using var product = NewPoint();
        if (point.IsEmpty)
        {
            return EC_POINT_mul(Curve.Value, product, number.DangerousGetHandle(), 0, 0, 0) == 1 ? Write(product) : throw Failed();
        }

        using var read = Read(point);
        var done = EC_POINT_mul(Curve.Value, product, 0, read.DangerousGetHandle(), number.DangerousGetHandle(), 0);
        return done == 1 ? Write(product) : throw Failed();
    }

    private static Point Read(ReadOnlySpan<byte> bytes) => TryRead(bytes) ?? throw new ArgumentException("No point of P-256.", nameof(bytes));

    private static Point? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return null;
        var point = NewPoint();
        fixed (byte* raw = bytes)
        {
            if (EC_POINT_oct2point(Curve.Value, point, raw, (nuint)bytes.Length, 0) == 1) return point; // checks range and curve
        }

        ERR_clear_error();
        point.Dispose();
        return null;
    }

    private static byte[] Write(Point point)
    {
        Span<byte> bytes = stackalloc byte[CompressedSize];
        fixed (byte* raw = bytes)
        {
            var size = EC_POINT_point2oct(Curve.Value, point, Compressed, raw, CompressedSize, 0);
            return size == 0 ? throw Failed() : bytes[..(int)size].ToArray();
        }
    }

    private static BigNumber Number(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* raw = bytes) return Checked(BN_bin2bn(raw, bytes.Length, 0));
    }

    private static Point NewPoint() => Checked(EC_POINT_new(Curve.Value));

    private static T Checked<T>(T handle)
        where T : SafeHandle
    {
        if (!handle.IsInvalid) return handle;
        handle.Dispose();
        throw Failed();
    }

    private static CollabException Failed()
    {
        ERR_clear_error();
        return new CollabException(SigningKey.LibraryFailed, $"{Library} refused an operation of P-256.");
    }

    [LibraryImport(Library)]
    private static partial void ERR_clear_error();

    [LibraryImport(Library)]
    private static partial Group EC_GROUP_new_by_curve_name(int name);

    [LibraryImport(Library)]
    private static partial void EC_GROUP_free(nint group);

    [LibraryImport(Library)]
    private static partial Point EC_POINT_new(Group group);

    [LibraryImport(Library)]
    private static partial void EC_POINT_clear_free(nint point);

    [LibraryImport(Library)]
    private static partial int EC_POINT_oct2point(Group group, Point point, byte* bytes, nuint size, nint context);

    [LibraryImport(Library)]
    private static partial nuint EC_POINT_point2oct(Group group, Point point, int form, byte* bytes, nuint size, nint context);

    [LibraryImport(Library)]
    private static partial int EC_POINT_add(Group group, Point sum, Point p, Point q, nint context);

    [LibraryImport(Library)]
    private static partial int EC_POINT_mul(Group group, Point product, nint generatorFactor, nint point, nint factor, nint context);

    [LibraryImport(Library)]
    private static partial BigNumber BN_bin2bn(byte* bytes, int size, nint number);

    [LibraryImport(Library)]
    private static partial void BN_clear_free(nint number);

    private sealed class Group() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EC_GROUP_free(handle);
            return true;
        }
    }

    private sealed class Point() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EC_POINT_clear_free(handle);
            return true;
        }
    }

    private sealed class BigNumber() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            BN_clear_free(handle);
            return true;
        }
    }
}
