using System.Runtime.Intrinsics;
using Lanes4 = Collab.Arithmetic.Curves.CurveLanes<System.Runtime.Intrinsics.Vector256<double>, Collab.Arithmetic.Curves.Lanes256>;
using Lanes8 = Collab.Arithmetic.Curves.CurveLanes<System.Runtime.Intrinsics.Vector512<double>, Collab.Arithmetic.Curves.Lanes512>;

namespace Collab.Arithmetic.Curves;

/// <content>One choice of kernel for a call, chunks of points, and threads.</content>
public static unsafe partial class Curve25519
{
    /// <summary>Points that share an inversion and a thread: 30 KiB of intermediate values at eight lanes.</summary>
    private const int ChunkSize = 256;

    internal static void Multiply(
        CurveKernel kernel, ReadOnlySpan<byte> points, ReadOnlySpan<byte> scalar, Span<byte> products, int parallelism)
    {
        fixed (byte* source = points, secret = scalar, destination = products)
        {
            var (from, key, to) = ((nint)source, (nint)secret, (nint)destination);
            ForEachChunk(points.Length / PointSize, parallelism, (first, count) =>
            {
                var chunk = new ReadOnlySpan<byte>((byte*)from + first * PointSize, count * PointSize);
                var bytes = new ReadOnlySpan<byte>((byte*)key, ScalarSize);
                var result = new Span<byte>((byte*)to + first * PointSize, count * PointSize);
                if (kernel == CurveKernel.Lanes512) Lanes8.Multiply(chunk, bytes, result);
                else if (kernel == CurveKernel.Lanes256) Lanes4.Multiply(chunk, bytes, result);
                else MultiplyOneByOne(chunk, bytes, result);
            });
        }
    }

    internal static int IndexOfInvalid(CurveKernel kernel, ReadOnlySpan<byte> points, int parallelism)
    {
        var lowest = int.MaxValue;
        fixed (byte* source = points)
        {
            var from = (nint)source;
            ForEachChunk(points.Length / PointSize, parallelism, (first, count) =>
            {
                var chunk = new ReadOnlySpan<byte>((byte*)from + first * PointSize, count * PointSize);
                var index = IndexOfNotCanonical(chunk);
                if (index >= 0) chunk = chunk[..(index * PointSize)];
                var offCurve = kernel switch
                {
                    CurveKernel.Lanes512 => Lanes8.IndexOfInvalid(chunk),
                    CurveKernel.Lanes256 => Lanes4.IndexOfInvalid(chunk),
                    _ => IndexOffCurve(chunk),
                };
                if (offCurve >= 0) index = offCurve;
                if (index >= 0) InterlockedMinimum(ref lowest, first + index);
            });
        }

        return lowest == int.MaxValue ? -1 : lowest;
    }

    internal static void MapPairsToSubgroup(CurveKernel kernel, ReadOnlySpan<byte> elements, Span<byte> points, int parallelism)
    {
        const int pairSize = 2 * FieldElementSize;
        fixed (byte* source = elements, destination = points)
        {
            var (from, to) = ((nint)source, (nint)destination);
            ForEachChunk(points.Length / PointSize, parallelism, (first, count) =>
            {
                var chunk = new ReadOnlySpan<byte>((byte*)from + first * pairSize, count * pairSize);
                var result = new Span<byte>((byte*)to + first * PointSize, count * PointSize);
                if (kernel == CurveKernel.Lanes512) Lanes8.MapPairsToSubgroup(chunk, result);
                else if (kernel == CurveKernel.Lanes256) Lanes4.MapPairsToSubgroup(chunk, result);
                else MapOneByOne(chunk, result);
            });
        }
    }

    private static void MultiplyOneByOne(ReadOnlySpan<byte> points, ReadOnlySpan<byte> scalar, Span<byte> products)
    {
        for (var at = 0; at < points.Length; at += PointSize)
        {
            MontgomeryLadder.Multiply(Field25519.Decode(points[at..]), scalar).Encode(products[at..]);
        }
    }

    private static void MapOneByOne(ReadOnlySpan<byte> elements, Span<byte> points)
    {
        for (int from = 0, to = 0; to < points.Length; from += 2 * FieldElementSize, to += PointSize)
        {
            var (x, z) = Elligator2.SumInSubgroup(
                Elligator2.Map(Field25519.Decode(elements[from..])),
                Elligator2.Map(Field25519.Decode(elements[(from + FieldElementSize)..])));
            (x * z.Invert()).Encode(points[to..]);
        }
    }

    private static int IndexOfNotCanonical(ReadOnlySpan<byte> points)
    {
        for (var at = 0; at < points.Length; at += PointSize)
        {
            if (!Field25519.IsCanonical(points.Slice(at, PointSize))) return at / PointSize;
        }

        return -1;
    }

    private static int IndexOffCurve(ReadOnlySpan<byte> points)
    {
        for (var at = 0; at < points.Length; at += PointSize)
        {
            var symbol = MontgomeryLadder.RightSide(Field25519.Decode(points[at..])).Legendre();
            if (Field25519.AreEqual(symbol, Field25519.One) == 0) return at / PointSize;
        }

        return -1;
    }

    /// <summary>Calls back with begin and size of every chunk, on so many threads at most; the buffers stay fixed until it returns.</summary>
    private static void ForEachChunk(int count, int parallelism, Action<int, int> body)
    {
        var chunks = (int)(((long)count + ChunkSize - 1) / ChunkSize);
        if (parallelism == 1 || chunks <= 1)
        {
            for (var chunk = 0; chunk < chunks; chunk++) Run(chunk);
        }
        else
        {
            Parallel.For(0, chunks, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, Run);
        }

        void Run(int chunk) => body(chunk * ChunkSize, Math.Min(ChunkSize, count - chunk * ChunkSize));
    }

    private static void InterlockedMinimum(ref int lowest, int value)
    {
        for (var seen = Volatile.Read(ref lowest); value < seen;)
        {
            var before = Interlocked.CompareExchange(ref lowest, value, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
