using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Collab.Arithmetic.Curves;

/// <content>Encoding, decoding and the map of many elements, whose square roots are taken several at once.</content>
public readonly partial struct RistrettoPoint
{
    private const int BatchSize = 32;                                                   // a whole number of the lanes' batches

    /// <summary>Reads elements; false unless each 32 bytes are the one encoding of one, as <see cref="TryDecode(ReadOnlySpan{byte}, out RistrettoPoint)"/>.</summary>
    /// <param name="bytes">What was received, shape [n, 32].</param>
    /// <param name="points">Receives n elements; of no use when the result is false.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <remarks>Only the verdict shows in the timing.</remarks>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, Span<RistrettoPoint> points) => TryDecode(CurveKernels.Best, bytes, points);

    /// <summary>Writes the encodings of elements, as <see cref="Encode(Span{byte})"/>.</summary>
    /// <param name="points">Shape [n].</param>
    /// <param name="destination">Receives the encodings, shape [n, 32].</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void Encode(ReadOnlySpan<RistrettoPoint> points, Span<byte> destination) => Encode(CurveKernels.Best, points, destination);

    /// <summary>Maps each 64 bytes to an element, as <see cref="FromUniformBytes(ReadOnlySpan{byte})"/>.</summary>
    /// <param name="bytes">Shape [n, 64].</param>
    /// <param name="points">Receives n elements.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void FromUniformBytes(ReadOnlySpan<byte> bytes, Span<RistrettoPoint> points) => FromUniformBytes(CurveKernels.Best, bytes, points);

    [SkipLocalsInit]
    internal static bool TryDecode(CurveKernel kernel, ReadOnlySpan<byte> bytes, Span<RistrettoPoint> points)
    {
        RequireSizes(bytes.Length, points.Length, Size);
        Span<Field25519> powers = stackalloc Field25519[BatchSize];
        var valid = true;
        for (var first = 0; first < points.Length; first += BatchSize)
        {
            var count = Math.Min(BatchSize, points.Length - first);
            for (var i = 0; i < count; i++) powers[i] = DecodingBase(Field25519.Decode(bytes[((first + i) * Size)..]));
            Field25519.PowersOfFiveEighths(kernel, powers[..count]);
            for (var i = 0; i < count; i++)
            {
                var encoding = bytes.Slice((first + i) * Size, Size);
                valid &= Field25519.IsCanonical(encoding) & TryDecode(Field25519.Decode(encoding), powers[i], out points[first + i]);
            }
        }

        return valid;
    }

    [SkipLocalsInit]
    internal static void Encode(CurveKernel kernel, ReadOnlySpan<RistrettoPoint> points, Span<byte> destination)
    {
        RequireSizes(destination.Length, points.Length, Size);
        Span<Field25519> powers = stackalloc Field25519[BatchSize];
        for (var first = 0; first < points.Length; first += BatchSize)
        {
            var count = Math.Min(BatchSize, points.Length - first);
            for (var i = 0; i < count; i++) powers[i] = points[first + i].EncodingBase();
            Field25519.PowersOfFiveEighths(kernel, powers[..count]);
            for (var i = 0; i < count; i++) points[first + i].Encode(powers[i], destination.Slice((first + i) * Size, Size));
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(powers));
    }

    [SkipLocalsInit]
    internal static void FromUniformBytes(CurveKernel kernel, ReadOnlySpan<byte> bytes, Span<RistrettoPoint> points)
    {
        RequireSizes(bytes.Length, points.Length, UniformSize);
        Span<Field25519> values = stackalloc Field25519[BatchSize], powers = stackalloc Field25519[BatchSize];
        for (var first = 0; first < points.Length; first += BatchSize / 2)
        {
            var count = Math.Min(BatchSize / 2, points.Length - first);
            for (var i = 0; i < 2 * count; i++) values[i] = Field25519.Decode(bytes[((2 * first + i) * Size)..]);
            for (var i = 0; i < 2 * count; i++) powers[i] = MapBase(values[i]);
            Field25519.PowersOfFiveEighths(kernel, powers[..(2 * count)]);
            for (var i = 0; i < count; i++) points[first + i] = Map(values[2 * i], powers[2 * i]) + Map(values[2 * i + 1], powers[2 * i + 1]);
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(values));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(powers));
    }

    private static void RequireSizes(int bytes, int points, int size)
    {
        if (bytes != (long)points * size) throw new ArgumentException($"{size} bytes are needed for each element.", nameof(points));
    }
}
