using System.Diagnostics;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Curves;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.Psi;

/// <summary>How fast one core of this machine does what intersections are made of. For estimates: nothing else depends on it.</summary>
/// <param name="MultipliesPerSecond">Multiplications of points of Curve25519.</param>
/// <param name="BlocksPerSecond">Blocks of 16 bytes hashed by AES, read from memory and written to it.</param>
/// <param name="CopiedBytesPerSecond">Bytes copied from memory to memory.</param>
public sealed record MachineSpeed(double MultipliesPerSecond, double BlocksPerSecond, double CopiedBytesPerSecond)
{
    private const int PointCount = 64;
    private const int BlockCount = 1 << 17; // 2 MiB: beyond the caches of a core, and no burden to a node
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(12);

    /// <summary>Measures for about 40 ms. The fastest of many short passes counts, so that a busy machine is not taken for a slow one.</summary>
    public static MachineSpeed Measure()
    {
        var points = new byte[PointCount * Curve25519.PointSize];
        var scalar = new byte[Curve25519.ScalarSize];
        Curve25519.FillScalar(scalar, RandomSource.System);
        for (var i = 0; i < PointCount; i++) points[i * Curve25519.PointSize] = 9; // the base point
        using var hash = new AesHash(new Gf128(1, 2));
        using var from = NativeBuffer<Gf128>.Allocate(BlockCount);
        using var to = NativeBuffer<Gf128>.Allocate(BlockCount);
        return new(
            PointCount / FastestPass(() => Curve25519.Multiply(points, scalar, points)),
            BlockCount / FastestPass(() => hash.Hash(from.Span, 0, to.Span)),
            (double)Gf128.Size * BlockCount / FastestPass(() => from.Span.CopyTo(to.Span)));
    }

    // Seconds; the first pass, which compiles and touches memory for the first time, does not count.
    private static double FastestPass(Action pass)
    {
        pass();
        var (begin, least) = (Stopwatch.GetTimestamp(), long.MaxValue);
        do
        {
            var start = Stopwatch.GetTimestamp();
            pass();
            least = Math.Min(least, Math.Max(1, Stopwatch.GetTimestamp() - start));
        }
        while (Stopwatch.GetElapsedTime(begin) < Limit);

        return (double)least / Stopwatch.Frequency;
    }
}
